//! A recorded stream: a file with one message a line, compressed or not.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;

/// The longest line that is a message, in bytes: some sixty times the longest click.
pub const LONGEST_LINE: usize = 64 * 1024;

/// What a file compressed by gzip begins with (RFC 1952).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Why a capture cannot be read, or not any further.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// It cannot be opened.
    #[error("cannot open {}: {reason}", .path.display())]
    Open {
        /// Which file.
        path: PathBuf,
        /// What the operating system said.
        reason: io::Error,
    },
    /// It cannot be read, or its compression is broken.
    #[error("cannot read {from} past line {line}: {reason}")]
    Read {
        /// Which file.
        from: String,
        /// The last line that could be read.
        line: u64,
        /// What went wrong.
        reason: io::Error,
    },
    /// There is nothing in it.
    #[error("there is no message in {from}; a capture holds one on each line")]
    Empty {
        /// Which file.
        from: String,
    },
}

/// Lines that were too long to be messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LeftOut {
    /// How many, in the first reading of the file.
    pub lines: u64,
    /// The number of the first, from 1.
    pub first: Option<u64>,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.lines {
            1 => "1 line was",
            _ => &format!("{} lines were", self.lines),
        };
        write!(
            formatter,
            "{what} left out, longer than {} KiB",
            LONGEST_LINE / 1024
        )?;
        match self.first {
            Some(first) if self.lines > 1 => write!(formatter, " (the first is line {first})"),
            Some(first) => write!(formatter, " (line {first})"),
            None => Ok(()),
        }
    }
}

/// The messages of a file, one a line. Reads as it goes: a capture may be larger than memory.
///
/// What is compressed by gzip is known by its first bytes, whatever it is called. Empty lines are no messages, a
/// carriage return before a newline belongs to neither, and lines past [`LONGEST_LINE`] are left out and counted.
pub struct Capture {
    /// Where it can be opened again; `None` for standard input.
    path: Option<PathBuf>,
    lines: Box<dyn BufRead + Send>,
    line: u64,
    messages: u64,
    left_out: LeftOut,
    /// How often it has begun again.
    rounds: u64,
    is_looped: bool,
}

impl fmt::Debug for Capture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Capture")
            .field("path", &self.path)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

impl Capture {
    /// Opens the file at `path`; with `is_looped` it begins again where it ends.
    ///
    /// # Errors
    ///
    /// Where there is no such file, or it cannot be read.
    pub fn open(path: &Path, is_looped: bool) -> Result<Capture, CaptureError> {
        Ok(Capture {
            lines: lines_of_file(path)?,
            path: Some(path.to_owned()),
            is_looped,
            ..Capture::over(io::empty(), "")?
        })
    }

    /// Reads standard input.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub fn standard_input() -> Result<Capture, CaptureError> {
        Capture::over(io::stdin(), "standard input")
    }

    fn over(input: impl Read + Send + 'static, name: &str) -> Result<Capture, CaptureError> {
        Ok(Capture {
            path: None,
            lines: decompressed(input).map_err(|reason| CaptureError::Read {
                from: name.to_owned(),
                line: 0,
                reason,
            })?,
            line: 0,
            messages: 0,
            left_out: LeftOut::default(),
            rounds: 0,
            is_looped: false,
        })
    }

    /// The lines that were left out so far.
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// How often it has begun again.
    pub(super) fn rounds(&self) -> u64 {
        self.rounds
    }

    /// The next message, or `None` where there is none left. Blocks while the file does.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read any further, and where it ends without a single message.
    pub fn next_message(&mut self) -> Result<Option<Bytes>, CaptureError> {
        loop {
            let line = self.next_line().map_err(|reason| CaptureError::Read {
                from: self.name(),
                line: self.line,
                reason,
            })?;
            match line {
                Line::Message(message) => {
                    self.messages += 1;
                    return Ok(Some(message));
                }
                Line::Nothing => {}
                Line::TooLong => {
                    if self.rounds == 0 {
                        self.left_out.lines += 1;
                        self.left_out.first.get_or_insert(self.line);
                    }
                }
                // Neither does an empty file end without a word, nor does a loop over it go round for ever.
                Line::End if self.messages == 0 => return Err(CaptureError::Empty { from: self.name() }),
                Line::End => match &self.path {
                    Some(path) if self.is_looped => {
                        self.lines = lines_of_file(path)?;
                        (self.line, self.messages) = (0, 0);
                        self.rounds += 1;
                    }
                    _ => return Ok(None),
                },
            }
        }
    }

    fn name(&self) -> String {
        match &self.path {
            Some(path) => path.display().to_string(),
            None => "standard input".to_owned(),
        }
    }

    fn next_line(&mut self) -> io::Result<Line> {
        let mut line = Vec::new();
        // One more than the longest, and a line end, tell a line that just fits from one that does not.
        let most = LONGEST_LINE as u64 + 2;
        let read = self.lines.by_ref().take(most).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(Line::End);
        }
        self.line += 1;
        let is_whole = line.last() == Some(&b'\n');
        if is_whole {
            line.pop();
            if line.last() == Some(&b'\r') {
                line.pop();
            }
        }
        if line.len() > LONGEST_LINE {
            if !is_whole {
                skip_line(&mut self.lines)?;
            }
            return Ok(Line::TooLong);
        }
        Ok(match line.is_empty() {
            true => Line::Nothing,
            false => Line::Message(line.into()),
        })
    }
}

enum Line {
    Message(Bytes),
    Nothing,
    TooLong,
    End,
}

fn lines_of_file(path: &Path) -> Result<Box<dyn BufRead + Send>, CaptureError> {
    let error = |reason| CaptureError::Open {
        path: path.to_owned(),
        reason,
    };
    decompressed(File::open(path).map_err(error)?).map_err(error)
}

fn decompressed(input: impl Read + Send + 'static) -> io::Result<Box<dyn BufRead + Send>> {
    let mut input = BufReader::new(input);
    // A pipe may hand out the first byte alone.
    let mut first = Vec::with_capacity(GZIP_MAGIC.len());
    input
        .by_ref()
        .take(GZIP_MAGIC.len() as u64)
        .read_to_end(&mut first)?;
    let is_compressed = first == GZIP_MAGIC;
    let input = io::Cursor::new(first).chain(input);
    Ok(if is_compressed {
        Box::new(BufReader::new(MultiGzDecoder::new(input)))
    } else {
        Box::new(input)
    })
}

/// Reads on to the end of a line without keeping it.
fn skip_line(lines: &mut impl BufRead) -> io::Result<()> {
    loop {
        let available = lines.fill_buf()?;
        if available.is_empty() {
            return Ok(());
        }
        match memchr::memchr(b'\n', available) {
            Some(end) => {
                lines.consume(end + 1);
                return Ok(());
            }
            None => {
                let all = available.len();
                lines.consume(all);
            }
        }
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn messages(text: &[u8]) -> (Vec<Bytes>, LeftOut) {
        let mut capture = Capture::over(io::Cursor::new(text.to_vec()), "test").unwrap();
        let mut found = Vec::new();
        while let Some(message) = capture.next_message().unwrap() {
            found.push(message);
        }
        (found, capture.left_out())
    }

    fn compressed(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_line_is_a_message_whatever_ends_it() {
        let (found, left_out) = messages(b"a\r\n\n\r\nb \xff\nc");
        assert_eq!(found, [&b"a"[..], b"b \xff", b"c"]);
        assert_eq!(left_out, LeftOut::default());
    }

    #[test]
    fn what_is_too_long_is_left_out_and_named() {
        let fits = vec![b'x'; LONGEST_LINE];
        let mut text = fits.clone();
        text.extend(b"\r\n");
        for more in [1, 2, 3, 1_000_000] {
            text.extend(vec![b'y'; LONGEST_LINE + more]);
            text.push(b'\n');
        }
        text.extend(b"last");
        let (found, left_out) = messages(&text);
        assert_eq!(found, [&fits[..], b"last"]);
        assert_eq!((left_out.lines, left_out.first), (4, Some(2)));
        assert_eq!(
            left_out.to_string(),
            "4 lines were left out, longer than 64 KiB (the first is line 2)"
        );
    }

    #[test]
    fn gzip_is_known_by_its_first_bytes_and_may_have_several_parts() {
        let mut text = compressed(b"a\nb\n");
        text.extend(compressed(b"c\n"));
        assert_eq!(messages(&text).0, [&b"a"[..], b"b", b"c"]);
    }

    #[test]
    fn broken_compression_says_how_far_it_got() {
        let mut random = super::super::dice::Dice::new(1);
        let text: String = (0..50_000).map(|_| format!("{}\n", random.bits())).collect();
        let whole = compressed(text.as_bytes());
        let cut = whole[..whole.len() / 2].to_vec();
        let mut capture = Capture::over(io::Cursor::new(cut), "test").unwrap();
        let error = loop {
            match capture.next_message() {
                Ok(message) => assert!(message.is_some(), "a broken file has no proper end"),
                Err(error) => break error.to_string(),
            }
        };
        assert!(
            error.starts_with("cannot read standard input past line "),
            "{error}"
        );
    }

    #[test]
    fn an_empty_file_is_an_error_and_no_endless_loop() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"\n\n").unwrap();
        for is_looped in [false, true] {
            let mut capture = Capture::open(file.path(), is_looped).unwrap();
            let error = capture.next_message().unwrap_err().to_string();
            assert!(error.contains("there is no message in /"), "{error}");
        }
        file.write_all(b"a\n").unwrap();
        let mut capture = Capture::open(file.path(), true).unwrap();
        for _ in 0..5 {
            assert_eq!(capture.next_message().unwrap().unwrap(), &b"a"[..]);
        }
    }
}
