//! Making sure that nothing of a program lives on.
//!
//! Most of what a program leaves behind is in its group. A process can leave that (with `setsid`, as daemons do), so
//! every program is run with a mark in its environment, which its children inherit wherever they go. Only Linux shows
//! it to us (proc_pid_environ(5)), and a process may have cleared it: for those it is best effort.

use std::fs::File;
use std::io::Read;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::group::Group;
use super::processes;

/// The variable that marks the processes of a run.
pub const VARIABLE: &str = "WORKSHOP_RUN";

/// The most of an environment that is looked at, in bytes; Linux allows three quarters of 8 MiB for environment and
/// arguments together (execve(2)).
const ENVIRONMENT_BYTES: u64 = 6 * 1024 * 1024;

/// How long killed processes may take to be gone.
const WAIT: Duration = Duration::from_secs(2);

/// How often they are looked for: their end sends no event to anyone but their parent.
const POLL: Duration = Duration::from_millis(2);

/// A mark that no other run has.
pub(super) fn new_mark() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// Whether this can be a mark: one cut short could be on another's processes.
pub(super) fn is_mark(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Kills what is left of the group and every process that carries the mark, waits until they are gone (2 s at most),
/// and says whether there were any. Blocks; each look takes some milliseconds, since it is at every process there is.
pub(super) fn kill_all(group: &Group, mark: &str) -> bool {
    let deadline = Instant::now() + WAIT;
    let mut found = false;
    // Again and again, since one that forks while it is looked for is not seen the first time.
    while kill_once(group, mark) {
        found = true;
        if Instant::now() >= deadline {
            break;
        }
        thread::sleep(POLL);
    }
    found
}

/// Kills every process that carries the mark, and any that is about to: one that is just being started has its mark a
/// moment later. Blocks for as long as such a moment may be on a busy machine.
pub(super) fn kill_marked(mark: &str) {
    const MOMENT: Duration = Duration::from_millis(500);
    let mut quiet = Instant::now();
    while quiet.elapsed() < MOMENT {
        if kill_carriers(mark) {
            quiet = Instant::now();
        }
        thread::sleep(POLL);
    }
}

fn kill_carriers(mark: &str) -> bool {
    // One that is gone by now is as good as killed.
    marked(mark)
        .filter(|&pid| kill(pid, Signal::SIGKILL).is_ok())
        .count()
        > 0
}

/// One look of [`kill_all`], which does not wait.
pub(super) fn kill_once(group: &Group, mark: &str) -> bool {
    let members = !group.living().is_empty();
    if members {
        group.signal(Signal::SIGKILL);
    }
    kill_carriers(mark) || members
}

fn marked(mark: &str) -> impl Iterator<Item = Pid> {
    let entry = format!("{VARIABLE}={mark}");
    let carries = move |pid: i32| {
        let mut environment = Vec::new();
        // Other users' processes cannot be read, and are not ours; a zombie's environment is empty.
        let file = File::open(format!("/proc/{pid}/environ")).ok()?;
        file.take(ENVIRONMENT_BYTES).read_to_end(&mut environment).ok()?;
        environment
            .split(|&byte| byte == 0)
            .any(|variable| variable == entry.as_bytes())
            .then_some(Pid::from_raw(pid))
    };
    processes::numbers().filter_map(carries)
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test that cannot go on should stop where it stands"
    )]
    use super::*;
    use std::os::unix::process::{CommandExt, ExitStatusExt};
    use std::process::{Child, Command, Stdio};

    /// A process that does nothing for long, in a group of its own, and does not outlive its test.
    struct Idle(Child);

    impl Idle {
        fn start(mark: Option<&str>) -> Idle {
            let mut command = Command::new("sleep");
            command
                .arg("600")
                .process_group(0)
                .envs(mark.map(|mark| (VARIABLE, mark)));
            Idle(
                command
                    .stdin(Stdio::null())
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .spawn()
                    .unwrap(),
            )
        }

        /// The signal that has ended it, if it has ended.
        fn ended_by(&mut self) -> Option<i32> {
            self.0.try_wait().unwrap().and_then(|status| status.signal())
        }
    }

    impl Drop for Idle {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    #[test]
    fn a_process_is_killed_for_its_group_or_for_its_mark_and_a_strangers_is_not() {
        let (mark, other_mark) = (new_mark(), new_mark());
        assert!(is_mark(&mark) && mark != other_mark);
        let mut member = Idle::start(None);
        let mut marked = Idle::start(Some(&mark));
        let mut stranger = Idle::start(Some(&other_mark));
        let group = Group::of(member.0.id()).unwrap();

        assert!(kill_all(&group, &mark));
        assert!(!kill_all(&group, &mark), "what has been killed is still there");
        assert_eq!(member.ended_by(), Some(9));
        // Marks can be seen on Linux alone.
        assert_eq!(marked.ended_by(), cfg!(target_os = "linux").then_some(9));
        assert_eq!(stranger.ended_by(), None);
    }
}
