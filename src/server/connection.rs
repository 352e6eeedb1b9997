//! One connection: what it is doing, as its socket shows it, and the ways to end it from outside.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::request_log::SHOWN;

/// A quarter of a second: the unit in which time limits on connections are kept, so that no system call and no
/// timer is spent on a request.
pub(crate) const TICK: std::time::Duration = std::time::Duration::from_millis(250);

/// Writes of several pieces up to this many bytes are joined first: the system takes one piece with less ado than a
/// list, by more than the copy costs.
const FLAT: usize = 1024;
const TIMED_OUT: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 55\r\n\r\n\
    the head of the request did not arrive within the time\n";

/// What a connection has been told from outside. Later ones outrank earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Order {
    Serve,
    /// Finish the request under way, then close.
    Drain,
    /// The head of a request did not arrive in time.
    TimeOut,
    Abort,
}

impl Order {
    fn from_u8(value: u8) -> Order {
        [Order::Serve, Order::Drain, Order::TimeOut]
            .get(usize::from(value))
            .copied()
            .unwrap_or(Order::Abort)
    }
}

/// Which part of an exchange a connection is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Phase {
    /// Between requests: it may stay so for as long as it likes.
    Idle = 0,
    /// Newly accepted, or with the head of a request begun.
    Head = 1,
    /// The head is read, the body is not.
    Body = 2,
    /// The body is read or was not asked for.
    Reply = 3,
    /// A subscriber: the limit on pending bytes governs it, not time.
    Stream = 4,
}

/// How long a connection may stand still, in ticks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub head: u32,
    pub body: u32,
    pub reply: u32,
}

/// A client's connection, as an observer may remember it for as long as it likes.
#[derive(Debug, Clone)]
pub struct Connection(Weak<Control>, SocketAddr);

impl Connection {
    pub(crate) fn of(control: &Arc<Control>) -> Connection {
        Connection(Arc::downgrade(control), control.peer)
    }

    /// The client's end.
    pub fn peer(&self) -> SocketAddr {
        self.1
    }

    /// Whether neither end has closed it, as far as the server knows.
    pub fn is_open(&self) -> bool {
        self.0.strong_count() > 0
    }

    /// A connection for a test, open for as long as the first value is kept.
    #[cfg(test)]
    pub(crate) fn pretended() -> (Arc<dyn Send + Sync>, Connection) {
        let peer = SocketAddr::from(([127, 0, 0, 1], 1));
        let control = Arc::new(Control::new(peer, Arc::default(), false));
        let connection = Connection::of(&control);
        (control, connection)
    }

    /// Whether `other` is this one: a later one may have the same peer.
    pub fn is(&self, other: &Connection) -> bool {
        Weak::ptr_eq(&self.0, &other.0)
    }
}

/// Shared by a connection's task, its request handlers and the listener.
pub(crate) struct Control {
    pub peer: SocketAddr,
    order: AtomicU8,
    phase: AtomicU8,
    /// The listener's clock, counted in ticks.
    clock: Arc<AtomicU32>,
    /// When the phase began or, in a body or a reply, bytes last moved.
    since: AtomicU32,
    write_blocked: AtomicBool,
    /// Of the connection's task, set at its first poll and the same ever after.
    waker: OnceLock<Waker>,
    /// The start of the body of the request under way, where requests are logged.
    noted: Option<Mutex<Vec<u8>>>,
    /// What becomes of the connection after it has been upgraded to another protocol.
    afterwards: Mutex<Option<Afterwards>>,
}

/// What a connection does when it no longer speaks HTTP.
type Afterwards = Pin<Box<dyn Future<Output = ()> + Send>>;

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control")
            .field("peer", &self.peer)
            .field("order", &self.order())
            .finish_non_exhaustive()
    }
}

impl Control {
    pub fn new(peer: SocketAddr, clock: Arc<AtomicU32>, notes_bodies: bool) -> Control {
        let since = clock.load(Ordering::Relaxed);
        Control {
            peer,
            order: AtomicU8::new(Order::Serve as u8),
            phase: AtomicU8::new(Phase::Head as u8),
            clock,
            since: AtomicU32::new(since),
            write_blocked: AtomicBool::new(false),
            waker: OnceLock::new(),
            noted: notes_bodies.then(Mutex::default),
            afterwards: Mutex::default(),
        }
    }

    /// Keeps the first bytes of a body for the log, if there is one.
    pub fn note(&self, part: &[u8]) {
        if let Some(noted) = &self.noted {
            let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
            let room = SHOWN - noted.len();
            noted.extend_from_slice(&part[..part.len().min(room)]);
        }
    }

    pub fn take_noted(&self) -> Vec<u8> {
        let noted = self
            .noted
            .as_ref()
            .map(|noted| noted.lock().unwrap_or_else(PoisonError::into_inner));
        noted
            .map(|mut noted| std::mem::take(&mut *noted))
            .unwrap_or_default()
    }

    /// Has `future` run, as part of the connection, once the reply that upgrades it is out.
    pub fn continue_with(&self, future: impl Future<Output = ()> + Send + 'static) {
        *self.afterwards.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::pin(future));
    }

    pub fn take_afterwards(&self) -> Option<Afterwards> {
        self.afterwards
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    pub fn order(&self) -> Order {
        Order::from_u8(self.order.load(Ordering::Acquire))
    }

    pub fn give(&self, order: Order) {
        self.order.fetch_max(order as u8, Ordering::AcqRel);
        self.wake();
    }

    pub fn wake(&self) {
        if let Some(waker) = self.waker.get() {
            waker.wake_by_ref();
        }
    }

    /// Must be called at every poll of the connection's task, before [`Control::order`] is looked at.
    pub fn remember(&self, waker: &Waker) {
        self.waker.get_or_init(|| waker.clone());
    }

    pub fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Relaxed);
        self.touch();
    }

    fn is_in(&self, phase: Phase) -> bool {
        self.phase.load(Ordering::Relaxed) == phase as u8
    }

    fn touch(&self) {
        self.since
            .store(self.clock.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// Gives the order that its standing still calls for, if any.
    pub fn check(&self, patience: &Patience) {
        let still = self
            .clock
            .load(Ordering::Relaxed)
            .wrapping_sub(self.since.load(Ordering::Relaxed));
        let blocked = self.write_blocked.load(Ordering::Relaxed);
        if self.is_in(Phase::Head) && still > patience.head {
            self.give(Order::TimeOut);
        } else if (self.is_in(Phase::Body) && still > patience.body)
            || (!self.is_in(Phase::Stream) && blocked && still > patience.reply)
        {
            self.give(Order::Abort);
        }
    }
}

/// A socket that notes in its [`Control`] when bytes move.
#[derive(Debug)]
pub(crate) struct Watched {
    stream: TcpStream,
    control: Arc<Control>,
}

impl Watched {
    pub fn new(stream: TcpStream, control: Arc<Control>) -> Watched {
        Watched { stream, control }
    }

    /// Ends the connection of a client that did not say in time what it wants, and tells it so.
    fn time_out(&self) -> io::Error {
        // Written here because hyper has no reply to a request that never became one. It is the last word: what the
        // socket does not take at once is left out.
        let _ = self.stream.try_write(TIMED_OUT);
        io::ErrorKind::TimedOut.into()
    }

    fn wrote(&self, result: &Poll<io::Result<usize>>) {
        let blocked = result.is_pending();
        if blocked != self.control.write_blocked.load(Ordering::Relaxed) {
            self.control.write_blocked.store(blocked, Ordering::Relaxed);
        }
        if !blocked {
            self.control.touch();
        }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.control.order() == Order::TimeOut {
            return Poll::Ready(Err(self.time_out()));
        }
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            if self.control.is_in(Phase::Idle) || self.control.is_in(Phase::Reply) {
                self.control.enter(Phase::Head);
            } else if self.control.is_in(Phase::Body) {
                self.control.touch();
            }
        } else if result.is_pending() && self.control.is_in(Phase::Reply) {
            // The reply has been handed over and the next request has not begun.
            self.control.enter(Phase::Idle);
        }
        result
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.wrote(&result);
        result
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let length: usize = slices.iter().map(|slice| slice.len()).sum();
        let result = if length <= FLAT {
            let mut flat = [0; FLAT];
            let mut filled = 0;
            for slice in slices {
                flat[filled..filled + slice.len()].copy_from_slice(slice);
                filled += slice.len();
            }
            Pin::new(&mut self.stream).poll_write(context, &flat[..filled])
        } else {
            Pin::new(&mut self.stream).poll_write_vectored(context, slices)
        };
        self.wrote(&result);
        result
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
