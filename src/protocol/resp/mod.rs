//! RESP, the protocol of Redis, followed as it streams by: where each command and each reply ends, and what is in it.
//!
//! The scanners are given bytes as they come and keep little of them: the first bytes of each text, the first few parts
//! of each list. So a value of 512 MB passes through a proxy in pieces and is recorded as a few characters. (The crates
//! that speak RESP, `redis-protocol` among them, decode a whole frame from a buffer that holds all of it.) Both versions
//! are understood, RESP2 and RESP3, and commands typed by hand: <https://redis.io/docs/latest/develop/reference/protocol-spec/>

mod commands;
mod replies;

pub use commands::{Command, CommandScanner};
pub use replies::{Reply, ReplyScanner, Scanned};

/// The longest line that says a length; the longest number has twenty digits.
const LONGEST_LENGTH: usize = 32;

/// The bytes do not follow the protocol: nobody can tell any more where what follows begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are not the protocol of Redis")]
pub struct Malformed;

/// Collects a line up to its `\n`, of which no more than `keep` bytes are kept.
#[derive(Debug, Default)]
struct Line {
    kept: Vec<u8>,
    length: usize,
}

impl Line {
    /// Takes from `input` what belongs to the line. `Some` once it is whole: without its line end.
    fn take(&mut self, input: &[u8], keep: usize) -> (usize, Option<Vec<u8>>) {
        let end = memchr::memchr(b'\n', input);
        let used = end.map_or(input.len(), |end| end + 1);
        let room = keep.saturating_sub(self.kept.len());
        self.kept.extend_from_slice(&input[..used.min(room)]);
        self.length += used;
        if end.is_none() {
            return (used, None);
        }
        self.length = 0;
        let mut line = std::mem::take(&mut self.kept);
        while line.last().is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
            line.pop();
        }
        (used, Some(line))
    }
}

/// The number that a length line says.
fn length(line: &[u8]) -> Result<i64, Malformed> {
    std::str::from_utf8(line)
        .ok()
        .and_then(|digits| digits.parse().ok())
        .ok_or(Malformed)
}

/// A text of known length that streams by, of which the first bytes are kept.
#[derive(Debug)]
struct Text {
    kept: Vec<u8>,
    keep: usize,
    left: u64,
}

impl Text {
    /// A text of `length` bytes with the line end behind it.
    fn new(length: u64, keep: usize) -> Self {
        Self {
            kept: Vec::new(),
            keep: keep.min(usize::try_from(length).unwrap_or(usize::MAX)),
            left: length + 2,
        }
    }

    fn take(&mut self, input: &[u8]) -> usize {
        let used = usize::try_from(self.left).map_or(input.len(), |left| left.min(input.len()));
        let room = self.keep - self.kept.len();
        self.kept.extend_from_slice(&input[..used.min(room)]);
        self.left -= used as u64;
        used
    }
}
