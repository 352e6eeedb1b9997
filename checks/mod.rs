//! The checks: one folder a section, each a `gather` that drives the arena and a pure `judge` of the record.
//!
//! A new section is a folder beside this file and one line in [`all`].

#[path = "05-click-graph/mod.rs"]
mod click_graph;
mod ending;
mod exact;
#[path = "03-online-statistics/mod.rs"]
mod online_statistics;
#[path = "01-pipeline/mod.rs"]
mod pipeline;
mod printed;
#[path = "02-readers/mod.rs"]
mod readers;
mod report;
#[path = "04-shared-state/mod.rs"]
mod shared_state;
mod story;
mod trial;
mod verdict;
mod with_redis;

use std::future::Future;
use std::pin::Pin;

pub use online_statistics::{QUESTIONS, judged_by, standard_errors_off};
pub use report::{Report, report_text};
pub use shared_state::{LostCount, Race, RaceEnd, race};
pub use story::{Fate, Step, Stories, Story, What};
pub use trial::Trial;
pub use verdict::{Claim, ClaimHead, Outcome, Verdict, overall};

use crate::arena::History;

/// What a gathering returns when it is done: nothing, for all it saw is in the record.
pub type Gathering<'a> = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send + 'a>>;

/// The check of one section.
pub trait Check: Sync {
    /// The section.
    fn section(&self) -> u8;

    /// The names of the experiments, in no particular order: as many steps as the progress bar has.
    fn scenarios(&self) -> &'static [&'static str];

    /// Runs the experiments and records what happens.
    fn gather<'a>(&'a self, trial: &'a Trial) -> Gathering<'a>;

    /// Judges a record, from nothing but the record. A claim that nothing in the record concerns is left out.
    fn judge(&self, history: &History) -> Vec<Claim>;
}

/// Every check there is.
pub fn all() -> &'static [&'static dyn Check] {
    &[
        &pipeline::Pipeline,
        &readers::Readers,
        &online_statistics::OnlineStatistics,
        &shared_state::SharedState,
        &click_graph::ClickGraph,
    ]
}

/// The check of `section`.
pub fn of_section(section: u8) -> Option<&'static dyn Check> {
    all().iter().copied().find(|check| check.section() == section)
}
