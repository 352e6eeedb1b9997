//! The background process of a live workshop.

use std::fs::File;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::companion::{Companion, Live};
use super::control::{self, Status};
use super::parts::Parts;
use super::state::{self, LiveState};
use super::stream::{self, Published};
use super::token::token;
use super::witness::Witness;
use super::{ports, published, redis};
use crate::lesson::{self, Section, Service, Stream};
use crate::render::causes;
use crate::server::{self, Bridge, Pubsub, Simplequeue, bridge, pubsub, simplequeue};
use crate::source::{self, Capture, Clicks, Flow, Integers, Messages, Numbers, Pacing, Secret};
use crate::workspace::{Workspace, write_atomically};

/// The ports of the tutorial.
const PUBSUB_PORT: u16 = 8080;
const SIMPLEQUEUE_PORT: u16 = 8081;

/// The port of the page, where the last one of this workspace had no other.
const PAGE_PORT: u16 = 8088;

/// Bounds on the live queue: an idle afternoon costs no memory. The oldest messages are dropped past them.
const QUEUE_MESSAGES: usize = 50_000;
const QUEUE_BYTES: u64 = 16 << 20;

/// How often a live workshop looks whether its workspace is still there.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How long the parts may take to answer, and to end.
const READY_LIMIT: Duration = Duration::from_secs(10);
const END_LIMIT: Duration = Duration::from_secs(3);

/// How a live workshop is to be.
#[derive(Debug, Clone)]
pub struct LiveOptions {
    /// The section.
    pub section: u8,
    /// Messages a second; 0 where the section has no stream, and where a capture is replayed at its own pace.
    pub rate: f64,
    /// Its Redis; `None` where the section has none.
    pub redis: Option<redis::Choice>,
    /// The capture that is replayed, again and again, in place of the section's stream.
    pub replay: Option<PathBuf>,
}

/// What the process tells whoever started it, on standard output, once.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Announcement {
    /// Every part answers.
    Ready {
        /// What a student should know, such as ports that were taken.
        notes: Vec<String>,
    },
    /// It did not come up, and nothing of it is left.
    Failed {
        /// Why.
        error: String,
    },
}

/// Runs a live workshop until it is told to stop, with `companion` beside it. Tells on standard output when it is ready,
/// or why it is not.
pub async fn run(workspace: Workspace, options: LiveOptions, companion: Companion) -> anyhow::Result<()> {
    let Some(lock) = state::try_lock(&workspace)? else {
        return announce(&Announcement::Failed {
            error: "another live workshop of this workspace is running".into(),
        });
    };
    let result = match BroughtUp::bring_up(&workspace, &options, companion).await {
        Ok(up) => up.serve(&workspace, &lock).await,
        Err(error) => {
            announce(&Announcement::Failed {
                error: causes(error.as_ref()),
            })?;
            Err(error)
        }
    };
    state::remove(&workspace)?;
    // Whoever gets the lock next finds nothing of this one.
    drop(lock);
    result
}

/// Everything listens and runs; nobody has been told yet.
struct BroughtUp {
    state: LiveState,
    notes: Vec<String>,
    parts: Parts,
    control: TcpListener,
    end: watch::Sender<bool>,
    tasks: JoinSet<(&'static str, anyhow::Result<()>)>,
    stream: JoinSet<anyhow::Result<()>>,
    /// What is served beside the parts: whatever becomes of it, they go on.
    companion: JoinSet<anyhow::Result<()>>,
    /// Where the count of the stream is kept when this ends, for a stream whose count must outlive it.
    kept: Option<Workspace>,
}

impl BroughtUp {
    async fn bring_up(
        workspace: &Workspace,
        options: &LiveOptions,
        companion: Companion,
    ) -> anyhow::Result<Self> {
        let section = lesson::section(options.section)
            .with_context(|| format!("there is no section {}", options.section))?;
        let (end, _) = watch::channel(false);
        let mut tasks = JoinSet::new();

        let pubsub = Pubsub::new(pubsub::Options::default());
        let pubsub_port = ports::bind("pubsub", PUBSUB_PORT)?;
        let pubsub_address = pubsub_port.listener.local_addr()?;
        let witness = Witness::default();
        let observer = Arc::new(witness.clone());
        let serving = pubsub
            .clone()
            .serve_observed(pubsub_port.listener, observer, ended(&end));
        tasks.spawn(async { ("pubsub", serving.await.map_err(Into::into)) });

        let queue = Simplequeue::new(simplequeue::Options {
            max_depth: Some(QUEUE_MESSAGES),
            max_bytes: Some(QUEUE_BYTES),
            ..simplequeue::Options::default()
        })?;
        let queue_port = ports::bind("simplequeue", SIMPLEQUEUE_PORT)?;
        let queue_address = queue_port.listener.local_addr()?;
        let observer = Arc::new(witness.clone());
        let serving = queue
            .clone()
            .serve_observed(queue_port.listener, observer, ended(&end));
        tasks.spawn(async { ("simplequeue", serving.await.map_err(Into::into)) });

        let bridge_stats = if section.lesson.services.contains(&Service::Bridge) {
            let bridge = bridge_between(pubsub_address, queue_address)?;
            let stats = bridge.stats();
            let running = bridge.run(ended(&end));
            tasks.spawn(async { ("bridge", running.await.map(drop).map_err(Into::into)) });
            Some(stats)
        } else {
            None
        };

        let (redis, keeper) = match &options.redis {
            Some(choice) => {
                let executable =
                    std::env::current_exe().context("cannot tell where the workshop command is")?;
                let port = redis::Port::Wanted(redis::PORT);
                let (part, keeper) = redis::Part::start(choice, port, &executable).await?;
                (Some(part), keeper)
            }
            None => (None, None),
        };
        let redis_note = keeper.as_ref().and_then(redis::Keeper::note);
        if let Some(keeper) = keeper {
            let keeping = keeper.keep(ended(&end));
            tasks.spawn(async {
                keeping.await;
                ("redis", Ok(()))
            });
        }

        let control = server::bind(Ipv4Addr::LOCALHOST.into(), 0)?;
        let (page, page_note) = page_port(workspace);
        let state = LiveState {
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").into(),
            since: Timestamp::now(),
            section: options.section,
            rate: options.rate,
            replay: options.replay.clone(),
            control: control.local_addr()?,
            token: token()?,
            pubsub: pubsub_address,
            simplequeue: queue_address,
            redis: redis.as_ref().map(|redis| redis.place().clone()),
            page: page.as_ref().and_then(|page| page.local_addr().ok()),
        };
        let mut up = Self {
            state,
            notes: [pubsub_port.note, queue_port.note, redis_note, page_note]
                .into_iter()
                .flatten()
                .collect(),
            parts: Parts {
                pubsub: (pubsub, pubsub_address),
                simplequeue: (queue, queue_address),
                bridge: bridge_stats,
                readers: witness.readers,
                journal: witness.journal,
                stream: None,
                replay: None,
                redis,
            },
            control,
            companion: JoinSet::new(),
            end,
            tasks,
            stream: JoinSet::new(),
            kept: None,
        };
        tokio::time::timeout(READY_LIMIT, up.answered())
            .await
            .context("the servers came up, but did not answer in time")??;
        up.start_stream(workspace, section)?;
        if let Some(page) = page {
            let live = Live {
                workspace: workspace.clone(),
                section,
                parts: up.parts.clone(),
            };
            up.companion
                .spawn(companion(page, live, Box::pin(ended(&up.end))));
        }
        Ok(up)
    }

    /// Starts the stream last: when the first number comes, the bridge is there to carry it.
    fn start_stream(&mut self, workspace: &Workspace, section: &Section) -> anyhow::Result<()> {
        let Some(stream) = section.lesson.stream else {
            return Ok(());
        };
        let rate = self.state.rate;
        let at_rate = |messages: Messages| Flow::made(messages, Pacing::Rate(rate));
        let (flow, published, kept) = match (&self.state.replay, stream) {
            (Some(path), _) => {
                let pacing = if rate > 0.0 {
                    Pacing::Rate(rate)
                } else {
                    Pacing::Recorded
                };
                let capture = Capture::open(path, true)?;
                let flow = Flow::read(move || Ok(capture), pacing)?;
                (flow, Published::default(), None)
            }
            (None, Stream::Clicks) => {
                let clicks = Clicks::new(rand::random());
                (at_rate(clicks.messages())?, Published::default(), None)
            }
            (None, Stream::Integers) => {
                let integers = Integers::new(rand::random());
                (at_rate(integers.messages())?, Published::default(), None)
            }
            (None, Stream::Numbers) => {
                let numbers = source::mixed(rand::random());
                (at_rate(numbers)?, Published::default(), None)
            }
            (None, Stream::Secret) => {
                let secret = Secret::load(&workspace.secret_path())?;
                let numbers = Numbers::new(secret.distribution(), rand::random())?;
                let published = Published::from(published::count(workspace)?);
                (at_rate(numbers.messages())?, published, Some(workspace.clone()))
            }
        };
        self.parts.stream = Some((published.clone(), rate));
        self.parts.replay = self.state.replay.clone();
        let pubsub = self.parts.pubsub.0.clone();
        self.kept = kept.clone();
        self.stream.spawn(stream::publish(
            pubsub,
            self.parts.journal.clone(),
            flow,
            published,
            kept,
        ));
        Ok(())
    }

    /// Waits until each part answers a request, and the bridge is at its place.
    async fn answered(&self) -> anyhow::Result<()> {
        for address in [self.state.pubsub, self.state.simplequeue] {
            let url = format!("http://{address}/stats");
            server::client::get(&url, server::client::Bounds::default())
                .await
                .with_context(|| format!("no answer from {url}"))?;
        }
        while self
            .parts
            .bridge
            .as_ref()
            .is_some_and(|stats| !stats.now().connected)
        {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }

    /// Tells that everything is up, and serves until told to stop.
    async fn serve(mut self, workspace: &Workspace, lock: &File) -> anyhow::Result<()> {
        let (stop, mut stopped) = mpsc::channel(1);
        let (section, parts) = (self.state.section, self.parts.clone());
        let status = move || {
            let parts = parts.clone();
            async move {
                let stream = parts.stream.as_ref();
                Status {
                    section,
                    published: stream.map_or(0, |(published, _)| published.count()),
                    subscribers: parts.other_subscribers(),
                    parts: parts.status().await,
                    notes: parts.redis.iter().filter_map(redis::Part::told).collect(),
                    broken: parts.redis.as_ref().is_some_and(redis::Part::is_gone),
                }
            }
        };
        let mut control = JoinSet::new();
        control.spawn(control::serve(
            self.control,
            self.state.token.clone(),
            status,
            stop,
        ));
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        // The terminal that it was started from may go.
        let mut hangup = signal(SignalKind::hangup())?;

        if let Err(error) = state::write(workspace, &self.state) {
            announce(&Announcement::Failed {
                error: format!("{error:#}"),
            })?;
            return Err(error);
        }
        let mut result = announce(&Announcement::Ready { notes: self.notes });
        let mut look = tokio::time::interval(LOOK_EVERY);
        // Where nobody hears it, whoever started it was interrupted, and nobody wants it.
        while result.is_ok() {
            tokio::select! {
                _ = stopped.recv() => break,
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
                _ = hangup.recv() => {}
                // A workshop whose workspace was deleted can be found by nobody, and must not stay.
                _ = look.tick() => if lock.metadata()?.nlink() == 0 { break },
                Some(ended) = self.tasks.join_next() => result = Err(failed(ended)),
                Some(ended) = self.companion.join_next() => {
                    // The log of the background process.
                    let error = failed(ended.map(|result| ("the page", result)));
                    eprintln!("{}", causes(error.as_ref()));
                }
                Some(ended) = self.stream.join_next() => {
                    result = Err(failed(ended.map(|result| ("the stream", result))));
                }
            }
        }
        self.stream.shutdown().await;
        if let (Some((published, _)), Some(workspace)) = (&self.parts.stream, &self.kept) {
            let kept = published::keep(workspace, published.count());
            result = result.and(kept.context("cannot keep the count of the stream"));
        }
        self.end.send_replace(true);
        let all_ended = async {
            while self.tasks.join_next().await.is_some() {}
            while self.companion.join_next().await.is_some() {}
        };
        // What has not ended by then ends with the process.
        let _ = tokio::time::timeout(END_LIMIT, all_ended).await;
        result
    }
}

fn failed(ended: Result<(&'static str, anyhow::Result<()>), tokio::task::JoinError>) -> anyhow::Error {
    match ended {
        Ok((part, Ok(()))) => anyhow::anyhow!("{part} ended by itself"),
        Ok((part, Err(error))) => error.context(format!("{part} failed")),
        Err(panic) => anyhow::Error::new(panic).context("a part of the workshop broke down"),
    }
}

fn bridge_between(pubsub: SocketAddr, queue: SocketAddr) -> anyhow::Result<Bridge> {
    Ok(Bridge::new(bridge::Options {
        pubsub_urls: vec![format!("http://{pubsub}/sub?multipart=0")],
        destination_get_urls: vec![format!("http://{queue}/put?data=%s")],
        ..bridge::Options::default()
    })?)
}

/// Where the page listens: at the port that the last one of this workspace had, so that a page that is open in a browser
/// finds the next workshop. Where no port is to be had, the note says why there is no page.
fn page_port(workspace: &Workspace) -> (Option<TcpListener>, Option<String>) {
    let kept = workspace.state().join("page-port");
    let last = std::fs::read_to_string(&kept)
        .ok()
        .and_then(|port| port.trim().parse().ok());
    let bound = ports::bind("the page", last.unwrap_or(PAGE_PORT))
        .and_then(|bound| Ok((bound.listener.local_addr()?.port(), bound)));
    match bound {
        Ok((port, bound)) => {
            // Where it cannot be kept, the next page may be found elsewhere, and `start` says where.
            let _ = write_atomically(&kept, format!("{port}\n").as_bytes());
            (Some(bound.listener), bound.note)
        }
        Err(error) => (
            None,
            Some(format!("there is no page to look at: {}", causes(error.as_ref()))),
        ),
    }
}

fn ended(end: &watch::Sender<bool>) -> impl Future<Output = ()> + Send + 'static {
    let mut end = end.subscribe();
    async move {
        // An error means that whoever would say so is gone.
        let _ = end.wait_for(|end| *end).await;
    }
}

fn announce(announcement: &Announcement) -> anyhow::Result<()> {
    let mut line = serde_json::to_vec(announcement)?;
    line.push(b'\n');
    let mut out = io::stdout().lock();
    match out.write_all(&line).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) => bail!("nobody waits for this workshop any more: {error}"),
    }
}
