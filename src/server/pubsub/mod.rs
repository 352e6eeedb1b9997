//! pubsub: what one POST publishes, every subscriber receives.

mod hub;
mod log;
mod routes;
mod subscription;
mod websocket;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::access::Access;
use super::chunks::Chunks;
use super::listen::{self, Limits, Terms};
use super::request_log::RequestLog;
use hub::Hub;

/// The paths that a pubsub answers, in the order in which it announces them.
pub const ROUTES: [&str; 4] = ["/pub*", "/sub*", "/stats*", "/clients"];

/// How a pubsub treats its clients.
#[derive(Debug, Clone)]
pub struct Options {
    /// A subscriber with more bytes than this waiting for it is dropped.
    pub max_pending_bytes: usize,
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
            max_pending_bytes: 50 * 1024 * 1024,
            max_body_bytes: 64 * 1024 * 1024,
            limits: Limits::default(),
            access: Access::default(),
            request_log: None,
        }
    }
}

/// What came of a publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// How many messages there were.
    pub messages: u64,
    /// How many subscribers each of them goes to.
    pub subscribers: u64,
}

/// The counters of `/stats`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Stats {
    /// Subscribers now.
    pub current_connections: u64,
    /// Subscribers since the start.
    pub total_connections: u64,
    /// Messages published since the start or the last reset.
    pub messages_received: u64,
    /// The same, each counted once for every subscriber it was for.
    pub messages_sent: u64,
    /// Subscribers dropped for being too slow.
    pub kicked_clients: u64,
}

/// A subscriber, as `/clients` shows it.
#[derive(Debug, Clone)]
pub struct Client {
    /// Where it connected from.
    pub peer: SocketAddr,
    /// When it subscribed.
    pub connected_at: Timestamp,
    /// Bytes published that its socket has not taken.
    pub pending_bytes: u64,
}

/// Is told what the clients of one listener do. Its methods are called from the server's tasks and must not block.
pub trait Observer: Send + Sync + 'static {
    /// A request came in, whatever it asks for.
    fn requested(&self) {}
    /// So many connections are open, which is as many as there may be: more wait, or are closed.
    fn crowded(&self, _connections: usize) {}
    /// A subscriber gets what is published from here on.
    fn subscribed(&self, _peer: SocketAddr) {}
    /// A subscriber is gone.
    fn unsubscribed(&self, _peer: SocketAddr) {}
    /// The messages in the body of a POST, one a line, are about to be published. No subscriber has them yet.
    fn publishing(&self, _messages: &Chunks) {}
}

struct Unobserved;
impl Observer for Unobserved {}

/// A handle on a pubsub; clones share it.
#[derive(Debug, Clone)]
pub struct Pubsub {
    hub: Arc<Hub>,
    options: Arc<Options>,
}

impl Default for Pubsub {
    fn default() -> Pubsub {
        Pubsub::new(Options::default())
    }
}

impl Pubsub {
    /// A pubsub without subscribers.
    pub fn new(options: Options) -> Pubsub {
        Pubsub {
            hub: Arc::new(Hub::new(options.max_pending_bytes)),
            options: Arc::new(options),
        }
    }

    /// Publishes the messages in `body`, one a line, as a POST to `/pub` does.
    pub fn publish(&self, body: Bytes) -> Published {
        self.hub.publish(&Chunks::from(body))
    }

    /// The counters now.
    pub fn stats(&self) -> Stats {
        self.hub.stats()
    }

    /// The subscribers now, the oldest first.
    pub fn clients(&self) -> Vec<Client> {
        self.hub.clients()
    }

    /// Answers requests on `listener` until `shutdown`; returns when those under way are finished and every
    /// subscriber has had what it was owed, or when the time for that is over.
    ///
    /// Must run inside a tokio runtime. May be called for several listeners at once.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        self.serve_observed(listener, Arc::new(Unobserved), shutdown)
            .await
    }

    /// [`Pubsub::serve`], with `observer` told what the clients of this listener do.
    pub async fn serve_observed(
        self,
        listener: TcpListener,
        observer: Arc<dyn Observer>,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let mut dispatcher = JoinSet::new();
        let hub = Arc::clone(&self.hub);
        dispatcher.spawn(async move { hub.dispatch().await });
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
        let handler = Arc::new(routes::Routes::new(self, observer));
        listen::serve(listener, handler, terms, shutdown).await
    }
}
