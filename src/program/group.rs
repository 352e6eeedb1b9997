//! A process group: a program and every process that it has started, unless one has left on purpose.

use std::fs;
use std::process::Command;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::processes::{self, Process, State};

/// A process group, named by the process that it was made for.
#[derive(Debug, Clone)]
pub(super) struct Group {
    leader: Pid,
    /// Once a group has been seen empty, its number may come to name a stranger's and is never used again.
    gone: bool,
}

/// A process of a group that is not a zombie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) pid: Pid,
    /// Resident memory, in bytes.
    pub(super) resident_bytes: u64,
    /// A signal has stopped it, and none has let it go on.
    pub(super) is_stopped: bool,
}

impl Group {
    /// The group whose number is `leader`, or none where that number cannot be a program's: 0 and 1 would mean our own
    /// group and the whole system.
    pub(super) fn of(leader: u32) -> Option<Group> {
        let leader = i32::try_from(leader).ok().filter(|&leader| leader > 1)?;
        Some(Group {
            leader: Pid::from_raw(leader),
            gone: false,
        })
    }

    pub(super) fn leader(&self) -> Pid {
        self.leader
    }

    /// Sends a signal to every process of the group; false where there was none to send it to.
    pub(super) fn signal(&self, signal: Signal) -> bool {
        !self.gone && killpg(self.leader, signal).is_ok()
    }

    /// Asks every process of the group to end. One that was stopped is woken, or it could not hear.
    pub(super) fn ask_to_end(&self) {
        self.signal(Signal::SIGTERM);
        self.signal(Signal::SIGCONT);
    }

    /// Whether there is any process in the group, zombies included. To be asked for the first time while the leader
    /// lives or as soon as it has been waited for.
    pub(super) fn exists(&mut self) -> bool {
        if !self.gone {
            self.gone = killpg(self.leader, None) == Err(Errno::ESRCH);
        }
        !self.gone
    }

    /// Whether there is any process in the group that is not a zombie: some systems' init collects those late, or never
    /// (in many a container). Takes some milliseconds where there is one of either kind.
    pub(super) fn has_living(&mut self) -> bool {
        self.exists() && !self.living().is_empty()
    }

    /// The processes of the group that are not zombies. Takes some milliseconds: it looks at every process there is.
    pub(super) fn living(&self) -> Vec<Member> {
        match self.gone {
            true => Vec::new(),
            false if cfg!(target_os = "linux") => living_from_proc(self.leader),
            false => living_from_ps(self.leader),
        }
    }

    /// The same, of a group that is looked at again and again: one that has been started within the last `age` may be
    /// missing. Of many groups, this takes hardly longer than of one.
    pub(super) fn living_lately(&self, age: Duration) -> Vec<Member> {
        if self.gone || cfg!(not(target_os = "linux")) {
            return self.living();
        }
        living_among(processes::recent(age).iter().copied(), self.leader)
    }
}

fn living_from_proc(group: Pid) -> Vec<Member> {
    living_among(processes::all(), group)
}

/// The members of `group` among `processes`.
fn living_among(processes: impl Iterator<Item = Process>, group: Pid) -> Vec<Member> {
    let living = |process: Process| {
        let is_living = process.group == group.as_raw() && process.state != State::Zombie;
        let status = is_living
            .then(|| fs::read_to_string(format!("/proc/{}/status", process.number)))?
            .ok()?;
        let kilobytes = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.strip_suffix("kB"));
        let kilobytes: u64 = kilobytes
            .and_then(|number| number.trim().parse().ok())
            .unwrap_or(0);
        Some(Member {
            pid: Pid::from_raw(process.number),
            resident_bytes: kilobytes * 1024,
            is_stopped: process.state == State::Stopped,
        })
    };
    processes.filter_map(living).collect()
}

/// The same from `ps`, for systems without `/proc`.
fn living_from_ps(group: Pid) -> Vec<Member> {
    let columns = ["-A", "-o", "pid=", "-o", "pgid=", "-o", "stat=", "-o", "rss="];
    let Ok(listed) = Command::new("ps").args(columns).output() else {
        return Vec::new();
    };
    let living = |line: &str| {
        let mut fields = line.split_ascii_whitespace();
        let pid = Pid::from_raw(fields.next()?.parse().ok()?);
        let is_member = fields.next()?.parse() == Ok(group.as_raw());
        let state = fields.next()?;
        let is_zombie = state.starts_with('Z');
        let kilobytes: u64 = fields.next()?.parse().ok()?;
        (is_member && !is_zombie).then_some(Member {
            pid,
            resident_bytes: kilobytes * 1024,
            is_stopped: state.starts_with('T'),
        })
    };
    String::from_utf8_lossy(&listed.stdout)
        .lines()
        .filter_map(living)
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test that cannot go on should stop where it stands"
    )]
    use super::*;
    use std::io::{BufRead, BufReader};
    use std::os::unix::process::CommandExt;
    use std::process::Stdio;
    use std::time::Instant;

    #[test]
    fn a_group_holds_the_program_and_its_children_and_ends_with_them() {
        let mut shell = Command::new("/bin/sh");
        shell
            .args(["-c", "sleep 600 & echo $!; wait"])
            .process_group(0)
            .stdout(Stdio::piped());
        let mut shell = shell.spawn().unwrap();
        let mut child = String::new();
        BufReader::new(shell.stdout.take().unwrap())
            .read_line(&mut child)
            .unwrap();

        let mut group = Group::of(shell.id()).unwrap();
        let mut expected = vec![shell.id() as i32, child.trim().parse().unwrap()];
        expected.sort_unstable();
        let deadline = Instant::now() + Duration::from_secs(60);
        for look in [living_from_proc as fn(Pid) -> Vec<Member>, living_from_ps] {
            let living = loop {
                let living = look(group.leader());
                // The child may still be on its way from fork to exec, where it has next to no memory.
                if living.iter().all(|member| member.resident_bytes > 50_000) {
                    break living;
                }
                assert!(Instant::now() < deadline, "{living:?}");
                std::thread::yield_now();
            };
            let mut pids: Vec<i32> = living.iter().map(|member| member.pid.as_raw()).collect();
            pids.sort_unstable();
            assert_eq!(pids, expected);
            if cfg!(not(target_os = "linux")) {
                break;
            }
        }
        assert!(group.exists());

        assert!(group.signal(Signal::SIGKILL));
        // Nobody has waited for the shell: it is a zombie now, and its group is not gone.
        while group.has_living() {
            assert!(Instant::now() < deadline, "still there: {:?}", group.living());
            std::thread::yield_now();
        }
        assert!(group.exists());
        shell.wait().unwrap();
    }

    #[test]
    fn numbers_that_mean_everybody_name_no_group() {
        assert!(Group::of(0).is_none());
        assert!(Group::of(1).is_none());
        assert!(Group::of(u32::MAX).is_none());
    }
}
