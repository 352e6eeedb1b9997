//! The lines of a log, made harmless: what a program wrote must not command the terminal it is shown on.

use std::io::{self, Read};

use crate::commands::say;
use crate::render::untrusted;

/// No more of a line is shown, in columns.
const LONGEST_LINE: usize = 2000;

/// How much is read at once, and a line that does not end is kept, in bytes.
const PART: usize = 64 << 10;

/// Prints lines as they come.
pub struct Printer {
    mark: Option<&'static str>,
    /// The beginning of a line that has not ended yet.
    begun: Vec<u8>,
    printed: bool,
}

impl Printer {
    /// Prints the lines that begin with `mark`, without it; all of them where there is none.
    pub fn of(mark: Option<&'static str>) -> Self {
        Self {
            mark,
            begun: Vec::new(),
            printed: false,
        }
    }

    /// Whether anything has been printed.
    pub fn has_printed(&self) -> bool {
        self.printed
    }

    /// Prints all of `file`, its last line even where that has no end.
    pub fn print_all(&mut self, file: &mut impl Read) -> anyhow::Result<()> {
        self.print_more(file)?;
        self.end()
    }

    /// Prints what there is of whole lines, and keeps the beginning of the next. Returns how many bytes were read.
    pub fn print_more(&mut self, file: &mut impl Read) -> anyhow::Result<u64> {
        let (mut part, mut read) = (vec![0; PART], 0);
        loop {
            let count = match file.read(&mut part) {
                Ok(0) => return Ok(read),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            read += count as u64;
            for piece in part[..count].split_inclusive(|byte| *byte == b'\n') {
                self.begun.extend_from_slice(piece);
                if piece.ends_with(b"\n") || self.begun.len() >= PART {
                    self.end()?;
                }
            }
        }
    }

    /// The line that was begun is over.
    pub fn end(&mut self) -> anyhow::Result<()> {
        let line = std::mem::take(&mut self.begun);
        if line.is_empty() {
            return Ok(());
        }
        let line = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(&line)).into_owned();
        let line = match self.mark {
            None => line.as_str(),
            Some(mark) => match line.strip_prefix(mark) {
                Some(rest) => rest.trim_start(),
                None => return Ok(()),
            },
        };
        self.printed = true;
        say::say(&format!(
            "{}\n",
            untrusted(&line.replace('\t', "    "), LONGEST_LINE)
        ))
    }
}
