//! The lives that are remembered: the last of them, in bounded memory.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::{LONGEST, Life, Step, What};

/// As many lives are remembered, with so many bytes of their messages. The first to be noted go first.
pub(super) const MOST_LIVES: usize = 10_000;
pub(super) const MOST_BYTES: usize = 4 << 20;

/// As many steps are kept of a message that goes round and round: the first, and the last.
pub(super) const MOST_STEPS: usize = 60;
const FIRST_STEPS: usize = 20;

/// Lives, and which of them wait for the queue.
#[derive(Debug, Default)]
pub(super) struct Lives {
    /// By the number of the message. Whoever looks at them shares them; one that goes on is copied then.
    by_message: BTreeMap<u64, Arc<Life>>,
    /// The first to be noted first, with the hash of what they say.
    order: VecDeque<(u64, u64)>,
    /// The bytes that are kept of them.
    bytes: usize,
    /// Those that were published and not yet put into the queue, by the hash of what they say.
    published: HashMap<u64, VecDeque<u64>>,
}

/// Tells what messages say apart.
pub(super) fn hash(text: &[u8]) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(text)
}

/// What is kept of `text`, with memory of its own.
pub(super) fn kept(text: &[u8]) -> Bytes {
    Bytes::copy_from_slice(&text[..text.len().min(LONGEST)])
}

impl Lives {
    /// All that are remembered, by the number of the message.
    pub fn all(&self) -> impl Iterator<Item = Arc<Life>> {
        self.by_message.values().cloned()
    }

    pub fn get(&self, message: u64) -> Option<&Life> {
        self.by_message.get(&message).map(|life| &**life)
    }

    /// Remembers a message, with what has happened to it.
    pub fn remember(&mut self, message: u64, text: &[u8], steps: impl IntoIterator<Item = (Duration, What)>) {
        let life = Life {
            message,
            text: kept(text),
            length: text.len(),
            steps: steps.into_iter().map(|(at, what)| Step { at, what }).collect(),
            left_out: 0,
        };
        self.bytes += life.text.len();
        self.by_message.insert(message, Arc::new(life));
        self.order.push_back((message, hash(text)));
        while self.order.len() > MOST_LIVES || self.bytes > MOST_BYTES {
            let Some((oldest, hash)) = self.order.pop_front() else {
                break;
            };
            self.forget(oldest, hash);
        }
    }

    /// Notes what happened to a message, if it is remembered.
    pub fn add(&mut self, message: u64, at: Duration, what: What) {
        let Some(life) = self.by_message.get_mut(&message) else {
            return;
        };
        let life = Arc::make_mut(life);
        if life.steps.len() == MOST_STEPS {
            life.steps.remove(FIRST_STEPS);
            life.left_out += 1;
        }
        life.steps.push(Step { at, what });
    }

    /// A message that says this was published, and is to come to the queue.
    pub fn awaits_queue(&mut self, message: u64, text: &[u8]) {
        self.published.entry(hash(text)).or_default().push_back(message);
    }

    /// The first message that says this, was published and has not come to the queue. It awaits it no more.
    pub fn comes_to_queue(&mut self, text: &[u8]) -> Option<u64> {
        self.next_published(hash(text))
    }

    fn next_published(&mut self, hash: u64) -> Option<u64> {
        let waiting = self.published.get_mut(&hash)?;
        let number = waiting.pop_front();
        if waiting.is_empty() {
            self.published.remove(&hash);
        }
        number
    }

    fn forget(&mut self, message: u64, hash: u64) {
        let Some(life) = self.by_message.remove(&message) else {
            return;
        };
        self.bytes -= life.text.len();
        // The oldest of those with this text, if it waits for the queue at all.
        if self.published.get(&hash).and_then(VecDeque::front) == Some(&message) {
            self.next_published(hash);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_published_takes_memory_without_end() {
        let mut lives = Lives::default();
        let long = "y".repeat(2 * LONGEST);
        let texts = ["x", "", "z", &long].map(str::as_bytes);
        for (message, text) in (1..=50_000).zip(texts.into_iter().cycle()) {
            lives.remember(message, text, [(Duration::ZERO, What::Published)]);
            lives.awaits_queue(message, text);
        }
        let kept: usize = lives.all().map(|life| life.text.len()).sum();
        assert_eq!(kept, lives.bytes);
        assert!(kept <= MOST_BYTES && kept > MOST_BYTES / 2, "{kept}");
        assert!(lives.by_message.len() <= MOST_LIVES);
        assert_eq!(lives.order.len(), lives.by_message.len());
        let waiting: usize = lives.published.values().map(VecDeque::len).sum();
        assert_eq!(waiting, lives.by_message.len());
    }

    #[test]
    fn whoever_looks_sees_what_was_and_not_what_comes() {
        let mut lives = Lives::default();
        lives.remember(1, b"a", [(Duration::ZERO, What::Published)]);
        let seen: Vec<_> = lives.all().collect();
        lives.add(1, Duration::ZERO, What::Queued);
        assert_eq!(seen[0].steps.len(), 1);
        assert_eq!(lives.get(1).map(|life| life.steps.len()), Some(2));
    }
}
