//! Section 5: a graph of clicks.

mod causes;
mod claims;
mod differences;
mod gather;
mod graph;
mod mistakes;
mod streams;
mod top;
mod trace;

use super::{Check, Claim, ClaimHead, Gathering, Trial};
use crate::arena::History;

/// The check of section 5.
pub struct ClickGraph;

const CLAIMS: &[ClaimHead] = &[
    ClaimHead::required("graph-exact", "the graph in Redis is exactly the true one"),
    ClaimHead::required("skips-heartbeats", "what is no click leaves no trace"),
    ClaimHead::required("graph-race-free", "exact with four readers at once"),
    ClaimHead::extra("undirected", "every edge stands at both ends"),
    ClaimHead::extra("analysis", "the ten heaviest edges, heaviest first"),
];

impl Check for ClickGraph {
    fn section(&self) -> u8 {
        5
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
        CLAIMS
            .iter()
            .filter_map(|head| claims::judge(head, history))
            .collect()
    }
}
