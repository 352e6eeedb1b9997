//! Looking, again and again, at what a program takes of the machine: memory, and processes.
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
use super::{Limits, Reason};

/// How often it is looked. In this time a program in C touches a few hundred megabytes.
const EVERY: Duration = Duration::from_millis(150);

/// Looks at one group.
#[derive(Debug)]
pub(super) struct Excess {
    group: Group,
    resident_bytes: Option<u64>,
    processes: Option<usize>,
    next: Instant,
    look: Option<JoinHandle<(u64, usize)>>,
}

impl Excess {
    pub(super) fn of(group: Group, limits: &Limits) -> Self {
        Self {
            group,
            resident_bytes: limits.resident_bytes,
            processes: limits.processes,
            next: Instant::now() + EVERY,
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
                    sleep_until(self.next).await;
                    let group = self.group.clone();
                    // The system shows this in files, and many of them.
                    self.look.insert(spawn_blocking(move || taken(&group)))
                }
            };
            // A look fails only where the runtime is going down; dropping the program kills it then.
            let (bytes, processes) = look.await.unwrap_or_default();
            self.look = None;
            self.next = Instant::now() + EVERY;
            if self.resident_bytes.is_some_and(|most| bytes > most) {
                return Reason::Memory;
            }
            if self.processes.is_some_and(|most| processes > most) {
                return Reason::Processes;
            }
        }
    }
}

/// Resident bytes and processes of the group.
fn taken(group: &Group) -> (u64, usize) {
    let living = group.living();
    let bytes = living.iter().map(|member| member.resident_bytes).sum();
    (bytes, living.len())
}
