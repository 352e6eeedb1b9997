//! What a simplequeue answers to which request.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::{Method, Request, Response, StatusCode};

use super::{BATCHES, Observer, Simplequeue, Stats};
use crate::protocol::{lines, query};
use crate::server::chunks::Chunks;
use crate::server::connection::{Connection, Control};
use crate::server::console;
use crate::server::listen::Handler;
use crate::server::metrics::{self, counter, gauge};
use crate::server::reply::{JSON, Whole, read_body, sentence, text, typed};

/// Replies to `/mget` up to this many bytes are joined into one piece; longer ones share the queue's memory.
const JOINED: usize = 256 * 1024;

/// A queue as one listener offers it.
pub(super) struct Routes {
    queue: Simplequeue,
    observer: Arc<dyn Observer>,
}

impl Routes {
    pub fn new(queue: Simplequeue, observer: Arc<dyn Observer>) -> Routes {
        Routes { queue, observer }
    }

    /// What a `/put` or `/mput` brings: `data` of the query or else the body, with memory of its own.
    async fn data(&self, request: Request<Incoming>, control: &Control) -> Result<Bytes, Response<Whole>> {
        let data = match query::parameter(request.uri().query(), "data") {
            Some(data) => Bytes::from(data.into_owned()),
            None => {
                let limit = self.queue.options.max_body_bytes;
                let body = read_body(request.into_body(), limit, control).await;
                body.map_err(|error| error.reply())?.to_owned_bytes()
            }
        };
        if data.is_empty() {
            return Err(text(
                StatusCode::BAD_REQUEST,
                Bytes::from_static(b"missing data\n"),
            ));
        }
        Ok(data)
    }

    async fn put(&self, request: Request<Incoming>, control: &Control) -> Response<Whole> {
        let data = match self.data(request, control).await {
            Ok(data) => data,
            Err(refusal) => return refusal,
        };
        self.queue.store.put([data], &*self.observer);
        text(StatusCode::OK, Bytes::new())
    }

    async fn put_many(&self, request: Request<Incoming>, control: &Control) -> Response<Whole> {
        let separator = query::parameter(request.uri().query(), "separator").map(Cow::into_owned);
        let data = match self.data(request, control).await {
            Ok(data) => data,
            Err(refusal) => return refusal,
        };
        let separator = separator.as_deref().unwrap_or(&self.queue.options.mput_item_sep);
        // Each has memory of its own: a message that waits for long must not keep its whole request waiting.
        let messages = lines::pieces(&data, separator)
            .into_iter()
            .map(Bytes::copy_from_slice);
        self.queue.store.put(messages, &*self.observer);
        text(StatusCode::OK, Bytes::new())
    }

    async fn turn(&self) {
        if let Some(turn) = self.observer.turn() {
            turn.await;
        }
    }

    fn get(&self, control: &Arc<Control>) -> Response<Whole> {
        let connection = Connection::of(control);
        let message = self
            .queue
            .store
            .get(|messages| self.observer.got(&connection, messages));
        text(StatusCode::OK, message.unwrap_or_default())
    }

    fn get_many(&self, request: &Request<Incoming>, control: &Arc<Control>) -> Response<Whole> {
        let query = request.uri().query();
        let Some(items) = items(query) else {
            return text(
                StatusCode::BAD_REQUEST,
                Bytes::from_static(b"number of items must be > 0\n"),
            );
        };
        let items = items.min(self.queue.options.max_mget.unwrap_or(usize::MAX));
        let separator = query::parameter(query, "separator");
        let separator = separator.as_deref().unwrap_or(&self.queue.options.mget_item_sep);
        let connection = Connection::of(control);
        let messages = self
            .queue
            .store
            .get_many(items, |messages| self.observer.got(&connection, messages));
        text(StatusCode::OK, join(&messages, separator, messages.len() < items))
    }

    fn stats(&self, request: &Request<Incoming>) -> Response<Whole> {
        let query = request.uri().query();
        if query::parameter(query, "reset").as_deref() == Some(b"1") {
            if request.method() != Method::HEAD {
                self.queue.store.reset_stats();
            }
            return text(StatusCode::OK, Bytes::new());
        }
        let stats = self.queue.store.stats();
        if query::parameter(query, "format").as_deref() == Some(b"json") {
            return typed(StatusCode::OK, JSON, Bytes::from(json(&stats)));
        }
        text(StatusCode::OK, Bytes::from(plain(&stats)))
    }

    fn metrics(&self) -> Response<Whole> {
        let stats = self.queue.store.stats();
        metrics::reply(&[
            counter("simplequeue_puts_total", "Messages put.", stats.puts),
            counter(
                "simplequeue_gets_total",
                "Messages got, and gets that found none.",
                stats.gets,
            ),
            gauge("simplequeue_depth", "Messages in the queue.", stats.depth),
            gauge(
                "simplequeue_depth_high_water",
                "The greatest depth so far.",
                stats.depth_high_water,
            ),
            gauge(
                "simplequeue_bytes",
                "Bytes of the messages in the queue.",
                stats.bytes,
            ),
            counter(
                "simplequeue_overflow_total",
                "Messages that went because a limit was passed.",
                stats.overflow,
            ),
            counter(
                "simplequeue_overflow_log_errors_total",
                "Messages past a limit that the overflow log could not take.",
                stats.overflow_log_errors,
            ),
        ])
    }

    /// HEAD never changes the queue: a monitor that sends it must cost no message.
    fn head(&self, request: &Request<Incoming>) -> Response<Whole> {
        let path = request.uri().path();
        if path.starts_with("/stats") {
            self.stats(request)
        } else if path.starts_with("/metrics") {
            self.metrics()
        } else if path.starts_with("/dump") {
            text(StatusCode::OK, self.queue.store.dump())
        } else if path.starts_with("/get") {
            text(
                StatusCode::OK,
                Bytes::from(vec![0; self.queue.store.oldest_length()]),
            )
        } else if path.starts_with("/mput") {
            let mut response = text(StatusCode::OK, Bytes::new());
            response
                .headers_mut()
                .insert(BATCHES, HeaderValue::from_static("1"));
            response
        } else if ["/put", "/mget"].iter().any(|route| path.starts_with(route)) {
            text(StatusCode::OK, Bytes::new())
        } else {
            not_found(path)
        }
    }
}

/// The number of messages an `/mget` asks for; one, if it does not say.
fn items(query: Option<&str>) -> Option<usize> {
    match query::parameter(query, "items") {
        None => Some(1),
        Some(items) => std::str::from_utf8(&items)
            .ok()?
            .trim()
            .parse()
            .ok()
            .filter(|&items| items > 0),
    }
}

fn join(messages: &[Bytes], separator: &[u8], separate_last: bool) -> Chunks {
    let total: usize = messages
        .iter()
        .map(|message| message.len() + separator.len())
        .sum();
    let last = messages.len().saturating_sub(1);
    let separated = |index: usize| {
        if index < last || separate_last {
            separator
        } else {
            &[][..]
        }
    };
    let mut joined = Chunks::default();
    if total <= JOINED {
        let mut whole = BytesMut::with_capacity(total);
        for (index, message) in messages.iter().enumerate() {
            whole.extend_from_slice(message);
            whole.extend_from_slice(separated(index));
        }
        joined.push(whole.freeze());
    } else {
        let shared_separator = Bytes::copy_from_slice(separator);
        for (index, message) in messages.iter().enumerate() {
            joined.push(message.clone());
            joined.push(shared_separator.slice(..separated(index).len()));
        }
    }
    joined
}

fn plain(stats: &Stats) -> String {
    format!(
        "puts:{}\ngets:{}\ndepth:{}\ndepth_high_water:{}\nbytes:{}\noverflow:{}\n",
        stats.puts, stats.gets, stats.depth, stats.depth_high_water, stats.bytes, stats.overflow
    )
}

/// The original's spacing, so that programs which compare text still can.
fn json(stats: &Stats) -> String {
    format!(
        "{{\"puts\": {},\"gets\": {},\"depth\": {},\"depth_high_water\": {},\"bytes\": {},\"overflow\": {}}}\n",
        stats.puts, stats.gets, stats.depth, stats.depth_high_water, stats.bytes, stats.overflow
    )
}

fn not_found(path: &str) -> Response<Whole> {
    let routes = "a simplequeue has /put, /get, /mput, /mget, /dump and /stats";
    sentence(
        StatusCode::NOT_FOUND,
        format!("there is no {path} here: {routes}"),
    )
}

impl Handler for Routes {
    type Body = Whole;

    async fn answer(&self, request: Request<Incoming>, control: &Arc<Control>) -> Response<Whole> {
        self.observer.requested();
        match *request.method() {
            Method::GET | Method::POST => {}
            Method::HEAD => return self.head(&request),
            _ => {
                return sentence(
                    StatusCode::METHOD_NOT_ALLOWED,
                    "a simplequeue answers GET, POST and HEAD",
                );
            }
        }
        let path = request.uri().path();
        if path.starts_with("/put") {
            self.put(request, control).await
        } else if path.starts_with("/get") {
            self.turn().await;
            self.get(control)
        } else if path.starts_with("/mput") {
            self.put_many(request, control).await
        } else if path.starts_with("/mget") {
            self.turn().await;
            self.get_many(&request, control)
        } else if path.starts_with("/dump") {
            text(StatusCode::OK, self.queue.store.dump())
        } else if path.starts_with("/stats") {
            self.stats(&request)
        } else if path.starts_with("/metrics") {
            self.metrics()
        } else if path.starts_with("/exit") && self.queue.options.enable_exit {
            self.queue.exit.send_replace(true);
            text(StatusCode::OK, Bytes::new())
        } else {
            not_found(path)
        }
    }

    fn crowded(&self, connections: usize) {
        self.observer.crowded(connections);
    }

    fn warn(&self, sentence: &str) {
        console::warn(format_args!("simplequeue: {sentence}"));
    }
}
