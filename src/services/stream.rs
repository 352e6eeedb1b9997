//! The section's stream: numbers, published at a steady pace.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use bytes::{BufMut, BytesMut};

use crate::server::Pubsub;
use crate::source::{Numbers, Pace, message};
use crate::workspace::Workspace;

use super::published;

/// How often the count is written down, so that little of it is lost if the process is killed.
const KEPT_EVERY: Duration = Duration::from_secs(5);

/// How many numbers have been published, over all the time that the workspace exists.
#[derive(Debug, Clone, Default)]
pub struct Published(Arc<AtomicU64>);

impl Published {
    /// Goes on from an earlier count.
    pub fn from(count: u64) -> Self {
        Self(Arc::new(AtomicU64::new(count)))
    }

    /// The count now.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Publishes `numbers` until it is dropped, and keeps count.
pub async fn publish(
    workspace: Workspace,
    pubsub: Pubsub,
    mut numbers: Numbers,
    mut pace: Pace,
    count: Published,
) {
    let mut kept = tokio::time::Instant::now();
    loop {
        let due = pace.due().await;
        let mut body = BytesMut::new();
        for number in numbers.by_ref().take(due as usize) {
            body.put(message(now(), number));
            body.put_u8(b'\n');
        }
        pubsub.publish(body.freeze());
        count.0.fetch_add(due, Ordering::Relaxed);
        if kept.elapsed() >= KEPT_EVERY {
            kept = tokio::time::Instant::now();
            let (workspace, count) = (workspace.clone(), count.count());
            // A disk may take its time, and the servers share this thread. A count that cannot be kept now is kept
            // the next time; the stream goes on.
            tokio::task::spawn_blocking(move || published::keep(&workspace, count));
        }
    }
}

/// Seconds since 1970, to the microsecond.
fn now() -> f64 {
    let elapsed = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    elapsed.as_micros() as f64 / 1e6
}
