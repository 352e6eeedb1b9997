//! How a program ended.

use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use super::Signal;

/// The end of a program, and what is worth telling about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// Its exit status.
    pub status: Status,
    /// The end of what it wrote on standard error; invalid UTF-8 is replaced.
    pub stderr_tail: String,
    /// Why it was ended from outside, if it was.
    pub killed_by_us: Option<Reason>,
    /// Whether processes that it had started were still alive after it had exited and had to be killed.
    pub leftover_children: bool,
}

/// How the system says that a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It exited by itself, with this code.
    Code(i32),
    /// A signal ended it, the one with this number.
    Signal(i32),
    /// The system did not say, not even after SIGKILL (a process that waits for a disk can hang so).
    Unknown,
}

/// Why a program was ended from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It was asked to end with SIGTERM, and did.
    Terminated,
    /// It was asked to end with SIGTERM, and had to be killed when the grace was over.
    IgnoredTermination,
    /// It printed more than [`Limits::output_bytes`](super::Limits::output_bytes), or more lines than
    /// [`Limits::output_lines`](super::Limits::output_lines).
    Flood,
    /// It held more memory than [`Limits::resident_bytes`](super::Limits::resident_bytes).
    Memory,
    /// It had more processes than [`Limits::processes`](super::Limits::processes).
    Processes,
    /// It was sent this signal on purpose, through [`signal_now`](super::signal_now).
    Signalled(Signal),
}

impl Status {
    /// Whether the program exited by itself and reported success.
    pub fn success(self) -> bool {
        self == Status::Code(0)
    }
}

impl From<ExitStatus> for Status {
    fn from(status: ExitStatus) -> Status {
        match (status.code(), status.signal()) {
            (Some(code), _) => Status::Code(code),
            (None, Some(signal)) => Status::Signal(signal),
            (None, None) => Status::Unknown,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Status::Code(code) => write!(f, "exit status {code}"),
            Status::Signal(number) => match Signal::try_from(number) {
                Ok(signal) => write!(f, "killed by signal {number} ({signal})"),
                Err(_) => write!(f, "killed by signal {number}"),
            },
            Status::Unknown => write!(f, "no exit status: it did not end even when it was killed"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Terminated => write!(f, "it was asked to end (SIGTERM), and did"),
            Reason::IgnoredTermination => {
                write!(f, "it did not end when it was asked to (SIGTERM), and was killed")
            }
            Reason::Flood => write!(f, "it printed more than it may, and was killed"),
            Reason::Memory => write!(f, "it held more memory than it may, and was killed"),
            Reason::Processes => write!(f, "it had more processes than it may, and was killed"),
            Reason::Signalled(signal) => write!(f, "it was sent {signal} on purpose"),
        }
    }
}
