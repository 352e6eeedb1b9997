//! Writing the record: into memory, to be judged, and into a file, to be looked at.

use std::collections::VecDeque;
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
    /// What was noted behind a place that is not filled yet, that place first.
    waiting: VecDeque<Option<Noted>>,
    /// How many places were taken before the first of these.
    passed: u64,
    /// Events, and bytes of them, for which there has been room.
    events: usize,
    bytes: usize,
    file: BufWriter<File>,
    failed: Option<io::Error>,
}

/// What a place was filled with, and the same as lines of the file.
#[derive(Debug, Default)]
struct Noted {
    entries: Vec<Entry>,
    lines: Vec<u8>,
}

impl Recorder {
    /// Begins the record in a new file at `path`.
    pub fn begin(path: &Path) -> io::Result<Self> {
        let file = BufWriter::new(File::create_new(path)?);
        let shared = Shared {
            entries: Vec::new(),
            waiting: VecDeque::new(),
            passed: 0,
            events: 0,
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
        self.place().fill(scenario, reader, vec![event]);
    }

    /// Keeps a place in the record for something that happened now, and is to be understood later: what is noted from here
    /// on stands behind it.
    pub fn place(&self) -> Place {
        let mut shared = self.lock();
        shared.waiting.push_back(None);
        Place {
            number: shared.passed + shared.waiting.len() as u64 - 1,
            // Within the lock, so that times never run backwards.
            at_us: self.now_us(),
            recorder: self.clone(),
            noted: Noted::default(),
        }
    }

    /// The time of the record: microseconds since the check began.
    pub fn now_us(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// What has happened in `scenario` so far.
    pub fn so_far(&self, scenario: &str) -> History {
        let shared = self.lock();
        let waiting = shared.waiting.iter().flatten().flat_map(|noted| &noted.entries);
        let entries = shared.entries.iter().chain(waiting);
        History::new(
            entries
                .filter(|entry| entry.scenario == scenario)
                .cloned()
                .collect(),
        )
    }

    /// Ends the record: everything is in the file, and this is the history. Places that are not filled yet stay empty.
    ///
    /// # Errors
    /// The file could not be written.
    pub fn finish(&self) -> io::Result<History> {
        let mut shared = self.lock();
        while let Some(noted) = shared.waiting.pop_front() {
            shared.passed += 1;
            shared.write(noted.unwrap_or_default());
        }
        let finished = Entry {
            at_us: self.now_us(),
            scenario: WHOLE_CHECK.into(),
            reader: 0,
            event: Event::Finished {
                events: shared.entries.len(),
            },
        };
        shared.write(Noted::of(vec![finished])?);
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

/// A place in the record. One that is dropped stays empty.
#[derive(Debug)]
pub struct Place {
    recorder: Recorder,
    /// Places are counted from 0.
    number: u64,
    at_us: u64,
    noted: Noted,
}

impl Place {
    /// When it was taken, in microseconds since the check began.
    pub fn at_us(&self) -> u64 {
        self.at_us
    }

    /// Notes that these events happened when the place was taken, in this order.
    pub fn fill(mut self, scenario: &'static str, reader: u8, mut events: Vec<Event>) {
        if events.is_empty() {
            return;
        }
        {
            let mut shared = self.recorder.lock();
            events.retain(|event| shared.has_room(event));
        }
        let at_us = self.at_us;
        let entry = |event| Entry {
            at_us,
            scenario: scenario.into(),
            reader,
            event,
        };
        // Not within the lock: to write JSON takes longer than all the rest.
        match Noted::of(events.into_iter().map(entry).collect()) {
            Ok(noted) => self.noted = noted,
            Err(error) => self.recorder.lock().failed = Some(error),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let noted = std::mem::take(&mut self.noted);
        self.recorder.lock().noted(self.number, noted);
    }
}

impl Noted {
    fn of(entries: Vec<Entry>) -> io::Result<Self> {
        let mut lines = Vec::new();
        for entry in &entries {
            serde_json::to_writer(&mut lines, entry)?;
            lines.push(b'\n');
        }
        Ok(Self { entries, lines })
    }
}

impl Shared {
    /// Whether there is room for `event`, which then is taken.
    fn has_room(&mut self, event: &Event) -> bool {
        let size = size(event);
        let full = self.events >= MOST_ENTRIES || self.bytes + size > MOST_BYTES;
        let must_stay = matches!(
            event,
            Event::Ended { .. }
                | Event::IgnoredTermination
                | Event::LeftChildren
                | Event::Exited { .. }
                | Event::Answer { .. }
                | Event::RedisContents(_)
        );
        if full && !must_stay {
            return false;
        }
        self.events += 1;
        self.bytes += size;
        true
    }

    /// Fills a place, and writes what no place before it keeps waiting any more.
    fn noted(&mut self, place: u64, noted: Noted) {
        let position = place
            .checked_sub(self.passed)
            .and_then(|place| usize::try_from(place).ok());
        // A place that is not there any more was passed over when the record ended.
        let Some(waiting) = position.and_then(|position| self.waiting.get_mut(position)) else {
            return;
        };
        *waiting = Some(noted);
        while let Some(noted) = self.waiting.front_mut().and_then(Option::take) {
            self.waiting.pop_front();
            self.passed += 1;
            self.write(noted);
        }
    }

    fn write(&mut self, noted: Noted) {
        if self.failed.is_none() {
            self.failed = self.file.write_all(&noted.lines).err();
        }
        self.entries.extend(noted.entries);
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

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use super::{Event, Recorder};
    use crate::arena::history::History;

    fn put(text: &str) -> Event {
        Event::Put { text: text.into() }
    }

    fn told(history: &History) -> Vec<&str> {
        let entries = history.entries().iter();
        let texts = entries.filter_map(|entry| match &entry.event {
            Event::Put { text } => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    #[test]
    fn what_was_kept_a_place_stands_there_however_late_it_comes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.jsonl");
        let recorder = Recorder::begin(&path).unwrap();
        recorder.record("test", 1, put("first"));
        let (second, nothing, fourth) = (recorder.place(), recorder.place(), recorder.place());
        recorder.record("test", 1, put("fifth"));
        recorder.record("another", 1, put("of another"));
        fourth.fill("test", 2, vec![put("fourth"), put("fourth, too")]);
        drop(nothing);
        let fifth = ["first", "fourth", "fourth, too", "fifth"];
        assert_eq!(told(&recorder.so_far("test")), fifth, "though the second is open");
        second.fill("test", 2, vec![put("second")]);
        let never = recorder.place();
        recorder.record("test", 1, put("last"));
        let history = recorder.finish().unwrap();
        never.fill("test", 1, vec![put("too late")]);
        let all = [
            "first",
            "second",
            "fourth",
            "fourth, too",
            "fifth",
            "of another",
            "last",
        ];
        assert_eq!(told(&history), all);
        assert_eq!(History::read(&path).unwrap(), history, "the file says the same");
        let times: Vec<u64> = history.entries().iter().map(|entry| entry.at_us).collect();
        assert!(times.is_sorted(), "{times:?}");
    }
}
