//! simplequeue: what is put in comes out once, the oldest first.

mod overflow;
mod routes;
mod store;

use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use hyper::header::HeaderName;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::access::Access;
use super::connection::Connection;
use super::listen::{self, Limits, Terms};
use super::request_log::RequestLog;
use store::Store;

/// The paths that a simplequeue answers, in the order in which it announces them.
pub const ROUTES: [&str; 7] = [
    "/put*", "/get*", "/mget*", "/mput*", "/dump*", "/stats*", "/exit*",
];

/// The header by which the reply to `HEAD /mput` says that `/mput` splits at `?separator=`, skips empty pieces, and
/// stores the rest byte by byte, all or nothing. The bridge batches where it sees this.
pub const BATCHES: HeaderName = HeaderName::from_static("x-simplequeue-batches");

/// How a queue is bounded, and how its requests are read.
#[derive(Debug, Clone)]
pub struct Options {
    /// Messages kept; past it the oldest go.
    pub max_depth: Option<usize>,
    /// Bytes of messages kept; past it the oldest go.
    pub max_bytes: Option<u64>,
    /// Where the messages go that are past a limit, or left at the end. Without it they are dropped.
    pub overflow_log: Option<PathBuf>,
    /// The most messages that one `/mget` gets.
    pub max_mget: Option<usize>,
    /// What stands between the messages of an `/mget` that names no separator.
    pub mget_item_sep: Vec<u8>,
    /// What stands between the messages of an `/mput` that names no separator.
    pub mput_item_sep: Vec<u8>,
    /// Whether `/exit` stops the server, for anyone who asks.
    pub enable_exit: bool,
    /// The longest body of a POST, in bytes.
    pub max_body_bytes: usize,
    /// Limits on connections and time.
    pub limits: Limits,
    /// Which web pages may use it.
    pub access: Access,
    /// Where a line goes for every request, if anywhere.
    pub request_log: Option<RequestLog>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            max_depth: None,
            max_bytes: None,
            overflow_log: None,
            max_mget: None,
            mget_item_sep: b"\n".to_vec(),
            mput_item_sep: b"\n".to_vec(),
            enable_exit: false,
            max_body_bytes: 64 * 1024 * 1024,
            limits: Limits::default(),
            access: Access::default(),
            request_log: None,
        }
    }
}

/// The counters of `/stats`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Stats {
    /// Messages put since the start or the last reset.
    pub puts: u64,
    /// Messages got, and gets that found none, since the start or the last reset.
    pub gets: u64,
    /// Messages in the queue.
    pub depth: u64,
    /// The greatest depth since the start or the last reset.
    pub depth_high_water: u64,
    /// Bytes of the messages in the queue.
    pub bytes: u64,
    /// Messages that went because a limit was passed.
    pub overflow: u64,
    /// Those of them that the overflow log could not take. Not part of `/stats`; see `/metrics`.
    pub overflow_log_errors: u64,
}

/// Is told what the clients of one listener do.
///
/// A queue can serve several listeners, each with an observer of its own. `put`, `dropped` and `got` are called while the
/// queue is locked and before the reply is written: over all listeners, their order is that in which messages went in and
/// out. They must return at once and must not call the queue.
pub trait Observer: Send + Sync + 'static {
    /// A request came in, whatever it asks for.
    fn requested(&self) {}
    /// So many connections are open, which is as many as there may be: more wait, or are closed.
    fn crowded(&self, _connections: usize) {}
    /// What a `/get` or `/mget` waits for before it takes anything; by default nothing.
    fn turn(&self) -> Option<Turn<'_>> {
        None
    }
    /// A message went in.
    fn put(&self, _message: &Bytes) {}
    /// The oldest message went because what was put passed a limit.
    fn dropped(&self, _message: &Bytes) {}
    /// A `/get` or `/mget` over this connection took these; none, if the queue was empty.
    fn got(&self, _connection: &Connection, _messages: &[Bytes]) {}
}

/// The wait for a request's turn.
pub type Turn<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

struct Unobserved;
impl Observer for Unobserved {}

/// A handle on a queue; clones share it.
#[derive(Debug, Clone)]
pub struct Simplequeue {
    store: Arc<Store>,
    options: Arc<Options>,
    exit: watch::Sender<bool>,
}

impl Simplequeue {
    /// An empty queue. Fails if the overflow log cannot be opened.
    pub fn new(options: Options) -> io::Result<Simplequeue> {
        let store = Arc::new(Store::new(&options)?);
        Ok(Simplequeue {
            store,
            options: Arc::new(options),
            exit: watch::Sender::new(false),
        })
    }

    /// Appends a message, as `/put` does. An empty one is not stored.
    pub fn put(&self, message: Bytes) {
        if !message.is_empty() {
            self.store.put([message], &Unobserved);
        }
    }

    /// Takes the oldest message, as `/get` does.
    pub fn get(&self) -> Option<Bytes> {
        self.store.get(|_| ())
    }

    /// How many messages there are.
    pub fn depth(&self) -> usize {
        self.store.depth()
    }

    /// The counters now.
    pub fn stats(&self) -> Stats {
        self.store.stats()
    }

    /// Opens the overflow log anew, after something has moved the file away.
    pub fn reopen_overflow_log(&self) -> io::Result<()> {
        self.store.reopen_overflow_log()
    }

    /// Moves what is left to the overflow log, if there is one, and returns how many messages that was. For the end,
    /// when nothing serves the queue any more.
    pub fn save_rest(&self) -> u64 {
        self.store.save_rest()
    }

    /// Answers requests on `listener` until `shutdown` or an `/exit`; returns when those under way are finished, or
    /// when the time for that is over. Must run inside a tokio runtime.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        self.serve_observed(listener, Arc::new(Unobserved), shutdown)
            .await
    }

    /// [`Simplequeue::serve`], with `observer` told what the clients of this listener do.
    pub async fn serve_observed(
        self,
        listener: TcpListener,
        observer: Arc<dyn Observer>,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let Options {
            limits,
            access,
            request_log,
            ..
        } = &*self.options;
        let terms = Terms {
            limits: limits.clone(),
            access: access.clone(),
            log: request_log.clone(),
        };
        let mut exit = self.exit.subscribe();
        let handler = Arc::new(routes::Routes::new(self, observer));
        let until = async move {
            tokio::select! {
                () = shutdown => {}
                // The sender lives in the handler, which outlives this.
                _ = exit.wait_for(|&exit| exit) => {}
            }
        };
        listen::serve(listener, handler, terms, until).await
    }
}
