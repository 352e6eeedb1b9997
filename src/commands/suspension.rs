//! Ctrl-Z: what a command runs stands still with it, and goes on with it.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use nix::sys::signal::{Signal, raise};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::AbortHandle;

use crate::program::guard::Guard;
use crate::program::let_starting_children_go_on;

/// Programs under check have process groups of their own, so that the terminal's Ctrl-Z does not reach them.
pub struct Suspension {
    guard: Arc<Mutex<Option<Guard>>>,
    following: AbortHandle,
}

impl Suspension {
    /// Stops and lets go on at each Ctrl-Z (SIGTSTP) from now on until it is dropped, on the tokio runtime that the caller
    /// is on: one with a thread to spare, since the thread that starts a program may be what has to be helped.
    ///
    /// # Errors
    ///
    /// Where the system gives no ear for the signal.
    pub fn listen() -> io::Result<Self> {
        let guard = Arc::default();
        let mut signals = signal(SignalKind::from_raw(Signal::SIGTSTP as i32))?;
        let covered = Arc::clone(&guard);
        let following = tokio::spawn(async move {
            while signals.recv().await.is_some() {
                let_starting_children_go_on();
                suspend(&covered);
            }
        });
        Ok(Self {
            guard,
            following: following.abort_handle(),
        })
    }

    /// From now on it is the programs that `guard` watches that stand still with this command.
    pub fn covers(&self, guard: &Guard) {
        *self.guard.lock().unwrap_or_else(PoisonError::into_inner) = Some(guard.clone());
    }
}

impl Drop for Suspension {
    fn drop(&mut self) {
        self.following.abort();
    }
}

/// Stops this whole process, and what it runs; comes back at SIGCONT.
fn suspend(covered: &Mutex<Option<Guard>>) {
    let stop = || {
        // It cannot fail for a signal that there is; if it did, the command would go on as if nobody had asked.
        let _ = raise(Signal::SIGSTOP);
    };
    let guard = covered.lock().unwrap_or_else(PoisonError::into_inner);
    match guard.as_ref() {
        Some(guard) => guard.stop_during(stop),
        None => stop(),
    }
}
