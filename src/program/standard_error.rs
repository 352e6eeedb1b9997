//! What a program writes on standard error: its end kept in memory, all of it in a log.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::ChildStderr;
use tokio::task::JoinHandle;

use super::{Limits, SpawnError};

/// Standard error of a running program, read as it is written so that the program never waits for us.
#[derive(Debug)]
pub(super) struct StandardError {
    tail: Arc<Mutex<Tail>>,
    reading: JoinHandle<()>,
    closed: bool,
}

/// The last bytes of a stream.
#[derive(Debug)]
struct Tail {
    limit: usize,
    bytes: VecDeque<u8>,
}

/// A file that takes so many bytes and no more.
struct Log {
    file: File,
    room: u64,
}

/// Makes the log that the limits ask for; done before the program is started, so that a run without its log never
/// begins.
pub(super) fn create_log(limits: &Limits) -> Result<Option<std::fs::File>, SpawnError> {
    let create = |path: &Path| {
        std::fs::File::create(path).map_err(|source| SpawnError::Log {
            path: path.to_owned(),
            source,
        })
    };
    limits.stderr_log.as_deref().map(create).transpose()
}

impl StandardError {
    /// Starts to read `stream`, on the runtime that the caller is on.
    pub(super) fn read(stream: ChildStderr, log: Option<std::fs::File>, limits: &Limits) -> StandardError {
        let tail = Arc::new(Mutex::new(Tail {
            limit: limits.stderr_kept,
            bytes: VecDeque::new(),
        }));
        let log = log.map(|file| Log {
            file: File::from_std(file),
            room: limits.stderr_log_bytes,
        });
        let reading = tokio::spawn(copy(stream, log, Arc::clone(&tail)));
        StandardError {
            tail,
            reading,
            closed: false,
        }
    }

    /// Whether all of it has been read and every process that could write more has let go of it.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Waits until [`is_closed`](Self::is_closed); cancel-safe, and never to be called again after that.
    pub(super) async fn closed(&mut self) {
        // An error would be a panic of the reader: there is nothing more to read then either.
        let _ = (&mut self.reading).await;
        self.closed = true;
    }

    /// The end of what has been read so far; invalid UTF-8 is replaced.
    pub(super) fn tail(&self) -> String {
        let tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = tail.bytes.iter().copied().collect();
        // The cut may have gone through the middle of a character.
        let start = bytes
            .iter()
            .take(3)
            .take_while(|&&byte| byte & 0xC0 == 0x80)
            .count();
        String::from_utf8_lossy(&bytes[start..]).into_owned()
    }
}

impl Drop for StandardError {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

async fn copy(mut stream: ChildStderr, mut log: Option<Log>, tail: Arc<Mutex<Tail>>) {
    let mut chunk = vec![0; 8 * 1024];
    // A read error of a pipe means the same as its end: nothing more will come.
    while let Ok(read @ 1..) = stream.read(&mut chunk).await {
        tail.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(&chunk[..read]);
        if let Some(open) = &mut log
            && !open.write(&chunk[..read]).await
        {
            log = None;
        }
    }
}

impl Tail {
    fn push(&mut self, bytes: &[u8]) {
        let bytes = &bytes[bytes.len().saturating_sub(self.limit)..];
        let surplus = (self.bytes.len() + bytes.len()).saturating_sub(self.limit);
        self.bytes.drain(..surplus);
        self.bytes.extend(bytes);
    }
}

impl Log {
    /// Writes what there is room for; false when the log takes no more. A full disk ends the log, not the run: the
    /// end of standard error is kept in memory as well.
    async fn write(&mut self, bytes: &[u8]) -> bool {
        let fits = bytes.len().min(usize::try_from(self.room).unwrap_or(usize::MAX));
        self.room -= fits as u64;
        let is_full = fits < bytes.len();
        let note: &[u8] = if is_full {
            b"\n[the log ends here: the program wrote more than it keeps]\n"
        } else {
            b""
        };
        let written = async {
            self.file.write_all(&bytes[..fits]).await?;
            self.file.write_all(note).await?;
            self.file.flush().await
        };
        written.await.is_ok() && !is_full
    }
}
