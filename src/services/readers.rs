//! Who gets messages from the live queue: a reader for each connection that has got one.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// As many connections are told apart. Who asks over a new connection each time soon fills that, so the one that has
/// been quiet for the longest makes room.
const MOST: usize = 64;

/// A reader that asks for nothing for so long is taken to be gone: the queue sees no difference between one that thinks
/// and one that hung up, and the tutorial's readers ask at least every half second.
const QUIET: Duration = Duration::from_secs(20);

/// A client of the queue that has got a message over its connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Counted from 1, in the order in which they first got a message.
    pub number: u64,
    /// Where it connected from.
    pub peer: SocketAddr,
    /// How many messages it has got.
    pub messages: u64,
    /// When it last asked for one.
    pub asked: Instant,
}

/// The readers of a queue; clones see the same ones.
#[derive(Debug, Clone, Default)]
pub struct Readers(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    readers: Vec<Reader>,
    seen: u64,
    /// Messages of those that are forgotten.
    forgotten: u64,
}

impl Readers {
    /// Those that are there, the oldest first, and how many messages others have got before.
    pub fn now(&self) -> (Vec<Reader>, u64) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.forget_quiet(Instant::now());
        (state.readers.clone(), state.forgotten)
    }

    /// Who asked over the connection from `peer` got so many messages. The number of the reader, if it is one by now.
    pub(super) fn got(&self, peer: SocketAddr, messages: usize) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.got(peer, messages as u64, Instant::now())
    }
}

impl State {
    fn got(&mut self, peer: SocketAddr, messages: u64, now: Instant) -> Option<u64> {
        if let Some(reader) = self.readers.iter_mut().find(|reader| reader.peer == peer) {
            reader.messages += messages;
            reader.asked = now;
            return Some(reader.number);
        }
        if messages == 0 {
            return None;
        }
        if self.readers.len() >= MOST {
            self.forget_quiet(now);
        }
        while self.readers.len() >= MOST {
            let Some(quietest) = (0..self.readers.len()).min_by_key(|&at| self.readers[at].asked) else {
                break;
            };
            self.forgotten += self.readers.remove(quietest).messages;
        }
        self.seen += 1;
        self.readers.push(Reader {
            number: self.seen,
            peer,
            messages,
            asked: now,
        });
        Some(self.seen)
    }

    fn forget_quiet(&mut self, now: Instant) {
        let forgotten = &mut self.forgotten;
        self.readers.retain(|reader| {
            let stays = now.saturating_duration_since(reader.asked) < QUIET;
            if !stays {
                *forgotten += reader.messages;
            }
            stays
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    #[test]
    fn a_reader_appears_with_its_first_message_and_goes_when_it_is_quiet() {
        let mut state = State::default();
        let begin = Instant::now();
        state.got(peer(1), 0, begin);
        assert_eq!(state.readers, [], "who found nothing is no reader yet");
        state.got(peer(1), 2, begin);
        state.got(peer(2), 1, begin);
        state.got(peer(1), 3, begin + QUIET / 2);
        state.forget_quiet(begin + QUIET);
        let left: Vec<_> = state
            .readers
            .iter()
            .map(|reader| (reader.number, reader.messages))
            .collect();
        assert_eq!((left, state.forgotten), (vec![(1, 5)], 1));
    }

    #[test]
    fn connections_without_end_take_no_memory_without_end() {
        let mut state = State::default();
        let begin = Instant::now();
        for port in 1..=1000 {
            state.got(peer(port), 1, begin + Duration::from_micros(u64::from(port)));
        }
        assert_eq!((state.readers.len(), state.forgotten), (MOST, 1000 - MOST as u64));
        assert_eq!(state.readers.last().map(|reader| reader.number), Some(1000));
    }
}
