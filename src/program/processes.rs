//! The processes of this machine, as Linux shows them.

use std::fs;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A process, or a zombie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) number: i32,
    /// The number of its group.
    pub(super) group: i32,
    pub(super) state: State,
}

/// What a process is doing, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It runs, or would if it got a processor.
    Ready,
    /// It waits for something.
    Waiting,
    /// A signal has stopped it, and none has let it go on.
    Stopped,
    /// It has ended.
    Zombie,
}

/// The numbers of all processes.
pub(super) fn numbers() -> impl Iterator<Item = i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// All processes, now. Takes some milliseconds.
pub(super) fn all() -> impl Iterator<Item = Process> {
    numbers().filter_map(|number| {
        let stat = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
        parse(number, &stat)
    })
}

/// All processes as they were at most `age` ago. Those who look after many programs at once, again and again, share a look.
pub(super) fn recent(age: Duration) -> Arc<[Process]> {
    static LAST: Mutex<Option<(Instant, Arc<[Process]>)>> = Mutex::new(None);
    // Held while it is looked, so that others wait for this look instead of making one of their own.
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    match &*last {
        Some((at, processes)) if at.elapsed() < age => Arc::clone(processes),
        _ => {
            let at = Instant::now();
            let processes: Arc<[Process]> = all().collect();
            Arc::clone(&last.insert((at, processes)).1)
        }
    }
}

/// Understands the `stat` file of a process or a thread. Its second field is the name of the program, in parentheses, and
/// may hold anything, parentheses too (proc_pid_stat(5)); after it come the state, the parent and the group.
pub(super) fn parse(number: i32, stat: &str) -> Option<Process> {
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    let state = match fields.next()? {
        "Z" | "X" => State::Zombie,
        "T" => State::Stopped,
        "R" => State::Ready,
        _ => State::Waiting,
    };
    let group = fields.nth(1)?.parse().ok()?;
    Some(Process { number, group, state })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_program_may_hold_anything() {
        let process = |stat| parse(7, stat).map(|process| (process.group, process.state));
        assert_eq!(process("7 (sh) S 1 70 7 0"), Some((70, State::Waiting)));
        assert_eq!(process("7 (sh) R 1 70 7 0"), Some((70, State::Ready)));
        assert_eq!(process("7 (a) Z 1 (b)) T 1 70 7 0"), Some((70, State::Stopped)));
        assert_eq!(process("7 (sh) Z 1 70 7 0"), Some((70, State::Zombie)));
        assert_eq!(process("7 (sh"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_look_is_shared_until_it_is_too_old() {
        let first = recent(Duration::from_secs(3600));
        assert!(
            first
                .iter()
                .any(|process| u32::try_from(process.number) == Ok(std::process::id()))
        );
        assert!(Arc::ptr_eq(&first, &recent(Duration::from_secs(3600))));
        assert!(!Arc::ptr_eq(&first, &recent(Duration::ZERO)));
    }
}
