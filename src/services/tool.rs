//! Running a tool of the system's to its end: `pip`, or a server that is asked for its version.

use std::time::Duration;

use crate::program::guard::Guard;
use crate::program::{Command, Exit, Guarded, Limits, Output, SpawnError};

/// How much of what a tool prints is kept, in bytes; what comes after is dropped.
const KEPT_BYTES: usize = 256 << 10;

/// What a tool did.
#[derive(Debug)]
pub struct Ran {
    /// How it ended.
    pub exit: Exit,
    /// What it printed on standard output, line by line.
    pub printed: String,
}

impl Ran {
    /// What it printed, if it succeeded.
    ///
    /// # Errors
    /// The end of what it said on standard error, or its exit status where it said nothing.
    pub fn success(self) -> Result<String, ToolError> {
        if self.exit.status.success() {
            return Ok(self.printed);
        }
        let said: Vec<&str> = self.exit.stderr_tail.lines().map(str::trim).collect();
        // What pip has to say stands in its last lines; what stands above is how it got there.
        let errors = said.iter().rfind(|line| line.starts_with("ERROR"));
        let last = errors.or_else(|| said.iter().rfind(|line| !line.is_empty()));
        Err(ToolError::Failed {
            said: last.map_or_else(|| self.exit.status.to_string(), |line| (*line).to_owned()),
        })
    }
}

/// A tool did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// It cannot be started.
    #[error(transparent)]
    NotStarted(#[from] SpawnError),
    /// It took too long, and was ended.
    #[error("it was not done within {} s", .limit.as_secs())]
    TimedOut {
        /// How long it had.
        limit: Duration,
    },
    /// It ended without success.
    #[error("{said}")]
    Failed {
        /// Why, in its own words.
        said: String,
    },
}

/// Runs `command` to its end, for at most `limit`. Dropped, or when this process dies, it takes the tool with it.
///
/// # Errors
/// It cannot be started, or was not done in time. One that ends without success is none: see [`Ran::success`].
pub async fn run(command: Command, limit: Duration, guard: &Guard) -> Result<Ran, ToolError> {
    let mut tool = Guarded::spawn(command, Limits::default(), guard)?;
    let ended = async {
        let mut printed = String::new();
        while let Some(output) = tool.program.next().await {
            match output {
                Output::Line(line) if printed.len() + line.len() < KEPT_BYTES => {
                    printed.push_str(&line);
                    printed.push('\n');
                }
                Output::Exited(exit) => return Some(Ran { exit, printed }),
                Output::Line(_) | Output::Cut { .. } | Output::Flood => {}
            }
        }
        None
    };
    match tokio::time::timeout(limit, ended).await {
        Ok(Some(ran)) => Ok(ran),
        Ok(None) | Err(_) => Err(ToolError::TimedOut { limit }),
    }
}
