//! Running a check: our own command, one at a time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use tokio::task::JoinSet;

use crate::program::guard::Guard;
use crate::program::{Command, Status};
use crate::render::causes;
use crate::services::Live;
use crate::services::tool;

/// No check takes as long; what does is ended.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// Runs checks; clones are the same one.
#[derive(Debug, Clone)]
pub(super) struct Runner {
    live: Live,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// The section whose check is running.
    running: Option<u8>,
    /// Why the last check could not be run, and of which section it was.
    problem: Option<(u8, String)>,
    /// Dropped with the page, and with it what runs.
    task: JoinSet<()>,
}

impl Runner {
    pub fn new(live: &Live) -> Self {
        Self {
            live: live.clone(),
            state: Arc::default(),
        }
    }

    /// The section whose check is running.
    pub fn running(&self) -> Option<u8> {
        self.state().running
    }

    /// Why the last check, if it was one of `section`, could not be run.
    pub fn problem(&self, section: u8) -> Option<String> {
        let state = self.state();
        let (_, why) = state.problem.as_ref().filter(|(of, _)| *of == section)?;
        Some(why.clone())
    }

    /// Begins the check of `section`; gives the section whose check is running, where one is.
    pub fn start(&self, section: u8) -> Result<(), u8> {
        let mut state = self.state();
        if let Some(running) = state.running {
            return Err(running);
        }
        state.running = Some(section);
        state.problem = None;
        // Earlier ones have ended.
        while state.task.try_join_next().is_some() {}
        let (live, shared) = (self.live.clone(), Arc::downgrade(&self.state));
        state.task.spawn(async move {
            let result = run(&live, section).await;
            if let Some(state) = shared.upgrade() {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                state.running = None;
                state.problem = result.err().map(|error| (section, causes(error.as_ref())));
            }
        });
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs `workshop check` to its end. What it found out is in its record.
async fn run(live: &Live, section: u8) -> anyhow::Result<()> {
    let executable = std::env::current_exe().context("cannot tell where the workshop command is")?;
    let guard = Guard::start(&executable).context("cannot start the guard of the check")?;
    let root = live.workspace.root().to_owned();
    let parts = &live.parts;
    let mut environment = vec![
        ("PUBSUB_URL".to_owned(), format!("http://{}", parts.pubsub.1)),
        (
            "SIMPLEQUEUE_URL".to_owned(),
            format!("http://{}", parts.simplequeue.1),
        ),
    ];
    if let Some(redis) = &parts.redis {
        environment.push(("REDIS_URL".to_owned(), redis.place().url.clone()));
    }
    let words = ["check".to_owned(), section.to_string(), "--dir".to_owned()];
    let command = Command {
        argv: std::iter::once(executable.display().to_string())
            .chain(words)
            .chain([root.display().to_string()])
            .collect(),
        directory: root,
        environment,
        ..Command::default()
    };
    let ran = tool::run(command, LIMIT, &guard).await?;
    match ran.exit.status {
        // It passed, failed, or could not tell: the record says why.
        Status::Code(0 | 1 | 3) if !ran.printed.is_empty() => Ok(()),
        status => {
            let said = ran.exit.stderr_tail.trim();
            let said = said.strip_prefix("workshop: ").unwrap_or(said);
            anyhow::bail!(
                "{}",
                if said.is_empty() {
                    status.to_string()
                } else {
                    said.to_owned()
                }
            )
        }
    }
}
