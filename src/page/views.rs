//! The views there are.

use super::checks::Checks;
use super::convergence::Convergence;
use super::graph::Graph;
use super::ledger::Ledger;
use super::lesson::Lesson;
use super::pipeline::Pipeline;
use super::race::Race;
use super::view::View;
use crate::services::Live;

/// Every view, in the order of the navigation. The first is what the bare address leads to.
pub(super) fn all(live: &Live) -> Vec<Box<dyn View>> {
    vec![
        Box::new(Lesson::new(live)),
        Box::new(Pipeline::new(live)),
        Box::new(Ledger::new(live)),
        Box::new(Convergence::new(live)),
        Box::new(Race::new(live)),
        Box::new(Graph::new(live)),
        Box::new(Checks::new(live)),
    ]
}
