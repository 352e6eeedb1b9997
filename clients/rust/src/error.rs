//! What can go wrong, each as a sentence that says what to do next.

use std::fmt;
use std::io;

/// What a task returns when it is not done: any error will do, and `?` makes it.
pub type TaskError = Box<dyn std::error::Error>;

/// Why a reader did not run, or ended early.
///
/// Its `Debug` is the same sentence as its `Display`, since that is what `fn main() -> Result<(), Error>` prints.
pub enum Error {
    /// The text cannot be the address of a queue.
    Address {
        /// What was given.
        address: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A value that makes no sense.
    Parameter {
        /// The method that sets it.
        name: &'static str,
        /// What it must be.
        must: &'static str,
    },
    /// Standard output is a pipe that nobody reads any more, as in `reader | head -2`. What was not done is back in the
    /// queue.
    NobodyReads,
    /// Standard output cannot be written, on a full disk for example.
    Output(io::Error),
    /// The system gives no signals.
    Signals(io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address { address, problem } => write!(
                formatter,
                "{address:?} is no address of a queue: {problem}; try http://localhost:8081"
            ),
            Self::Parameter { name, must } => write!(formatter, "{name} must be {must}"),
            Self::NobodyReads => formatter.write_str(
                "nobody reads standard output any more: what is not done went back into the queue",
            ),
            Self::Output(error) => write!(formatter, "cannot write to standard output: {error}"),
            Self::Signals(error) => write!(formatter, "cannot listen to signals: {error}"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Output(error) | Self::Signals(error) => Some(error),
            _ => None,
        }
    }
}

/// Return this from a task to have the message back soon, through no fault of the task's:
/// `Err(RequeueWithoutBackoff.into())`.
///
/// The message goes to the end of the queue, due at once, and the reader does not slow down. It still counts as a try, so
/// a message cannot circle for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequeueWithoutBackoff;

impl fmt::Display for RequeueWithoutBackoff {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("to be tried again at once")
    }
}

impl std::error::Error for RequeueWithoutBackoff {}
