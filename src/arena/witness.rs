//! Sees what one reader does to the servers, and records it.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::watch;

use super::connections::Connections;
use super::history::{Delivered, Event};
use super::recorder::Recorder;
use super::turns::Turns;
use super::world::Detail;
use crate::program::{Killer, Signal};
use crate::server::simplequeue::{Simplequeue, Turn};
use crate::server::{Connection, pubsub, simplequeue};

/// What a reader has taken from the queue so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// Whether it ever asked for anything.
    pub connected: bool,
    /// How many of the arena's messages it was given, each counted the first time.
    pub messages: u64,
    /// How many requests in a row have given it none of these.
    pub fruitless: u64,
    /// Whether the last one found the queue empty.
    pub found_empty: bool,
    /// How many messages it was given that are not the arena's, or not for the first time: what was put back.
    pub returned: u64,
    /// How many messages it put into the queue.
    pub put: u64,
    /// Whether its last request for messages waits for its turn.
    pub waits: bool,
    /// Whether it had as many connections open as there may be.
    pub crowded: bool,
    /// Whether it subscribed to the pubsub, and how many messages were published since.
    pub heard: Option<u64>,
}

/// Sees what one reader does.
pub(super) struct Witness {
    pub scenario: &'static str,
    pub reader: u8,
    pub recorder: Recorder,
    pub detail: Detail,
    pub numbers: Arc<Mutex<Numbers>>,
    pub taken: watch::Sender<Taken>,
    pub connections: Arc<Mutex<Connections>>,
    pub trap: Trap,
    pub place: Option<PlaceInStep>,
}

/// The numbers of each message that the arena published and nobody has got yet: several, where it published the same
/// several times.
pub(super) type Numbers = HashMap<Bytes, VecDeque<u32>>;

/// A reader's place among those that are kept in step.
pub(super) struct PlaceInStep {
    pub turns: Arc<Turns>,
    pub place: usize,
    pub queue: Simplequeue,
}

/// What ends the program when it is next given one of the arena's messages, if anything.
pub(super) type Trap = Arc<Mutex<Option<Killer>>>;

impl Witness {
    fn connected(&self) {
        self.taken.send_if_modified(|taken| {
            if !taken.connected {
                self.record(Event::Connected);
            }
            !std::mem::replace(&mut taken.connected, true)
        });
    }

    /// The program has so many connections to one server open, and gets no more. Said once of each program.
    pub fn has_no_room(&self, connections: usize) {
        self.taken.send_if_modified(|taken| {
            if !taken.crowded {
                self.record(Event::Crowded { connections });
            }
            !std::mem::replace(&mut taken.crowded, true)
        });
    }

    fn record(&self, event: Event) {
        self.recorder.record(self.scenario, self.reader, event);
    }

    /// Kills the program where that was wished for. The queue has handed the messages out, and the reply is not written
    /// yet: the program holds them, and can have done nothing with them.
    fn spring_the_trap(&self) {
        // Held until it is recorded: whoever sees the program gone takes this lock before looking for the reason.
        let mut trap = self.trap.lock().unwrap_or_else(PoisonError::into_inner);
        if trap.take().is_some_and(|killer| killer.kill()) {
            let signal = Signal::SIGKILL.to_string();
            self.record(Event::Signalled { signal });
        }
    }

    fn delivered(&self, messages: &[Bytes]) -> Vec<Delivered> {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let name = |message: &Bytes| match numbers.get_mut(message).and_then(VecDeque::pop_front) {
            Some(number) => Delivered::Published(number),
            None => Delivered::Other(String::from_utf8_lossy(message).into_owned()),
        };
        messages.iter().map(name).collect()
    }
}

impl pubsub::Observer for Witness {
    fn crowded(&self, connections: usize) {
        self.has_no_room(connections);
    }

    fn subscribed(&self, _peer: SocketAddr) {
        self.record(Event::Subscribed);
        self.taken
            .send_modify(|taken| taken.heard = taken.heard.or(Some(0)));
        self.connected();
    }
}

impl simplequeue::Observer for Witness {
    fn crowded(&self, connections: usize) {
        self.has_no_room(connections);
    }

    fn requested(&self) {
        self.connected();
    }

    fn turn(&self) -> Option<Turn<'_>> {
        let PlaceInStep { turns, place, queue } = self.place.as_ref()?;
        Some(Box::pin(async move {
            self.taken.send_modify(|taken| taken.waits = true);
            turns.wait(*place, || queue.depth() == 0).await;
            self.taken.send_modify(|taken| taken.waits = false);
        }))
    }

    fn put(&self, message: &Bytes) {
        self.record(Event::Put {
            text: String::from_utf8_lossy(message).into_owned(),
        });
        self.taken.send_modify(|taken| taken.put += 1);
    }

    fn got(&self, connection: &Connection, messages: &[Bytes]) {
        let delivered = self.delivered(messages);
        let new = delivered
            .iter()
            .filter(|message| matches!(message, Delivered::Published(_)))
            .count() as u64;
        if let Some(PlaceInStep { turns, place, .. }) = &self.place {
            turns.took(*place, messages.len());
        }
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .asked(connection, new > 0);
        self.taken.send_modify(|taken| {
            // An empty answer is recorded once in a row: a program that asks in a tight loop says nothing new.
            if self.detail == Detail::Messages && !(messages.is_empty() && taken.found_empty) {
                self.record(Event::Got { messages: delivered });
            }
            taken.messages += new;
            taken.returned += messages.len() as u64 - new;
            taken.found_empty = messages.is_empty();
            taken.fruitless = if new > 0 { 0 } else { taken.fruitless + 1 };
        });
        if new > 0 {
            self.spring_the_trap();
        }
    }
}
