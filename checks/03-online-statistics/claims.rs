//! The claims about a stream, judged from the record.

use super::super::ending;
use super::super::{Claim, ClaimHead, Outcome};
use super::causes::Cause;
use super::counting::{every_number, reports};
use super::numbers::{OFFSET, ORDINARY, mean, variance};
use super::told::Trace;
use super::{memory, merge, secret};
use crate::arena::History;

/// Judges the claim `head`; `None` where the record has nothing to do with it.
pub fn judge(head: &ClaimHead, history: &History) -> Option<Claim> {
    let trace = |scenario| Trace::of(history.scenario(scenario));
    let judged = |trace: &Trace, outcome| Some(head.judged(outcome, trace.scenario.duration_ms()));
    match head.id {
        "reports" | "mean" | "variance" | "every-number" => {
            let trace = trace("ordinary");
            let outcome = fair(&trace, || match head.id {
                "reports" => reports(&trace),
                "mean" => mean(&trace),
                "variance" => variance(&trace, ORDINARY),
                _ => every_number(&trace),
            });
            judged(&trace, outcome)
        }
        "first-numbers" => {
            let trace = trace("first-numbers");
            judged(&trace, whole(&trace, ORDINARY))
        }
        "large-offset" => {
            let trace = trace("large-offset");
            judged(&trace, whole(&trace, OFFSET))
        }
        "other-distributions" => Some(other_distributions(head, history)),
        "secret" => secret::judge(head, history),
        "merge" => merge::judge(head, history),
        "constant-memory" => memory::judge(head, history),
        _ => None,
    }
}

/// What `judge` finds, unless the program never started, or the arena stood still while it ran.
fn fair(trace: &Trace, judge: impl FnOnce() -> Outcome) -> Outcome {
    if let Some(problem) = trace.scenario.not_started() {
        return Outcome::could_not_tell(Cause::NotStarted(problem.to_owned())).decisive();
    }
    ending::unless_stood_still(judge(), &trace.scenario)
}

/// Everything that is claimed of a stream at once: all that it said is right, it counted every number, and often enough.
fn whole(trace: &Trace, precision: f64) -> Outcome {
    fair(trace, || {
        let reports = reports(trace);
        if trace.told.is_empty() {
            return reports;
        }
        // A wrong number says more than a count that stopped.
        mean(trace)
            .or_worse(variance(trace, precision))
            .or_worse(every_number(trace))
            .or_worse(reports)
    })
}

fn other_distributions(head: &ClaimHead, history: &History) -> Claim {
    let mut duration = 0;
    let mut outcome = Outcome::pass("uniform, exponential and heavy-tailed numbers alike");
    for name in ["uniform", "exponential", "heavy-tailed"] {
        let trace = Trace::of(history.scenario(name));
        duration = duration.max(trace.scenario.duration_ms());
        let mut next = whole(&trace, ORDINARY);
        next.explanation = format!("{}\nSeen with {name} numbers.", next.explanation);
        outcome = outcome.or_worse(next);
    }
    head.judged(outcome, duration)
}
