//! Delivering to one destination, in order, each message until it has been taken.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;

use bytes::{Bytes, BytesMut};
use hyper::Method;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::backoff::Backoff;
use super::options::Target;
use super::{Batch, Event, Shared};
use crate::server::client::{Answer, Bounds, Connection};
use crate::server::simplequeue::BATCHES;

/// The most that goes out in one `/mput`.
const LARGEST_BATCH: usize = 1024 * 1024;
/// A longer message goes to a queue's `/put` as a body: escaped, it could pass what servers accept as a URL.
const LONGEST_IN_URL: usize = 8 * 1024;
/// The longest path and query that this HTTP library, and most servers, take.
const LONGEST_PATH: usize = 65_000;
/// The longest answer to a delivery that is read, in bytes. Nothing is done with it.
const LONGEST_ANSWER: usize = 1024 * 1024;

/// Delivers what comes until `queue` has ended and is empty.
pub(super) async fn deliver(target: Target, mut queue: mpsc::UnboundedReceiver<Batch>, shared: Shared) {
    let pause = shared.options.pause;
    let mut destination = Destination::new(target, shared);
    let mut earliest = Instant::now();
    while let Some(batch) = queue.recv().await {
        if !pause.is_zero() {
            tokio::time::sleep_until(earliest).await;
            earliest = Instant::now() + pause;
        }
        let mut batches = vec![batch];
        // What came while the last delivery was under way goes out together.
        while let Ok(batch) = queue.try_recv() {
            batches.push(batch);
        }
        let mut messages: VecDeque<Bytes> = batches
            .iter_mut()
            .flat_map(|batch| std::mem::take(&mut batch.messages))
            .collect();
        while !messages.is_empty() {
            let count = destination.deliver_some(&messages).await;
            messages.drain(..count);
        }
        // Only now, with `batches`, is there room for more.
    }
}

struct Destination {
    target: Target,
    connection: Option<Connection>,
    /// Whether this connection leads to a queue that takes many messages at a time; `None` before it was asked.
    batches: Option<bool>,
    /// Messages to be sent one by one, since the request that had them all was refused.
    one_by_one: usize,
    backoff: Backoff,
    shared: Shared,
}

impl Destination {
    fn new(target: Target, shared: Shared) -> Destination {
        Destination {
            target,
            connection: None,
            batches: None,
            one_by_one: 0,
            backoff: Backoff::default(),
            shared,
        }
    }

    /// Delivers one or more messages from the front of `messages`, however often that must be tried; returns how many.
    async fn deliver_some(&mut self, messages: &VecDeque<Bytes>) -> usize {
        loop {
            match self.attempt(messages).await {
                Ok(count) => {
                    if self.backoff.is_failing() {
                        self.shared.say(&Event::DestinationBack {
                            address: self.address(),
                        });
                        self.backoff.succeeded();
                    }
                    return count;
                }
                Err(reason) => {
                    self.shared
                        .counters
                        .failed_attempts
                        .fetch_add(1, Ordering::Relaxed);
                    if !self.backoff.is_failing() {
                        self.shared.say(&Event::DestinationFailing {
                            address: self.address(),
                            reason,
                        });
                    }
                    self.connection = None;
                    tokio::time::sleep(self.backoff.failed()).await;
                }
            }
        }
    }

    fn address(&self) -> String {
        self.target.url.address().to_owned()
    }

    async fn attempt(&mut self, messages: &VecDeque<Bytes>) -> Result<usize, String> {
        let mut connection = self.connect().await?;
        let batched = messages.len() > 1 && self.one_by_one == 0 && self.batches(&mut connection).await?;
        let (count, method, path, body) = self.request(messages, batched);
        if path.len() > LONGEST_PATH {
            return Ok(self.give_up(connection, path.len()));
        }
        let answer = connection.send(method, &path, body, self.bounds()).await;
        let answer = answer.map_err(|error| error.to_string())?;
        if !answer.status.is_success() {
            self.one_by_one = if count > 1 { count } else { self.one_by_one };
            return Err(refusal(&answer, count));
        }
        self.one_by_one = self.one_by_one.saturating_sub(count);
        self.shared
            .counters
            .delivered
            .fetch_add(count as u64, Ordering::AcqRel);
        self.connection = Some(connection);
        Ok(count)
    }

    /// Leaves out one message that no server would take, so that those after it are delivered.
    fn give_up(&mut self, connection: Connection, length: usize) -> usize {
        self.shared.counters.dropped.fetch_add(1, Ordering::AcqRel);
        self.shared.say(&Event::Undeliverable {
            address: self.address(),
            length,
        });
        self.connection = Some(connection);
        1
    }

    fn bounds(&self) -> Bounds {
        Bounds {
            time: self.shared.options.request_timeout,
            body: LONGEST_ANSWER,
        }
    }

    /// Whether many messages can go out at a time: where the destination means a queue's `/put`, and the queue says
    /// that it is one of ours. HEAD does nothing to a server that is none.
    async fn batches(&mut self, connection: &mut Connection) -> Result<bool, String> {
        if let Some(known) = self.batches {
            return Ok(known);
        }
        let mut batches = false;
        if self.target.is_plain_put() {
            let answer = connection
                .send(Method::HEAD, "/mput", Bytes::new(), self.bounds())
                .await;
            batches = answer
                .map_err(|error| error.to_string())?
                .headers
                .contains_key(BATCHES);
        }
        self.batches = Some(batches);
        Ok(batches)
    }

    async fn connect(&mut self) -> Result<Connection, String> {
        if let Some(connection) = self
            .connection
            .take()
            .filter(|connection| !connection.is_closed())
        {
            return Ok(connection);
        }
        self.batches = None;
        let time = self.shared.options.request_timeout;
        Connection::open(self.target.url.address(), time)
            .await
            .map_err(|error| error.to_string())
    }

    /// The request that delivers the first of `messages`, and as many more of them as one request can.
    fn request(&self, messages: &VecDeque<Bytes>, batched: bool) -> (usize, Method, String, Bytes) {
        if batched {
            let (count, body) = join(messages);
            if count > 1 {
                return (count, Method::POST, "/mput?separator=%0A".to_owned(), body);
            }
        }
        let message = messages.front().cloned().unwrap_or_default();
        if self.target.asks_with_get && message.len() > LONGEST_IN_URL && self.target.is_plain_put() {
            (1, Method::POST, "/put".to_owned(), message)
        } else if self.target.asks_with_get {
            (1, Method::GET, self.target.path_for(&message), Bytes::new())
        } else {
            (1, Method::POST, self.target.url.path().to_owned(), message)
        }
    }
}

fn refusal(answer: &Answer, count: usize) -> String {
    let said = answer.text();
    let said = said.lines().next().unwrap_or_default();
    let said: String = said.chars().take(200).collect();
    format!("it answered {} to {count} message(s): {said}", answer.status)
}

/// As many messages from the front as can be told apart again after being joined by newlines.
fn join(messages: &VecDeque<Bytes>) -> (usize, Bytes) {
    let mut joined = BytesMut::new();
    let mut count = 0;
    for message in messages {
        let fits = joined.is_empty() || joined.len() + message.len() < LARGEST_BATCH;
        if !fits || memchr::memchr(b'\n', message).is_some() {
            break;
        }
        joined.extend_from_slice(message);
        joined.extend_from_slice(b"\n");
        count += 1;
    }
    (count, joined.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_told_apart_is_joined() {
        let messages: VecDeque<Bytes> = ["a", "b", "c\nd", "e"].map(Bytes::from).into();
        assert_eq!(join(&messages), (2, Bytes::from("a\nb\n")));
        let long = VecDeque::from(vec![Bytes::from(vec![b'x'; LARGEST_BATCH]); 2]);
        assert_eq!(join(&long).0, 1);
    }
}
