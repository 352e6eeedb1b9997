//! The signals that ask a command to end.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// An ear for them, from when it is made.
pub struct Interruption {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Interruption {
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for one of them and returns its number.
    pub async fn number(&mut self) -> u8 {
        tokio::select! {
            _ = self.interrupt.recv() => 2,
            _ = self.terminate.recv() => 15,
            _ = self.hangup.recv() => 1,
        }
    }
}
