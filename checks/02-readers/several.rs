//! Several readers of one queue: both at once, and one after the other.

use super::super::ending::End;
use super::super::{Claim, ClaimHead, Outcome, Verdict};
use super::causes::Cause;
use super::gather::{KILLED, TWO};
use super::numbers::Trace;
use crate::arena::{Event, History, Scenario};

/// Two readers handle all numbers between them, none twice, and each gets some.
pub fn two_readers(head: &ClaimHead, history: &History) -> Option<Claim> {
    Trace::of(history, TWO)?.judged(head, |trace| {
        let outcome = trace.once(|story| story.number.is_some());
        if outcome.verdict == Verdict::Fail {
            return outcome;
        }
        let messages = trace.stories.iter().count();
        for (reader, scenario) in trace.each_reader() {
            if !got_some(&scenario) && messages > 0 {
                return trace.fail(Cause::GotNothing {
                    reader,
                    messages,
                    listens: scenario.events().any(|event| *event == Event::Subscribed),
                });
            }
        }
        if outcome.verdict == Verdict::Pass && !trace.settled() {
            return trace.fail(Cause::Stopped {
                published: messages,
                end: trace.end(),
            });
        }
        outcome
    })
}

/// After a reader was killed, the next one handles all that the first did not have.
pub fn killed_reader(head: &ClaimHead, history: &History) -> Option<Claim> {
    Trace::of(history, KILLED)?.judged(head, |trace| {
        let killed = trace.scenario.events().any(Event::is_kill);
        let outcome = trace.once(|story| story.number.is_some() && !story.was_lost());
        if !killed && outcome.verdict == Verdict::Pass {
            return trace.fail(Cause::NothingHeld {
                end: End::of(&trace.scenario.of_reader(1)),
            });
        }
        if outcome.verdict != Verdict::Pass {
            return outcome;
        }
        let lost = trace.stories.iter().filter(|story| story.was_lost()).count();
        Outcome::pass(format!(
            "{}; the {lost} that the first reader held are lost",
            outcome.explanation
        ))
    })
}

fn got_some(scenario: &Scenario) -> bool {
    scenario
        .events()
        .any(|event| matches!(event, Event::Got { messages } if !messages.is_empty()))
}
