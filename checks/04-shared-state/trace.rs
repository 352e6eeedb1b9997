//! What happened in one experiment, as far as the claims ask.

use super::super::ending::End;
use super::counts::Truth;
use crate::arena::{Delivered, Ending, Event, RedisContents, Scenario};

/// One experiment.
#[derive(Debug)]
pub struct Trace<'a> {
    /// What should be kept.
    pub truth: Truth,
    /// What stands in database 1 after all; `None` where it could not be read.
    pub contents: Option<&'a RedisContents>,
    /// How many of the messages the readers were given.
    pub taken: u64,
    /// What they put back into the queue, and nobody has got since.
    pub put_back: Vec<&'a str>,
    /// How many commands Redis was sent.
    pub commands: usize,
    /// Whether anybody asked the queue for anything.
    pub connected: bool,
    /// Why there was no Redis, where there was none.
    pub no_redis: Option<&'a str>,
    /// How many readers were started.
    pub readers: u8,
    /// The rest of what happened.
    pub scenario: Scenario<'a>,
}

impl<'a> Trace<'a> {
    /// The trace that `scenario` left.
    pub fn of(scenario: Scenario<'a>) -> Self {
        let mut trace = Trace {
            truth: Truth::of(&scenario),
            contents: None,
            taken: 0,
            put_back: Vec::new(),
            commands: 0,
            connected: false,
            no_redis: None,
            readers: 0,
            scenario: scenario.clone(),
        };
        for entry in scenario.entries() {
            trace.readers = trace.readers.max(entry.reader);
            match &entry.event {
                Event::Connected => trace.connected = true,
                Event::NoRedis { problem } => trace.no_redis = Some(problem),
                Event::RedisContents(contents) => trace.contents = Some(contents),
                Event::RedisCommand(_) => trace.commands += 1,
                Event::Put { text } => trace.put_back.push(text),
                Event::Got { messages } => messages.iter().for_each(|message| trace.got(message)),
                _ => {}
            }
        }
        trace
    }

    fn got(&mut self, message: &Delivered) {
        match message {
            Delivered::Published(_) => self.taken += 1,
            Delivered::Other(text) => {
                let place = self.put_back.iter().position(|put| *put == text.as_str());
                place.map(|place| self.put_back.remove(place));
            }
        }
    }

    /// How each of its readers ended.
    pub fn ends(&self) -> impl Iterator<Item = End> + '_ {
        (1..=self.readers).map(|reader| End::of(&self.scenario.of_reader(reader)))
    }

    /// How the readers ended, in the words of one of them: of one that ended by itself, where there is one, or else of
    /// one that left words.
    pub fn end(&self) -> End {
        self.ends()
            .find(|end| end.status.is_some())
            .or_else(|| self.ends().find(|end| !end.stderr_tail.is_empty()))
            .or_else(|| self.ends().next())
            .unwrap_or(End {
                ending: None,
                status: None,
                stderr_tail: String::new(),
            })
    }

    /// Whether the time was up while things still went on.
    pub fn ran_out_of_time(&self) -> bool {
        self.ends().any(|end| end.ending == Some(Ending::OutOfTime))
    }
}
