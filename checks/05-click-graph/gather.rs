//! The experiments of section 5, side by side, each in a world of its own with a Redis of its own.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;

use super::super::{Trial, with_redis};
use super::graph::Graph;
use super::streams::Stream;
use super::top;
use super::trace::Message;
use crate::arena::{Ending, Event, Seen, Session, World, wait_together};
use crate::program::Command;
use crate::services::redis::Installation;

/// The experiments, as the record has them.
pub const CLICKS: &str = "clicks";
pub const HEARTBEATS: &str = "heartbeats";
pub const FOUR_READERS: &str = "four-readers";
pub const UNDIRECTED: &str = "undirected";
pub const TOP: &str = "top";

/// All of them.
pub const SCENARIOS: &[&str] = &[CLICKS, HEARTBEATS, FOUR_READERS, UNDIRECTED, TOP];

/// How many readers there are where there are several.
const READERS: usize = 4;

/// As long as a program may keep clicks that it has taken already: one that counts for itself and adds what has come
/// together every second is right.
const IN_HAND: Duration = Duration::from_secs(3);

/// How often the arena looks at how much stands in Redis.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Runs them all.
pub async fn gather(trial: &Trial<'_>) -> anyhow::Result<()> {
    let begin = Event::Check {
        section: 5,
        seed: trial.seed,
        command: trial.command.clone(),
    };
    trial.recorder.record("check", 0, begin);
    let installation = with_redis::installation(trial).await;
    let undirected = trial.extra("undirected", None);
    let one = |scenario, stream, command, readers| Experiment {
        trial,
        installation: installation.as_ref(),
        scenario,
        stream,
        command,
        readers,
    };
    tokio::try_join!(
        one(CLICKS, Stream::Clicks, Some(trial.program()), 1).run(),
        one(HEARTBEATS, Stream::Heartbeats, Some(trial.program()), 1).run(),
        one(FOUR_READERS, Stream::Collisions, Some(trial.program()), READERS).run(),
        one(UNDIRECTED, Stream::Clicks, undirected, 1).run(),
        top::gather(trial, installation.as_ref()),
    )
    .context("the arena could not be set up")?;
    Ok(())
}

/// One experiment: some readers, one stream.
struct Experiment<'a> {
    trial: &'a Trial<'a>,
    installation: Result<&'a Installation, &'a String>,
    scenario: &'static str,
    stream: Stream,
    /// What is tried; `None` for an extra program that is not there.
    command: Option<Command>,
    readers: usize,
}

impl Experiment<'_> {
    async fn run(self) -> std::io::Result<()> {
        let Self { trial, scenario, .. } = self;
        let (mut world, schedule) = with_redis::open(trial, scenario, self.readers).await?;
        let mut server = None;
        if let Some(command) = &self.command {
            server = with_redis::start(trial, self.installation, scenario, &mut world, schedule).await;
            if server.is_some() {
                self.with_readers(&mut world, command).await?;
            }
        }
        with_redis::close(trial, scenario, world, server).await;
        (trial.over)(scenario);
        Ok(())
    }

    /// Starts the readers, lets them do their work, and records what then stands in Redis.
    async fn with_readers(&self, world: &mut World, command: &Command) -> std::io::Result<()> {
        let mut sessions = Vec::new();
        for _ in 0..self.readers {
            let started = self.trial.start(world, self.scenario, command.clone()).await?;
            sessions.extend(started);
        }
        if sessions.len() == self.readers {
            let ending = self.feed(world, &mut sessions).await;
            end_all(sessions, ending).await;
            // Where this fails, nothing is recorded, and nothing can be told.
            let _ = world.record_redis_contents().await;
        } else {
            end_all(sessions, Ending::Exited).await;
        }
        Ok(())
    }

    /// Publishes the stream when all readers are there, and waits until they are done with it.
    async fn feed(&self, world: &mut World, sessions: &mut [Session<'_>]) -> Ending {
        // Not before all are there: one that comes late would find the queue empty.
        let ending = wait_together(sessions, |seen| seen.iter().all(|seen| seen.is_there())).await;
        if ending != Ending::Settled {
            return ending;
        }
        let messages = self.stream.messages(self.trial.seed);
        let count = messages.len() as u64;
        let expected = self.expected(&messages);
        for message in messages {
            world.publish(message);
        }
        let world = &*world;
        let watched = Watched::default();
        let done = |seen: &[&Seen]| {
            let counted = expected.contains(&watched.total());
            let still = seen.iter().all(|seen| seen.still >= IN_HAND) && watched.still() >= IN_HAND;
            let finished = taken(seen) == count && seen.iter().all(|seen| asks_again(seen));
            (finished && (counted || still)) || (still && gives_all_back(seen))
        };
        let waiting = async {
            loop {
                match wait_together(sessions, done).await {
                    // One that has all its messages in hand and goes on counting them is at work.
                    Ending::Idle if watched.still() < IN_HAND => {}
                    ending => return ending,
                }
            }
        };
        tokio::select! {
            ending = waiting => ending,
            never = watched.watch(world) => match never {},
        }
    }

    /// What all scores in Redis come to once everything is counted. It ends the waiting, and judges nothing.
    fn expected(&self, messages: &[bytes::Bytes]) -> Vec<f64> {
        let messages: Vec<Message> = messages
            .iter()
            .map(|message| Message::read(&String::from_utf8_lossy(message)))
            .collect();
        if self.scenario == UNDIRECTED {
            [1.0, 2.0]
                .map(|to_itself| Graph::undirected(&messages, to_itself).total())
                .to_vec()
        } else {
            vec![Graph::directed(&messages).total()]
        }
    }
}

/// Ends all programs at the same time, so that each has its whole time to add what it still has in hand.
async fn end_all(sessions: Vec<Session<'_>>, ending: Ending) {
    futures_util::future::join_all(sessions.into_iter().map(|session| session.end(ending))).await;
}

/// How many messages have been taken by all readers; published to one that listens to the pubsub alone.
fn taken(seen: &[&Seen]) -> u64 {
    let taken = seen.iter().map(|seen| seen.taken.messages).sum();
    let heard = seen.iter().filter_map(|seen| seen.taken.heard).max();
    if taken > 0 { taken } else { heard.unwrap_or(0) }
}

/// Whether a reader has come back for more, twice: one that takes an empty queue for the end is gone by then. One that
/// listens to the pubsub never asks.
fn asks_again(seen: &Seen) -> bool {
    seen.taken.fruitless >= 2 || (seen.taken.messages == 0 && seen.taken.heard.is_some())
}

/// Whether every message that was taken has been put back: a program that fails on all of them would go on failing, ever
/// more slowly.
fn gives_all_back(seen: &[&Seen]) -> bool {
    let put: u64 = seen.iter().map(|seen| seen.taken.put).sum();
    let taken: u64 = seen.iter().map(|seen| seen.taken.messages).sum();
    taken >= 3 && put >= taken
}

/// What never comes.
enum Never {}

/// What the arena sees of a Redis from outside: the sum of all scores in database 1.
#[derive(Debug, Default)]
struct Watched {
    /// The bits of the sum, an `f64`.
    total: AtomicU64,
    /// How often in a row it was looked at and had not changed.
    unchanged: AtomicU32,
}

impl Watched {
    fn total(&self) -> f64 {
        f64::from_bits(self.total.load(Ordering::Relaxed))
    }

    /// How long it has not changed, on a machine that had time to spare: a look that comes late counts for one.
    fn still(&self) -> Duration {
        LOOK_EVERY * self.unchanged.load(Ordering::Relaxed)
    }

    /// Looks again and again.
    async fn watch(&self, world: &World) -> Never {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            // Busy with a script of the program's, or gone: the next look may tell.
            if let Ok(contents) = world.redis_contents().await {
                self.note(Graph::in_redis(&contents).total());
            }
        }
    }

    fn note(&self, sum: f64) {
        let before = self.total.swap(sum.to_bits(), Ordering::Relaxed);
        if before == sum.to_bits() {
            self.unchanged.fetch_add(1, Ordering::Relaxed);
        } else {
            self.unchanged.store(0, Ordering::Relaxed);
        }
    }
}
