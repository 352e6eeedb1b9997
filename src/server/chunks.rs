//! Bytes in several pieces that are written as one, without being joined.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::{Buf, Bytes};

/// Shared pieces of memory, read as one [`Buf`]. A single piece costs no allocation.
#[derive(Debug, Clone, Default)]
pub struct Chunks {
    first: Bytes,
    rest: VecDeque<Bytes>,
    remaining: usize,
    progress: Option<Arc<AtomicU64>>,
}

impl Chunks {
    /// Appends `chunk`, unless it is empty.
    pub fn push(&mut self, chunk: Bytes) {
        if chunk.is_empty() {
            return;
        }
        self.remaining += chunk.len();
        if self.first.is_empty() && self.rest.is_empty() {
            self.first = chunk;
        } else {
            self.rest.push_back(chunk);
        }
    }

    /// How many bytes there are left to read.
    pub fn len(&self) -> usize {
        self.remaining
    }

    /// Whether nothing is left to read.
    pub fn is_empty(&self) -> bool {
        self.remaining == 0
    }

    /// The pieces that are left, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Bytes> {
        std::iter::once(&self.first)
            .filter(|first| !first.is_empty())
            .chain(&self.rest)
    }

    /// Adds every byte taken from here to `progress`: what has gone to the socket, where a socket is the reader.
    pub(crate) fn count_into(&mut self, progress: Arc<AtomicU64>) {
        self.progress = Some(progress);
    }

    /// One piece with memory of its own, that keeps no larger buffer alive.
    pub fn to_owned_bytes(&self) -> Bytes {
        if self.rest.is_empty() {
            return Bytes::copy_from_slice(&self.first);
        }
        let mut whole = Vec::with_capacity(self.remaining);
        self.iter().for_each(|chunk| whole.extend_from_slice(chunk));
        Bytes::from(whole)
    }
}

impl From<Bytes> for Chunks {
    fn from(first: Bytes) -> Chunks {
        Chunks {
            remaining: first.len(),
            first,
            ..Chunks::default()
        }
    }
}

impl Buf for Chunks {
    fn remaining(&self) -> usize {
        self.remaining
    }

    fn chunk(&self) -> &[u8] {
        &self.first
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        if self.rest.is_empty() {
            // Nearly always so, and on every server's hottest path.
            let Some(slice) = slices.first_mut().filter(|_| self.remaining > 0) else {
                return 0;
            };
            *slice = IoSlice::new(&self.first);
            return 1;
        }
        let mut filled = 0;
        for (slice, chunk) in slices.iter_mut().zip(self.iter()) {
            *slice = IoSlice::new(chunk);
            filled += 1;
        }
        filled
    }

    fn advance(&mut self, count: usize) {
        assert!(
            count <= self.remaining,
            "read {count} of {} bytes",
            self.remaining
        );
        self.remaining -= count;
        if let Some(progress) = &self.progress {
            progress.fetch_add(count as u64, Ordering::Relaxed);
        }
        let mut left = count;
        while left >= self.first.len() && !self.first.is_empty() {
            left -= self.first.len();
            self.first = self.rest.pop_front().unwrap_or_default();
        }
        self.first.advance(left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn read_in_any_steps_they_are_the_pieces_joined(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..5), 0..6),
            step in 1usize..7,
        ) {
            let whole = pieces.concat();
            let mut chunks = Chunks::default();
            pieces.into_iter().for_each(|piece| chunks.push(Bytes::from(piece)));
            let progress = Arc::new(AtomicU64::new(0));
            chunks.count_into(Arc::clone(&progress));
            prop_assert_eq!(&chunks.to_owned_bytes()[..], &whole[..]);

            let mut read = Vec::new();
            while chunks.has_remaining() {
                let mut slices = [IoSlice::new(&[]); 3];
                let filled = chunks.chunks_vectored(&mut slices);
                let seen: Vec<u8> = slices[..filled].iter().flat_map(|slice| slice.to_vec()).collect();
                let taken = step.min(seen.len());
                prop_assert!(taken > 0, "bytes remain but no slice shows them");
                read.extend_from_slice(&seen[..taken]);
                chunks.advance(taken);
            }
            prop_assert_eq!(&read, &whole);
            prop_assert_eq!(progress.load(Ordering::Relaxed), whole.len() as u64);
        }
    }
}
