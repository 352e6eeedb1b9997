//! Whether each number was handled, and once.

use super::super::ending::{self, End};
use super::super::story::{Stories, Story, printed_number};
use super::super::{Claim, ClaimHead, Outcome, Verdict};
use super::causes::Cause;
use super::gather::{JUNK, ORDINARY};
use super::streams::LOW;
use crate::arena::{Delivered, Ending, Event, History, Scenario};

/// What readers did in one experiment, as the record has it.
#[derive(Debug)]
pub struct Trace<'a> {
    /// All that happened.
    pub scenario: Scenario<'a>,
    /// What became of each message.
    pub stories: Stories,
    /// How many readers there were.
    readers: u8,
    /// Whether a line with a number was ever printed.
    heard: bool,
    /// The first line with a number that nobody had published.
    unknown: Option<&'a str>,
    other_lines: usize,
    first_other_line: Option<&'a str>,
}

impl<'a> Trace<'a> {
    /// What happened in the experiment `name`; `None` where it was not made.
    pub fn of(history: &'a History, name: &str) -> Option<Self> {
        let scenario = history.scenario(name);
        scenario.events().next()?;
        let stories = Stories::of(&scenario);
        let readers = scenario.entries().map(|entry| entry.reader).max().unwrap_or(0);
        let mut trace = Trace {
            stories,
            readers,
            heard: false,
            unknown: None,
            other_lines: 0,
            first_other_line: None,
            scenario: scenario.clone(),
        };
        for event in scenario.events() {
            if let Event::Printed { line } = event {
                trace.hear(line);
            }
        }
        Some(trace)
    }

    fn hear(&mut self, line: &'a str) {
        match has_number(line) {
            true if printed_number(line).is_some_and(|number| self.stories.with(number).is_some()) => {
                self.heard = true;
            }
            true => self.unknown = self.unknown.or(Some(line)),
            false => {
                self.other_lines += 1;
                self.first_other_line = self.first_other_line.or(Some(line));
            }
        }
    }

    /// The claim `head`, judged by `judge`, unless a program never started, or the arena stood still while it ran.
    pub fn judged(&self, head: &ClaimHead, judge: impl FnOnce(&Self) -> Outcome) -> Option<Claim> {
        let outcome = match self.scenario.not_started() {
            Some(problem) => Outcome::could_not_tell(Cause::NotStarted(problem.to_owned())).decisive(),
            None => ending::unless_stood_still(judge(self), &self.scenario),
        };
        Some(head.judged(outcome, self.scenario.duration_ms()))
    }

    /// Each reader by its number, and what happened to it.
    pub fn each_reader(&self) -> impl Iterator<Item = (u8, Scenario<'a>)> {
        (1..=self.readers).map(|reader| (reader, self.scenario.of_reader(reader)))
    }

    /// How the last of the readers ended.
    pub fn end(&self) -> End {
        End::of(&self.scenario.of_reader(self.readers))
    }

    /// Whether the time was over before the program was done.
    pub fn out_of_time(&self) -> bool {
        self.each_reader()
            .any(|(_, scenario)| scenario.ending() == Some(Ending::OutOfTime))
    }

    /// Whether the arena has seen all that it was waiting for.
    pub fn settled(&self) -> bool {
        self.each_reader()
            .all(|(_, scenario)| scenario.ending() == Some(Ending::Settled))
    }

    /// Whether its number was printed before the reader was asked to end. What is printed only then has been handled
    /// when nobody was waiting for it any more.
    pub fn in_time(&self, story: &Story) -> bool {
        story.printed().any(|step| {
            let ended = self
                .scenario
                .entries()
                .find(|entry| entry.reader == step.reader && matches!(entry.event, Event::Ended { .. }));
            ended.is_none_or(|ended| step.at_us <= ended.at_us)
        })
    }

    /// A failure, or, where it comes of the time being over, nothing that could be told.
    pub fn fail(&self, cause: Cause) -> Outcome {
        if self.out_of_time() {
            Outcome::could_not_tell(Cause::TooSlow)
        } else {
            Outcome::fail(cause)
        }
    }

    /// What is wrong with the program as a whole: it took too much of the machine, it ended of itself, or has printed no
    /// number at all.
    pub fn trouble(&self) -> Option<Outcome> {
        if let Some(excess) = ending::excess(&self.scenario) {
            return Some(excess);
        }
        for (_, scenario) in self.each_reader() {
            if scenario.exit().is_some_and(|(_, unasked, _)| unasked) {
                let last = last_given(&scenario, &self.stories);
                let end = End::of(&scenario);
                return Some(Outcome::fail(Cause::EndedOfItself { last, end }).decisive());
            }
        }
        let connected = |event: &Event| matches!(event, Event::Connected | Event::Subscribed);
        (!self.heard && self.unknown.is_none()).then(|| {
            self.fail(Cause::Silent {
                connected: self.scenario.events().any(connected),
                other_lines: self.other_lines,
                first_other_line: self.first_other_line.map(str::to_owned),
                end: self.end(),
            })
            .decisive()
        })
    }

    /// Whether each number of a message that is `wanted` was printed once, and no other number, and none twice.
    pub fn once(&self, wanted: impl Fn(&Story) -> bool) -> Outcome {
        if let Some(line) = self.unknown {
            return Outcome::fail(Cause::Unknown {
                line: line.to_owned(),
            });
        }
        for story in self.stories.iter() {
            let times = story.printed().count();
            if times > 1 {
                let story = story.clone();
                return Outcome::fail(Cause::Twice { story, times });
            }
        }
        if let Some(trouble) = self.trouble() {
            return trouble;
        }
        let wanted: Vec<&Story> = self.stories.iter().filter(|story| wanted(story)).collect();
        let missing: Vec<&Story> = wanted
            .iter()
            .copied()
            .filter(|story| !self.in_time(story))
            .collect();
        match missing.first() {
            None => Outcome::pass(format!("{} numbers, each of them once", wanted.len())),
            Some(first) => self
                .fail(Cause::Missing {
                    missing: missing.len(),
                    of: wanted.len(),
                    story: (*first).clone(),
                    end: self.end(),
                })
                .with(
                    format!("{} numbers", wanted.len()),
                    format!("{} of them", wanted.len() - missing.len()),
                ),
        }
    }
}

/// Each number that does not fail, once.
pub fn every_number(head: &ClaimHead, history: &History) -> Option<Claim> {
    Trace::of(history, ORDINARY)?.judged(head, |trace| {
        trace.once(|story| story.number.is_some_and(|number| number >= LOW))
    })
}

/// Each number among junk, once.
pub fn survives_junk(head: &ClaimHead, history: &History) -> Option<Claim> {
    Trace::of(history, JUNK)?.judged(head, |trace| {
        let outcome = trace.once(|story| story.number.is_some());
        match (outcome.verdict, junk_before(trace)) {
            (Verdict::Fail, Some(junk)) => Outcome {
                explanation: format!("{}\n{junk}", outcome.explanation),
                ..outcome
            },
            _ => outcome,
        }
    })
}

/// The sentence that names the junk that was taken last before the first number that was not printed.
fn junk_before(trace: &Trace) -> Option<String> {
    let unprinted = |story: &&Story| story.number.is_some() && story.printed().next().is_none();
    let first = trace.stories.iter().find(unprinted)?;
    let junk = trace
        .stories
        .iter()
        .take_while(|story| story.message < first.message)
        .filter(|story| story.number.is_none() && story.got() > 0)
        .last()?;
    Some(format!(
        "The last message without a number that it was given before: {}",
        junk.text
    ))
}

/// The last message that a reader was given, as it was published.
fn last_given(scenario: &Scenario, stories: &Stories) -> Option<String> {
    let given = scenario.events().filter_map(|event| match event {
        Event::Got { messages } => messages.last(),
        _ => None,
    });
    match given.last()? {
        Delivered::Other(text) => Some(text.clone()),
        Delivered::Published(message) => {
            let story = stories.iter().find(|story| story.message == *message)?;
            Some(story.text.clone())
        }
    }
}

/// Whether a line tells a number, be it one of ours or not.
fn has_number(line: &str) -> bool {
    use super::super::printed::{Quantity, object};
    object(line).is_some_and(|object| Quantity::of(&object, "number").number().is_some())
}
