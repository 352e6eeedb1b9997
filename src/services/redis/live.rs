//! The Redis of a live workshop: which one it is, and what becomes of it.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use jiff::Zoned;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use super::{DATABASE, Foreign, Installation, Port, Report, Server};
use crate::program::Status;
use crate::program::guard::Guard;
use crate::services::control::PartStatus;

/// A private server that ends is started again; one that ends this often is not meant to live.
const RESTARTS: u32 = 5;

/// How long a server may take to say how it is; whoever asks for the status waits for it.
const STATUS_LIMIT: Duration = Duration::from_secs(2);

/// Which Redis a live workshop is to have.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// One of its own.
    Private(Installation),
    /// The student's own, at this URL.
    Foreign(String),
}

/// What a line about Redis begins with in the log of a live workshop.
pub const LOG_MARK: &str = "redis:";

/// Where the Redis of a live workshop is to be found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its URL, with the database, and with the password where there is one.
    pub url: String,
    /// Whether it is the student's own.
    pub foreign: bool,
}

impl Place {
    /// Whether this is what was chosen.
    pub fn is(&self, choice: &Choice) -> bool {
        match choice {
            Choice::Private(_) => !self.foreign,
            Choice::Foreign(url) => self.foreign && self.url == *url,
        }
    }

    /// The URL as it may be shown.
    pub fn shown(&self) -> String {
        Foreign::parse(&self.url).map_or_else(|_| self.url.clone(), |server| server.to_string())
    }
}

/// The Redis of a live workshop, seen from the rest of it.
#[derive(Debug, Clone)]
pub struct Part {
    place: Place,
    /// What happened to a private one since it was first started.
    fate: Arc<Mutex<Fate>>,
}

#[derive(Debug, Default)]
struct Fate {
    ends: u32,
    /// What a student should know.
    told: Option<String>,
    gone: bool,
}

/// A private server that runs, with what it takes to start it again. Its end is the caller's to ask for.
#[derive(Debug)]
pub struct Keeper {
    server: Server,
    installation: Installation,
    guard: Guard,
    fate: Arc<Mutex<Fate>>,
}

impl Part {
    /// Starts the server that was chosen, or sees that the student's own answers. A private one listens on `port`, and
    /// comes with its keeper; `executable` is the one of the workshop, which becomes its guard.
    ///
    /// # Errors
    /// It does not come up, or does not answer.
    pub async fn start(
        choice: &Choice,
        port: Port,
        executable: &Path,
    ) -> anyhow::Result<(Self, Option<Keeper>)> {
        let fate = Arc::default();
        let (url, keeper) = match choice {
            Choice::Foreign(url) => {
                Foreign::parse(url)?.report().await?;
                (url.clone(), None)
            }
            Choice::Private(installation) => {
                let keeper = Keeper::start(installation, port, executable, Arc::clone(&fate)).await?;
                (
                    format!("redis://{}/{DATABASE}", keeper.server.address()),
                    Some(keeper),
                )
            }
        };
        let foreign = keeper.is_none();
        let place = Place { url, foreign };
        Ok((Self { place, fate }, keeper))
    }

    /// Where it is.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What happened to it that a student should know.
    pub fn told(&self) -> Option<String> {
        self.fate().told.clone()
    }

    /// How often a private one has ended by itself, or by somebody else, so far.
    pub fn ends(&self) -> u32 {
        self.fate().ends
    }

    /// Whether it is gone, and cannot be started again.
    pub fn is_gone(&self) -> bool {
        self.fate().gone
    }

    fn fate(&self) -> MutexGuard<'_, Fate> {
        self.fate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it says of itself. Takes [`STATUS_LIMIT`] at most.
    pub async fn status(&self) -> PartStatus {
        let report = if self.is_gone() {
            // Whoever answers there now is somebody else's.
            None
        } else {
            let report = timeout(STATUS_LIMIT, Report::of(self.place.url.as_str())).await;
            report.ok().and_then(Result::ok)
        };
        let state = match &report {
            Some(report) => described(report, self.place.foreign),
            None if self.is_gone() => "gone".into(),
            None => "does not answer".into(),
        };
        PartStatus {
            part: "redis".into(),
            address: self.place.shown(),
            state,
            messages_in: report.as_ref().map(|report| report.commands),
            messages_out: None,
            depth: report.map(|report| report.keys),
        }
    }
}

/// What Redis says, and what happens to it, goes into the log of the background process. Its lines begin alike.
fn log(line: &str) {
    eprintln!("{LOG_MARK} {line}");
}

fn described(report: &Report, foreign: bool) -> String {
    let megabytes = report.memory as f64 / f64::from(1 << 20);
    format!(
        "{}{} {}, {megabytes:.1} MB",
        if foreign { "your " } else { "" },
        report.kind,
        report.version
    )
}

impl Keeper {
    async fn start(
        installation: &Installation,
        port: Port,
        executable: &Path,
        fate: Arc<Mutex<Fate>>,
    ) -> anyhow::Result<Self> {
        let guard = Guard::start(executable).context("cannot start the guard of the Redis server")?;
        Ok(Self {
            server: Server::start_logged(installation, port, &guard, log).await?,
            installation: installation.clone(),
            guard,
            fate,
        })
    }

    /// What a student should know, where the port of the tutorial was taken.
    pub fn note(&self) -> Option<String> {
        self.server.note().map(str::to_owned)
    }

    /// Keeps the server up, at its address, until `end`. One that somebody kills is started again, empty; where that
    /// cannot be, the rest of the workshop goes on without it.
    pub async fn keep(mut self, end: impl Future<Output = ()>) {
        tokio::pin!(end);
        loop {
            tokio::select! {
                () = &mut end => return self.server.stop().await,
                status = self.server.ended() => {
                    let again = self.again(status).await;
                    match again {
                        Some(server) => self.server = server,
                        None => return end.await,
                    }
                }
            }
        }
    }

    async fn again(&self, status: Status) -> Option<Server> {
        let at = Zoned::now().strftime("%H:%M:%S").to_string();
        let port = Port::Exactly(self.server.address().port());
        let ends = self.fate.lock().unwrap_or_else(PoisonError::into_inner).ends + 1;
        let server = match ends {
            ..=RESTARTS => Server::start_logged(&self.installation, port, &self.guard, log)
                .await
                .map_err(|error| error.to_string()),
            _ => Err(format!("it had ended {RESTARTS} times before")),
        };
        let mut fate = self.fate.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = format!("redis ended at {at} ({status})");
        let (told, server) = match server {
            Ok(server) => (format!("{ended} and was started again, empty"), Some(server)),
            Err(why) => (
                format!("{ended} and cannot be started again: {why}; `workshop start` brings up a new one"),
                None,
            ),
        };
        log(&told);
        fate.ends = ends;
        fate.gone = server.is_none();
        fate.told = Some(told);
        server
    }
}
