//! What becomes of numbers that fail: once, or always.

use super::super::story::Story;
use super::super::{Claim, ClaimHead, Outcome};
use super::causes::Cause;
use super::gather::{MOST_ROUNDS, ORDINARY};
use super::numbers::Trace;
use super::streams::LOW;
use crate::arena::{Event, History};

/// A message that moved this shortly before the end is still going round, in microseconds. The arena waits for a longer
/// silence than this where everything is done with.
const JUST_NOW_US: u64 = 800_000;

/// A number below 0.1 fails the first time, comes back, and is handled.
pub fn retries(head: &ClaimHead, history: &History) -> Option<Claim> {
    Trace::of(history, ORDINARY)?.judged(head, |trace| {
        let low = |story: &Story| story.number.is_some_and(|number| (1..LOW).contains(&number));
        let outcome = trace.once(low);
        if outcome.verdict != super::super::Verdict::Pass {
            return outcome;
        }
        let lows: Vec<&Story> = trace.stories.iter().filter(|story| low(story)).collect();
        match lows.first() {
            Some(first) if !lows.iter().any(|story| shows_a_failure(story, trace)) => {
                Outcome::fail(Cause::NeverFailed {
                    lows: lows.len(),
                    story: (*first).clone(),
                })
            }
            _ => outcome,
        }
    })
}

/// Whether a number shows that it has failed before it was handled: it was put back; or it was set aside, so that a
/// number which came after it was printed before it.
fn shows_a_failure(story: &Story, trace: &Trace) -> bool {
    let printed_us = |story: &Story| story.printed().next().map(|step| step.at_us);
    let overtaken = || {
        trace
            .stories
            .iter()
            .filter(|other| other.message > story.message)
            .any(|other| {
                printed_us(other)
                    .zip(printed_us(story))
                    .is_some_and(|(other, own)| other < own)
            })
    };
    story.came_back() || overtaken()
}

/// A negative number is never printed, and does not circle for ever.
pub fn gives_up(head: &ClaimHead, history: &History) -> Option<Claim> {
    Trace::of(history, ORDINARY)?.judged(head, |trace| {
        let negatives = || {
            trace
                .stories
                .iter()
                .filter(|story| story.number.is_some_and(|number| number < 0))
        };
        if let Some(printed) = negatives().find(|story| story.printed().next().is_some()) {
            let line = format!("{{\"number\": {}}}", printed.value().unwrap_or_default());
            let story = printed.clone();
            return Outcome::fail(Cause::PrintedNegative { story }).with("no negative number", line);
        }
        if let Some(trouble) = trace.trouble() {
            return trouble;
        }
        if let Some(story) = negatives().find(|story| circles(story, trace)) {
            let story = story.clone();
            let times = story.got();
            return trace.fail(Cause::Circles {
                story,
                times,
                end: trace.end(),
            });
        }
        if let Some(story) = negatives().find(|story| story.got() == 0 && !listens(trace)) {
            let story = story.clone();
            return Outcome::could_not_tell(Cause::NotTaken { story });
        }
        let most = negatives().map(Story::got).max().unwrap_or(0);
        Outcome::pass(format!(
            "given up after coming out of the queue {most} times at the most"
        ))
    })
}

/// Whether a message goes round: more often than it may, or still at the end.
fn circles(story: &Story, trace: &Trace) -> bool {
    let over_us = trace
        .scenario
        .entries()
        .find(|entry| matches!(entry.event, Event::Ended { .. }))
        .map_or(u64::MAX, |entry| entry.at_us);
    // What a program puts back when it is asked to end was not going round.
    let moves: Vec<u64> = story
        .steps
        .iter()
        .map(|step| step.at_us)
        .filter(|at_us| *at_us <= over_us)
        .collect();
    let just_now = moves.last().is_some_and(|last| over_us - last < JUST_NOW_US);
    let in_the_queue = story.is_back() && moves.len() == story.steps.len();
    story.got() as u64 > MOST_ROUNDS || in_the_queue || (just_now && story.came_back())
}

fn listens(trace: &Trace) -> bool {
    trace.scenario.events().any(|event| *event == Event::Subscribed)
}
