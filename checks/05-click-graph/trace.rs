//! What happened in one experiment, read from its record.

use serde_json::{Map, Value};

use super::super::ending::End;
use super::super::printed;
use super::differences::shortened;
use crate::arena::{Delivered, Ending, Event, RedisContents, Scenario};
use crate::protocol::resp::Reply;

/// A program that sent its last command no longer ago than this was at work, in microseconds.
const AT_WORK_US: u64 = 3_000_000;

/// A message of the stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// As it was published.
    pub text: String,
    /// Its fields.
    pub fields: Map<String, Value>,
}

impl Message {
    /// Reads a message; one that is no JSON object has no fields.
    pub fn read(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            fields: printed::object(text).unwrap_or_default(),
        }
    }

    /// `r` and `u`, where it has both, as text. A heartbeat has neither.
    pub fn ends(&self) -> Option<(&str, &str)> {
        Some((self.end("r")?, self.end("u")?))
    }

    /// One of the two, where it has it.
    pub fn end(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str().filter(|end| !end.is_empty())
    }

    /// What it is, in a few words.
    fn in_words(&self) -> String {
        match (self.end("r"), self.end("u")) {
            (Some(r), Some(u)) => format!("a click from {} to {}", shortened(r), shortened(u)),
            (Some(_), None) => "a click without `u`".to_owned(),
            (None, Some(_)) => "a click without `r`".to_owned(),
            (None, None) if self.fields.contains_key("_heartbeat_") => "a heartbeat".to_owned(),
            (None, None) => "a message without `r` and `u`".to_owned(),
        }
    }

    /// What a reader that failed put back: the message itself, or an envelope with the message inside.
    fn put_back(text: &str) -> Self {
        let mut message = Self::read(text);
        if let Some(Value::Object(data)) = message.fields.get("data") {
            message.fields = data.clone();
        }
        message
    }
}

/// One experiment with one stream.
#[derive(Debug)]
pub struct Trace<'a> {
    /// What was published.
    pub messages: Vec<Message>,
    /// How many messages were taken from the queue, or were published to one that listens to the pubsub alone.
    pub taken: usize,
    /// How many readers took any.
    pub takers: usize,
    /// Whether any of them asked our servers for anything.
    pub connected: bool,
    /// The first message without an `r` or a `u` that was put back into the queue: the program failed on it.
    pub failed_on: Option<String>,
    /// The first click that was put back and that nobody had taken again when the arena was done.
    pub put_back: Option<String>,
    /// The first error that Redis answered, with the command.
    pub refused: Option<String>,
    /// A database other than 1 that it wrote to.
    pub other_database: Option<u32>,
    /// How many commands it sent to Redis.
    pub commands: usize,
    /// What stood in Redis before the program began, where the arena put something there.
    pub before: Option<&'a RedisContents>,
    /// What stood there when all programs had ended.
    pub contents: Option<&'a RedisContents>,
    /// A reader was killed because it did not end when it was asked to, and it was at work until then.
    pub killed: bool,
    /// Why the arena waited no longer.
    pub ending: Option<Ending>,
    /// The one that ended of itself, or else the first one.
    pub end: End,
    /// Why it was not tried: it could not be started, or there was no Redis.
    pub untried: Option<String>,
    /// The rest of what happened.
    pub scenario: Scenario<'a>,
}

impl<'a> Trace<'a> {
    /// The trace that `scenario` left.
    pub fn of(scenario: Scenario<'a>) -> Self {
        let mut trace = Self {
            messages: Vec::new(),
            taken: 0,
            takers: 0,
            connected: false,
            failed_on: None,
            put_back: None,
            refused: None,
            other_database: None,
            commands: 0,
            before: None,
            contents: None,
            killed: false,
            ending: None,
            end: End::of(&the_one_that_ended(&scenario)),
            untried: scenario.not_started().map(str::to_owned),
            scenario: scenario.clone(),
        };
        let mut takers = std::collections::BTreeSet::new();
        let mut last_commands = std::collections::BTreeMap::new();
        let mut heard = None;
        let mut waiting: Vec<&str> = Vec::new();
        for entry in scenario.entries() {
            match &entry.event {
                Event::Published { text, .. } => {
                    trace.messages.push(Message::read(text));
                    heard = heard.map(|heard: usize| heard + 1);
                }
                Event::NoRedis { problem } => trace.untried = Some(problem.clone()),
                Event::Connected => trace.connected = true,
                Event::Subscribed => heard = heard.or(Some(0)),
                Event::Got { messages } if !messages.is_empty() => {
                    takers.insert(entry.reader);
                    for message in messages {
                        match message {
                            Delivered::Published(_) => trace.taken += 1,
                            Delivered::Other(text) => {
                                if let Some(place) = waiting.iter().position(|there| there == text) {
                                    waiting.swap_remove(place);
                                }
                            }
                        }
                    }
                }
                // What is put back when the arena asks a reader to end is what a good reader does.
                Event::Put { text } if trace.ending.is_none() => {
                    let message = Message::put_back(text);
                    if message.ends().is_some() {
                        waiting.push(text);
                    } else if trace.failed_on.is_none() {
                        trace.failed_on = Some(message.in_words());
                    }
                }
                Event::RedisCommand(command) => {
                    trace.commands += 1;
                    last_commands.insert(entry.reader, entry.at_us);
                    if !command.writes.is_empty() && command.database != 1 {
                        trace.other_database = Some(command.database);
                    }
                    if let Some(Reply::Error { error }) = &command.reply
                        && trace.refused.is_none()
                    {
                        trace.refused = Some(format!("{}: {error}", command.command.join(" ")));
                    }
                }
                Event::RedisContents(contents) => {
                    if trace.ending.is_none() {
                        trace.before = Some(contents);
                    } else {
                        trace.contents = Some(contents);
                    }
                }
                Event::Exited {
                    status,
                    unasked: false,
                    ..
                } => {
                    let last = last_commands.get(&entry.reader).copied();
                    let at_work = last.is_some_and(|last| entry.at_us.saturating_sub(last) < AT_WORK_US);
                    trace.killed |= at_work && status.contains("SIGKILL");
                }
                Event::Ended { ending } if trace.ending.is_none() => {
                    trace.ending = Some(*ending);
                    trace.put_back = waiting.first().map(|text| Message::put_back(text).in_words());
                }
                _ => {}
            }
        }
        trace.takers = takers.len();
        if trace.taken == 0 {
            trace.taken = heard.unwrap_or(0);
        }
        trace
    }
}

/// What happened to the first reader that ended of itself; where all were asked to, to the first.
fn the_one_that_ended<'a>(scenario: &Scenario<'a>) -> Scenario<'a> {
    let unasked = scenario.entries().find_map(|entry| match entry.event {
        Event::Exited { unasked: true, .. } => Some(entry.reader),
        _ => None,
    });
    scenario.of_reader(unasked.unwrap_or(1))
}
