//! The parts of a live workshop, and what each says of itself.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::control::PartStatus;
use super::journal::Journal;
use super::readers::Readers;
use super::redis;
use super::stream::Published;
use crate::server::{Pubsub, Simplequeue, bridge};

/// The parts that run.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The pubsub, and where it listens.
    pub pubsub: (Pubsub, SocketAddr),
    /// The queue, and where it listens.
    pub simplequeue: (Simplequeue, SocketAddr),
    /// Who has got messages from the queue.
    pub readers: Readers,
    /// What becomes of the messages.
    pub journal: Journal,
    /// The bridge's counters, where the section has one.
    pub bridge: Option<bridge::StatsHandle>,
    /// The stream's count and its rate, where the section has one.
    pub stream: Option<(Published, f64)>,
    /// The capture that is replayed in place of the section's own stream.
    pub replay: Option<PathBuf>,
    /// The Redis, where the section has one.
    pub redis: Option<redis::Part>,
}

impl Parts {
    /// A line for each part.
    pub async fn status(&self) -> Vec<PartStatus> {
        let mut parts = vec![self.pubsub(), self.simplequeue()];
        parts.extend(self.bridge.as_ref().map(|stats| self.bridge(stats)));
        parts.extend(self.stream.as_ref().map(|(published, rate)| PartStatus {
            part: "stream".into(),
            address: match *rate {
                0.0 => "at the recorded pace".into(),
                rate => format!("{rate} messages a second"),
            },
            state: self.stream_state(),
            messages_in: None,
            messages_out: Some(published.count()),
            depth: None,
        }));
        if let Some(redis) = &self.redis {
            parts.push(redis.status().await);
        }
        parts
    }

    /// What the stream does: where it is a capture, which one.
    fn stream_state(&self) -> String {
        let Some(capture) = &self.replay else {
            return "publishing".into();
        };
        // Standard input is kept in a folder of ours, under a name that tells nobody anything.
        let is_kept = capture.parent().and_then(Path::file_name) == Some(OsStr::new(".workshop"));
        match capture.file_name() {
            Some(name) if !is_kept => format!("replaying {}", name.to_string_lossy()),
            _ => "replaying standard input".into(),
        }
    }

    /// How many subscribers the pubsub has besides the bridge.
    pub fn other_subscribers(&self) -> u64 {
        let own = self.bridge.as_ref().is_some_and(|stats| stats.now().connected);
        self.pubsub
            .0
            .stats()
            .current_connections
            .saturating_sub(u64::from(own))
    }

    fn pubsub(&self) -> PartStatus {
        let (pubsub, address) = &self.pubsub;
        let stats = pubsub.stats();
        PartStatus {
            part: "pubsub".into(),
            address: format!("http://{address}"),
            state: match stats.current_connections {
                1 => "1 subscriber".into(),
                more => format!("{more} subscribers"),
            },
            messages_in: Some(stats.messages_received),
            messages_out: Some(stats.messages_sent),
            depth: None,
        }
    }

    fn simplequeue(&self) -> PartStatus {
        let (queue, address) = &self.simplequeue;
        let stats = queue.stats();
        // A message is either put away still, or dropped past the limit, or taken.
        let taken = stats
            .puts
            .saturating_sub(stats.overflow)
            .saturating_sub(stats.depth);
        PartStatus {
            part: "simplequeue".into(),
            address: format!("http://{address}"),
            state: match stats.overflow {
                0 => "running".into(),
                dropped => format!("full, {dropped} dropped"),
            },
            messages_in: Some(stats.puts),
            messages_out: Some(taken),
            depth: Some(stats.depth),
        }
    }

    fn bridge(&self, stats: &bridge::StatsHandle) -> PartStatus {
        let stats = stats.now();
        PartStatus {
            part: "bridge".into(),
            address: "pubsub → simplequeue".into(),
            state: if stats.connected {
                "connected"
            } else {
                "reconnecting"
            }
            .into(),
            messages_in: Some(stats.received),
            messages_out: Some(stats.delivered),
            depth: Some(stats.pending),
        }
    }
}
