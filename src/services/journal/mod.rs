//! What becomes of the messages of the live workshop: the last of them, each with the steps of its life.
//!
//! The queue is mirrored ([`mirror`]), so that a message is told from others with the same text. One that is put back is
//! known again by its text, or by what its envelope has in it ([`held`]).

mod held;
mod lives;
mod mirror;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::server::chunks::Chunks;
use mirror::Mirror;

/// As much is kept of a message, in bytes.
const LONGEST: usize = 4096;

/// The journal; clones are the same one.
#[derive(Debug, Clone)]
pub struct Journal {
    begun: Instant,
    mirror: Arc<Mutex<Mirror>>,
}

/// A message, and what became of it so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Life {
    /// Counted from 1, in the order in which messages were published, or put into the queue unpublished.
    pub message: u64,
    /// What it says; of a long message the beginning.
    pub text: Bytes,
    /// How long it is, in bytes.
    pub length: usize,
    /// What happened to it, in order, but for those in the middle that are left out.
    pub steps: Vec<Step>,
    /// How many steps are left out, after the first twenty.
    pub left_out: u64,
}

/// Something that happened to a message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Since the journal was begun.
    pub at: Duration,
    /// What.
    pub what: What,
}

/// What can happen to a message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum What {
    /// Somebody published it.
    Published,
    /// It was put into the queue.
    Queued,
    /// A reader took it out of the queue.
    Got {
        /// As [`super::Readers`] counts them.
        reader: u64,
    },
    /// It was put into the queue again after that reader had got it.
    PutBack {
        /// The reader.
        reader: u64,
        /// Tries so far, where the envelope says that.
        tries: Option<u64>,
        /// How long after it first saw the message the reader wants it again, in seconds, where the envelope says that.
        wait_s: Option<f64>,
    },
    /// The queue was full, and let it go.
    Dropped,
}

/// The lives that were remembered at one moment.
#[derive(Debug, Default)]
pub struct Remembered {
    lives: Vec<Arc<Life>>,
    asked: BTreeMap<u64, Duration>,
}

impl Remembered {
    /// The lives, by the number of the message.
    pub fn lives(&self) -> impl DoubleEndedIterator<Item = &Life> + ExactSizeIterator {
        self.lives.iter().map(|life| &**life)
    }

    /// Whether the reader that got this message last has asked for others since.
    pub fn went_on(&self, life: &Life) -> bool {
        let Some(Step {
            at,
            what: What::Got { reader },
        }) = life.steps.last()
        else {
            return false;
        };
        self.asked.get(reader).is_some_and(|asked| asked > at)
    }
}

impl Default for Journal {
    fn default() -> Self {
        Self {
            begun: Instant::now(),
            mirror: Arc::default(),
        }
    }
}

impl Journal {
    /// What is remembered now. The servers wait meanwhile, so lives are not copied but shared.
    pub fn remembered(&self) -> Remembered {
        let mirror = self.lock();
        Remembered {
            lives: mirror.lives.all().collect(),
            asked: mirror.asked.clone(),
        }
    }

    /// How many things have happened: whoever has seen this many has seen all.
    pub fn happened(&self) -> u64 {
        self.lock().happened
    }

    /// These messages are about to be published, one a line.
    pub(super) fn published(&self, body: &Chunks) {
        let whole = match (body.iter().next(), body.iter().nth(1)) {
            (Some(only), None) => only.clone(),
            _ => body.to_owned_bytes(),
        };
        self.lock().published(&whole, self.begun.elapsed());
    }

    /// A message went into the queue.
    pub(super) fn put(&self, message: &Bytes) {
        self.lock().put(message, self.begun.elapsed());
    }

    /// The queue was full, and let its oldest message go.
    pub(super) fn dropped(&self, message: &Bytes) {
        self.lock().dropped(message, self.begun.elapsed());
    }

    /// A reader asked, and got these: the oldest of the queue.
    pub(super) fn got(&self, reader: u64, messages: &[Bytes]) {
        self.lock().got(reader, messages, self.begun.elapsed());
    }

    fn lock(&self) -> MutexGuard<'_, Mirror> {
        self.mirror.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_again_has_gone_on() {
        let journal = Journal::default();
        let went_on = || {
            let now = journal.remembered();
            now.lives().map(|life| now.went_on(life)).collect::<Vec<_>>()
        };
        journal.put(&Bytes::from("a"));
        journal.got(1, &[Bytes::from("a")]);
        assert_eq!(went_on(), [false]);
        journal.got(2, &[]);
        assert_eq!(went_on(), [false], "somebody else asked");
        journal.got(1, &[]);
        assert_eq!(went_on(), [true]);
    }
}
