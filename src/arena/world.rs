//! Servers of its own for one experiment: a pubsub and a queue, and a way in for each reader.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::history::{Delivered, Event};
use super::recorder::Recorder;
use crate::server::{self, pubsub, simplequeue};

/// An address of this machine at which nobody listens: what `REDIS_URL` names in a section without a Redis, so that
/// a program cannot write into a Redis of the student's own.
const NO_REDIS: &str = "redis://127.0.0.1:1/1";

/// The servers of one experiment.
#[derive(Debug)]
pub struct World {
    scenario: &'static str,
    recorder: Recorder,
    detail: Detail,
    pubsub: pubsub::Pubsub,
    queue: simplequeue::Simplequeue,
    pubsub_address: SocketAddr,
    numbers: Arc<Mutex<HashMap<Bytes, u32>>>,
    published: u32,
    readers: u8,
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
}

/// What a reader has taken from the queue so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// Whether it ever asked for anything.
    pub connected: bool,
    /// How many of the arena's messages it was given, each counted the first time.
    pub messages: u64,
    /// How many requests in a row have given it none of these.
    pub fruitless: u64,
}

impl World {
    /// Opens a world whose events are recorded under the name `scenario`.
    pub async fn open(recorder: &Recorder, scenario: &'static str, detail: Detail) -> std::io::Result<Self> {
        let pubsub = pubsub::Pubsub::new(pubsub::Options::default());
        let queue = simplequeue::Simplequeue::new(simplequeue::Options::default())?;
        let (stop, stopped) = watch::channel(false);
        let mut servers = JoinSet::new();
        let listener = bind()?;
        let pubsub_address = listener.local_addr()?;
        servers.spawn(pubsub.clone().serve(listener, until_true(stopped)));
        Ok(Self {
            scenario,
            recorder: recorder.clone(),
            detail,
            pubsub,
            queue,
            pubsub_address,
            numbers: Arc::default(),
            published: 0,
            readers: 0,
            stop,
            servers,
        })
    }

    /// A door for one more reader: an address of the queue that is this reader's alone, so that the record knows
    /// who did what.
    pub async fn door(&mut self) -> std::io::Result<Door> {
        self.readers += 1;
        let reader = self.readers;
        let listener = bind()?;
        let queue_address = listener.local_addr()?;
        let (sender, taken) = watch::channel(Taken::default());
        let witness = Witness {
            scenario: self.scenario,
            reader,
            recorder: self.recorder.clone(),
            detail: self.detail,
            numbers: Arc::clone(&self.numbers),
            taken: sender,
        };
        let queue = self.queue.clone();
        self.servers.spawn(queue.serve_observed(
            listener,
            Arc::new(witness),
            until_true(self.stop.subscribe()),
        ));
        let environment = vec![
            ("PUBSUB_URL".to_owned(), format!("http://{}", self.pubsub_address)),
            ("SIMPLEQUEUE_URL".to_owned(), format!("http://{queue_address}")),
            ("REDIS_URL".to_owned(), NO_REDIS.to_owned()),
        ];
        Ok(Door {
            reader,
            environment,
            taken,
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
            .insert(message.clone(), number);
        self.pubsub.publish(message.clone());
        self.queue.put(message);
    }

    /// How many messages wait in the queue.
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

fn bind() -> std::io::Result<tokio::net::TcpListener> {
    server::bind(Ipv4Addr::LOCALHOST.into(), 0).map_err(std::io::Error::other)
}

async fn until_true(mut stopped: watch::Receiver<bool>) {
    // An error means that the world is gone, which is reason enough.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Sees what one reader does to the queue.
struct Witness {
    scenario: &'static str,
    reader: u8,
    recorder: Recorder,
    detail: Detail,
    numbers: Arc<Mutex<HashMap<Bytes, u32>>>,
    taken: watch::Sender<Taken>,
}

impl simplequeue::Observer for Witness {
    fn requested(&self) {
        self.taken.send_if_modified(|taken| {
            if !taken.connected {
                self.recorder.record(self.scenario, self.reader, Event::Connected);
            }
            !std::mem::replace(&mut taken.connected, true)
        });
    }

    fn put(&self, message: &Bytes) {
        let text = String::from_utf8_lossy(message).into_owned();
        self.recorder
            .record(self.scenario, self.reader, Event::Put { text });
    }

    fn got(&self, messages: &[Bytes]) {
        let delivered: Vec<Delivered> = {
            let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
            messages
                .iter()
                .map(|message| match numbers.remove(message) {
                    Some(number) => Delivered::Published(number),
                    None => Delivered::Other(String::from_utf8_lossy(message).into_owned()),
                })
                .collect()
        };
        let new = delivered
            .iter()
            .filter(|message| matches!(message, Delivered::Published(_)))
            .count() as u64;
        self.taken.send_modify(|taken| {
            // An empty answer is recorded once in a row: a program that asks in a tight loop says nothing new.
            if self.detail == Detail::Messages && !(messages.is_empty() && taken.fruitless > 0) {
                self.recorder
                    .record(self.scenario, self.reader, Event::Got { messages: delivered });
            }
            taken.messages += new;
            taken.fruitless = if new > 0 { 0 } else { taken.fruitless + 1 };
        });
    }
}
