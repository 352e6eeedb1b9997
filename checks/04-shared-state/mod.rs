//! Section 4: histograms and a counter that several readers keep together in Redis.

mod causes;
mod claims;
mod counts;
mod gather;
mod moments;
mod overlap;
mod race;
mod streams;
mod trace;

pub use race::{LostCount, Race, RaceEnd, race};

use super::{Check, Claim, ClaimHead, Gathering, Trial};
use crate::arena::History;

/// The check of section 4.
pub struct SharedState;

const CLAIMS: &[ClaimHead] = &[
    ClaimHead::required(
        "datatype",
        "the histograms are hashes or zsets, messages a string",
    ),
    ClaimHead::required("one-reader", "one reader alone counts exactly"),
    ClaimHead::required("histogram-race-free", "four readers at once: each count is exact"),
    ClaimHead::required("counter-race-free", "four readers at once: messages is exact"),
    ClaimHead::extra("moments", "n, mean and m2 of the four together, to 1e-9"),
    ClaimHead::extra("round-trips", "no more than one round trip a message"),
];

impl Check for SharedState {
    fn section(&self) -> u8 {
        4
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
        claims::judge(CLAIMS, history)
    }
}
