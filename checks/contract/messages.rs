//! What is published in an experiment.

use bytes::Bytes;

use super::file::WrittenPublish;
use crate::lesson::Section;
use crate::source::{Clicks, Distribution, Integers, Messages, Numbers, Pace, Pacing, counts, edges};

/// No experiment publishes more, nor a longer message, in bytes.
const MOST_MESSAGES: usize = 5000;
const LONGEST_MESSAGE: usize = 16 << 10;

/// No stream may take longer to be published, in seconds: a check is to be over while somebody is waiting.
const LONGEST: f64 = 20.0;

/// The streams that there are.
const STREAMS: [&str; 5] = ["clicks", "numbers", "integers", "counts", "edges"];

/// What is published, and how fast.
#[derive(Debug)]
pub struct Publish {
    source: Source,
    /// Messages a second; `None` for all at once.
    rate: Option<f64>,
}

/// Where the messages come from.
#[derive(Debug)]
pub enum Source {
    /// The contract, or a file beside it.
    Given(Vec<Bytes>),
    /// One of the made-up streams, with the seed of the check.
    Made {
        /// Its name, one of [`STREAMS`].
        stream: String,
        /// How many of its messages.
        limit: usize,
    },
}

impl Publish {
    /// What `written` says, or what is wrong with it.
    pub fn new(written: WrittenPublish, section: &Section) -> Result<Self, String> {
        let source = match (written.messages, written.file, written.stream) {
            (Some(messages), None, None) => given(messages.iter().map(String::as_str))?,
            (None, Some(name), None) => from_file(&name, section)?,
            (None, None, Some(stream)) => made(stream, written.limit)?,
            _ => {
                return Err(
                    "publish says one of three: messages = [ … ], file = \"FILE\" or stream = \"clicks\""
                        .into(),
                );
            }
        };
        if written.limit.is_some() && matches!(source, Source::Given(_)) {
            return Err(
                "publish.limit is for a stream; what is given is published whole, so take it away".into(),
            );
        }
        let publish = Self {
            source,
            rate: written.rate,
        };
        if let Some(rate) = publish.rate {
            Pace::check(rate).map_err(|error| format!("publish.rate: {error}"))?;
            let seconds = publish.count() as f64 / rate;
            if seconds > LONGEST {
                return Err(format!(
                    "publish.rate = {rate} takes {seconds:.0} s; a check is to be over sooner, so let it be {} or more",
                    (publish.count() as f64 / LONGEST).ceil()
                ));
            }
        }
        Ok(publish)
    }

    /// How many messages there are.
    pub fn count(&self) -> usize {
        match &self.source {
            Source::Given(messages) => messages.len(),
            Source::Made { limit, .. } => *limit,
        }
    }

    /// When they leave.
    pub fn pacing(&self) -> Pacing {
        self.rate.map_or(Pacing::Fastest, Pacing::Rate)
    }

    /// The messages of a check with this seed.
    pub fn messages(&self, seed: u64) -> Vec<Bytes> {
        let (stream, limit) = match &self.source {
            Source::Given(messages) => return messages.clone(),
            Source::Made { stream, limit } => (stream.as_str(), *limit),
        };
        let messages: Messages = match stream {
            "clicks" => Clicks::new(seed).messages(),
            "integers" => Integers::new(seed).messages(),
            "edges" => edges(seed),
            "counts" => counts(),
            _ => {
                let normal = Distribution::Normal {
                    mean: 0.0,
                    standard_deviation: 1.0,
                };
                let numbers =
                    Numbers::new(&normal, seed).expect("these are parameters of a normal distribution");
                numbers.messages()
            }
        };
        messages.take(limit).collect()
    }
}

fn given<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Source, String> {
    let messages: Vec<Bytes> = lines
        .map(|line| Bytes::copy_from_slice(line.as_bytes()))
        .collect();
    if !(1..=MOST_MESSAGES).contains(&messages.len()) {
        return Err(format!(
            "publish has {} messages, and there must be 1 to {MOST_MESSAGES}",
            messages.len()
        ));
    }
    let unfit = messages.iter().position(|message| {
        message.is_empty() || message.len() > LONGEST_MESSAGE || message.contains(&b'\n')
    });
    match unfit {
        Some(index) => Err(format!(
            "message {} of publish is not one line of 1 to {LONGEST_MESSAGE} bytes; let it be",
            index + 1
        )),
        None => Ok(Source::Given(messages)),
    }
}

fn from_file(name: &str, section: &Section) -> Result<Source, String> {
    let file = section
        .check_files()
        .find(|file| file.path == name)
        .ok_or_else(|| {
            format!(
                "publish.file = {name:?} is no file of checks/{}; put it there, one message a line",
                section.folder
            )
        })?;
    let text =
        std::str::from_utf8(file.contents).map_err(|_| format!("{name} is not UTF-8; save it as UTF-8"))?;
    given(text.lines().filter(|line| !line.trim().is_empty()))
}

fn made(stream: String, limit: Option<usize>) -> Result<Source, String> {
    if !STREAMS.contains(&stream.as_str()) {
        return Err(format!(
            "publish.stream = {stream:?} is none of {}",
            STREAMS.join(", ")
        ));
    }
    match limit {
        Some(limit) if (1..=MOST_MESSAGES).contains(&limit) => Ok(Source::Made { stream, limit }),
        _ => Err(format!(
            "a stream has no end; write publish.limit = a number from 1 to {MOST_MESSAGES}"
        )),
    }
}
