//! The overflow log: the messages that found no room, a line each.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::server::console;

/// A file that messages are appended to. A write that fails loses its messages, not the server.
#[derive(Debug)]
pub(super) struct OverflowLog {
    path: PathBuf,
    file: File,
    errors: u64,
    failing: bool,
}

impl OverflowLog {
    pub fn open(path: &Path) -> io::Result<OverflowLog> {
        let file = append_to(path)?;
        Ok(OverflowLog {
            path: path.to_owned(),
            file,
            errors: 0,
            failing: false,
        })
    }

    /// Opens the file anew, after something has moved it away. Without success the old one stays in use.
    pub fn reopen(&mut self) -> io::Result<()> {
        self.file = append_to(&self.path)?;
        Ok(())
    }

    /// How many messages could not be written.
    pub fn errors(&self) -> u64 {
        self.errors
    }

    pub fn write(&mut self, messages: &[Bytes]) {
        if messages.is_empty() {
            return;
        }
        let mut lines = Vec::with_capacity(messages.iter().map(|message| message.len() + 1).sum());
        for message in messages {
            lines.extend_from_slice(message);
            lines.push(b'\n');
        }
        match self.file.write_all(&lines) {
            Ok(()) => self.failing = false,
            Err(error) => {
                self.errors += messages.len() as u64;
                // Once for each time it begins to fail: on a full disk every message would repeat it.
                if !self.failing {
                    console::warn(format_args!(
                        "simplequeue: cannot write to the overflow log {}, messages that belong in it are lost until \
                         this is mended: {error}",
                        self.path.display()
                    ));
                }
                self.failing = true;
            }
        }
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("cannot open the overflow log {}: {error}", path.display()),
            )
        })
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_counted_and_survived() {
        let mut log = OverflowLog::open(Path::new("/dev/full")).unwrap();
        log.write(&[Bytes::from("a"), Bytes::from("b")]);
        log.write(&[Bytes::from("c")]);
        assert_eq!(log.errors(), 3);
    }

    #[test]
    fn a_log_that_cannot_be_opened_is_named() {
        let error = OverflowLog::open(Path::new("/no/such/folder/log")).unwrap_err();
        assert!(error.to_string().contains("/no/such/folder/log"), "{error}");
    }
}
