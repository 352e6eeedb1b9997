//! What a check is given to run its experiments with.

use std::path::PathBuf;
use std::time::Duration;

use crate::arena::{Recorder, Session, SessionLimits, World};
use crate::program::{Command, Limits, guard::Guard};
use crate::workspace::{RunFolder, Workspace};

/// How long a program may take to end when it is asked to.
const ENDING: Duration = Duration::from_secs(10);

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
    /// Why the programs cannot be run, where they should have been built and were not.
    pub not_built: Option<String>,
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

    /// An extra program, where the student has one; it reads `input`, or has no standard input.
    pub fn extra(&self, name: &str, input: Option<Vec<u8>>) -> Option<Command> {
        let (_, command) = self.extras.iter().find(|(extra, _)| extra == name)?;
        Some(self.command_of(command, input))
    }

    /// Starts `command` in `world`, behind a door of its own; `None` where it cannot be started, which is then in the
    /// record.
    pub async fn start(
        &self,
        world: &mut World,
        scenario: &'static str,
        command: Command,
    ) -> std::io::Result<Option<Session<'_>>> {
        let door = world.door().await?;
        let log = match door.reader {
            1 => scenario.to_owned(),
            reader => format!("{scenario}-{reader}"),
        };
        let session = Session::start(
            scenario,
            &self.recorder,
            &self.guard,
            &door,
            command,
            self.limits(&log),
            SessionLimits::default(),
        );
        Ok(session.ok())
    }

    /// Closes the world of an experiment that is over, and moves the progress bar.
    pub async fn close(&self, world: World, scenario: &str) {
        world.close().await;
        (self.over)(scenario);
    }

    /// The limits for a program, whose standard error goes into the log of that name.
    fn limits(&self, log: &str) -> Limits {
        Limits {
            stderr_log: Some(self.run.standard_error(log)),
            // A program may have much to put away when it is asked to end, on a machine that is busy.
            grace: ENDING,
            // A check has many of these, and the last thirty checks are kept.
            stderr_log_bytes: 1 << 20,
            ..Limits::of_student()
        }
    }

    fn command_of(&self, argv: &[String], input: Option<Vec<u8>>) -> Command {
        Command {
            argv: argv.to_vec(),
            directory: self.directory.clone(),
            environment: self.environment.clone(),
            input,
            not_built: self.not_built.clone(),
            ..Command::default()
        }
    }
}
