//! Children on their way from fork to exec, at the moment of a Ctrl-Z.
//!
//! A child is in our process group until it has one of its own, so the terminal's SIGTSTP reaches it too. It stops as it
//! takes our signal handlers off, and the thread that started it waits in the kernel for its exec (vfork(2)), where it
//! cannot be stopped or killed: this process would neither stop nor go on.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::processes;

/// How long the children that are being started may take for it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Between two looks.
const TICK: Duration = Duration::from_millis(2);

/// Lets children go on that were stopped before their exec, until there are none that have not come to it. Blocks for
/// moments. Where there is no `/proc`, nothing is done: macOS starts a process in one step.
pub fn let_starting_children_go_on() {
    let begun = Instant::now();
    loop {
        let starting = starting_children();
        if starting.is_empty() || begun.elapsed() > PATIENCE {
            return;
        }
        for child in starting {
            // One that has come to its exec meanwhile is not stopped, and takes no harm.
            let _ = kill(child, Signal::SIGCONT);
        }
        thread::sleep(TICK);
    }
}

/// Our children that still have the command line that is ours.
fn starting_children() -> Vec<Pid> {
    let Ok(ours) = fs::read("/proc/self/cmdline") else {
        return Vec::new();
    };
    let own = Pid::this().as_raw();
    let is_starting = |pid: &i32| {
        let parent = fs::read_to_string(format!("/proc/{pid}/stat"))
            .ok()
            .and_then(|stat| {
                // After the name, which may hold anything, come the state and the parent (proc_pid_stat(5)).
                let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
                fields.nth(1)?.parse::<i32>().ok()
            });
        parent == Some(own) && fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line == ours)
    };
    processes::numbers()
        .filter(is_starting)
        .map(Pid::from_raw)
        .collect()
}
