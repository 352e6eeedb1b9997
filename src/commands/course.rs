//! The course in a folder that `--course` names, or that the workspace remembers.

use std::io::Write as _;
use std::path::Path;

use super::exit::Usage;
use crate::checks;
use crate::cli::{Cli, Command};
use crate::lesson::{self, CourseError};
use crate::render::{Style, untrusted};
use crate::workspace::Workspace;

/// No sentence about a course is longer, in columns.
const LONGEST: usize = 2000;

/// Has the sections of the course stand beside those of this workshop, for a command that has to do with sections.
///
/// # Errors
/// What is wrong with the course that was named. What is wrong with one that is remembered is said on standard error, and
/// the command goes on without it: the folder may be on a disk that is elsewhere today.
pub fn take_up(cli: &Cli) -> Result<(), Usage> {
    if !concerns_sections(&cli.command) {
        return Ok(());
    }
    if let Some(named) = &cli.course {
        return lesson::use_course(named)
            .map_err(|error| Usage(of_course(named, &error)))
            .and_then(|()| checks::use_contracts().map_err(|error| Usage(error.to_string())));
    }
    let workspace = Workspace::find(cli.dir.as_deref()).ok();
    // A damaged progress.json is spoken of by the command itself.
    let remembered = workspace.and_then(|workspace| workspace.progress().ok()?.course);
    if let Some(remembered) = remembered {
        let problem = match lesson::use_course(&remembered) {
            Ok(()) => checks::use_contracts().err().map(|error| error.to_string()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(problem) = problem {
            let note = format!(
                "the course that this workspace remembers cannot be used: {problem}; where it is elsewhere now, `workshop \
                 start N --course FOLDER` says so"
            );
            // Where standard error is gone, there is nobody left to tell.
            let style = Style::for_stderr();
            let _ = writeln!(
                std::io::stderr(),
                "{} {}",
                style.doubtful("workshop:"),
                untrusted(&note, LONGEST)
            );
        }
    }
    Ok(())
}

/// `error` with the name of the course that it is about, which most of them do not have.
fn of_course(named: &Path, error: &CourseError) -> String {
    match error {
        CourseError::Folder { .. } => error.to_string(),
        _ => format!("{}: {error}", named.display()),
    }
}

fn concerns_sections(command: &Command) -> bool {
    !matches!(
        command,
        Command::Status
            | Command::Stop
            | Command::Env
            | Command::Doctor
            | Command::Graph(_)
            | Command::Publish(_)
            | Command::Open
            | Command::Completions { .. }
            | Command::Man { .. }
            | Command::Guard
    )
}
