//! What has been published and not yet read by all: one copy, however many read it and however far apart.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use crate::server::chunks::Chunks;

/// Pieces shorter than this are copied next to each other; longer ones are kept as they came.
const SMALL: usize = 16 * 1024;
/// The unit in which memory for small pieces is taken.
const BLOCK: usize = 64 * 1024;

/// A stream of bytes of which the beginning is forgotten. Readers name places by their distance from its start.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// Each with the place where it ends.
    chunks: VecDeque<(u64, Bytes)>,
    /// Small pieces that nobody has read yet, the last of the log. Joining them until then keeps the cost of a
    /// backlog near its bytes.
    open: BytesMut,
    start: u64,
    end: u64,
}

impl Log {
    /// The place after the last byte.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// How many bytes are kept.
    pub fn len(&self) -> u64 {
        self.end - self.start
    }

    pub fn push(&mut self, piece: &Bytes) {
        if piece.len() < SMALL {
            self.push_slice(piece);
        } else {
            self.close();
            self.end += piece.len() as u64;
            self.chunks.push_back((self.end, piece.clone()));
        }
    }

    pub fn push_slice(&mut self, piece: &[u8]) {
        if self.open.len() + piece.len() > BLOCK {
            self.close();
        }
        if self.open.capacity() - self.open.len() < piece.len() {
            self.close();
            self.open = BytesMut::with_capacity(BLOCK.max(piece.len()));
        }
        self.open.extend_from_slice(piece);
        self.end += piece.len() as u64;
    }

    /// What lies after `from`: at least one piece, where there is one, and no further ones past `limit` bytes.
    pub fn read(&mut self, from: u64, limit: usize) -> Chunks {
        self.close();
        let mut read = Chunks::default();
        // A reader that keeps up wants the last piece, so look there before searching.
        let first = match self
            .chunks
            .len()
            .checked_sub(2)
            .map(|before_last| self.chunks[before_last].0)
        {
            Some(end) if end <= from => self.chunks.len() - 1,
            _ => self.chunks.partition_point(|(end, _)| *end <= from),
        };
        for (end, chunk) in self.chunks.range(first..) {
            let skipped = chunk.len().saturating_sub((end - from.min(*end)) as usize);
            if !read.is_empty() && read.len() + chunk.len() > limit {
                break;
            }
            read.push(chunk.slice(skipped..));
        }
        read
    }

    /// Forgets what lies wholly before `place`.
    pub fn forget(&mut self, place: u64) {
        while let Some((end, _)) = self.chunks.front()
            && *end <= place
        {
            self.start = *end;
            self.chunks.pop_front();
        }
        if self.chunks.is_empty() && place >= self.end {
            // Kept as memory for what comes next.
            self.open.clear();
            self.start = self.end;
        }
        if self.chunks.capacity() > 1024 && self.chunks.capacity() / 4 > self.chunks.len() {
            self.chunks.shrink_to(self.chunks.len() * 2);
        }
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.chunks.push_back((self.end, self.open.split().freeze()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Clone)]
    enum Act {
        Push(usize),
        Read(usize),
        Forget,
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            prop_oneof![1usize..300, Just(SMALL - 1), Just(SMALL), Just(3 * SMALL)].prop_map(Act::Push),
            (1usize..100_000).prop_map(Act::Read),
            Just(Act::Forget),
        ]
    }

    proptest! {
        #[test]
        fn a_reader_sees_every_byte_in_order(acts in prop::collection::vec(act(), 1..60)) {
            let mut log = Log::default();
            let (mut written, mut read, mut place) = (Vec::new(), Vec::new(), 0);
            for (step, act) in acts.into_iter().chain([Act::Read(usize::MAX)]).enumerate() {
                match act {
                    Act::Push(length) => {
                        let piece = vec![step as u8; length];
                        written.extend_from_slice(&piece);
                        log.push(&Bytes::from(piece));
                    }
                    Act::Read(limit) => {
                        let chunks = log.read(place, limit);
                        prop_assert!(!chunks.is_empty() || place == log.end());
                        place += chunks.len() as u64;
                        read.extend_from_slice(&chunks.to_owned_bytes());
                    }
                    Act::Forget => log.forget(place),
                }
                prop_assert_eq!(log.end(), written.len() as u64);
                prop_assert!(log.len() >= log.end() - place);
            }
            prop_assert_eq!(read, written);
            log.forget(place);
            prop_assert_eq!(log.len(), 0);
        }
    }

    #[test]
    fn a_backlog_of_small_pieces_is_kept_in_few_blocks() {
        let mut log = Log::default();
        for _ in 0..10_000 {
            log.push(&Bytes::from_static(&[b'x'; 100]));
        }
        assert!(
            log.chunks.len() <= 10_000 * 100 / (BLOCK - 100) + 1,
            "{} chunks",
            log.chunks.len()
        );
    }
}
