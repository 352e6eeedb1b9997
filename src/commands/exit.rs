//! Exit codes, and how errors become them.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use super::say;
use crate::checks::Verdict;
use crate::cli::Command;
use crate::render::{Style, causes, untrusted};
use crate::workspace::{NotFound, SettingsError};

/// Whose errors these are.
const WHO: &str = "workshop:";

/// What the command tells whoever called it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or every required claim holds: 0.
    Done,
    /// A required claim does not hold, or the command failed: 1.
    Failed,
    /// The command, or a file of the student's that it reads, was given wrongly: 2.
    Usage,
    /// It could not be told: 3.
    CouldNotTell,
    /// Interrupted by a signal: 128 and its number, as shells have it.
    Interrupted(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::CouldNotTell => 3,
            Exit::Interrupted(signal) => 128_u8.saturating_add(signal),
        })
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Done,
            Verdict::Fail => Self::Failed,
            Verdict::CouldNotTell => Self::CouldNotTell,
        }
    }
}

/// A command that was given wrongly: the sentence says how it is given rightly.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// What an error of `command` means where the error itself does not say: a check that breaks down has not told.
pub fn for_errors_of(command: &Command) -> Exit {
    match command {
        Command::Check(_) | Command::Judge(_) => Exit::CouldNotTell,
        _ => Exit::Failed,
    }
}

/// Says on standard error what went wrong, and how the command ends for it.
pub fn report(error: &anyhow::Error, fallback: Exit) -> Exit {
    if is_closed_pipe(error) {
        return Exit::Done;
    }
    let style = Style::for_stderr();
    // It may hold names of files, and text out of them.
    let said = causes(error.as_ref());
    let lines: Vec<String> = said.lines().map(|line| untrusted(line, usize::MAX)).collect();
    let text = format!("{WHO} {}", lines.join("\n"));
    let text = if io::stderr().is_terminal() {
        wrapped(&text, &style)
    } else {
        text
    };
    let text = text.strip_prefix(WHO).unwrap_or(&text);
    // Where standard error is gone too, there is nobody left to tell.
    let _ = writeln!(io::stderr(), "{}{text}", style.bad(WHO));
    let usage = error
        .chain()
        .any(|cause| cause.is::<Usage>() || cause.is::<NotFound>() || cause.is::<SettingsError>());
    if usage { Exit::Usage } else { fallback }
}

/// `text` within the width of the terminal. A line that is set in is a command, to be copied as it is.
fn wrapped(text: &str, style: &Style) -> String {
    let wrapped = |line: &str| match line.starts_with(' ') {
        true => line.to_owned(),
        false => say::wrapped(line, style),
    };
    text.lines().map(wrapped).collect::<Vec<_>>().join("\n")
}

/// Whether whoever read our output has seen enough, as `head` does.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
