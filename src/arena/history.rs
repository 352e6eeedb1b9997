//! What happened in a check: JSON lines, one event each, from which every claim can be judged again.

use std::borrow::Cow;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::error::Category;

use super::chain::ChainEvent;
use super::redis::{RedisCommand, RedisContents};
use super::session::Ending;
use crate::render::untrusted;

/// One event, with when, where and to whom it happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Microseconds since the check began.
    pub at_us: u64,
    /// The experiment of the check that it belongs to; each has a world of its own.
    pub scenario: Cow<'static, str>,
    /// Which of the student's programs it concerns, counted from 1; 0 where it concerns none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reader: u8,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A check begins; always the first event.
    Check {
        /// The section.
        section: u8,
        /// What the random numbers of the check were made from.
        seed: u64,
        /// The program under judgement and its arguments.
        command: Vec<String>,
    },
    /// The lines that a program is expected to print, where a contract says so or its reference program has computed them.
    Expected {
        /// The lines.
        lines: Vec<String>,
    },
    /// A program of the student's was started.
    Started,
    /// It could not be started at all, and the sentence that says why.
    NotStarted {
        /// Why.
        problem: String,
    },
    /// No Redis could be had for the experiment, or it ended before the experiment did, and the sentences that say why and what to do.
    NoRedis {
        /// Why.
        problem: String,
    },
    /// It asked one of our servers for something for the first time.
    Connected,
    /// It had so many connections to one server open, and got no more: as many as a program may have, or as many as this
    /// process had file descriptors for.
    Crowded {
        /// How many were open.
        connections: usize,
    },
    /// It took messages over several connections side by side, so that the order in which it handles them is its own.
    SeveralConnections,
    /// It subscribed to the pubsub: what is published from here on is sent to it.
    Subscribed,
    /// The arena published a message, and put it into the queue.
    Published {
        /// Its number, from 0.
        message: u32,
        /// The message itself.
        text: String,
    },
    /// A reader's request took messages from the queue; none where the queue was empty.
    Got {
        /// What it was given, in order.
        messages: Vec<Delivered>,
    },
    /// A reader put a message into the queue.
    Put {
        /// The message.
        text: String,
    },
    /// A reader sent a command to Redis, and this is what came of it.
    RedisCommand(RedisCommand),
    /// What stands in database 1 of Redis.
    RedisContents(RedisContents),
    /// The program printed a line on standard output.
    Printed {
        /// The line, without its end.
        line: String,
    },
    /// The rest of a line that is longer than we read was passed over.
    LineCut {
        /// How many bytes of it were passed over.
        bytes: u64,
    },
    /// The program printed more than we read, and is stopped for it.
    Flooded,
    /// Something was given on the program's standard input.
    Input {
        /// What.
        text: String,
    },
    /// How much memory the program and its children hold.
    Memory {
        /// How many messages it had been given by then.
        got: u64,
        /// Resident bytes.
        bytes: u64,
    },
    /// The arena itself stood still for seconds: it was suspended, or the machine was.
    Standstill,
    /// The arena sent the program a signal: to see what its end costs, or to give another one its turn.
    Signalled {
        /// Its name: `SIGKILL`, `SIGSTOP`, `SIGCONT`.
        signal: String,
    },
    /// Why the arena waited no longer.
    Ended {
        /// Why.
        ending: Ending,
    },
    /// The program did not end when it was asked to, and was killed.
    IgnoredTermination,
    /// Processes that the program had started were still there when it ended, and were killed.
    LeftChildren,
    /// The program is no more.
    Exited {
        /// In words: `exit status 1`, `killed by signal 11 (SIGSEGV)`.
        status: String,
        /// Whether it ended of itself, and not because the arena was done with it.
        unasked: bool,
        /// The end of what it wrote on standard error.
        stderr_tail: String,
    },
    /// The student's answers cannot be read, and the sentence that says why.
    AnswersUnreadable {
        /// Why.
        problem: String,
    },
    /// Something was seen of the chain of servers and bridges that the student built.
    Chain(ChainEvent),
    /// What the student predicts of an experiment; `None` where there is no prediction yet.
    Predicted {
        /// The question.
        question: String,
        /// The prediction.
        answer: Option<String>,
    },
    /// What came out of an experiment whose outcome was to be predicted.
    Observed {
        /// What was looked at: `queue A`.
        what: String,
        /// A count, or a word.
        value: String,
    },
    /// An experiment could not be carried through, and the sentence that says why.
    Broken {
        /// Why.
        problem: String,
    },
    /// The check is over, and everything that happened is in the record; always the last event.
    Finished {
        /// How many events there are before this one.
        events: usize,
    },
    /// How the student's answer to a question compares with the secret. The secret itself is not recorded.
    Answer {
        /// The question.
        name: String,
        /// How it compares.
        comparison: Comparison,
        /// How many numbers of the secret stream had been published.
        published: u64,
    },
}

impl Event {
    /// Whether the program was killed, for the sake of the experiment.
    pub fn is_kill(&self) -> bool {
        matches!(self, Self::Signalled { signal } if signal == "SIGKILL")
    }
}

/// How an answer compares with the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// There is no answer yet.
    Unanswered,
    /// As near as chance allows.
    Near,
    /// Farther off than chance explains.
    Far,
    /// The standard deviation where the variance was asked for.
    StandardDeviation,
    /// Too little of the stream has been published to tell.
    TooEarly,
}

/// A message as a reader was given it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Delivered {
    /// One that the arena published, by its number.
    Published(u32),
    /// Another one, such as a reader's own requeued envelope.
    Other(String),
}

/// Everything that happened in one check, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    entries: Vec<Entry>,
}

/// A record cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The file itself.
    #[error("cannot read the record {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// One of its lines.
    #[error("{path}, line {line}: {problem}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// Why, in a sentence.
        problem: String,
    },
}

/// No record is longer, in bytes: what a check remembers is bounded, and JSON makes it a few times as long.
const LONGEST: u64 = 1 << 30;

impl History {
    /// The history that consists of `entries`.
    pub fn new(entries: Vec<Entry>) -> Self {
        Self { entries }
    }

    /// Reads the record that a check left at `path`.
    pub fn read(path: &Path) -> Result<Self, HistoryError> {
        let unreadable = |source| HistoryError::Unreadable {
            path: path.to_path_buf(),
            source,
        };
        let file = std::fs::File::open(path).map_err(unreadable)?;
        if file.metadata().map_err(unreadable)?.len() > LONGEST {
            let problem = io::Error::new(io::ErrorKind::InvalidData, "it is longer than any record is");
            return Err(unreadable(problem));
        }
        let mut entries = Vec::new();
        for (index, line) in io::BufReader::new(file).split(b'\n').enumerate() {
            let line = line.map_err(unreadable)?;
            let entry = serde_json::from_slice(&line).map_err(|error| HistoryError::Malformed {
                path: path.to_path_buf(),
                line: index + 1,
                problem: problem(&error, &line),
            })?;
            entries.push(entry);
        }
        Ok(Self { entries })
    }

    /// Everything that happened, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The names of the experiments, in the order in which they began.
    pub fn scenarios(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for entry in &self.entries {
            if !names.iter().any(|name| *name == entry.scenario) {
                names.push(entry.scenario.clone().into_owned());
            }
        }
        names
    }

    /// What happened in one experiment.
    pub fn scenario<'a>(&'a self, name: &str) -> Scenario<'a> {
        Scenario {
            entries: self
                .entries
                .iter()
                .filter(|entry| entry.scenario == name)
                .collect(),
        }
    }
}

/// What happened in one experiment of a check.
#[derive(Debug, Clone)]
pub struct Scenario<'a> {
    entries: Vec<&'a Entry>,
}

impl<'a> Scenario<'a> {
    /// Its events, in order.
    pub fn events(&self) -> impl Iterator<Item = &'a Event> + '_ {
        self.entries.iter().map(|entry| &entry.event)
    }

    /// Its events with when they happened and to whom, in order.
    pub fn entries(&self) -> impl Iterator<Item = &'a Entry> + '_ {
        self.entries.iter().copied()
    }

    /// What happened to the reader of that number, and to it alone.
    pub fn of_reader(&self, reader: u8) -> Self {
        let of_reader = |entry: &&&Entry| entry.reader == reader;
        Self {
            entries: self.entries.iter().filter(of_reader).copied().collect(),
        }
    }

    /// How long it took, in milliseconds.
    pub fn duration_ms(&self) -> u64 {
        match (self.entries.first(), self.entries.last()) {
            (Some(first), Some(last)) => last.at_us.saturating_sub(first.at_us) / 1000,
            _ => 0,
        }
    }

    /// Why the arena waited no longer, where it says.
    pub fn ending(&self) -> Option<Ending> {
        self.events().find_map(|event| match event {
            Event::Ended { ending } => Some(*ending),
            _ => None,
        })
    }

    /// How the program ended: its status, whether it was asked to, and the end of its standard error.
    pub fn exit(&self) -> Option<(&'a str, bool, &'a str)> {
        self.events().find_map(|event| match event {
            Event::Exited {
                status,
                unasked,
                stderr_tail,
            } => Some((status.as_str(), *unasked, stderr_tail.as_str())),
            _ => None,
        })
    }

    /// Why the program could not be started, where it could not.
    pub fn not_started(&self) -> Option<&'a str> {
        self.events().find_map(|event| match event {
            Event::NotStarted { problem } => Some(problem.as_str()),
            _ => None,
        })
    }
}

/// Why `line` is no entry, in a sentence.
fn problem(error: &serde_json::Error, line: &[u8]) -> String {
    let column = error.column();
    match error.classify() {
        Category::Eof => "it ends in the middle; the file was cut, or its writer was".into(),
        Category::Syntax | Category::Io => format!(
            "it is not JSON at column {column}; a record is one JSON object a line, as `workshop check` writes it"
        ),
        Category::Data => {
            let named = serde_json::from_slice::<serde_json::Value>(line);
            let named = named
                .ok()
                .and_then(|entry| Some(entry.get("event")?.as_str()?.to_owned()));
            let what = match named {
                Some(name) => format!("an event {:?} of this shape", untrusted(&name, 40)),
                None => "an entry of this shape".into(),
            };
            format!(
                "{what} is not known to this version of the workshop ({}); a newer one may have written it",
                env!("CARGO_PKG_VERSION")
            )
        }
    }
}

fn is_zero(number: &u8) -> bool {
    *number == 0
}
