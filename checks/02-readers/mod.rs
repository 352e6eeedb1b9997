//! Section 2: readers of a queue, and what they guarantee.

mod binomial;
mod causes;
mod extras;
mod failures;
mod gather;
mod gather_several;
mod heard;
mod numbers;
mod several;
mod streams;

use super::{Check, Claim, ClaimHead, Gathering, Trial};
use crate::arena::History;

/// The check of section 2.
pub struct Readers;

const CLAIMS: &[ClaimHead] = &[
    ClaimHead::required(
        "every-number",
        "handles each number that it can, and prints it once",
    ),
    ClaimHead::required("survives-junk", "what is no number stops nothing"),
    ClaimHead::required(
        "retries-failures",
        "a number that failed comes back and is handled",
    ),
    ClaimHead::required("gives-up", "a negative number is given up, and never printed"),
    ClaimHead::required("two-readers", "two readers share the queue, and do nothing twice"),
    ClaimHead::required("killed-reader", "SIGKILL costs no more than what the reader held"),
    ClaimHead::extra("upper-half", "upper_half.py prints what lies in (0.5, 1)"),
    ClaimHead::extra("quarter", "quarter.py prints a quarter of the stream"),
];

impl Check for Readers {
    fn section(&self) -> u8 {
        2
    }

    fn claims(&self) -> &'static [ClaimHead] {
        CLAIMS
    }

    fn scenarios(&self) -> &'static [&'static str] {
        gather::SCENARIOS
    }

    fn gather<'a>(&'a self, trial: &'a Trial) -> Gathering<'a> {
        Box::pin(gather::gather(trial))
    }

    fn judge(&self, history: &History) -> Vec<Claim> {
        let judged = |head: &ClaimHead| match head.id {
            "every-number" => numbers::every_number(head, history),
            "survives-junk" => numbers::survives_junk(head, history),
            "retries-failures" => failures::retries(head, history),
            "gives-up" => failures::gives_up(head, history),
            "two-readers" => several::two_readers(head, history),
            "killed-reader" => several::killed_reader(head, history),
            "upper-half" => extras::upper_half(head, history),
            "quarter" => extras::quarter(head, history),
            _ => None,
        };
        CLAIMS.iter().filter_map(judged).collect()
    }
}
