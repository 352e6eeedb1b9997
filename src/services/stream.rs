//! The section's stream: messages, published at a steady pace.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::{BufMut, BytesMut};

use crate::server::Pubsub;
use crate::server::chunks::Chunks;
use crate::source::Flow;
use crate::workspace::Workspace;

use super::journal::Journal;
use super::published;

/// How often the count is written down, so that little of it is lost if the process is killed.
const KEPT_EVERY: Duration = Duration::from_secs(5);

/// How many messages have been published.
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

/// Publishes what `flow` hands out, until it ends or this is dropped, notes it in `journal` and counts it; in `kept` too,
/// where the count must outlive this process.
pub async fn publish(
    pubsub: Pubsub,
    journal: Journal,
    mut flow: Flow,
    count: Published,
    kept: Option<Workspace>,
) -> anyhow::Result<()> {
    let mut last_kept = tokio::time::Instant::now();
    while let Some(batch) = flow.next_batch().await? {
        let mut body = BytesMut::new();
        for message in &batch {
            body.put_slice(message);
            body.put_u8(b'\n');
        }
        let body = body.freeze();
        journal.published(&Chunks::from(body.clone()));
        pubsub.publish(body);
        count.0.fetch_add(batch.len() as u64, Ordering::Relaxed);
        if let Some(workspace) = &kept
            && last_kept.elapsed() >= KEPT_EVERY
        {
            last_kept = tokio::time::Instant::now();
            let (workspace, count) = (workspace.clone(), count.count());
            // A disk may take its time, and the servers share this thread. A count that cannot be kept now is kept
            // the next time; the stream goes on.
            tokio::task::spawn_blocking(move || published::keep(&workspace, count));
        }
    }
    Ok(())
}
