//! Readers that share a queue are kept in step, so that they are at work at the same time.
//!
//! Which of four readers gets how many messages is a matter of chance, above all of how long each sleeps when it has
//! found the queue empty: one that wakes up early may have emptied it before the others look again, and an experiment
//! about several readers would have seen one. So whoever is ahead waits for its messages until the others have had as
//! many: to a reader, that is a queue that takes its time.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// How many messages one request brings at the most, where readers are kept in step.
pub(super) const A_ROUND: usize = 5;

/// How long a reader waits for one that does not come: longer than readers sleep that have found the queue empty, and
/// shorter than what they wait for an answer. One that has not come by then is waited for again when it has.
const LONGEST_WAIT: Duration = Duration::from_millis(1500);

/// How far each reader is.
#[derive(Debug, Default)]
pub(super) struct Turns {
    readers: Mutex<Vec<Place>>,
    changed: Notify,
}

#[derive(Debug, Default, Clone, Copy)]
struct Place {
    taken: u64,
    /// Whether it did not come when it was waited for.
    missing: bool,
}

impl Turns {
    /// One more reader; its number is its place, counted from 0.
    pub fn join(&self) -> usize {
        let mut readers = self.lock();
        readers.push(Place::default());
        readers.len() - 1
    }

    /// `reader` was given `messages`.
    pub fn took(&self, reader: usize, messages: usize) {
        self.change(reader, |place| place.taken += messages as u64);
    }

    /// Waits until no other reader is behind `reader`, or there is nothing more to be had (`is_empty`), or patience is at
    /// its end.
    pub async fn wait(&self, reader: usize, is_empty: impl Fn() -> bool) {
        self.change(reader, |place| place.missing = false);
        let deadline = Instant::now() + LONGEST_WAIT;
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // From here on no change is missed.
            changed.as_mut().enable();
            if is_empty() || !self.is_ahead(reader) {
                return;
            }
            tokio::select! {
                () = &mut changed => {}
                () = tokio::time::sleep_until(deadline) => return self.go_without_the_others(reader),
            }
        }
    }

    fn is_ahead(&self, reader: usize) -> bool {
        let readers = self.lock();
        let own = readers[reader].taken;
        readers.iter().any(|other| !other.missing && other.taken < own)
    }

    fn go_without_the_others(&self, reader: usize) {
        let mut readers = self.lock();
        let own = readers[reader].taken;
        for other in readers.iter_mut().filter(|other| other.taken < own) {
            other.missing = true;
        }
        drop(readers);
        self.changed.notify_waiters();
    }

    fn change(&self, reader: usize, change: impl FnOnce(&mut Place)) {
        change(&mut self.lock()[reader]);
        self.changed.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Place>> {
        // Each change is a single assignment, so a panic elsewhere leaves the list sound.
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_is_ahead_waits_for_the_others() {
        let turns = Arc::new(Turns::default());
        let (first, second) = (turns.join(), turns.join());
        turns.wait(first, || false).await;
        turns.took(first, 5);
        let waiting = tokio::spawn({
            let turns = Arc::clone(&turns);
            async move { turns.wait(first, || false).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        turns.wait(second, || false).await;
        turns.took(second, 5);
        waiting.await.expect("it may go on now");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever_nor_twice_for_the_same_one() {
        let turns = Turns::default();
        let (first, second) = (turns.join(), turns.join());
        turns.took(first, 5);
        let begun = Instant::now();
        turns.wait(first, || true).await;
        assert_eq!(
            begun.elapsed(),
            Duration::ZERO,
            "where nothing is left, nothing is waited for"
        );
        turns.wait(first, || false).await;
        assert_eq!(begun.elapsed(), LONGEST_WAIT);
        turns.wait(first, || false).await;
        assert_eq!(begun.elapsed(), LONGEST_WAIT);
        // It is back, and is waited for again.
        turns.wait(second, || false).await;
        turns.wait(first, || false).await;
        assert_eq!(begun.elapsed(), 2 * LONGEST_WAIT);
    }
}
