//! Messages between separators: the bodies of `/pub` and `/mput`, and the plain stream of `/sub?multipart=0`.

use bytes::{Buf, Bytes, BytesMut};

use super::TooLong;

/// How many messages `/pub` sees in `body`: one a line; a final newline ends the last and opens no other.
pub fn count(body: &[u8]) -> u64 {
    let newlines = memchr::memchr_iter(b'\n', body).count() as u64;
    newlines + u64::from(body.last().is_some_and(|&last| last != b'\n'))
}

/// The messages of a body of `/pub`, empty ones in its middle included.
pub fn messages(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let body_without_end = body.strip_suffix(b"\n").unwrap_or(body);
    (!body.is_empty())
        .then(|| body_without_end.split(|&byte| byte == b'\n'))
        .into_iter()
        .flatten()
}

/// The pieces of a body of `/mput` between `separator`s, without the empty ones. No separator, one piece.
pub fn pieces<'b>(body: &'b [u8], separator: &'b [u8]) -> Vec<&'b [u8]> {
    let mut found = Vec::new();
    let mut start = 0;
    if !separator.is_empty() {
        for at in memchr::memmem::find_iter(body, separator) {
            found.push(&body[start..at]);
            start = at + separator.len();
        }
    }
    found.push(&body[start..]);
    found.retain(|piece| !piece.is_empty());
    found
}

/// Cuts a stream that arrives in parts of any size into lines. Lines within one part are slices of it, not copies.
#[derive(Debug)]
pub struct LineReader {
    /// The start of a line whose end has not come yet.
    open: BytesMut,
    longest: usize,
}

impl LineReader {
    /// A reader that refuses lines of more than `longest` bytes.
    pub fn new(longest: usize) -> LineReader {
        LineReader {
            open: BytesMut::new(),
            longest,
        }
    }

    /// Takes the next part of the stream and hands every line it completes to `each`, without its newline.
    pub fn push(&mut self, mut part: Bytes, mut each: impl FnMut(Bytes)) -> Result<(), TooLong> {
        while let Some(end) = memchr::memchr(b'\n', &part) {
            let line = part.split_to(end);
            part.advance(1);
            self.check(line.len())?;
            if self.open.is_empty() {
                each(line);
            } else {
                self.open.extend_from_slice(&line);
                each(self.open.split().freeze());
            }
        }
        self.check(part.len())?;
        self.open.extend_from_slice(&part);
        Ok(())
    }

    fn check(&self, more: usize) -> Result<(), TooLong> {
        if self.open.len().saturating_add(more) > self.longest {
            return Err(TooLong { limit: self.longest });
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(body: &[u8]) -> Vec<&[u8]> {
        messages(body).collect()
    }

    #[test]
    fn a_final_newline_makes_no_message() {
        assert_eq!(all(b""), Vec::<&[u8]>::new());
        assert_eq!(all(b"a"), [b"a"]);
        assert_eq!(all(b"a\n"), [b"a"]);
        assert_eq!(all(b"\n"), [b""]);
        assert_eq!(all(b"a\n\nb"), [&b"a"[..], b"", b"b"]);
    }

    #[test]
    fn empty_pieces_are_skipped() {
        assert_eq!(pieces(b"a\n\n\nb\n", b"\n"), [b"a", b"b"]);
        assert_eq!(pieces(b"a||b|c", b"||"), [&b"a"[..], b"b|c"]);
        assert_eq!(pieces(b"ab", b""), [b"ab"]);
        assert!(pieces(b"", b"\n").is_empty());
    }

    #[test]
    fn a_line_longer_than_the_limit_is_refused() {
        let mut reader = LineReader::new(4);
        assert_eq!(reader.push(Bytes::from_static(b"abcd\nab"), |_| ()), Ok(()));
        assert_eq!(
            reader.push(Bytes::from_static(b"cde"), |_| ()),
            Err(TooLong { limit: 4 })
        );
    }

    proptest! {
        #[test]
        fn the_count_is_the_number_of_messages(body in "[a\n]{0,12}") {
            prop_assert_eq!(count(body.as_bytes()), messages(body.as_bytes()).count() as u64);
        }

        #[test]
        fn lines_do_not_depend_on_how_the_stream_was_cut(parts in prop::collection::vec("[ab\n]{0,9}", 0..9)) {
            let whole = parts.concat();
            let mut reader = LineReader::new(1000);
            let mut lines = Vec::new();
            for part in parts {
                reader.push(Bytes::from(part), |line| lines.push(line)).unwrap();
            }
            // What follows the last newline is a line that has not ended.
            let complete = whole.rfind('\n').map_or("", |end| &whole[..=end]);
            let expected: Vec<&[u8]> = messages(complete.as_bytes()).collect();
            prop_assert_eq!(lines, expected);
        }

        #[test]
        fn joined_pieces_come_back(parts in prop::collection::vec("[a-c]{1,4}", 0..6)) {
            let body = parts.join("--");
            let expected: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
            prop_assert_eq!(pieces(body.as_bytes(), b"--"), expected);
        }
    }
}
