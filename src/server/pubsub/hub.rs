//! The state that publishers and subscribers share: what is pending, who reads it, who sleeps.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use bytes::Buf;
use jiff::Timestamp;
use tokio::sync::Notify;

use super::log::Log;
use super::{Client, Published, Stats};
use crate::protocol::{lines, multipart};
use crate::server::chunks::Chunks;
use crate::server::connection::{Control, Order, Phase};

/// The most that a subscriber takes in one read, in bytes.
const LONGEST_READ: usize = 256 * 1024;
/// Subscribers woken at a time. Between two groups the publishers get their turn, so that under load a subscriber
/// finds several messages waiting and sends them in one write, while on an idle server nobody waits.
const WOKEN_AT_ONCE: usize = 2;
/// Published bytes between two looks at who is too slow and what all have read.
const CHECK_EVERY: u64 = 256 * 1024;

/// How a subscriber wants its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// A newline after each.
    Plain,
    /// A part each, as [`multipart`] writes them.
    Multipart,
}

/// One subscriber, as the hub sees it.
#[derive(Debug)]
pub(super) struct Subscriber {
    id: u64,
    pub format: Format,
    connected_at: Timestamp,
    /// Up to where it has read its log.
    taken: AtomicU64,
    /// Up to where its socket has taken what it read.
    pub written: Arc<AtomicU64>,
    /// The bytes that were pending when it was found too slow; 0 while it is not.
    kicked: AtomicU64,
    /// Whether it waits to be woken. Changed only under the hub's lock.
    asleep: AtomicBool,
    pub control: Arc<Control>,
}

impl Subscriber {
    /// The bytes that were pending when it was kicked, if it was.
    pub fn kicked(&self) -> Option<u64> {
        Some(self.kicked.load(Ordering::Acquire)).filter(|&pending| pending > 0)
    }

    fn peer(&self) -> SocketAddr {
        self.control.peer
    }
}

/// What a subscriber finds when it looks for more.
pub(super) enum Next {
    Data(Chunks),
    /// Nothing now; the waker given will be woken.
    Asleep,
    Kicked(u64),
}

#[derive(Debug)]
pub(super) struct Hub {
    max_pending: u64,
    state: Mutex<State>,
    /// Told that subscribers wait in `ready`.
    dispatch: Notify,
}

#[derive(Debug)]
struct Sleeper {
    subscriber: Arc<Subscriber>,
    waker: Waker,
}

impl Sleeper {
    /// Must be called with the hub locked; the waker is for when it is no more.
    fn get_up(self) -> Waker {
        self.subscriber.asleep.store(false, Ordering::Relaxed);
        self.waker
    }
}

#[derive(Debug, Default)]
struct State {
    plain: Log,
    multipart: Log,
    multipart_subscribers: usize,
    subscribers: BTreeMap<u64, Arc<Subscriber>>,
    /// Subscribers that have read all there is.
    sleepers: Vec<Sleeper>,
    /// Subscribers for whom something has come, in the order in which they will be woken.
    ready: VecDeque<Sleeper>,
    since_check: u64,
    total_connections: u64,
    received: u64,
    sent: u64,
    kicked: u64,
    /// Where parts are written before they go into the log.
    parts: Vec<u8>,
}

impl Hub {
    pub fn new(max_pending: usize) -> Hub {
        Hub {
            max_pending: max_pending as u64,
            state: Mutex::default(),
            dispatch: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in the hub is left half done by a panic: there is none to be had while the lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn publish(&self, body: &Chunks) -> Published {
        let messages = count(body);
        let mut state = self.lock();
        if messages == 0 {
            return Published {
                messages,
                subscribers: state.subscribers.len() as u64,
            };
        }
        if state.since_check >= CHECK_EVERY.min(self.max_pending) {
            state.check(self.max_pending);
        }
        let subscribers = state.subscribers.len() as u64;
        state.received += messages;
        state.sent += messages * subscribers;
        state.store(body);
        if !state.sleepers.is_empty() {
            let State { sleepers, ready, .. } = &mut *state;
            ready.extend(sleepers.drain(..));
        }
        let woken = take_ready(&mut state);
        let more = !state.ready.is_empty();
        drop(state);
        woken.into_iter().flatten().for_each(Waker::wake);
        if more {
            self.dispatch.notify_one();
        }
        Published {
            messages,
            subscribers,
        }
    }

    /// Wakes subscribers, a group at a time, for as long as it is polled.
    pub async fn dispatch(&self) {
        loop {
            let woken = take_ready(&mut self.lock());
            if woken[0].is_none() {
                self.dispatch.notified().await;
            } else {
                woken.into_iter().flatten().for_each(Waker::wake);
                tokio::task::yield_now().await;
            }
        }
    }

    pub fn wake_all(&self) {
        let mut state = self.lock();
        let woken: Vec<Waker> = std::mem::take(&mut state.sleepers)
            .into_iter()
            .map(Sleeper::get_up)
            .collect();
        drop(state);
        woken.into_iter().for_each(Waker::wake);
        // Another listener's dispatcher may have been told of these and gone.
        self.dispatch.notify_one();
    }

    pub fn subscribe(&self, format: Format, control: Arc<Control>) -> Arc<Subscriber> {
        let mut state = self.lock();
        state.total_connections += 1;
        state.multipart_subscribers += usize::from(format == Format::Multipart);
        let place = state.log(format).end();
        let subscriber = Arc::new(Subscriber {
            id: state.total_connections,
            format,
            connected_at: Timestamp::now(),
            taken: AtomicU64::new(place),
            written: Arc::new(AtomicU64::new(place)),
            kicked: AtomicU64::new(0),
            asleep: AtomicBool::new(false),
            control,
        });
        state.subscribers.insert(subscriber.id, Arc::clone(&subscriber));
        subscriber
    }

    pub fn unsubscribe(&self, subscriber: &Subscriber) {
        let mut state = self.lock();
        if state.remove(subscriber) {
            state.forget_read();
        }
    }

    /// What `subscriber` is owed. With nothing there and a `waker`, that is woken when something comes.
    pub fn next(&self, subscriber: &Arc<Subscriber>, waker: Option<&Waker>) -> Next {
        if let Some(pending) = subscriber.kicked() {
            return Next::Kicked(pending);
        }
        let mut state = self.lock();
        // A kick happens under the lock, so only now is it certain that what is owed is still there.
        if let Some(pending) = subscriber.kicked() {
            return Next::Kicked(pending);
        }
        let taken = subscriber.taken.load(Ordering::Relaxed);
        let mut data = state.log(subscriber.format).read(taken, LONGEST_READ);
        if data.is_empty() {
            if let Some(waker) = waker
                && !subscriber.asleep.swap(true, Ordering::Relaxed)
            {
                state.sleepers.push(Sleeper {
                    subscriber: Arc::clone(subscriber),
                    waker: waker.clone(),
                });
            }
            return Next::Asleep;
        }
        subscriber
            .taken
            .store(taken + data.len() as u64, Ordering::Relaxed);
        data.count_into(Arc::clone(&subscriber.written));
        Next::Data(data)
    }

    pub fn stats(&self) -> Stats {
        let state = self.lock();
        Stats {
            current_connections: state.subscribers.len() as u64,
            total_connections: state.total_connections,
            messages_received: state.received,
            messages_sent: state.sent,
            kicked_clients: state.kicked,
        }
    }

    /// The bytes kept for subscribers that have not read them, all formats together.
    pub fn kept_bytes(&self) -> u64 {
        let state = self.lock();
        state.plain.len() + state.multipart.len()
    }

    pub fn reset_stats(&self) {
        let mut state = self.lock();
        (state.received, state.sent) = (0, 0);
    }

    pub fn clients(&self) -> Vec<Client> {
        let mut state = self.lock();
        let (plain, multipart) = (state.log(Format::Plain).end(), state.log(Format::Multipart).end());
        let client = |subscriber: &Arc<Subscriber>| {
            let end = if subscriber.format == Format::Plain {
                plain
            } else {
                multipart
            };
            Client {
                peer: subscriber.peer(),
                connected_at: subscriber.connected_at,
                pending_bytes: end.saturating_sub(subscriber.written.load(Ordering::Relaxed)),
            }
        };
        state.subscribers.values().map(client).collect()
    }
}

fn take_ready(state: &mut State) -> [Option<Waker>; WOKEN_AT_ONCE] {
    std::array::from_fn(|_| state.ready.pop_front().map(Sleeper::get_up))
}

/// [`lines::count`] over a body in pieces.
fn count(body: &Chunks) -> u64 {
    let newlines: usize = body
        .iter()
        .map(|chunk| memchr::memchr_iter(b'\n', chunk).count())
        .sum();
    newlines as u64 + u64::from(!body.is_empty() && !ends_line(body))
}

fn ends_line(body: &Chunks) -> bool {
    body.iter()
        .last()
        .is_some_and(|chunk| chunk.last() == Some(&b'\n'))
}

impl State {
    fn log(&mut self, format: Format) -> &mut Log {
        match format {
            Format::Plain => &mut self.plain,
            Format::Multipart => &mut self.multipart,
        }
    }

    fn store(&mut self, body: &Chunks) {
        if self.subscribers.len() > self.multipart_subscribers {
            body.iter().for_each(|chunk| self.plain.push(chunk));
            if !ends_line(body) {
                self.plain.push_slice(b"\n");
            }
        }
        if self.multipart_subscribers > 0 {
            let mut write = |body: &[u8]| {
                lines::messages(body).for_each(|message| multipart::encode(message, &mut self.parts));
            };
            match body.chunk() {
                first if first.len() == body.len() => write(first),
                _ => write(&body.to_owned_bytes()),
            }
            // One piece a POST; a long one is given away, the memory of a short one is used again.
            if self.parts.len() < CHECK_EVERY as usize {
                self.multipart.push_slice(&self.parts);
                self.parts.clear();
            } else {
                self.multipart.push(&std::mem::take(&mut self.parts).into());
            }
        }
        self.since_check += body.len() as u64;
    }

    /// Kicks who is too slow, and forgets what all the others have read.
    fn check(&mut self, max_pending: u64) {
        self.since_check = 0;
        let (plain, multipart) = (self.plain.end(), self.multipart.end());
        let mut slow = Vec::new();
        for subscriber in self.subscribers.values() {
            let end = if subscriber.format == Format::Plain {
                plain
            } else {
                multipart
            };
            let pending = end.saturating_sub(subscriber.written.load(Ordering::Relaxed));
            if pending > max_pending {
                subscriber.kicked.store(pending, Ordering::Release);
                slow.push(Arc::clone(subscriber));
            }
        }
        for subscriber in slow {
            self.remove(&subscriber);
            self.kicked += 1;
            // From here on it has the time that any client has to take its reply, and the connection closes after.
            subscriber.control.enter(Phase::Reply);
            subscriber.control.give(Order::Drain);
        }
        self.forget_read();
    }

    fn remove(&mut self, subscriber: &Subscriber) -> bool {
        let known = self.subscribers.remove(&subscriber.id).is_some();
        // Who leaves asleep is not looked for at once: clearing up now and then costs less, and bounds what they keep.
        if self.sleepers.len() + self.ready.len() > 2 * self.subscribers.len() + 64 {
            let State {
                sleepers,
                ready,
                subscribers,
                ..
            } = self;
            sleepers.retain(|sleeper| subscribers.contains_key(&sleeper.subscriber.id));
            ready.retain(|sleeper| subscribers.contains_key(&sleeper.subscriber.id));
        }
        if known && subscriber.format == Format::Multipart {
            self.multipart_subscribers -= 1;
        }
        known
    }

    fn forget_read(&mut self) {
        let (mut plain, mut multipart) = (self.plain.end(), self.multipart.end());
        for subscriber in self.subscribers.values() {
            let taken = subscriber.taken.load(Ordering::Relaxed);
            match subscriber.format {
                Format::Plain => plain = plain.min(taken),
                Format::Multipart => multipart = multipart.min(taken),
            }
        }
        self.plain.forget(plain);
        self.multipart.forget(multipart);
    }
}
