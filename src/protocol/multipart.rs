//! `multipart/x-mixed-replace`, the format of `/sub`: each message is a part with its length in front.

use bytes::{Buf, Bytes, BytesMut};
use memchr::memmem;

use super::TooLong;

/// What separates the parts of our streams.
pub const BOUNDARY: &str = "xXPubSubXx";
/// The content type of our streams, which names the boundary.
pub const CONTENT_TYPE: &str = "multipart/x-mixed-replace; boundary=xXPubSubXx";
/// What a stream starts with, before any message.
pub const OPENING: &[u8] = b"--xXPubSubXx\r\n";
/// The longest head of a part that [`PartReader`] accepts, in bytes.
const LONGEST_HEAD: usize = 8192;

/// Appends `message` as a part, with the boundary that ends it.
pub fn encode(message: &[u8], stream: &mut Vec<u8>) {
    stream.extend_from_slice(b"content-type: */*\r\ncontent-length: ");
    stream.extend_from_slice(message.len().to_string().as_bytes());
    stream.extend_from_slice(b"\r\n\r\n");
    stream.extend_from_slice(message);
    stream.extend_from_slice(b"\r\n");
    stream.extend_from_slice(OPENING);
}

/// Why a stream of parts cannot be read on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PartError {
    /// A part longer than the reader accepts.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// A head that goes on for longer than any head should.
    #[error("the head of a part is longer than {LONGEST_HEAD} bytes")]
    HeadTooLong,
    /// A head that does not say how long its part is.
    #[error("a part has no usable content-length; its head is {head:?}")]
    NoLength {
        /// The head as it was sent.
        head: String,
    },
}

/// Takes the messages out of a stream of parts that arrives in pieces of any size.
#[derive(Debug)]
pub struct PartReader {
    buffer: BytesMut,
    /// The length of the part whose head has been read.
    part: Option<usize>,
    longest: usize,
}

impl PartReader {
    /// A reader that refuses parts of more than `longest` bytes.
    pub fn new(longest: usize) -> PartReader {
        PartReader {
            buffer: BytesMut::new(),
            part: None,
            longest,
        }
    }

    /// Takes the next piece of the stream and hands every message it completes to `each`.
    pub fn push(&mut self, piece: &[u8], mut each: impl FnMut(Bytes)) -> Result<(), PartError> {
        self.buffer.extend_from_slice(piece);
        loop {
            match self.part {
                Some(length) if self.buffer.len() < length => return Ok(()),
                Some(length) => {
                    each(self.buffer.split_to(length).freeze());
                    self.part = None;
                }
                None => {
                    let Some(end) = memmem::find(&self.buffer, b"\r\n\r\n") else {
                        let too_long = self.buffer.len() > LONGEST_HEAD;
                        return if too_long {
                            Err(PartError::HeadTooLong)
                        } else {
                            Ok(())
                        };
                    };
                    if end > LONGEST_HEAD {
                        return Err(PartError::HeadTooLong);
                    }
                    let length = content_length(&self.buffer[..end])?;
                    if length > self.longest {
                        return Err(TooLong { limit: self.longest }.into());
                    }
                    self.buffer.advance(end + 4);
                    self.part = Some(length);
                }
            }
        }
    }
}

/// The length that a head gives, which may have the boundary of the part before on its first line.
fn content_length(head: &[u8]) -> Result<usize, PartError> {
    let head = String::from_utf8_lossy(head);
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim()
            .eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    length.ok_or_else(|| PartError::NoLength {
        head: head.into_owned(),
    })
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_part_is_head_message_boundary() {
        let mut stream = OPENING.to_vec();
        encode(b"hello", &mut stream);
        assert_eq!(
            stream,
            b"--xXPubSubXx\r\ncontent-type: */*\r\ncontent-length: 5\r\n\r\nhello\r\n--xXPubSubXx\r\n"
        );
    }

    #[test]
    fn a_head_without_a_length_is_an_error() {
        let mut reader = PartReader::new(100);
        let error = reader
            .push(b"--b\r\ncontent-length: x\r\n\r\n", |_| ())
            .unwrap_err();
        assert!(matches!(error, PartError::NoLength { .. }), "{error}");
    }

    #[test]
    fn what_never_ends_is_an_error() {
        let mut reader = PartReader::new(100);
        assert_eq!(reader.push(&[b'x'; 9000], |_| ()), Err(PartError::HeadTooLong));
        let mut reader = PartReader::new(100);
        let error = reader.push(b"content-length: 101\r\n\r\n", |_| ());
        assert_eq!(error, Err(PartError::TooLong(TooLong { limit: 100 })));
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_read_back_however_it_is_cut(messages: Vec<Vec<u8>>, size in 1usize..40) {
            let mut stream = OPENING.to_vec();
            messages.iter().for_each(|message| encode(message, &mut stream));
            let mut reader = PartReader::new(1 << 20);
            let mut read = Vec::new();
            for piece in stream.chunks(size) {
                reader.push(piece, |message| read.push(message.to_vec())).unwrap();
            }
            prop_assert_eq!(read, messages);
        }

        #[test]
        fn no_bytes_make_it_panic(pieces: Vec<Vec<u8>>) {
            let mut reader = PartReader::new(64);
            for piece in pieces {
                if reader.push(&piece, |_| ()).is_err() {
                    break;
                }
            }
        }
    }
}
