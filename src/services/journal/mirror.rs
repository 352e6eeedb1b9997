//! What has been published, what is in the queue and who has got it, as the servers told it.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;

use super::What;
use super::held::Held;
use super::lives::{Lives, MOST_LIVES};
use crate::protocol::lines;

/// Of as many readers it is known when they last asked.
const MOST_READERS: usize = 1024;

#[derive(Debug, Default)]
pub(super) struct Mirror {
    /// How many things have happened.
    pub happened: u64,
    pub lives: Lives,
    /// When each reader last asked.
    pub asked: BTreeMap<u64, Duration>,
    /// How many messages there have been.
    messages: u64,
    /// What is in the queue.
    queued: VecDeque<Waiting>,
    held: Held,
}

/// What is known of a message in the queue, should its life be forgotten before somebody gets it.
#[derive(Debug)]
struct Waiting {
    message: u64,
    published: Option<Duration>,
    queued: Duration,
}

impl Mirror {
    /// These messages are published, one a line.
    pub fn published(&mut self, body: &[u8], at: Duration) {
        let all = lines::count(body);
        self.happened += all;
        // A body can have more messages than are remembered.
        let skipped = all.saturating_sub(MOST_LIVES as u64);
        self.messages += skipped;
        let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
        for message in lines::messages(body).skip(skipped) {
            let number = self.begin(message, [(at, What::Published)]);
            self.lives.awaits_queue(number, message);
        }
    }

    /// A message goes into the queue.
    pub fn put(&mut self, message: &[u8], at: Duration) {
        self.happened += 1;
        let mut published = None;
        let number = if let Some(number) = self.lives.comes_to_queue(message) {
            let life = self.lives.get(number);
            published = life.and_then(|life| Some(life.steps.first()?.at));
            self.lives.add(number, at, What::Queued);
            number
        } else if let Some((number, what)) = self.held.put_back(message) {
            self.lives.add(number, at, what);
            number
        } else {
            self.begin(message, [(at, What::Queued)])
        };
        self.queued.push_back(Waiting {
            message: number,
            published,
            queued: at,
        });
    }

    /// The full queue lets its oldest message go.
    pub fn dropped(&mut self, message: &[u8], at: Duration) {
        self.happened += 1;
        let number = self.out_of_the_queue(message, at);
        self.lives.add(number, at, What::Dropped);
    }

    /// A reader asks, and gets these.
    pub fn got(&mut self, reader: u64, messages: &[Bytes], at: Duration) {
        self.happened += 1;
        self.asked.insert(reader, at);
        if self.asked.len() > MOST_READERS {
            self.asked.pop_first();
        }
        for message in messages {
            let number = self.out_of_the_queue(message, at);
            self.lives.add(number, at, What::Got { reader });
            self.held.got(number, reader, message);
        }
    }

    /// The number of the oldest message in the queue, which is `text`, and is in the queue no more. Its life is
    /// remembered from here on, if it was not.
    fn out_of_the_queue(&mut self, text: &[u8], at: Duration) -> u64 {
        let Some(waiting) = self.queued.pop_front() else {
            return self.begin(text, [(at, What::Queued)]);
        };
        if self.lives.get(waiting.message).is_none() {
            let published = waiting.published.map(|at| (at, What::Published));
            let steps = published.into_iter().chain([(waiting.queued, What::Queued)]);
            self.lives.remember(waiting.message, text, steps);
        }
        waiting.message
    }

    fn begin(&mut self, text: &[u8], steps: impl IntoIterator<Item = (Duration, What)>) -> u64 {
        self.messages += 1;
        self.lives.remember(self.messages, text, steps);
        self.messages
    }
}

#[cfg(test)]
mod tests {
    use super::super::lives::MOST_STEPS;
    use super::*;
    use What::{Dropped, Got, Published, Queued};

    const NOW: Duration = Duration::ZERO;

    fn bytes(texts: &[&str]) -> Vec<Bytes> {
        texts
            .iter()
            .map(|text| Bytes::copy_from_slice(text.as_bytes()))
            .collect()
    }

    fn steps(mirror: &Mirror, message: u64) -> Vec<What> {
        let life = mirror.lives.get(message).expect("it is remembered");
        life.steps.iter().map(|step| step.what).collect()
    }

    #[test]
    fn messages_with_the_same_text_have_lives_of_their_own() {
        let mut mirror = Mirror::default();
        mirror.published(b"a\nb\na\n", NOW);
        for text in [b"a", b"b", b"a"] {
            mirror.put(text, NOW);
        }
        mirror.got(1, &bytes(&["a", "b"]), NOW);
        mirror.got(2, &bytes(&["a"]), NOW);
        assert_eq!(steps(&mirror, 1), [Published, Queued, Got { reader: 1 }]);
        assert_eq!(steps(&mirror, 2), [Published, Queued, Got { reader: 1 }]);
        assert_eq!(steps(&mirror, 3), [Published, Queued, Got { reader: 2 }]);
    }

    #[test]
    fn what_is_put_back_goes_on_and_what_nobody_held_begins() {
        let mut mirror = Mirror::default();
        let message = r#"{"number": 0.5}"#;
        mirror.published(message.as_bytes(), NOW);
        mirror.put(message.as_bytes(), NOW);
        mirror.got(7, &bytes(&[message]), NOW);
        mirror.put(b"retry:1|0.5", NOW);
        mirror.got(8, &bytes(&["retry:1|0.5"]), NOW);
        let back = What::PutBack {
            reader: 7,
            tries: None,
            wait_s: None,
        };
        let whole = [Published, Queued, Got { reader: 7 }, back, Got { reader: 8 }];
        assert_eq!(steps(&mirror, 1), whole);
        mirror.put(b"0.75, which nobody holds", NOW);
        assert_eq!(steps(&mirror, 2), [Queued]);
    }

    #[test]
    fn what_waits_for_long_is_forgotten_and_known_again_when_it_is_got() {
        let mut mirror = Mirror::default();
        let at = Duration::from_secs;
        mirror.published(b"first", at(1));
        mirror.put(b"first", at(2));
        let many = "x\n".repeat(MOST_LIVES);
        mirror.published(many.as_bytes(), at(3));
        assert_eq!(mirror.lives.get(1), None);
        mirror.got(1, &bytes(&["first"]), at(4));
        let life = mirror.lives.get(1).expect("it is remembered again");
        let told: Vec<_> = life.steps.iter().map(|step| (step.at, step.what)).collect();
        let expected = vec![(at(1), Published), (at(2), Queued), (at(4), Got { reader: 1 })];
        assert_eq!((&life.text[..], told), (&b"first"[..], expected));
    }

    #[test]
    fn what_a_full_queue_lets_go_is_told_so() {
        let mut mirror = Mirror::default();
        mirror.put(b"a", NOW);
        mirror.put(b"b", NOW);
        mirror.dropped(b"a", NOW);
        mirror.got(1, &bytes(&["b"]), NOW);
        assert_eq!(steps(&mirror, 1), [Queued, Dropped]);
        assert_eq!(steps(&mirror, 2), [Queued, Got { reader: 1 }]);
    }

    #[test]
    fn a_message_that_goes_round_and_round_and_many_readers_take_bounded_memory() {
        let mut mirror = Mirror::default();
        mirror.put(b"round", NOW);
        for round in 0..1000 {
            mirror.got(1, &bytes(&["round"]), Duration::from_millis(round));
            mirror.put(b"round", Duration::from_millis(round));
        }
        let life = mirror.lives.get(1).expect("it is remembered");
        let all = life.steps.len() as u64 + life.left_out;
        assert_eq!((all, life.left_out), (2001, 2001 - MOST_STEPS as u64));
        assert_eq!(mirror.queued.len(), 1);

        mirror.published("\n".repeat(5 * MOST_LIVES).as_bytes(), NOW);
        assert_eq!(
            mirror.messages,
            1 + 5 * MOST_LIVES as u64,
            "those that are passed over count"
        );
        for reader in 0..3000 {
            mirror.got(reader, &[], NOW);
        }
        assert_eq!(mirror.asked.len(), MOST_READERS);
    }
}
