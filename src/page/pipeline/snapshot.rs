//! What the parts of the pipeline say of themselves at one moment.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::services::{PartStatus, Parts};

/// A Redis is asked over a connection, so less often than the rest is looked at.
const REDIS_EVERY: Duration = Duration::from_secs(1);

/// As many subscribers and readers are shown one by one; the busiest of them.
const MOST_SHOWN: usize = 12;

/// The pipeline at one moment. All counts are since the workshop came up.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Snapshot {
    /// Milliseconds since the first look, for whoever computes rates.
    pub at_ms: u64,
    /// Messages that the section's stream has published; `None` where it has none.
    pub stream: Option<u64>,
    pub pubsub: Pubsub,
    /// `None` where the section's bridge is the student's to build.
    pub bridge: Option<Bridge>,
    pub queue: Queue,
    /// Those that have got a message, the oldest first.
    pub readers: Vec<Reader>,
    /// Readers that there is no room to show.
    pub more_readers: usize,
    pub redis: Option<Redis>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Pubsub {
    pub published: u64,
    /// Messages, each counted once for every subscriber.
    pub sent: u64,
    pub subscribers: u64,
    /// Bytes that wait for each subscriber, the most first.
    pub pending: Vec<u64>,
    /// Subscribers dropped as too slow.
    pub kicked: u64,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Bridge {
    pub connected: bool,
    pub received: u64,
    pub delivered: u64,
    pub pending: u64,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Queue {
    pub puts: u64,
    /// Messages that somebody got.
    pub taken: u64,
    pub depth: u64,
    pub bytes: u64,
    /// Messages dropped because the queue was full.
    pub dropped: u64,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Reader {
    pub number: u64,
    pub messages: u64,
    /// Milliseconds since it last asked.
    pub quiet_ms: u64,
}

#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Redis {
    pub state: String,
    pub commands: Option<u64>,
    pub keys: Option<u64>,
}

/// Looks at the pipeline, again and again; clones see the same.
#[derive(Debug, Clone)]
pub(super) struct Observed {
    parts: Parts,
    begun: Instant,
    redis: Arc<Mutex<LastRedis>>,
}

#[derive(Debug, Default)]
struct LastRedis {
    asked: Option<Instant>,
    said: Option<Redis>,
}

impl Observed {
    pub fn new(parts: Parts) -> Self {
        Self {
            parts,
            begun: Instant::now(),
            redis: Arc::default(),
        }
    }

    /// The pipeline now.
    pub fn now(&self) -> Snapshot {
        let now = Instant::now();
        let Parts {
            pubsub: (pubsub, _),
            simplequeue: (queue, _),
            ..
        } = &self.parts;
        let stats = pubsub.stats();
        let mut pending: Vec<u64> = pubsub
            .clients()
            .iter()
            .map(|client| client.pending_bytes)
            .collect();
        pending.sort_unstable_by(|one, other| other.cmp(one));
        pending.truncate(MOST_SHOWN);
        let (mut readers, _) = self.parts.readers.now();
        let more_readers = readers.len().saturating_sub(MOST_SHOWN);
        if more_readers > 0 {
            readers.sort_by_key(|reader| std::cmp::Reverse(reader.messages));
            readers.truncate(MOST_SHOWN);
            readers.sort_by_key(|reader| reader.number);
        }
        Snapshot {
            at_ms: milliseconds(now.saturating_duration_since(self.begun)),
            stream: self.parts.stream.as_ref().map(|(published, _)| published.count()),
            pubsub: Pubsub {
                published: stats.messages_received,
                sent: stats.messages_sent,
                subscribers: stats.current_connections,
                pending,
                kicked: stats.kicked_clients,
            },
            bridge: self.parts.bridge.as_ref().map(|bridge| {
                let stats = bridge.now();
                Bridge {
                    connected: stats.connected,
                    received: stats.received,
                    delivered: stats.delivered,
                    pending: stats.pending,
                }
            }),
            queue: {
                let stats = queue.stats();
                Queue {
                    puts: stats.puts,
                    // A message is either put away still, or dropped past the limit, or taken.
                    taken: stats
                        .puts
                        .saturating_sub(stats.overflow)
                        .saturating_sub(stats.depth),
                    depth: stats.depth,
                    bytes: stats.bytes,
                    dropped: stats.overflow,
                }
            },
            readers: readers
                .into_iter()
                .map(|reader| Reader {
                    number: reader.number,
                    messages: reader.messages,
                    quiet_ms: milliseconds(now.saturating_duration_since(reader.asked)),
                })
                .collect(),
            more_readers,
            redis: self.redis(now),
        }
    }

    /// What the Redis said last. It is asked anew beside this, so that a slow one holds nothing up.
    fn redis(&self, now: Instant) -> Option<Redis> {
        let redis = self.parts.redis.clone()?;
        let mut last = self.redis.lock().unwrap_or_else(PoisonError::into_inner);
        if last.asked.is_none_or(|asked| now >= asked + REDIS_EVERY) {
            last.asked = Some(now);
            let answers = Arc::clone(&self.redis);
            tokio::spawn(async move {
                let said = Redis::from(redis.status().await);
                answers.lock().unwrap_or_else(PoisonError::into_inner).said = Some(said);
            });
        }
        Some(last.said.clone().unwrap_or_default())
    }
}

impl From<PartStatus> for Redis {
    fn from(status: PartStatus) -> Self {
        Self {
            state: status.state,
            commands: status.messages_in,
            keys: status.depth,
        }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
