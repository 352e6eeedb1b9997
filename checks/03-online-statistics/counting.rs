//! How often a program told n, and whether n counts every number.

use super::super::Outcome;
use super::super::ending::{self, End};
use super::causes::{Cause, MOST_BETWEEN_LINES};
use super::told::Trace;
use crate::arena::Ending;

/// Whether it printed lines with an n, and often enough.
pub(super) fn reports(trace: &Trace) -> Outcome {
    if let Some(line) = trace.odd_n {
        return Outcome::fail(Cause::OddN(line.to_owned()));
    }
    if let Some(crowded) = ending::crowded(&trace.scenario) {
        return crowded;
    }
    if trace.told.is_empty()
        && let Some(excess) = ending::excess(&trace.scenario)
    {
        return excess;
    }
    if trace.told.is_empty() {
        let cause = Cause::Silent {
            connected: trace.connected,
            end: End::of(&trace.scenario),
            other_lines: trace.other_lines,
            first_other_line: trace.first_other_line.map(str::to_owned),
        };
        return if stopped(trace) {
            Outcome::fail(cause).decisive()
        } else {
            Outcome::could_not_tell(cause)
        };
    }
    if trace.held_back && trace.sent.len() as u64 >= MOST_BETWEEN_LINES && stopped(trace) {
        let lines = trace.told.len();
        return Outcome::fail(Cause::HeldBack { lines }).decisive();
    }
    let mut before = 0;
    for told in &trace.told {
        if told.n > before + MOST_BETWEEN_LINES {
            return Outcome::fail(Cause::Seldom {
                before,
                after: told.n,
            });
        }
        before = told.n;
    }
    if trace.sent.len() as u64 >= before + MOST_BETWEEN_LINES && stopped(trace) {
        if let Some(cut_short) = cut_short(trace) {
            return cut_short;
        }
        let end = End::of(&trace.scenario);
        return Outcome::fail(Cause::StoppedAt {
            n: before,
            published: trace.published,
            end,
        });
    }
    Outcome::pass(format!(
        "{} lines for {} numbers",
        trace.told.len(),
        trace.sent.len()
    ))
}

/// Whether the program had its chance: the arena did not give up because time ran out.
fn stopped(trace: &Trace) -> bool {
    trace.scenario.ending() != Some(Ending::OutOfTime)
}

/// The failure of a program whose output ends in the middle of a line, where it does.
fn cut_short(trace: &Trace) -> Option<Outcome> {
    let line = trace.cut_short?.to_owned();
    Some(Outcome::fail(Cause::CutShort { line }).decisive())
}

/// Whether n counts every number, and each once.
pub(super) fn every_number(trace: &Trace) -> Outcome {
    if let Some(envelope) = trace.requeued {
        let cause = Cause::Requeued {
            envelope: envelope.to_owned(),
            end: End::of(&trace.scenario),
        };
        return Outcome::fail(cause).decisive();
    }
    if trace.told.is_empty() {
        return Outcome::could_not_tell(Cause::Unheard);
    }
    let mut before = 0;
    for told in &trace.told {
        if told.n > told.sent_by_then as u64 {
            return Outcome::fail(Cause::CountedTooMany {
                n: told.n,
                sent: told.sent_by_then,
            });
        }
        if told.n < before {
            return Outcome::fail(Cause::NFell {
                before,
                after: told.n,
            });
        }
        before = told.n;
    }
    if let Some(excess) = ending::excess(&trace.scenario) {
        return excess;
    }
    let end = End::of(&trace.scenario);
    if end.status.is_some() {
        return Outcome::fail(Cause::EndedOfItself { n: before, end }).decisive();
    }
    let (taken, published) = (trace.sent.len(), trace.published);
    let all_taken = taken == published;
    if all_taken && before + MOST_BETWEEN_LINES > published as u64 {
        return Outcome::pass(format!("n ended at {before}, of {published} numbers"));
    }
    if !stopped(trace) {
        return Outcome::could_not_tell(Cause::TooLittle { n: before });
    }
    if let Some(cut_short) = cut_short(trace).filter(|_| all_taken) {
        return cut_short;
    }
    let cause = if all_taken {
        Cause::CountedTooFew { n: before, published }
    } else {
        Cause::LeftSome {
            taken,
            published,
            end,
        }
    };
    Outcome::fail(cause).with(format!("n = {published} in the end"), format!("n = {before}"))
}
