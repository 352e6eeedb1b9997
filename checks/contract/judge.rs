//! What the record of an experiment says of the claim behind it.

use super::super::ending::{self, End, FLUSH};
use super::super::{Outcome, Verdict};
use super::compare::compare;
use super::file::Experiment;
use super::stored::described;
use crate::arena::{Delivered, Ending, Event, Scenario};

/// No more messages, or keys, are shown in a report, each up to so many characters.
const MOST_SHOWN: usize = 12;
const LONGEST_SHOWN: usize = 200;

/// The verdict on an experiment; `None` where the record has nothing of it, because the program of an extra is not there.
pub fn judge(experiment: &Experiment, scenario: &Scenario) -> Option<Outcome> {
    scenario.events().next()?;
    let unknown = scenario.events().find_map(|event| match event {
        Event::NotStarted { problem } => Some(format!("Your program could not be started: {problem}")),
        Event::NoRedis { problem } | Event::Broken { problem } => Some(problem.clone()),
        _ => None,
    });
    if let Some(problem) = unknown {
        return Some(Outcome::could_not_tell(problem).decisive());
    }
    let trace = Trace::of(experiment, scenario);
    if !trace.whole {
        return Some(Outcome::could_not_tell(
            "The record ends before the experiment does. Check again.",
        ));
    }
    let outcome = trace.outcome();
    Some(match outcome.verdict {
        Verdict::Fail if ending::stood_still(scenario) => Outcome::could_not_tell(
            "This machine stood still while your program ran, so what it did says little. Check again.",
        )
        .decisive(),
        _ => outcome,
    })
}

/// What the record says.
struct Trace<'a> {
    experiment: &'a Experiment,
    scenario: &'a Scenario<'a>,
    expected: Vec<String>,
    printed: Vec<&'a str>,
    published: Vec<&'a str>,
    /// How many of the published messages some reader was given.
    taken: usize,
    /// Whether the record goes from the beginning of the experiment to its end.
    whole: bool,
}

impl<'a> Trace<'a> {
    fn of(experiment: &'a Experiment, scenario: &'a Scenario<'a>) -> Self {
        let (mut printed, mut published, mut expected) = (Vec::new(), Vec::new(), None);
        let (mut started, mut exited, mut contents, mut listens) = (0, 0, false, false);
        let mut taken = std::collections::BTreeSet::new();
        for event in scenario.events() {
            match event {
                Event::Expected { lines } => expected = Some(lines.clone()),
                Event::Published { text, .. } => published.push(text.as_str()),
                Event::Printed { line } => printed.push(line.as_str()),
                Event::Started => started += 1,
                Event::Exited { .. } => exited += 1,
                Event::Subscribed => listens = true,
                Event::RedisContents(_) => contents = true,
                Event::Got { messages } => {
                    taken.extend(messages.iter().filter_map(|message| match message {
                        Delivered::Published(number) => Some(*number),
                        Delivered::Other(_) => None,
                    }))
                }
                _ => {}
            }
        }
        let taken = if listens { published.len() } else { taken.len() };
        Self {
            experiment,
            scenario,
            whole: expected.is_some()
                && started == usize::from(experiment.readers)
                && exited == started
                && (contents || experiment.redis.is_empty()),
            expected: expected.unwrap_or_default(),
            printed,
            published,
            taken,
        }
    }

    fn outcome(&self) -> Outcome {
        if let Some(outcome) = self.ending() {
            return outcome;
        }
        if !self.expected.is_empty()
            && let Err(difference) = compare(
                &self.expected,
                &self.printed,
                self.experiment.order,
                self.experiment.tolerance,
            )
        {
            let explanation = format!(
                "{}{}{}{}",
                difference.what,
                self.unless_settled(),
                self.unless_heard(),
                self.given()
            );
            return Outcome::fail(explanation).with(difference.expected, difference.received);
        }
        if let Some(outcome) = self.stored() {
            return outcome;
        }
        if self.taken < self.published.len() && self.experiment.exit.is_none() {
            return Outcome::fail(format!(
                "What it printed is right, but not all messages were taken.{}",
                self.unless_settled()
            ))
            .with(
                format!("all {} messages taken", self.published.len()),
                format!("{} taken", self.taken),
            );
        }
        Outcome::pass(format!(
            "{} messages published; what came of them is as expected",
            self.published.len()
        ))
    }

    /// What is wrong with how the programs ended.
    fn ending(&self) -> Option<Outcome> {
        if let Some(excess) = ending::excess(self.scenario) {
            return Some(excess);
        }
        for reader in 1..=self.experiment.readers {
            let own = self.scenario.of_reader(reader);
            let end = End::of(&own);
            let unasked = end.status.as_deref();
            match (self.experiment.exit, unasked) {
                (None, Some(status)) => {
                    let explanation = format!(
                        "A stream goes on, so a program that reads it does too; {}{}",
                        end,
                        self.given()
                    );
                    return Some(
                        Outcome::fail(explanation)
                            .with("a program that goes on", status)
                            .decisive(),
                    );
                }
                (Some(wanted), found) if found != Some(format!("exit status {wanted}").as_str()) => {
                    let explanation = format!("It is to end of itself; {}{}", end, self.given());
                    let wanted = format!("exit status {wanted}");
                    return Some(
                        Outcome::fail(explanation).with(wanted, found.unwrap_or("it was still running")),
                    );
                }
                _ => {}
            }
        }
        None
    }

    /// What is wrong with what stands in Redis.
    fn stored(&self) -> Option<Outcome> {
        let contents = self.scenario.events().find_map(|event| match event {
            Event::RedisContents(contents) => Some(contents),
            _ => None,
        })?;
        let mut wrong = self
            .experiment
            .redis
            .iter()
            .filter(|(key, stored)| !stored.is(contents.keys.get(*key), self.experiment.tolerance));
        let (key, stored) = wrong.next()?;
        if !contents.complete && !contents.keys.contains_key(key) {
            return Some(Outcome::could_not_tell(
                "There is more in Redis than can be read. Check again.",
            ));
        }
        let found = contents.keys.get(key);
        let there: Vec<&str> = contents
            .keys
            .keys()
            .map(String::as_str)
            .take(MOST_SHOWN)
            .collect();
        let explanation = match found {
            Some(_) => format!("Another value stands at {key:?} in database 1."),
            None if there.is_empty() => "There is nothing at all in database 1.".into(),
            None => format!(
                "Nothing stands at {key:?} in database 1; there is {}.",
                there.join(", ")
            ),
        };
        Some(
            Outcome::fail(format!("{explanation}{}{}", self.unless_settled(), self.given()))
                .with(format!("{key}: {stored}"), format!("{key}: {}", described(found))),
        )
    }

    /// How it ended, where that was not as it should.
    fn unless_settled(&self) -> String {
        match self.scenario.ending() {
            None | Some(Ending::Settled) => String::new(),
            Some(_) => {
                let taken = format!("It took {} of {} messages", self.taken, self.published.len());
                format!("\n{taken}; {}", End::of(&self.scenario.of_reader(1)))
            }
        }
    }

    /// Why nothing may have been heard of it, where nothing was.
    fn unless_heard(&self) -> String {
        if self.printed.is_empty() && self.taken > 0 {
            format!("\nIf it does print, that waits in a buffer of its own. {FLUSH}")
        } else {
            String::new()
        }
    }

    /// What it was given, where that is read at a glance; the record has it in any case.
    fn given(&self) -> String {
        if !(1..=MOST_SHOWN).contains(&self.published.len()) {
            return String::new();
        }
        let shown = |message: &&str| format!("  {}", message.chars().take(LONGEST_SHOWN).collect::<String>());
        let lines: Vec<String> = self.published.iter().map(shown).collect();
        format!("\nIt was given:\n{}", lines.join("\n"))
    }
}
