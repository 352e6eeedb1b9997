//! What to run, and how much of it to put up with.

use std::path::PathBuf;
use std::time::Duration;

use super::leftovers;

/// A program to run: what a student's `workshop.toml` or the words after `--` say.
#[derive(Debug, Clone, Default)]
pub struct Command {
    /// The program and its arguments. A first word without a slash is looked up on the `PATH`; one with a slash is
    /// relative to `directory`.
    pub argv: Vec<String>,
    /// The directory it runs in. A relative one is relative to ours.
    pub directory: PathBuf,
    /// Variables added to our own environment, the last of a name winning. A `PATH` given here is also the one on
    /// which the program is looked up.
    pub environment: Vec<(String, String)>,
    /// What the program reads on standard input; without it, `/dev/null`.
    pub input: Option<Vec<u8>>,
    /// Why it cannot be run, where it should have been built and was not: starting it then gives
    /// [`SpawnError::NotBuilt`](super::SpawnError::NotBuilt) with this.
    pub not_built: Option<String>,
    /// What marks the program and its children as of this run.
    pub mark: Mark,
}

/// What the processes of one run carry in their environment, as `WORKSHOP_RUN`, wherever they go. Each new one is
/// unlike all others; a command is to be run once for each.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mark(pub(super) String);

impl Default for Mark {
    fn default() -> Mark {
        Mark(leftovers::new_mark())
    }
}

/// Bounds on one run of a program.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The longest line of standard output that is handed on, in bytes; of a longer one only its length is.
    pub line_bytes: usize,
    /// How much standard output is read in all, in bytes, before the program is killed for flooding.
    pub output_bytes: u64,
    /// How many lines of standard output are handed on before it is killed for the same: each costs whoever listens more
    /// than its bytes. `None`: any number.
    pub output_lines: Option<u64>,
    /// How much of the end of standard error is kept in memory, in bytes.
    pub stderr_kept: usize,
    /// The file that gets the whole of standard error; one that exists is overwritten.
    pub stderr_log: Option<PathBuf>,
    /// How large that file may grow, in bytes; what comes after is dropped, and the file says so.
    pub stderr_log_bytes: u64,
    /// How long a program may take to end after SIGTERM before it gets SIGKILL.
    pub grace: Duration,
    /// How long after a program's exit its children may still hold its output open, or live on, before they are
    /// killed as left behind.
    pub pipe_wait: Duration,
    /// How much memory the program and its children may hold together, in bytes, before they are killed; pages that they
    /// share count once for each. `None`: as much as there is.
    pub resident_bytes: Option<u64>,
    /// How many processes its group may have before it is killed. `None`: as many as there can be.
    pub processes: Option<usize>,
}

impl Limits {
    /// The most memory of a student's program, in bytes: several times what a JVM takes for a right one, and so little that
    /// a small machine has it for each of the programs that a check runs side by side.
    pub const STUDENT_BYTES: u64 = 1 << 30;

    /// The most processes of a student's program: more than one for each core of a large machine.
    pub const STUDENT_PROCESSES: usize = 250;

    /// The most lines that it may print: several times what a right one prints that says something of every number.
    pub const STUDENT_LINES: u64 = 1_000_000;

    /// The usual bounds, and those on what a student's program may take of the machine. (A compiler or a server has
    /// reasons to take more.)
    pub fn of_student() -> Limits {
        Limits {
            resident_bytes: Some(Self::STUDENT_BYTES),
            processes: Some(Self::STUDENT_PROCESSES),
            output_lines: Some(Self::STUDENT_LINES),
            ..Limits::default()
        }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            line_bytes: 64 * 1024,
            output_bytes: 64 * 1024 * 1024,
            output_lines: None,
            stderr_kept: 8 * 1024,
            stderr_log: None,
            stderr_log_bytes: 16 * 1024 * 1024,
            grace: Duration::from_secs(2),
            pipe_wait: Duration::from_millis(500),
            resident_bytes: None,
            processes: None,
        }
    }
}
