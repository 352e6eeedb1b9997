//! Cutting a stream of bytes into lines, in bounded memory.

use bytes::{Buf, BytesMut};

/// What was found at the front of the stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A line, without its end (`\n` or `\r\n`); invalid UTF-8 is replaced.
    Whole(String),
    /// A line longer than the limit: its length in bytes, its end not counted.
    TooLong(u64),
}

/// Bytes that have been read and not yet handed on. Holds the limit and one read at most.
#[derive(Debug)]
pub(super) struct Lines {
    limit: usize,
    buffer: BytesMut,
    /// How far the buffer is known to hold no `\n`, so that a long line is searched once.
    searched: usize,
    /// How much of the line at the front has been dropped for length.
    dropped: u64,
    finished: bool,
}

impl Lines {
    pub(super) fn new(limit: usize) -> Lines {
        Lines {
            limit,
            buffer: BytesMut::new(),
            searched: 0,
            dropped: 0,
            finished: false,
        }
    }

    /// Where the next bytes of the stream go, appended.
    pub(super) fn buffer(&mut self) -> &mut BytesMut {
        &mut self.buffer
    }

    /// There is no more to come: what is left is the last line.
    pub(super) fn finish(&mut self) {
        self.finished = true;
    }

    /// Forgets what has not been handed on.
    pub(super) fn clear(&mut self) {
        self.buffer.clear();
        (self.searched, self.dropped) = (0, 0);
    }

    /// The line at the front, if all of it is there.
    pub(super) fn take(&mut self) -> Option<Line> {
        match memchr::memchr(b'\n', &self.buffer[self.searched..]) {
            Some(at) => Some(self.cut(self.searched + at, 1)),
            None if self.finished && (self.dropped > 0 || !self.buffer.is_empty()) => {
                Some(self.cut(self.buffer.len(), 0))
            }
            None => {
                // One more than the limit: a `\r` at the end may yet turn out to be no part of the line.
                if self.dropped > 0 || self.buffer.len() > self.limit + 1 {
                    let kept = usize::from(self.buffer.ends_with(b"\r"));
                    let dropped = self.buffer.len() - kept;
                    self.buffer.advance(dropped);
                    self.dropped += dropped as u64;
                }
                self.searched = self.buffer.len();
                None
            }
        }
    }

    /// Takes the first `length` bytes as a line, and the `end` bytes after them away.
    fn cut(&mut self, length: usize, end: usize) -> Line {
        let line = self.buffer.split_to(length);
        self.buffer.advance(end);
        self.searched = 0;
        let dropped = std::mem::take(&mut self.dropped);
        let text = line.strip_suffix(b"\r").unwrap_or(&line);
        match dropped == 0 && text.len() <= self.limit {
            true => Line::Whole(String::from_utf8_lossy(text).into_owned()),
            false => Line::TooLong(dropped + text.len() as u64),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test that cannot go on should stop where it stands"
    )]
    use super::*;
    use proptest::prelude::*;

    fn lines(limit: usize, pieces: &[&[u8]]) -> Vec<Line> {
        let mut lines = Lines::new(limit);
        let mut found = Vec::new();
        for piece in pieces {
            lines.buffer().extend_from_slice(piece);
            found.extend(std::iter::from_fn(|| lines.take()));
        }
        lines.finish();
        found.extend(std::iter::from_fn(|| lines.take()));
        found
    }

    fn whole(text: &str) -> Line {
        Line::Whole(text.into())
    }

    #[test]
    fn lines_end_with_either_end_or_with_the_stream() {
        assert_eq!(
            lines(9, &[b"a\nb\r\n\nlast"]),
            [whole("a"), whole("b"), whole(""), whole("last")]
        );
        assert_eq!(lines(9, &[b"a\n"]), [whole("a")]);
        assert_eq!(lines(9, &[]), []);
    }

    #[test]
    fn a_line_at_the_limit_is_whole_and_one_past_it_is_not() {
        assert_eq!(
            lines(4, &[b"1234\r\n1234\n12345\n12"]),
            [whole("1234"), whole("1234"), Line::TooLong(5), whole("12")]
        );
        assert_eq!(lines(4, &[b"12345"]), [Line::TooLong(5)]);
    }

    #[test]
    fn a_line_without_an_end_takes_no_memory() {
        let mut lines = Lines::new(1000);
        for _ in 0..10_000 {
            lines.buffer().extend_from_slice(&[b'x'; 1000]);
            assert_eq!(lines.take(), None);
            assert!(lines.buffer.len() <= 1001);
        }
        lines.buffer().extend_from_slice(b"\nnext\n");
        assert_eq!(lines.take(), Some(Line::TooLong(10_000_000)));
        assert_eq!(lines.take(), Some(whole("next")));
    }

    proptest! {
        #[test]
        fn how_the_stream_is_cut_into_reads_does_not_matter(
            stream in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'x')], 0..60),
            at in proptest::collection::vec(0usize..60, 0..6),
            limit in 0usize..9,
        ) {
            let mut at: Vec<usize> = at.into_iter().map(|at| at.min(stream.len())).chain([0, stream.len()]).collect();
            at.sort_unstable();
            let pieces: Vec<&[u8]> = at.windows(2).map(|ends| &stream[ends[0]..ends[1]]).collect();
            // What the standard library makes of the same bytes at once.
            let mut expected: Vec<Line> = Vec::new();
            let text = String::from_utf8(stream.clone()).unwrap();
            for line in text.split_inclusive('\n') {
                let line = line.strip_suffix('\n').unwrap_or(line);
                let line = line.strip_suffix('\r').unwrap_or(line);
                expected.push(if line.len() <= limit { whole(line) } else { Line::TooLong(line.len() as u64) });
            }
            prop_assert_eq!(lines(limit, &pieces), expected);
        }
    }
}
