//! Ending in good order, when a signal or somebody else asks for it.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::{pipe, unregister};
use signal_hook::{flag, SigId};

use crate::Error;

/// Asks a reader to stop, from a task or another thread; see [`Reader::stopper`](crate::Reader::stopper).
#[derive(Debug, Clone)]
pub struct Stopper(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    requested: Arc<AtomicBool>,
    /// A byte in here ends a wait.
    wakes: UnixStream,
    waits: UnixStream,
}

impl Stopper {
    /// A new one, for one reader.
    ///
    /// # Errors
    /// The system has no file descriptors left.
    pub fn new() -> Result<Self, Error> {
        let pair = || -> io::Result<_> {
            let (wakes, waits) = UnixStream::pair()?;
            // Full, it ends the wait as well as with one more byte.
            wakes.set_nonblocking(true)?;
            Ok(Self(Arc::new(Inner {
                requested: Arc::default(),
                wakes,
                waits,
            })))
        };
        pair().map_err(Error::Signals)
    }

    /// Has [`Reader::run`](crate::Reader::run) return when the message in hand is done.
    pub fn stop(&self) {
        self.0.requested.store(true, Ordering::SeqCst);
        let _ = (&self.0.wakes).write(b"!");
    }

    /// Whether a signal or somebody else has asked to stop: a task that takes long may look.
    pub fn is_requested(&self) -> bool {
        self.0.requested.load(Ordering::SeqCst)
    }

    /// Waits this long, or until the stop is requested.
    pub(crate) fn wait(&self, duration: Duration) {
        // A read timeout of zero would mean none.
        if self.is_requested() || duration.is_zero() {
            return;
        }
        // A wait that cannot be set up is not made, and one that a signal interrupts is over.
        if self.0.waits.set_read_timeout(Some(duration)).is_ok() {
            let _ = (&self.0.waits).read(&mut [0]);
        }
    }
}

/// While this lives, SIGTERM and SIGINT (Ctrl-C) ask to stop; a second one ends the program on the spot.
pub(crate) struct Listening {
    asking: Vec<SigId>,
}

/// While this is set, SIGTERM and SIGINT do what they do to any program. It is set up once and for all: an action that was
/// removed would leave its signal ignored.
fn ends_at_once() -> Result<&'static Arc<AtomicBool>, Error> {
    static ENDS_AT_ONCE: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    if let Some(known) = ENDS_AT_ONCE.get() {
        return Ok(known);
    }
    let flag = Arc::new(AtomicBool::new(true));
    for signal in [SIGTERM, SIGINT] {
        flag::register_conditional_default(signal, Arc::clone(&flag)).map_err(Error::Signals)?;
    }
    Ok(ENDS_AT_ONCE.get_or_init(|| flag))
}

impl Listening {
    pub fn begin(stopper: &Stopper) -> Result<Self, Error> {
        let ends_at_once = ends_at_once()?;
        let mut listening = Self { asking: Vec::new() };
        for signal in [SIGTERM, SIGINT] {
            // In this order: the first signal says that the second is to end the program, and must not do so itself.
            for flag in [&stopper.0.requested, ends_at_once] {
                let id = flag::register(signal, Arc::clone(flag)).map_err(Error::Signals)?;
                listening.asking.push(id);
            }
            let wakes = stopper.0.wakes.try_clone().map_err(Error::Signals)?;
            listening
                .asking
                .push(pipe::register(signal, wakes).map_err(Error::Signals)?);
        }
        ends_at_once.store(false, Ordering::SeqCst);
        Ok(listening)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Ok(ends_at_once) = ends_at_once() {
            ends_at_once.store(true, Ordering::SeqCst);
        }
        for id in self.asking.drain(..) {
            unregister(id);
        }
    }
}
