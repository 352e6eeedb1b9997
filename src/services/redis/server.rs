//! A private server: on this machine alone, in memory alone, and for as long as its owner lives.

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

use super::{Installation, report};
use crate::program::guard::Guard;
use crate::program::{self, Command, Exit, Guarded, Limits, Output, Signal, SpawnError};
use crate::render::causes;
use crate::server;
use crate::services::ports;

/// How long a server may take until it answers.
const START_LIMIT: Duration = Duration::from_secs(10);

/// How often a server that comes up is asked: it has no other way to say that it is there.
const ASK_EVERY: Duration = Duration::from_millis(2);

/// Between the choice of a free port and its use somebody else may take it; more often than this it is something else.
const ATTEMPTS: u32 = 5;

/// How long a killed server may take to be gone.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// How long it may take to see whether somebody listens on this machine.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);

/// As many of the last lines of its log are kept, for when it does not come up.
const LOG_LINES: usize = 5;

/// The port of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// Any that is free.
    Free,
    /// This one, or the next free one where it is taken.
    Wanted(u16),
    /// This one or none.
    Exactly(u16),
}

/// A server did not come up. Nothing of it is left.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It cannot be started.
    #[error(transparent)]
    Spawn(#[from] SpawnError),
    /// No folder for it.
    #[error("cannot make a folder for a Redis in {}: {source}; set TMPDIR to another", .within.display())]
    Folder {
        /// In which it was to be made.
        within: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It cannot be told where its folder or its port is.
    #[error("cannot prepare a Redis: {0}")]
    Prepare(#[from] io::Error),
    /// No port.
    #[error("{}", causes(.0.as_ref()))]
    Port(anyhow::Error),
    /// It ended at once.
    #[error("{} ended before it answered ({status}): {log}", .server.display())]
    Ended {
        /// The executable.
        server: PathBuf,
        /// How it ended.
        status: program::Status,
        /// The last of what it printed.
        log: String,
    },
    /// It does not answer.
    #[error("{} did not answer at {address} within {} s", .server.display(), START_LIMIT.as_secs())]
    Silent {
        /// The executable.
        server: PathBuf,
        /// Where it should.
        address: SocketAddr,
    },
}

/// A private Redis. Dropping it kills it; a guard does where this process cannot.
///
/// It listens on 127.0.0.1 alone, has 16 databases in at most 256 MB, reads no configuration of the system's, and saves
/// nothing: the folder that it runs in is removed as soon as it is up.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    pid: u32,
    note: Option<String>,
    stop: Option<oneshot::Sender<()>>,
    ended: watch::Receiver<Option<Exit>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts a server and waits until it answers. It ends with this process, which `guard` sees to.
    ///
    /// # Errors
    /// It does not come up.
    pub async fn start(installation: &Installation, port: Port, guard: &Guard) -> Result<Self, StartError> {
        Self::start_logged(installation, port, guard, |_| {}).await
    }

    /// The same; each line that the server prints, which are warnings alone, goes to `log` too.
    ///
    /// # Errors
    /// It does not come up.
    pub async fn start_logged(
        installation: &Installation,
        port: Port,
        guard: &Guard,
        log: fn(&str),
    ) -> Result<Self, StartError> {
        let mut attempt = 1;
        loop {
            match Self::attempt(installation, port, guard, log).await {
                Err(StartError::Ended { .. }) if attempt < ATTEMPTS => attempt += 1,
                outcome => return outcome,
            }
        }
    }

    async fn attempt(
        installation: &Installation,
        port: Port,
        guard: &Guard,
        log: fn(&str),
    ) -> Result<Self, StartError> {
        let (port, note) = choose(port).await?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let folder = tempfile::Builder::new().prefix("workshop-redis-").tempdir();
        let folder = folder.map_err(|source| StartError::Folder {
            within: std::env::temp_dir(),
            source,
        })?;
        let command = Command {
            argv: vec![installation.server.display().to_string(), "-".into()],
            directory: folder.path().to_path_buf(),
            input: Some(configuration(port).into_bytes()),
            ..Command::default()
        };
        let limits = Limits {
            // It lives for days, and its log is read all the time.
            output_bytes: u64::MAX,
            ..Limits::default()
        };
        let mut server = Guarded::spawn(command, limits, guard)?;
        come_up(&mut server, &installation.server, address, &folder, log).await?;
        // From here on it has a folder without a name, in which nothing can be saved and of which nothing stays.
        folder.close()?;

        let (stop, stopped) = oneshot::channel();
        let (sender, ended) = watch::channel(None);
        Ok(Self {
            address,
            pid: server.program.pid(),
            note,
            stop: Some(stop),
            ended,
            task: tokio::spawn(keep(server, stopped, sender, log)),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// What a student should know, where the wanted port was taken.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Waits until it has ended by itself, or somebody else has ended it. Cancel-safe.
    pub async fn ended(&mut self) -> program::Status {
        let ended = self.ended.wait_for(Option::is_some).await;
        // An error means that its task went down with the runtime.
        ended
            .ok()
            .and_then(|exit| exit.as_ref().map(|exit| exit.status))
            .unwrap_or(program::Status::Unknown)
    }

    /// Ends it, and returns once it is gone. What it holds is lost, as it would be in any case.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            // One that has ended by itself does not hear.
            let _ = stop.send(());
        }
        let _ = timeout(STOP_LIMIT, &mut self.task).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The task owns the process, and kills it on its way out.
        self.task.abort();
    }
}

/// A port to try, and what a student should know of it.
async fn choose(port: Port) -> Result<(u16, Option<String>), StartError> {
    let wanted = match port {
        Port::Exactly(port) => return Ok((port, None)),
        Port::Free => {
            let free = server::bind(Ipv4Addr::LOCALHOST.into(), 0);
            let free = free.map_err(|error| StartError::Port(error.into()))?;
            return Ok((free.local_addr()?.port(), None));
        }
        Port::Wanted(port) => port,
    };
    let mut next = wanted;
    loop {
        let bound = ports::bind("redis", next).map_err(StartError::Port)?;
        let port = bound.listener.local_addr()?.port();
        drop(bound.listener);
        // Some systems let two listen on one port, one of them at every address of the machine: its clients would
        // find ours from then on.
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if !matches!(
            timeout(CONNECT_LIMIT, TcpStream::connect(address)).await,
            Ok(Ok(_))
        ) {
            let moved = (port != wanted && bound.note.is_none())
                .then(|| format!("port {wanted} is taken, so redis listens on {port}"));
            return Ok((port, bound.note.or(moved)));
        }
        next = port.checked_add(1).unwrap_or(wanted);
    }
}

/// All that such a server is told. It gets this on its standard input, so no file has to be kept for it.
fn configuration(port: u16) -> String {
    format!(
        "bind 127.0.0.1\n\
        port {port}\n\
        protected-mode yes\n\
        daemonize no\n\
        databases 16\n\
        save \"\"\n\
        appendonly no\n\
        maxmemory 256mb\n\
        maxmemory-policy noeviction\n\
        client-output-buffer-limit normal 128mb 0 0\n\
        loglevel warning\n\
        logfile \"\"\n"
    )
}

/// Waits until the server answers, and is the one that was started.
async fn come_up(
    server: &mut Guarded,
    executable: &Path,
    address: SocketAddr,
    folder: &TempDir,
    tell: fn(&str),
) -> Result<(), StartError> {
    let deadline = Instant::now() + START_LIMIT;
    let folder = folder.path().canonicalize()?;
    let mut log = VecDeque::new();
    let mut asking = Box::pin(report::folder(address));
    let mut pause = Some(Instant::now());
    loop {
        tokio::select! {
            output = server.program.next() => match output {
                Some(Output::Line(line)) => {
                    tell(&line);
                    if log.len() == LOG_LINES {
                        log.pop_front();
                    }
                    log.push_back(line);
                }
                Some(Output::Exited(exit)) => {
                    return Err(StartError::Ended {
                        server: executable.to_path_buf(),
                        status: exit.status,
                        log: if log.is_empty() { exit.stderr_tail } else { log.make_contiguous().join("; ") },
                    });
                }
                Some(_) | None => {}
            },
            // Somebody else's server on that port runs in another folder; ours will end for want of the port.
            runs_in = &mut asking, if pause.is_none() => {
                if runs_in.is_ok_and(|runs_in| runs_in == folder) {
                    return Ok(());
                }
                pause = Some(Instant::now() + ASK_EVERY);
            }
            () = sleep_until(pause.unwrap_or(deadline)), if pause.is_some() => {
                pause = None;
                asking = Box::pin(report::folder(address));
            }
            () = sleep_until(deadline) => {
                return Err(StartError::Silent { server: executable.to_path_buf(), address });
            }
        }
    }
}

/// Owns the server until it ends or is to be stopped.
async fn keep(
    mut server: Guarded,
    stopped: oneshot::Receiver<()>,
    ended: watch::Sender<Option<Exit>>,
    log: fn(&str),
) {
    let killed = async {
        // Nobody who could say so any more is as good as being told.
        let _ = stopped.await;
    };
    tokio::pin!(killed);
    let mut killing = false;
    loop {
        tokio::select! {
            output = server.program.next() => match output {
                Some(Output::Exited(exit)) => {
                    ended.send_replace(Some(exit));
                    return;
                }
                Some(Output::Line(line)) => log(&line),
                Some(_) => {}
                None => return,
            },
            () = &mut killed, if !killing => {
                killing = true;
                // It has nothing to save, so there is nothing that it should be given time for.
                program::signal_now(&server.program, Signal::SIGKILL);
            }
        }
    }
}
