//! The views there are.

use super::checks::Checks;
use super::convergence::Convergence;
use super::graph::Graph;
use super::ledger::Ledger;
use super::lesson::Lesson;
use super::pipeline::Pipeline;
use super::race::Race;
use super::records::Records;
use super::view::View;
use crate::services::Live;

/// Every view, in the order of the navigation. The first is what the bare address leads to.
pub(super) fn all(live: &Live) -> Vec<Box<dyn View>> {
    // One reader of records, which keeps the last one that it read for all views.
    let records = Records::new(&live.workspace);
    vec![
        Box::new(Lesson::new(live)),
        Box::new(Pipeline::new(live)),
        Box::new(Ledger::new(live, &records)),
        Box::new(Convergence::new(live)),
        Box::new(Race::new(&records)),
        Box::new(Graph::new(live)),
        Box::new(Checks::new(live, &records)),
    ]
}
