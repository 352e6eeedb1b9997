//! Looking, again and again, at what a program takes of the machine: memory, and processes; and whether it gets what it
//! needs of the processors.
//!
//! The system's own limits do not fit. `RLIMIT_AS` counts addresses, of which right programs reserve any amount (node and
//! the JVM hundreds of gigabytes that they never touch), and `RLIMIT_NPROC` counts all processes of the user. A cgroup
//! needs rights that few students have. So it is looked at what there is, a few times a second: a program can take more
//! than its limit for that long.

use std::future::pending;
use std::time::Duration;

use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, sleep_until};

use super::group::Group;
use super::starvation::{Shares, Starvation, shares};
use super::{Limits, Reason};

/// How often it is looked. In this time a program in C touches a few hundred megabytes.
const EVERY: Duration = Duration::from_millis(150);

/// How old what is known of the machine's processes may be: looks of several programs share it.
const LATELY: Duration = Duration::from_millis(100);

/// Looks at one group.
#[derive(Debug)]
pub(super) struct Excess {
    group: Group,
    resident_bytes: Option<u64>,
    processes: Option<usize>,
    starvation: Starvation,
    /// When it was last looked.
    looked: Instant,
    look: Option<JoinHandle<Look>>,
}

/// What is seen of a group.
#[derive(Debug, Default)]
struct Look {
    resident_bytes: u64,
    processes: usize,
    shares: Shares,
}

impl Excess {
    pub(super) fn of(group: Group, limits: &Limits) -> Self {
        Self {
            group,
            resident_bytes: limits.resident_bytes,
            processes: limits.processes,
            starvation: Starvation::default(),
            looked: Instant::now(),
            look: None,
        }
    }

    /// Waits until the group takes more than it may, and says of what. To be waited for while its leader has not been
    /// waited for. Cancel-safe.
    pub(super) async fn seen(&mut self) -> Reason {
        if self.resident_bytes.is_none() && self.processes.is_none() {
            return pending().await;
        }
        loop {
            let look = match &mut self.look {
                Some(look) => look,
                None => {
                    sleep_until(self.looked + EVERY).await;
                    let group = self.group.clone();
                    // The system shows this in files, and many of them.
                    self.look.insert(spawn_blocking(move || Look::at(&group)))
                }
            };
            // A look fails only where the runtime is going down; dropping the program kills it then.
            let look = look.await.unwrap_or_default();
            self.look = None;
            let now = Instant::now();
            let since_last = now.duration_since(std::mem::replace(&mut self.looked, now));
            self.starvation.note(look.shares, since_last);
            if self.resident_bytes.is_some_and(|most| look.resident_bytes > most) {
                return Reason::Memory;
            }
            if self.processes.is_some_and(|most| look.processes > most) {
                return Reason::Processes;
            }
        }
    }

    /// How long the group was starved of processors so far.
    pub(super) fn starved(&self) -> Duration {
        self.starvation.total()
    }
}

impl Look {
    fn at(group: &Group) -> Self {
        let living = group.living_lately(LATELY);
        Self {
            resident_bytes: living.iter().map(|member| member.resident_bytes).sum(),
            processes: living.len(),
            shares: shares(&living),
        }
    }
}
