//! What a bridge has done, and what it says while it does it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Counters of a bridge at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Stats {
    /// Messages read from the pubsub.
    pub received: u64,
    /// Deliveries that succeeded: a message that goes to two destinations counts twice.
    pub delivered: u64,
    /// Attempts to deliver that failed. Each was, or will be, tried again.
    pub failed_attempts: u64,
    /// Messages left out because they are too long for the destination's URL.
    pub dropped: u64,
    /// Deliveries that wait.
    pub pending: u64,
    /// Whether the subscription stands.
    pub connected: bool,
}

/// A view of a running bridge; clones see the same one.
#[derive(Debug, Clone, Default)]
pub struct StatsHandle(pub(super) Arc<Counters>);

impl StatsHandle {
    /// The counters now.
    pub fn now(&self) -> Stats {
        let counters = &self.0;
        // Read before `received`, so that what is pending is never less than nothing.
        let delivered = counters.delivered.load(Ordering::Acquire);
        let dropped = counters.dropped.load(Ordering::Acquire);
        Stats {
            received: counters.received.load(Ordering::Acquire),
            delivered,
            dropped,
            failed_attempts: counters.failed_attempts.load(Ordering::Relaxed),
            pending: counters
                .owed
                .load(Ordering::Acquire)
                .saturating_sub(delivered + dropped),
            connected: counters.connected.load(Ordering::Relaxed),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub received: AtomicU64,
    /// Deliveries that what was received calls for.
    pub owed: AtomicU64,
    pub delivered: AtomicU64,
    pub dropped: AtomicU64,
    pub failed_attempts: AtomicU64,
    pub connected: AtomicBool,
}

/// Something that whoever runs a bridge may want to see. Displayed, it is a sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// About to subscribe.
    Connecting {
        /// Host and port of the pubsub.
        address: String,
        /// The path of the stream.
        path: String,
    },
    /// Subscribed: what is published from here on arrives.
    Connected {
        /// Host and port of the pubsub.
        address: String,
    },
    /// The subscription could not be made, or has ended.
    SourceLost {
        /// Host and port of the pubsub.
        address: String,
        /// Why.
        reason: String,
        /// Whether it had stood.
        was_connected: bool,
    },
    /// A destination failed for the first time since it last took a message.
    DestinationFailing {
        /// Host and port of the destination.
        address: String,
        /// Why.
        reason: String,
    },
    /// A destination takes messages again.
    DestinationBack {
        /// Host and port of the destination.
        address: String,
    },
    /// A message was left out: escaped, it makes a URL that is too long for any server.
    Undeliverable {
        /// Host and port of the destination.
        address: String,
        /// The length of the URL's path, in bytes.
        length: usize,
    },
    /// The end, because no message came for so long.
    Silence {
        /// How long, in seconds.
        seconds: u64,
    },
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Connecting { address, path } => write!(f, "connecting to http://{address}{path}"),
            Event::Connected { address } => write!(f, "connected to {address}"),
            Event::SourceLost {
                address,
                reason,
                was_connected: true,
            } => write!(
                f,
                "lost the pubsub at {address}: {reason}; connecting again, what is published meanwhile is lost"
            ),
            Event::SourceLost { address, reason, .. } => {
                write!(
                    f,
                    "no subscription to the pubsub at {address}: {reason}; will keep trying"
                )
            }
            Event::DestinationFailing { address, reason } => {
                write!(f, "cannot deliver to {address}, will keep trying: {reason}")
            }
            Event::DestinationBack { address } => write!(f, "delivering to {address} again"),
            Event::Undeliverable { address, length } => write!(
                f,
                "left out a message for {address}: its URL would have {length} bytes, more than servers take; use \
                 --destination-post-url"
            ),
            Event::Silence { seconds } => write!(f, "no message for {seconds} s, ending"),
        }
    }
}
