//! What readers have got last, any of which may come back.

use std::cell::OnceCell;
use std::collections::VecDeque;

use bytes::Bytes;

use super::lives::{hash, kept};
use super::{LONGEST, What};
use crate::protocol::envelope::{Envelope, Number, number_among_words};

/// A message that is put back is looked for among so many that were got last.
pub(super) const MOST_HELD: usize = 256;

/// An envelope that is longer, in bytes, is not opened.
const LONGEST_ENVELOPE: usize = 2 * LONGEST;

/// The messages that were got last, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Held(VecDeque<Message>);

/// A message as a reader has got it.
#[derive(Debug)]
struct Message {
    number: u64,
    reader: u64,
    hash: u64,
    text: Bytes,
    /// What it says, once somebody wanted to know.
    read: OnceCell<Envelope>,
}

impl Message {
    fn envelope(&self) -> &Envelope {
        self.read.get_or_init(|| read(&self.text))
    }
}

/// An envelope of bytes that may be anything.
fn read(text: &[u8]) -> Envelope {
    Envelope::read(std::str::from_utf8(text).unwrap_or_default())
}

impl Held {
    /// `reader` has got the message of that number, which says `text`.
    pub fn got(&mut self, number: u64, reader: u64, text: &[u8]) {
        if self.0.len() == MOST_HELD {
            self.0.pop_front();
        }
        self.0.push_back(Message {
            number,
            reader,
            hash: hash(text),
            text: kept(text),
            read: OnceCell::new(),
        });
    }

    /// Which of the messages is put back here: the same text, or an envelope that has it in it. It is held no more.
    pub fn put_back(&mut self, text: &[u8]) -> Option<(u64, What)> {
        if self.0.is_empty() {
            return None;
        }
        let (same, opened) = (hash(text), &text[..text.len().min(LONGEST_ENVELOPE)]);
        let envelope = read(opened);
        let is_same = |held: &Message| held.hash == same;
        let has_it = |held: &Message| envelope.data() == Some(held.envelope().message());
        let newest = |is_it: &dyn Fn(&Message) -> bool| self.0.iter().rposition(is_it);
        let place = newest(&is_same)
            .or_else(|| newest(&has_it))
            .or_else(|| self.with_number(&envelope, opened))?;
        let held = self.0.remove(place)?;
        let what = What::PutBack {
            reader: held.reader,
            tries: envelope.tries(),
            wait_s: envelope.wait_s(),
        };
        Some((held.number, what))
    }

    /// The place of the message whose number the envelope has in it; none where several could be meant.
    fn with_number(&self, envelope: &Envelope, text: &[u8]) -> Option<usize> {
        let with = |number| {
            let has_it = move |held: &Message| held.envelope().number() == Some(number);
            (0..self.0.len()).filter(move |&place| has_it(&self.0[place]))
        };
        let known = |number: Number| with(number).next().is_some();
        let among_words = || number_among_words(std::str::from_utf8(text).ok()?, known);
        let mut places = with(envelope.number().or_else(among_words)?);
        let place = places.next()?;
        places.next().is_none().then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(reader: u64) -> What {
        What::PutBack {
            reader,
            tries: None,
            wait_s: None,
        }
    }

    #[test]
    fn what_is_put_back_is_known_again_in_any_envelope() {
        let message = r#"{"time": 1.5, "number": 0.5}"#;
        for (number, envelope) in (1..).zip([
            message,
            r#"{"data": {"number": 0.5, "time": 1.5}, "tries": 1, "started": 5, "retry_on": 95}"#,
            r#"{"retry": 1, "message": "{\"number\": 0.5}"}"#,
            "retry:1|0.5",
        ]) {
            let mut held = Held::default();
            held.got(number, 7, message.as_bytes());
            let what = match number {
                2 => What::PutBack {
                    reader: 7,
                    tries: Some(1),
                    wait_s: Some(90.0),
                },
                _ => back(7),
            };
            assert_eq!(
                held.put_back(envelope.as_bytes()),
                Some((number, what)),
                "{envelope}"
            );
            assert_eq!(held.put_back(envelope.as_bytes()), None, "it is held no more");
        }
    }

    #[test]
    fn a_number_that_several_hold_tells_no_message() {
        let mut held = Held::default();
        held.got(1, 1, br#"{"number": 7, "at": 1}"#);
        held.got(2, 1, br#"{"number": 7, "at": 2}"#);
        assert_eq!(held.put_back(br#"{"again": {"number": 7}}"#), None);
    }

    #[test]
    fn what_was_got_long_ago_is_not_looked_for() {
        let mut held = Held::default();
        for number in 0..=MOST_HELD as u64 {
            held.got(number, 1, number.to_string().as_bytes());
        }
        assert_eq!(held.put_back(b"0"), None);
        assert_eq!(held.put_back(b"1"), Some((1, back(1))));
    }
}
