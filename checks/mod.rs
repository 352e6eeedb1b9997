//! The checks: one folder a section, each a `gather` that drives the arena and a pure `judge` of the record.
//!
//! A new section is a folder beside this file and one line in [`all`]. One that comes in a course of somebody else's brings
//! its check as a contract, in a file ([`contract`]).

#[path = "05-click-graph/mod.rs"]
mod click_graph;
mod contract;
mod ending;
mod exact;
mod missing_module;
mod never_asked;
#[path = "03-online-statistics/mod.rs"]
mod online_statistics;
#[path = "01-pipeline/mod.rs"]
mod pipeline;
mod printed;
#[path = "02-readers/mod.rs"]
mod readers;
mod remarks;
mod report;
#[path = "04-shared-state/mod.rs"]
mod shared_state;
mod story;
mod trial;
mod verdict;
mod whole_server;
mod with_redis;

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;

pub use contract::{Contract, ContractError};
pub use online_statistics::{QUESTIONS, judged_by, standard_errors_off};
pub use report::{Explanation, Report, explained, report_text};
pub use shared_state::{LostCount, Race, RaceEnd, race};
pub use story::{Fate, Step, Stories, Story, What};
pub use trial::Trial;
pub use verdict::{Claim, ClaimHead, Outcome, Verdict, overall};

use crate::arena::History;
use crate::lesson;

/// What a gathering returns when it is done: nothing, for all it saw is in the record.
pub type Gathering<'a> = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send + 'a>>;

/// The check of one section.
pub trait Check: Sync {
    /// The section.
    fn section(&self) -> u8;

    /// What it claims of a student's work, in the order of the report.
    fn claims(&self) -> &'static [ClaimHead];

    /// The questions of the section's `answers.toml`; none where it has no such file.
    fn questions(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// The ids of the claims that answers decide, which no program can make hold.
    fn answered(&self) -> &'static [&'static str] {
        &[]
    }

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

/// The checks of the sections that come from a course in a folder.
static CONTRACTS: OnceLock<Vec<Contract>> = OnceLock::new();

/// Reads the contracts of the course in a folder, so that [`of_section`] knows them from now on.
///
/// # Errors
/// The first thing that is wrong with one of them.
pub fn use_contracts() -> Result<(), ContractError> {
    let contracts = lesson::sections().iter().filter_map(Contract::of);
    let contracts = contracts.collect::<Result<Vec<_>, _>>()?;
    // The course in a folder is used once, and its sections do not change.
    CONTRACTS.get_or_init(|| contracts);
    Ok(())
}

/// The check of `section`: its contract, where it comes with one.
pub fn of_section(section: u8) -> Option<&'static dyn Check> {
    let contracts = CONTRACTS.get().into_iter().flatten();
    let mut contracts = contracts.map(|contract| contract as &dyn Check);
    let own = contracts.find(|check| check.section() == section);
    own.or_else(|| all().iter().copied().find(|check| check.section() == section))
}
