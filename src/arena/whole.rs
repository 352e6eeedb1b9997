//! A record that is to be judged again: the whole of it, in order.
//!
//! A check that was interrupted leaves a record without its end, and a file may have been cut or sorted since. What is
//! missing would be held against the program, so such a record is not judged at all.

use std::path::Path;

use super::history::{Entry, Event, History, HistoryError};

/// A whole record, and whose it is.
#[derive(Debug)]
pub struct WholeRecord {
    /// Everything that happened.
    pub history: History,
    /// The section whose check it is.
    pub section: u8,
    /// What the random numbers of the check were made from.
    pub seed: u64,
    /// The program that was judged and its arguments.
    pub command: Vec<String>,
    /// How long the check took, in milliseconds.
    pub duration_ms: u64,
}

impl WholeRecord {
    /// Reads the record that a check left at `path`.
    ///
    /// # Errors
    /// It cannot be read, does not begin with the check, runs backwards somewhere, or lacks its end or anything between.
    pub fn read(path: &Path) -> Result<Self, HistoryError> {
        let history = History::read(path)?;
        let malformed = |line, problem: &str| HistoryError::Malformed {
            path: path.to_path_buf(),
            line,
            problem: problem.to_owned(),
        };
        let entries = history.entries();
        if entries.is_empty() {
            let problem = "the record is empty: its check is at work, or was interrupted before it had written anything";
            return Err(malformed(1, problem));
        }
        let Some(Event::Check {
            section,
            seed,
            command,
        }) = entries.first().map(|entry| &entry.event)
        else {
            return Err(malformed(1, "a record begins with the event \"check\""));
        };
        if let Some(line) = backwards(entries) {
            let problem = format!(
                "this happened before what stands in line {}; the lines were put into another order",
                line - 1
            );
            return Err(malformed(line, &problem));
        }
        if let Some(line) = not_whole(entries) {
            return Err(malformed(line.0, &line.1));
        }
        let duration_ms = entries.last().map_or(0, |last| last.at_us / 1000);
        Ok(Self {
            section: *section,
            seed: *seed,
            command: command.clone(),
            duration_ms,
            history,
        })
    }
}

/// The first line, counted from 1, that happened before the one above it.
fn backwards(entries: &[Entry]) -> Option<usize> {
    let before = |pair: &[Entry]| pair[1].at_us < pair[0].at_us;
    entries.windows(2).position(before).map(|index| index + 2)
}

/// The line at which it shows that the record is not whole, and what is wrong there.
fn not_whole(entries: &[Entry]) -> Option<(usize, String)> {
    let end = |entry: &Entry| match entry.event {
        Event::Finished { events } => Some(events),
        _ => None,
    };
    let ends = entries.iter().enumerate();
    let Some((before, events)) = ends.clone().find_map(|(index, entry)| Some((index, end(entry)?))) else {
        let problem = "the record ends here, and the check did not: it is still at work, it was interrupted, or the file \
                       was cut";
        return Some((entries.len(), problem.into()));
    };
    if events != before {
        let problem = format!("{events} events happened before this one, and the record has {before}");
        return Some((before + 1, problem));
    }
    (entries.len() > before + 1).then(|| (before + 2, "nothing happens after the end of a check".to_owned()))
}
