//! Writing the record: into memory, to be judged, and into a file, to be looked at.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::history::{Delivered, Entry, Event, History};

/// As many events as a check may remember. The busiest check there is makes a tenth of it; past the bound a program
/// is talking for talking's sake, and what it says is no longer kept.
const MOST_ENTRIES: usize = 200_000;

/// As many bytes of printed lines and of programs' own messages as a check may remember.
const MOST_BYTES: usize = 64 << 20;

/// The scenario of what concerns no experiment, but the check itself.
const WHOLE_CHECK: &str = "check";

/// Takes events from every task of a check and puts them in order. Clones share one record.
#[derive(Debug, Clone)]
pub struct Recorder {
    begun: Instant,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug)]
struct Shared {
    entries: Vec<Entry>,
    bytes: usize,
    file: BufWriter<File>,
    failed: Option<io::Error>,
}

impl Recorder {
    /// Begins the record in a new file at `path`.
    pub fn begin(path: &Path) -> io::Result<Self> {
        let file = BufWriter::new(File::create_new(path)?);
        let shared = Shared {
            entries: Vec::new(),
            bytes: 0,
            file,
            failed: None,
        };
        Ok(Self {
            begun: Instant::now(),
            shared: Arc::new(Mutex::new(shared)),
        })
    }

    /// Notes that `event` happened now. Once the record is full, nothing more is noted but how programs end.
    pub fn record(&self, scenario: &'static str, reader: u8, event: Event) {
        let mut shared = self.lock();
        let size = size(&event);
        let full = shared.entries.len() >= MOST_ENTRIES || shared.bytes + size > MOST_BYTES;
        if full
            && !matches!(
                event,
                Event::Ended { .. } | Event::Exited { .. } | Event::Answer { .. } | Event::RedisContents(_)
            )
        {
            return;
        }
        shared.bytes += size;
        shared.write(Entry {
            // Within the lock, so that times never run backwards.
            at_us: self.now_us(),
            scenario: scenario.into(),
            reader,
            event,
        });
    }

    /// The time of the record: microseconds since the check began.
    pub fn now_us(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// What has happened in `scenario` so far.
    pub fn so_far(&self, scenario: &str) -> History {
        let shared = self.lock();
        let entries = shared.entries.iter().filter(|entry| entry.scenario == scenario);
        History::new(entries.cloned().collect())
    }

    /// Ends the record: everything is in the file, and this is the history.
    ///
    /// # Errors
    /// The file could not be written.
    pub fn finish(&self) -> io::Result<History> {
        let mut shared = self.lock();
        let events = shared.entries.len();
        shared.write(Entry {
            at_us: self.now_us(),
            scenario: WHOLE_CHECK.into(),
            reader: 0,
            event: Event::Finished { events },
        });
        if let Some(error) = shared.failed.take() {
            return Err(error);
        }
        shared.file.flush()?;
        Ok(History::new(std::mem::take(&mut shared.entries)))
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        // An entry is pushed whole or not at all, so a panic elsewhere has left the list sound.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn write(&mut self, entry: Entry) {
        if self.failed.is_none() {
            let written = serde_json::to_writer(&mut self.file, &entry)
                .map_err(io::Error::from)
                .and_then(|()| self.file.write_all(b"\n"));
            self.failed = written.err();
        }
        self.entries.push(entry);
    }
}

fn size(event: &Event) -> usize {
    match event {
        Event::Printed { line: text } | Event::Put { text } | Event::Published { text, .. } => text.len(),
        Event::RedisCommand(command) => command.size(),
        Event::RedisContents(contents) => contents.size(),
        Event::Got { messages } => messages.iter().map(delivered_size).sum(),
        _ => 0,
    }
}

fn delivered_size(message: &Delivered) -> usize {
    match message {
        Delivered::Published(_) => size_of::<u32>(),
        Delivered::Other(text) => text.len(),
    }
}
