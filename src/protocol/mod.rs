//! Messages and text formats of the tutorial's servers: pure functions and bounded parsers, no I/O.

pub mod envelope;
pub mod lines;
pub mod multipart;
pub mod query;
pub mod resp;

/// A message longer than its reader was told to accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a message is longer than the {limit} bytes allowed")]
pub struct TooLong {
    /// The longest message accepted, in bytes.
    pub limit: usize,
}
