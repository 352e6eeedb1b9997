//! The queue itself: messages in the order in which they came, within limits.

use std::collections::VecDeque;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};

use super::overflow::OverflowLog;
use super::{Observer, Options, Stats};
use crate::server::chunks::Chunks;

/// Messages shorter than this are copied into a dump; longer ones are shared with the queue.
const COPIED: usize = 1024;

/// A queue behind one lock. Observers are called under it, so that the order they see is the order of the queue.
#[derive(Debug)]
pub(super) struct Store {
    max_depth: usize,
    max_bytes: u64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    messages: VecDeque<Bytes>,
    bytes: u64,
    puts: u64,
    gets: u64,
    depth_high_water: u64,
    overflow: u64,
    overflow_log: Option<OverflowLog>,
}

impl Store {
    pub fn new(options: &Options) -> io::Result<Store> {
        let overflow_log = options
            .overflow_log
            .as_deref()
            .map(OverflowLog::open)
            .transpose()?;
        let state = State {
            messages: VecDeque::new(),
            bytes: 0,
            puts: 0,
            gets: 0,
            depth_high_water: 0,
            overflow: 0,
            overflow_log,
        };
        Ok(Store {
            max_depth: options.max_depth.unwrap_or(usize::MAX),
            max_bytes: options.max_bytes.unwrap_or(u64::MAX),
            state: Mutex::new(state),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // An observer that panics does so between two whole steps.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores messages, none of them empty, and drops the oldest where that passes a limit.
    pub fn put(&self, messages: impl IntoIterator<Item = Bytes>, observer: &dyn Observer) {
        let mut state = self.lock();
        let mut dropped = Vec::new();
        for message in messages {
            observer.put(&message);
            state.puts += 1;
            state.bytes += message.len() as u64;
            state.messages.push_back(message);
            state.depth_high_water = state.depth_high_water.max(state.messages.len() as u64);
            while state.messages.len() > self.max_depth || state.bytes > self.max_bytes {
                let Some(oldest) = state.take() else { break };
                observer.dropped(&oldest);
                state.overflow += 1;
                if state.overflow_log.is_some() {
                    dropped.push(oldest);
                }
            }
        }
        if let Some(log) = &mut state.overflow_log {
            log.write(&dropped);
        }
    }

    /// Takes the oldest message. Counts as a get also when there is none. `handed_out` is told what was taken, while
    /// nobody else can take anything.
    pub fn get(&self, handed_out: impl FnOnce(&[Bytes])) -> Option<Bytes> {
        let mut state = self.lock();
        state.gets += 1;
        let message = state.take();
        handed_out(message.as_slice());
        message
    }

    /// Takes up to `items` of the oldest messages, as [`Store::get`] takes one.
    pub fn get_many(&self, items: usize, handed_out: impl FnOnce(&[Bytes])) -> Vec<Bytes> {
        let mut state = self.lock();
        let count = items.min(state.messages.len());
        let messages: Vec<Bytes> = std::iter::from_fn(|| state.take()).take(count).collect();
        state.gets += count as u64;
        handed_out(&messages);
        messages
    }

    /// The length of the oldest message; 0 if there is none.
    pub fn oldest_length(&self) -> usize {
        self.lock().messages.front().map_or(0, Bytes::len)
    }

    /// All messages, a newline after each. None is taken.
    pub fn dump(&self) -> Chunks {
        let state = self.lock();
        let mut dump = Chunks::default();
        let mut copied = BytesMut::new();
        for message in &state.messages {
            if message.len() < COPIED {
                copied.extend_from_slice(message);
            } else {
                dump.push(copied.split().freeze());
                dump.push(message.clone());
            }
            copied.extend_from_slice(b"\n");
        }
        dump.push(copied.freeze());
        dump
    }

    pub fn depth(&self) -> usize {
        self.lock().messages.len()
    }

    pub fn stats(&self) -> Stats {
        let state = self.lock();
        Stats {
            puts: state.puts,
            gets: state.gets,
            depth: state.messages.len() as u64,
            depth_high_water: state.depth_high_water,
            bytes: state.bytes,
            overflow: state.overflow,
            overflow_log_errors: state.overflow_log.as_ref().map_or(0, OverflowLog::errors),
        }
    }

    pub fn reset_stats(&self) {
        let mut state = self.lock();
        (state.puts, state.gets, state.depth_high_water) = (0, 0, 0);
    }

    pub fn reopen_overflow_log(&self) -> io::Result<()> {
        match &mut self.lock().overflow_log {
            Some(log) => log.reopen(),
            None => Ok(()),
        }
    }

    /// Moves all that is left to the overflow log, if there is one. Returns how many messages that was.
    pub fn save_rest(&self) -> u64 {
        let mut state = self.lock();
        let Some(mut log) = state.overflow_log.take() else {
            return 0;
        };
        let rest: Vec<Bytes> = std::mem::take(&mut state.messages).into();
        state.bytes = 0;
        log.write(&rest);
        state.overflow_log = Some(log);
        rest.len() as u64
    }
}

impl State {
    fn take(&mut self) -> Option<Bytes> {
        let message = self.messages.pop_front()?;
        self.bytes -= message.len() as u64;
        // A backlog that has been worked off gives its memory back.
        if self.messages.capacity() > 4096 && self.messages.len() < self.messages.capacity() / 8 {
            self.messages.shrink_to(self.messages.capacity() / 4);
        }
        Some(message)
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use super::*;
    use crate::server::simplequeue::Unobserved;
    use proptest::prelude::*;

    fn store(options: &Options) -> Store {
        Store::new(options).unwrap()
    }

    fn letters(count: u8) -> Vec<Bytes> {
        (0..count).map(|n| Bytes::from(vec![b'a' + n])).collect()
    }

    #[test]
    fn past_a_limit_the_oldest_go() {
        let queue = store(&Options {
            max_depth: Some(2),
            ..Options::default()
        });
        queue.put(letters(5), &Unobserved);
        assert_eq!(queue.get_many(9, |_| ()), ["d", "e"]);
        let stats = queue.stats();
        assert_eq!((stats.overflow, stats.puts, stats.depth_high_water), (3, 5, 3));

        let queue = store(&Options {
            max_bytes: Some(3),
            ..Options::default()
        });
        queue.put(
            [Bytes::from("ab"), Bytes::from("cd"), Bytes::from("toolong")],
            &Unobserved,
        );
        assert_eq!(
            (queue.depth(), queue.stats().overflow, queue.stats().bytes),
            (0, 3, 0)
        );
    }

    #[test]
    fn what_overflows_and_what_is_left_goes_to_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("overflow");
        let options = Options {
            max_depth: Some(2),
            overflow_log: Some(path.clone()),
            ..Options::default()
        };
        let queue = store(&options);
        queue.put(letters(3), &Unobserved);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a\n");
        std::fs::rename(&path, folder.path().join("rotated")).unwrap();
        queue.reopen_overflow_log().unwrap();
        assert_eq!(queue.save_rest(), 2);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "b\nc\n");
        assert_eq!(queue.depth(), 0);
    }

    proptest! {
        #[test]
        fn first_in_first_out_and_the_bytes_add_up(steps in prop::collection::vec(0usize..6, 0..60)) {
            let queue = store(&Options::default());
            let mut model = VecDeque::new();
            for (number, step) in steps.into_iter().enumerate() {
                if step < 3 {
                    let message = Bytes::from(vec![number as u8; step + 1]);
                    model.push_back(message.clone());
                    queue.put([message], &Unobserved);
                } else if step == 3 {
                    prop_assert_eq!(queue.get(|_| ()), model.pop_front());
                } else {
                    let expected: Vec<Bytes> = model.drain(..step.min(model.len())).collect();
                    prop_assert_eq!(queue.get_many(step, |_| ()), expected);
                }
                let bytes: usize = model.iter().map(Bytes::len).sum();
                prop_assert_eq!(queue.stats().bytes, bytes as u64);
                prop_assert_eq!(queue.depth(), model.len());
            }
        }
    }
}
