//! What is computed again and again while somebody looks: once for all of them, and not at all while nobody does.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};

/// What has not changed is said again after this time, so that a browser that is gone is noticed, and a workshop that
/// stands still too.
const SAID_AGAIN: Duration = Duration::from_secs(5);

/// A stream of JSON documents; clones are the same one. Whoever is slow misses some, and nothing is kept for them.
#[derive(Debug, Clone)]
pub(super) struct Feed {
    latest: watch::Sender<Bytes>,
    wanted: Arc<Notify>,
    _task: Arc<JoinSet<()>>,
}

impl Feed {
    /// Computes a document every `period` while somebody listens, and passes it on where it differs from the one before.
    pub fn every<F, V>(period: Duration, compute: F) -> Self
    where
        F: FnMut() -> V + Send + 'static,
        V: Future<Output = Value> + Send + 'static,
    {
        let (latest, _) = watch::channel(Bytes::new());
        let wanted = Arc::new(Notify::new());
        let mut task = JoinSet::new();
        task.spawn(run(period, compute, latest.clone(), Arc::clone(&wanted)));
        Self {
            latest,
            wanted,
            _task: Arc::new(task),
        }
    }

    /// The documents from here on, the first at once where one is known.
    pub fn listen(&self) -> watch::Receiver<Bytes> {
        let mut receiver = self.latest.subscribe();
        if !receiver.borrow().is_empty() {
            receiver.mark_changed();
        }
        self.wanted.notify_one();
        receiver
    }
}

async fn run<F, V>(period: Duration, mut compute: F, latest: watch::Sender<Bytes>, wanted: Arc<Notify>)
where
    F: FnMut() -> V + Send + 'static,
    V: Future<Output = Value> + Send + 'static,
{
    loop {
        while latest.receiver_count() == 0 {
            wanted.notified().await;
        }
        let mut ticks = tokio::time::interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut said: Option<Instant> = None;
        while latest.receiver_count() > 0 {
            ticks.tick().await;
            let document = Bytes::from(compute().await.to_string());
            let is_old = said.is_none_or(|said| said.elapsed() >= SAID_AGAIN);
            if is_old || *latest.borrow() != document {
                said = Some(Instant::now());
                latest.send_replace(document);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn counting(counted: &Arc<AtomicU32>) -> Feed {
        let counted = Arc::clone(counted);
        Feed::every(Duration::from_millis(100), move || {
            let count = counted.fetch_add(1, Ordering::Relaxed);
            async move { Value::from(count / 2) }
        })
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_computed_while_nobody_listens() {
        let counted = Arc::default();
        let feed = counting(&counted);
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(counted.load(Ordering::Relaxed), 0);

        let mut receiver = feed.listen();
        receiver.changed().await.expect("the feed is there");
        assert_eq!(*receiver.borrow_and_update(), "0");
        drop(receiver);
        tokio::time::sleep(Duration::from_secs(1)).await;
        let computed = counted.load(Ordering::Relaxed);
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(counted.load(Ordering::Relaxed), computed);
    }

    #[tokio::test(start_paused = true)]
    async fn all_hear_the_same_and_it_is_computed_once() {
        let counted = Arc::default();
        let feed = counting(&counted);
        let (mut first, mut second) = (feed.listen(), feed.listen());
        for expected in ["0", "1", "2"] {
            for receiver in [&mut first, &mut second] {
                receiver.changed().await.expect("the feed is there");
                assert_eq!(*receiver.borrow_and_update(), expected);
            }
        }
        assert_eq!(
            counted.load(Ordering::Relaxed),
            5,
            "each twice, the last once so far"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_change_is_said_again() {
        let feed = Feed::every(Duration::from_millis(100), || async { Value::from("same") });
        let mut receiver = feed.listen();
        let begin = Instant::now();
        for _ in 0..3 {
            receiver.changed().await.expect("the feed is there");
            receiver.mark_unchanged();
        }
        assert!(begin.elapsed() >= 2 * SAID_AGAIN, "{:?}", begin.elapsed());
    }
}
