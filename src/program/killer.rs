//! Killing a program at a moment that somebody else knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use super::Signal;
use super::group::Group;

/// Kills a program and its group with SIGKILL, without waiting for whoever runs it. Made ahead, and to be used while the
/// program lives: the number of a group that is gone may come to name a stranger's.
#[derive(Debug)]
pub struct Killer {
    group: Group,
    signalled: Arc<AtomicI32>,
}

impl Killer {
    pub(super) fn new(group: Group, signalled: Arc<AtomicI32>) -> Self {
        Self { group, signalled }
    }

    /// Kills it now; false where there was nothing left to kill.
    pub fn kill(self) -> bool {
        // Before the signal: how the program ended may be asked for as soon as it has.
        let before = self.signalled.swap(Signal::SIGKILL as i32, Ordering::Relaxed);
        let killed = self.group.signal(Signal::SIGKILL);
        if !killed {
            self.signalled.store(before, Ordering::Relaxed);
        }
        killed
    }
}
