//! What a check is given to run its experiments with.

use std::path::PathBuf;

use crate::arena::Recorder;
use crate::program::{Command, Limits, guard::Guard};
use crate::workspace::{RunFolder, Workspace};

/// One check of one student's work.
pub struct Trial<'a> {
    /// What the random numbers of the check are made from.
    pub seed: u64,
    /// Where everything that happens is noted.
    pub recorder: Recorder,
    /// Ends the student's programs if this process dies.
    pub guard: Guard,
    /// The program under judgement and its arguments.
    pub command: Vec<String>,
    /// The section's extra programs (`merge`), by name, where the student has them.
    pub extras: Vec<(String, Vec<String>)>,
    /// Where the programs run.
    pub directory: PathBuf,
    /// What is added to their environment, apart from the addresses of the servers.
    pub environment: Vec<(String, String)>,
    /// Where the record and the programs' standard errors go.
    pub run: RunFolder,
    /// The workspace whose answers are judged too; `None` for a program given by itself.
    pub workspace: Option<&'a Workspace>,
    /// Called with the name of each experiment that is over.
    pub over: Box<dyn Fn(&str) + Send + Sync + 'a>,
}

impl Trial<'_> {
    /// The command under judgement, ready to start.
    pub fn program(&self) -> Command {
        self.command_of(&self.command, None)
    }

    /// An extra program that reads `input`, where the student has one.
    pub fn extra(&self, name: &str, input: Vec<u8>) -> Option<Command> {
        let (_, command) = self.extras.iter().find(|(extra, _)| extra == name)?;
        Some(self.command_of(command, Some(input)))
    }

    /// The limits for the program that runs in `scenario`.
    pub fn limits(&self, scenario: &str) -> Limits {
        Limits {
            stderr_log: Some(self.run.standard_error(scenario)),
            // A check has many of these, and the last thirty checks are kept.
            stderr_log_bytes: 1 << 20,
            ..Limits::default()
        }
    }

    fn command_of(&self, argv: &[String], input: Option<Vec<u8>>) -> Command {
        Command {
            argv: argv.to_vec(),
            directory: self.directory.clone(),
            environment: self.environment.clone(),
            input,
            ..Command::default()
        }
    }
}
