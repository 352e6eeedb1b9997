//! The extra programs: a part of the stream, by its value or by chance.

use super::super::story::Story;
use super::super::{Claim, ClaimHead, Outcome, Verdict};
use super::binomial;
use super::causes::Cause;
use super::gather::{QUARTER, UPPER_HALF};
use super::numbers::Trace;
use super::streams::{QUARTER_MESSAGES, in_upper_half};
use crate::arena::History;

/// The chance that a program which keeps a random quarter comes out below the bounds, and as much again above them.
const OUTSIDE: f64 = 5e-10;

/// How many of the numbers a quarter comes to: at the least and at the most.
pub fn quarter_bounds() -> (usize, usize) {
    binomial::bounds(QUARTER_MESSAGES, 0.25, OUTSIDE)
}

/// Each number between 0.5 and 1, and no other.
pub fn upper_half(head: &ClaimHead, history: &History) -> Option<Claim> {
    Trace::of(history, UPPER_HALF)?.judged(head, |trace| {
        let inside = |story: &Story| story.number.is_some_and(in_upper_half);
        let mut unwanted = trace
            .stories
            .iter()
            .filter(|story| !inside(story) && story.printed().next().is_some());
        if let Some(story) = unwanted.next().cloned() {
            return Outcome::fail(Cause::Unwanted {
                story,
                unwanted: 1 + unwanted.count(),
            });
        }
        trace.once(inside)
    })
}

/// A quarter of the numbers, be it by chance or each fourth, none of them twice.
pub fn quarter(head: &ClaimHead, history: &History) -> Option<Claim> {
    Trace::of(history, QUARTER)?.judged(head, |trace| {
        let outcome = trace.once(|_| false);
        if outcome.verdict != Verdict::Pass {
            return outcome;
        }
        let printed = trace.stories.iter().filter(|story| trace.in_time(story)).count();
        let (least, most) = quarter_bounds();
        if (least..=most).contains(&printed) && trace.settled() {
            return Outcome::pass(format!("{printed} of {QUARTER_MESSAGES} numbers"));
        }
        if (least..=most).contains(&printed) {
            return trace.fail(Cause::Stopped {
                published: QUARTER_MESSAGES,
                end: trace.end(),
            });
        }
        trace
            .fail(Cause::NotAQuarter {
                printed,
                of: QUARTER_MESSAGES,
                least,
                most,
            })
            .with(format!("{least} to {most} numbers"), format!("{printed} numbers"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_is_not_taken_for_a_quarter() {
        let (_, most) = quarter_bounds();
        let (least_of_a_third, _) = binomial::bounds(QUARTER_MESSAGES, 1.0 / 3.0, OUTSIDE);
        assert!(most < least_of_a_third, "{most} {least_of_a_third}");
    }
}
