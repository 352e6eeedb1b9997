//! The plainest of streams: 0, 1, 2, …

use bytes::Bytes;

use super::Messages;

/// The messages `0`, `1`, `2` and so on, by which a lost or doubled one is seen at once.
pub fn counts() -> Messages {
    Box::new((0_u64..).map(|count| Bytes::from(count.to_string())))
}
