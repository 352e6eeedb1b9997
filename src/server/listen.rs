//! The loop that both servers share: accept, serve each connection within limits, drain at the end.

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Incoming};
use hyper::header::HeaderMap;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};

use super::access::{Access, Gate, Pass, share_with};
use super::chunks::Chunks;
use super::connection::{Control, Order, Patience, Phase, TICK, Watched};
use super::reply::Whole;
use super::request_log::RequestLog;

/// The buffer of a connection, in bytes: the longest head of a request, and what a reply may hold back at a time.
const BUFFER: usize = 64 * 1024;

/// How long after the last failure to accept the next one is news.
const SAID_FOR: Duration = Duration::from_secs(30);

/// What a server allows each client and all of them together.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections open at a time; more wait until one closes.
    pub max_connections: usize,
    /// The file descriptors that this server's connections may take, one each, perhaps together with others. A connection
    /// for which none is left is closed at once. `None`: as many as the system gives.
    pub descriptors: Option<Arc<Semaphore>>,
    /// How long the head of a request may take to arrive.
    pub head_timeout: Duration,
    /// How long a body, or a client that is being answered, may stand still.
    pub stall_timeout: Duration,
    /// How long the connections that are busy at shutdown have to finish.
    pub drain_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            max_connections: 16_384,
            descriptors: None,
            head_timeout: Duration::from_secs(30),
            stall_timeout: Duration::from_secs(60),
            drain_timeout: Duration::from_secs(5),
        }
    }
}

impl Limits {
    fn patience(&self) -> Patience {
        let ticks = |time: Duration| {
            u32::try_from(time.as_millis() / TICK.as_millis())
                .unwrap_or(u32::MAX)
                .max(1)
        };
        let stall = ticks(self.stall_timeout);
        Patience {
            head: ticks(self.head_timeout),
            body: stall,
            reply: stall,
        }
    }
}

/// On what terms a listener serves.
pub(crate) struct Terms {
    pub limits: Limits,
    pub access: Access,
    pub log: Option<RequestLog>,
}

/// What answers the requests of a listener.
pub(crate) trait Handler: Send + Sync + 'static {
    type Body: Body<Data = Chunks, Error = std::convert::Infallible> + From<Whole> + Send + 'static;

    fn answer(
        &self,
        request: Request<Incoming>,
        control: &Arc<Control>,
    ) -> impl Future<Output = Response<Self::Body>> + Send;

    /// Adds the headers that every reply has, those that refuse a request included.
    fn finish(&self, _headers: &mut HeaderMap) {}

    /// The listener is closing: replies without an end must come to one.
    fn drain(&self) {}

    /// So many connections are open, which is as many as there may be: more wait, or are closed.
    fn crowded(&self, _connections: usize) {}

    /// A sentence for whoever runs the server.
    fn warn(&self, sentence: &str);
}

/// Serves until `shutdown`, then stops accepting, lets what is under way finish, and returns. Dropping the future
/// ends everything at once.
pub(crate) async fn serve<H: Handler>(
    listener: TcpListener,
    handler: Arc<H>,
    terms: Terms,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let mut shutdown = pin!(shutdown);
    let limits = terms.limits.clone();
    let mut connections = Connections::new(Gate::new(listener.local_addr()?, terms.access), terms.log);
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let patience = limits.patience();
    // While accepting fails, if only now and then, it is said once.
    let mut said_until: Option<Instant> = None;
    let mut retry_at: Option<Instant> = None;
    loop {
        let accepting = connections.tasks.len() < limits.max_connections && retry_at.is_none();
        tokio::select! {
            accepted = listener.accept(), if accepting => match accepted {
                Ok((stream, _)) => {
                    let descriptor = limits.descriptors.clone().map(Semaphore::try_acquire_owned).transpose();
                    let had_room = descriptor.is_ok();
                    if let Ok(descriptor) = descriptor {
                        connections.start(stream, descriptor, Arc::clone(&handler));
                    }
                    if !had_room || connections.tasks.len() >= limits.max_connections {
                        // Those that have ended by now do not count.
                        while connections.tasks.try_join_next().is_some() {}
                        let open = connections.tasks.len();
                        if !had_room || open >= limits.max_connections {
                            handler.crowded(open);
                        }
                    }
                }
                Err(error) if concerns_one_connection(&error) => {}
                Err(error) => {
                    let now = Instant::now();
                    if said_until.is_none_or(|until| until < now) {
                        handler.warn(&format!("cannot accept connections for now, and will try again: {error}"));
                    }
                    said_until = Some(now + SAID_FOR);
                    retry_at = Some(now + TICK);
                }
            },
            Some(_) = connections.tasks.join_next() => retry_at = None,
            now = ticks.tick() => {
                retry_at = retry_at.filter(|&at| at > now);
                connections.tick(&patience);
            }
            () = &mut shutdown => break,
        }
    }
    drop(listener);
    handler.drain();
    connections.drain(limits.drain_timeout).await;
    Ok(())
}

/// Whether the error of an accept says nothing about the next one.
fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}

/// The connections of one listener.
struct Connections {
    tasks: JoinSet<()>,
    controls: Mutex<Vec<Weak<Control>>>,
    clock: Arc<AtomicU32>,
    gate: Arc<Gate>,
    log: Option<RequestLog>,
}

impl Connections {
    fn new(gate: Gate, log: Option<RequestLog>) -> Connections {
        Connections {
            tasks: JoinSet::new(),
            controls: Mutex::default(),
            clock: Arc::default(),
            gate: Arc::new(gate),
            log,
        }
    }

    /// Serves `stream`, which has `descriptor` for as long.
    fn start<H: Handler>(
        &mut self,
        stream: TcpStream,
        descriptor: Option<OwnedSemaphorePermit>,
        handler: Arc<H>,
    ) {
        // A connection that is gone already says so here; hyper will find out in its own way.
        let _ = stream.set_nodelay(true);
        let Ok(peer) = stream.peer_addr() else { return };
        let control = Arc::new(Control::new(peer, Arc::clone(&self.clock), self.log.is_some()));
        let mut controls = self.controls.lock().unwrap_or_else(PoisonError::into_inner);
        // Only as many as twice those alive are kept, so this costs a constant time a connection.
        if controls.len() > 2 * self.tasks.len() + 64 {
            controls.retain(|control| control.strong_count() > 0);
        }
        controls.push(Arc::downgrade(&control));
        drop(controls);
        let (gate, log) = (Arc::clone(&self.gate), self.log.clone());
        self.tasks.spawn(async move {
            let _descriptor = descriptor;
            connection(stream, control, gate, log, handler).await;
        });
    }

    fn each(&self, act: impl Fn(&Control)) {
        let controls: Vec<Arc<Control>> = {
            let controls = self.controls.lock().unwrap_or_else(PoisonError::into_inner);
            controls.iter().filter_map(Weak::upgrade).collect()
        };
        controls.iter().for_each(|control| act(control));
    }

    fn tick(&self, patience: &Patience) {
        self.clock.fetch_add(1, Ordering::Relaxed);
        self.each(|control| control.check(patience));
    }

    async fn drain(&mut self, timeout: Duration) {
        self.each(|control| control.give(Order::Drain));
        let drained = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(timeout, drained).await.is_err() {
            self.tasks.shutdown().await;
        }
    }
}

/// Serves one connection to its end, following the orders that its [`Control`] is given.
async fn connection<H: Handler>(
    stream: TcpStream,
    control: Arc<Control>,
    gate: Arc<Gate>,
    log: Option<RequestLog>,
    handler: Arc<H>,
) {
    let io = TokioIo::new(Watched::new(stream, Arc::clone(&control)));
    let of_requests = Arc::clone(&control);
    let service = service_fn(move |request| {
        let (handler, control, gate) = (Arc::clone(&handler), Arc::clone(&of_requests), Arc::clone(&gate));
        let entry = log.as_ref().map(|log| log.begin(&request));
        async move {
            control.enter(Phase::Reply);
            let mut response = match gate.check(&request) {
                Ok(Pass::Plain) => handler.answer(request, &control).await,
                Ok(Pass::Shared(origin)) => {
                    let mut response = handler.answer(request, &control).await;
                    share_with(origin, response.headers_mut());
                    response
                }
                Err(refusal) => *refusal,
            };
            handler.finish(response.headers_mut());
            if let Some(entry) = entry {
                entry.finish(response.status(), &control);
            }
            Ok::<_, std::convert::Infallible>(response)
        }
    });
    let mut builder = http1::Builder::new();
    builder.max_buf_size(BUFFER);
    let http = pin!(builder.serve_connection(io, service).with_upgrades());
    Obedient {
        connection: http,
        control: &control,
        draining: false,
    }
    .await;
    if let Some(afterwards) = control.take_afterwards() {
        Obedient {
            connection: NotHttp(afterwards),
            control: &control,
            draining: false,
        }
        .await;
    }
}

/// What can be told to come to an end soon.
trait Drain: Future + Unpin {
    fn drain(&mut self);
}

impl<S> Drain for Pin<&mut http1::UpgradeableConnection<TokioIo<Watched>, S>>
where
    S: hyper::service::HttpService<Incoming>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    S::ResBody: Body<Data = Chunks> + 'static,
    <S::ResBody as Body>::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn drain(&mut self) {
        self.as_mut().graceful_shutdown();
    }
}

/// A connection that has been upgraded. It is told by the server that it serves when that is closing.
struct NotHttp(Pin<Box<dyn Future<Output = ()> + Send>>);

impl Future for NotHttp {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(context)
    }
}

impl Drain for NotHttp {
    fn drain(&mut self) {}
}

/// A connection that follows the orders in its [`Control`].
struct Obedient<'c, C> {
    connection: C,
    control: &'c Control,
    draining: bool,
}

impl<C: Drain> Future for Obedient<'_, C> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.control.remember(context.waker());
        match self.control.order() {
            Order::Drain if !self.draining => {
                self.draining = true;
                self.connection.drain();
            }
            // The socket answers a time-out itself.
            Order::Serve | Order::Drain | Order::TimeOut => {}
            Order::Abort => return Poll::Ready(()),
        }
        // What went wrong on a connection is the client's affair: it has been answered where that was possible.
        let _ = ready!(Pin::new(&mut self.connection).poll(context));
        Poll::Ready(())
    }
}
