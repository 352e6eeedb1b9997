//! Servers of its own for one experiment: a pubsub and a queue, and a way in for each reader.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::connections::Connections;
use super::history::Event;
use super::recorder::Recorder;
use super::redis::{Redis, RedisContents, Schedule};
use super::room;
use super::turns::{A_ROUND, Turns};
use super::witness::{Numbers, PlaceInStep, Taken, Trap, Witness};
use crate::server::{self, Limits, pubsub, simplequeue};

/// An address of this machine at which nobody listens: what `REDIS_URL` names in a section without a Redis, so that
/// a program cannot write into a Redis of the student's own.
const NO_REDIS: &str = "redis://127.0.0.1:1/1";

/// The database that the workshop uses: what a student has in Redis is more likely to be in 0.
const DATABASE: u32 = 1;

/// The servers of one experiment.
#[derive(Debug)]
pub struct World {
    scenario: &'static str,
    recorder: Recorder,
    detail: Detail,
    pubsub: pubsub::Pubsub,
    queue: simplequeue::Simplequeue,
    numbers: Arc<Mutex<Numbers>>,
    /// Who is how far, where the readers are kept in step.
    turns: Option<Arc<Turns>>,
    published: u32,
    doors: Vec<watch::Sender<Taken>>,
    redis: Option<Redis>,
    stop: watch::Sender<bool>,
    servers: JoinSet<std::io::Result<()>>,
}

/// How much of what flows is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Every message.
    Messages,
    /// How many: for streams too long to keep.
    Counts,
}

/// A way into the world for one of the student's programs.
#[derive(Debug)]
pub struct Door {
    /// The reader, counted from 1.
    pub reader: u8,
    /// What its environment must say.
    pub environment: Vec<(String, String)>,
    /// What it has taken so far.
    pub taken: watch::Receiver<Taken>,
    pub(super) connections: Arc<Mutex<Connections>>,
    pub(super) trap: Trap,
}

impl World {
    /// Opens a world whose events are recorded under the name `scenario`.
    pub async fn open(recorder: &Recorder, scenario: &'static str, detail: Detail) -> std::io::Result<Self> {
        let pubsub = pubsub::Pubsub::new(pubsub::Options {
            limits: limits(),
            ..pubsub::Options::default()
        });
        let queue = simplequeue::Simplequeue::new(simplequeue::Options {
            limits: limits(),
            ..simplequeue::Options::default()
        })?;
        let (stop, _) = watch::channel(false);
        Ok(Self {
            scenario,
            recorder: recorder.clone(),
            detail,
            pubsub,
            queue,
            numbers: Arc::default(),
            turns: None,
            published: 0,
            doors: Vec::new(),
            redis: None,
            stop,
            servers: JoinSet::new(),
        })
    }

    /// The same, with readers that are kept in step: all of them are given messages at the same time, a few at once.
    pub async fn open_in_step(
        recorder: &Recorder,
        scenario: &'static str,
        detail: Detail,
    ) -> std::io::Result<Self> {
        let mut world = Self::open(recorder, scenario, detail).await?;
        world.queue = simplequeue::Simplequeue::new(simplequeue::Options {
            max_mget: Some(A_ROUND),
            limits: limits(),
            ..simplequeue::Options::default()
        })?;
        world.turns = Some(Arc::default());
        Ok(world)
    }

    /// Gives the doors that are opened from now on a way to the Redis at `server`, through a proxy of each reader's own
    /// that lets commands through by `schedule`. The server stays the caller's, and is to be this world's alone.
    ///
    /// # Errors
    /// The server does not answer.
    pub async fn use_redis(&mut self, server: SocketAddr, schedule: Schedule) -> std::io::Result<()> {
        let redis = Redis::at(server, schedule).await.map_err(std::io::Error::other)?;
        self.redis = Some(redis);
        Ok(())
    }

    /// What stands in database 1 of this world's Redis now; nothing where it has none.
    ///
    /// # Errors
    /// The server does not answer.
    pub async fn redis_contents(&self) -> std::io::Result<RedisContents> {
        match &self.redis {
            Some(redis) => redis.contents(DATABASE).await.map_err(std::io::Error::other),
            None => Ok(RedisContents::default()),
        }
    }

    /// Records what stands in database 1 of this world's Redis, where it has one.
    ///
    /// # Errors
    /// The server does not answer.
    pub async fn record_redis_contents(&self) -> std::io::Result<()> {
        if self.redis.is_some() {
            let contents = self.redis_contents().await?;
            self.recorder
                .record(self.scenario, 0, Event::RedisContents(contents));
        }
        Ok(())
    }

    /// A door for one more reader: addresses of the pubsub and the queue that are this reader's alone, so that the
    /// record knows who did what.
    pub async fn door(&mut self) -> std::io::Result<Door> {
        let (pubsub_listener, queue_listener) = (bind()?, bind()?);
        let (pubsub_address, queue_address) = (pubsub_listener.local_addr()?, queue_listener.local_addr()?);
        let (sender, taken) = watch::channel(Taken::default());
        self.doors.push(sender.clone());
        // No check opens hundreds of doors; should one do so, the last number stands for all further ones.
        let reader = u8::try_from(self.doors.len()).unwrap_or(u8::MAX);
        let trap = Trap::default();
        let connections = Arc::default();
        let witness = Arc::new(Witness {
            scenario: self.scenario,
            reader,
            recorder: self.recorder.clone(),
            detail: self.detail,
            numbers: Arc::clone(&self.numbers),
            taken: sender,
            connections: Arc::clone(&connections),
            trap: Arc::clone(&trap),
            place: self.turns.as_ref().map(|turns| PlaceInStep {
                turns: Arc::clone(turns),
                place: turns.join(),
                queue: self.queue.clone(),
            }),
        });
        let stopped = || until_true(self.stop.subscribe());
        let pubsub = self.pubsub.clone();
        let serving = pubsub.serve_observed(pubsub_listener, Arc::clone(&witness) as _, stopped());
        self.servers.spawn(serving);
        let queue = self.queue.clone();
        let serving = queue.serve_observed(queue_listener, Arc::clone(&witness) as _, stopped());
        self.servers.spawn(serving);
        let redis_url = match &self.redis {
            Some(redis) => {
                let listener = bind()?;
                let url = format!("redis://{}/{DATABASE}", listener.local_addr()?);
                let serving = redis.serve(listener, witness, taken.clone(), self.stop.subscribe());
                self.servers.spawn(async move {
                    serving.await;
                    Ok(())
                });
                url
            }
            None => NO_REDIS.to_owned(),
        };
        let environment = vec![
            ("PUBSUB_URL".to_owned(), format!("http://{pubsub_address}")),
            ("SIMPLEQUEUE_URL".to_owned(), format!("http://{queue_address}")),
            ("REDIS_URL".to_owned(), redis_url),
        ];
        Ok(Door {
            reader,
            environment,
            taken,
            connections,
            trap,
        })
    }

    /// Publishes `message` and puts it into the queue, as a pubsub and a bridge that loses nothing would.
    pub fn publish(&mut self, message: Bytes) {
        let number = self.published;
        self.published += 1;
        if self.detail == Detail::Messages {
            self.recorder.record(
                self.scenario,
                0,
                Event::Published {
                    message: number,
                    text: String::from_utf8_lossy(&message).into_owned(),
                },
            );
        }
        self.numbers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(message.clone())
            .or_default()
            .push_back(number);
        for door in &self.doors {
            door.send_if_modified(|taken| taken.heard.as_mut().map(|heard| *heard += 1).is_some());
        }
        self.pubsub.publish(message.clone());
        self.queue.put(message);
    }

    /// How many messages are in the queue.
    pub fn depth(&self) -> usize {
        self.queue.depth()
    }

    /// Stops the servers and waits until they have.
    pub async fn close(mut self) {
        // Nobody listens any more where every server has already failed; that is as stopped as can be.
        self.stop.send_replace(true);
        while self.servers.join_next().await.is_some() {}
    }
}

/// What each server of a world allows each reader.
fn limits() -> Limits {
    Limits {
        // One more than a program may have tells that it has more.
        max_connections: room::MOST_CONNECTIONS + 1,
        descriptors: Some(room::descriptors()),
        ..Limits::default()
    }
}

fn bind() -> std::io::Result<tokio::net::TcpListener> {
    server::bind(Ipv4Addr::LOCALHOST.into(), 0).map_err(std::io::Error::other)
}

async fn until_true(mut stopped: watch::Receiver<bool>) {
    // An error means that the world is gone, which is reason enough.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
