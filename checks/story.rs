//! What became of each message, from the record alone: published, got, put back, printed.
//!
//! A message that is put back comes in an envelope of the reader's own choice. Where its number is published only once in
//! an experiment, the number that an envelope carries says which message is in it.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::printed;
use crate::arena::{Delivered, Event, Scenario};
use crate::protocol::envelope::{Envelope, Number, number, number_among_words, number_in, value};

/// As many steps as are told of a message that goes round and round.
const MOST_STEPS: usize = 9;

/// One message and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// Its place among those published, from 0.
    pub message: u32,
    /// The number in it; `None` for junk.
    pub number: Option<Number>,
    /// The message as it was published.
    pub text: String,
    /// What happened to it, in order.
    pub steps: Vec<Step>,
}

/// Something that happened to a message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Microseconds since the check began.
    pub at_us: u64,
    /// The reader, counted from 1; 0 for the arena.
    pub reader: u8,
    /// What.
    pub what: What,
}

/// What can happen to a message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum What {
    /// The arena published it.
    Published,
    /// A reader took it from the queue.
    Got,
    /// A reader put it into the queue again, having tried it so often and not before so many seconds, where the
    /// envelope says that.
    PutBack {
        /// Tries so far.
        tries: Option<u64>,
        /// How long after it first saw the message the reader wants it again, in seconds; some envelopes know that to
        /// a whole second only.
        wait_s: Option<f64>,
    },
    /// A reader printed its number.
    Printed,
    /// The reader that had got it was killed.
    Killed,
}

/// What became of a message in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nobody has got it.
    Waits,
    /// A reader got it last and has asked for nothing since.
    InHand,
    /// A reader printed its number.
    Handled,
    /// It was put back, and nobody has got it since.
    WaitsAgain,
    /// A reader was killed over it.
    Lost,
    /// After it had been put back, a reader went on to others without a word of it.
    GivenUp,
    /// A reader went on to others without a word of it.
    Passed,
}

/// The stories of all messages of an experiment.
#[derive(Debug, Clone, Default)]
pub struct Stories {
    stories: Vec<Story>,
    by_number: HashMap<Number, usize>,
    /// Numbers that were published more than once: they do not tell messages apart.
    common: HashSet<Number>,
    killed: Vec<u8>,
    /// When each reader last asked for messages, in microseconds since the check began.
    asked: HashMap<u8, u64>,
}

impl Stories {
    /// Reads them from the record.
    pub fn of(scenario: &Scenario) -> Self {
        let mut all = Self::default();
        for entry in scenario.entries() {
            let step = |what| Step {
                at_us: entry.at_us,
                reader: entry.reader,
                what,
            };
            match &entry.event {
                Event::Published { message, text } => all.begin(*message, text, step(What::Published)),
                Event::Got { messages } => {
                    all.asked.insert(entry.reader, entry.at_us);
                    for message in messages {
                        match message {
                            Delivered::Published(message) => all.add_to(*message as usize, step(What::Got)),
                            Delivered::Other(text) => all.add(text, |_| step(What::Got)),
                        }
                    }
                }
                Event::Put { text } => all.add(text, |envelope| {
                    step(What::PutBack {
                        tries: envelope.tries(),
                        wait_s: envelope.wait_s(),
                    })
                }),
                Event::Printed { line } => {
                    if let Some(number) = printed_number(line) {
                        all.add_number(number, step(What::Printed));
                    }
                }
                event if event.is_kill() => all.killed(step(What::Killed)),
                _ => {}
            }
        }
        all
    }

    /// In the order in which they were published.
    pub fn iter(&self) -> impl Iterator<Item = &Story> {
        self.stories.iter()
    }

    /// The one of that number.
    pub fn with(&self, number: Number) -> Option<&Story> {
        self.stories.get(*self.by_number.get(&number)?)
    }

    /// What became of one of them.
    pub fn fate(&self, story: &Story) -> Fate {
        let Some(last) = story.steps.last() else {
            return Fate::Waits;
        };
        let went_on = || self.asked.get(&last.reader) > Some(&last.at_us);
        match last.what {
            _ if story.printed().next().is_some() => Fate::Handled,
            What::Published => Fate::Waits,
            What::PutBack { .. } => Fate::WaitsAgain,
            What::Killed => Fate::Lost,
            _ if !went_on() => Fate::InHand,
            _ if story.came_back() => Fate::GivenUp,
            _ => Fate::Passed,
        }
    }

    fn begin(&mut self, message: u32, text: &str, step: Step) {
        let number = number_in(text);
        if let Some(number) = number
            && !self.common.contains(&number)
            && self.by_number.insert(number, self.stories.len()).is_some()
        {
            self.common.insert(number);
            self.by_number.remove(&number);
        }
        self.stories.push(Story {
            message,
            number,
            text: text.to_owned(),
            steps: vec![step],
        });
    }

    fn add_to(&mut self, index: usize, step: Step) {
        if let Some(story) = self.stories.get_mut(index) {
            story.steps.push(step);
            // A request that was on its way when its sender was killed is answered all the same.
            if step.what == What::Got && self.killed.contains(&step.reader) {
                story.steps.push(Step {
                    what: What::Killed,
                    ..step
                });
            }
        }
    }

    fn add_number(&mut self, number: Number, step: Step) {
        if let Some(index) = self.by_number.get(&number) {
            self.add_to(*index, step);
        }
    }

    /// Adds a step to the message that `text` carries: its number's, or the one that is exactly this text.
    fn add(&mut self, text: &str, step: impl FnOnce(&Envelope) -> Step) {
        let envelope = Envelope::read(text);
        let known = envelope
            .number()
            .or_else(|| number_among_words(text, |number| self.by_number.contains_key(&number)))
            .and_then(|number| self.by_number.get(&number).copied());
        let index = known.or_else(|| {
            let is_data = |story: &Story| {
                let data = envelope.data();
                data.is_some_and(|data| Envelope::read(&story.text).message() == data)
            };
            self.stories
                .iter()
                .position(|story| story.text == text || is_data(story))
        });
        if let Some(index) = index {
            self.add_to(index, step(&envelope));
        }
    }

    /// The reader of `step` is killed: what it had got and not let go of is told so.
    fn killed(&mut self, step: Step) {
        self.killed.push(step.reader);
        for story in &mut self.stories {
            if story.held_by() == Some(step.reader) {
                story.steps.push(step);
            }
        }
    }
}

impl Story {
    /// The number in it, or what else is.
    pub fn value(&self) -> Option<f64> {
        self.number.map(value)
    }

    /// The reader that has it: it got it, and has neither printed it nor put it back.
    pub fn held_by(&self) -> Option<u8> {
        let last = self.steps.last()?;
        (last.what == What::Got).then_some(last.reader)
    }

    /// Whether a reader was killed while it had it, and nobody has had it since.
    pub fn was_lost(&self) -> bool {
        self.steps.last().is_some_and(|step| step.what == What::Killed)
    }

    /// Whether it is in the queue again.
    pub fn is_back(&self) -> bool {
        let last = self.steps.last();
        last.is_some_and(|step| matches!(step.what, What::PutBack { .. }))
    }

    /// How often it was taken from the queue.
    pub fn got(&self) -> usize {
        self.steps.iter().filter(|step| step.what == What::Got).count()
    }

    /// Whether it was ever put back.
    pub fn came_back(&self) -> bool {
        let back = |step: &Step| matches!(step.what, What::PutBack { .. });
        self.steps.iter().any(back)
    }

    /// Each time that it was printed.
    pub fn printed(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.what == What::Printed)
    }

    /// How long the reader that put it back last wants it to wait, where the envelope says so, in seconds.
    pub fn wait_s(&self) -> Option<f64> {
        self.steps.iter().rev().find_map(|step| match step.what {
            What::PutBack { wait_s, .. } => wait_s,
            _ => None,
        })
    }
}

impl fmt::Display for Story {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value() {
            Some(value) => write!(formatter, "message {} ({value}):", self.message)?,
            None => write!(formatter, "message {}, which is {}:", self.message, self.text)?,
        }
        let left_out = self.steps.len().saturating_sub(MOST_STEPS);
        for (index, step) in self.steps.iter().enumerate() {
            if left_out > 0 && index == MOST_STEPS / 2 {
                write!(formatter, "; … {left_out} steps more …")?;
            }
            if left_out > 0 && (MOST_STEPS / 2..MOST_STEPS / 2 + left_out).contains(&index) {
                continue;
            }
            let separator = if index == 0 { "" } else { ";" };
            write!(formatter, "{separator} {step}")?;
        }
        let end = match self.steps.last().map(|step| step.what) {
            Some(What::Published) => "; never got",
            Some(What::Got) if self.printed().next().is_none() => "; never printed",
            Some(What::PutBack { .. }) => "; never got again",
            _ => "",
        };
        formatter.write_str(end)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at_us, reader, what } = self;
        let at = format!("{:.3} s", *at_us as f64 / 1e6);
        match what {
            What::Published => write!(formatter, "published at {at}"),
            What::Got => write!(formatter, "got by reader {reader} at {at}"),
            What::PutBack { tries, .. } => {
                write!(formatter, "put back at {at}")?;
                match tries {
                    Some(tries) => write!(formatter, " (try {tries})"),
                    None => Ok(()),
                }
            }
            What::Printed => write!(formatter, "printed by reader {reader} at {at}"),
            What::Killed => write!(formatter, "reader {reader} killed at {at}"),
        }
    }
}

/// The number that a printed line tells.
pub fn printed_number(line: &str) -> Option<Number> {
    let object = printed::object(line)?;
    number(printed::Quantity::of(&object, "number").number()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::{Entry, History};

    #[test]
    fn a_number_that_comes_twice_tells_no_message() {
        let entry = |at_us, reader, event| Entry {
            at_us,
            scenario: "test".into(),
            reader,
            event,
        };
        let published = |message, number: f64| Event::Published {
            message,
            text: format!("{{\"number\": {number}}}"),
        };
        let printed = |number: f64| Event::Printed {
            line: format!("{{\"number\": {number}}}"),
        };
        let history = History::new(vec![
            entry(1, 0, published(0, 7.0)),
            entry(2, 0, published(1, 7.0)),
            entry(3, 0, published(2, 7.0)),
            entry(4, 0, published(3, 8.0)),
            entry(5, 1, printed(7.0)),
            entry(6, 1, printed(8.0)),
        ]);
        let stories = Stories::of(&history.scenario("test"));
        let fates: Vec<Fate> = stories.iter().map(|story| stories.fate(story)).collect();
        assert_eq!(fates, [Fate::Waits, Fate::Waits, Fate::Waits, Fate::Handled]);
    }

    #[test]
    fn a_message_comes_to_one_of_seven_ends() {
        let entry = |at_us, reader, event| Entry {
            at_us,
            scenario: "test".into(),
            reader,
            event,
        };
        let text = |message: u32| format!("{{\"number\": 0.{}}}", message + 1);
        let got = |message: Option<u32>| Event::Got {
            messages: message.map(Delivered::Published).into_iter().collect(),
        };
        let put = |message| Event::Put { text: text(message) };
        let signal = "SIGKILL".to_owned();
        let mut entries: Vec<Entry> = (0..7)
            .map(|message| {
                let text = text(message);
                entry(0, 0, Event::Published { message, text })
            })
            .collect();
        entries.extend([
            entry(1, 1, got(Some(1))),
            entry(2, 2, got(Some(2))),
            entry(3, 2, Event::Printed { line: text(2) }),
            entry(4, 2, got(Some(3))),
            entry(5, 2, put(3)),
            entry(6, 2, got(Some(4))),
            entry(7, 2, put(4)),
            entry(8, 2, got(Some(4))),
            entry(9, 2, got(Some(5))),
            entry(10, 2, got(None)),
            entry(11, 3, got(Some(6))),
            entry(12, 3, Event::Signalled { signal }),
        ]);
        let history = History::new(entries);
        let stories = Stories::of(&history.scenario("test"));
        let fates: Vec<Fate> = stories.iter().map(|story| stories.fate(story)).collect();
        use Fate::*;
        assert_eq!(fates, [Waits, InHand, Handled, WaitsAgain, GivenUp, Passed, Lost]);
    }
}
