//! A check that is written in a file, and not in Rust: `check.toml` of a section that comes in a course of somebody else's.
//!
//! Each claim is an experiment: messages are published, readers are run, and what they print (and what they leave in Redis)
//! is compared with what is expected, which the file says or a reference program computes. `docs/authors.md` shows how one
//! is written.

mod compare;
mod file;
mod gather;
mod judge;
mod messages;
mod reference;
mod stored;

use super::{Check, Claim, ClaimHead, Gathering, Trial};
use crate::arena::History;
use crate::lesson::{Section, Service};

pub use file::ContractError;
use file::Experiment;

/// The file that a contract stands in.
const FILE: &str = "check.toml";

/// The check of one section, as its file says. It lives as long as the process, as the course does that it comes with.
pub struct Contract {
    section: u8,
    heads: &'static [ClaimHead],
    scenarios: &'static [&'static str],
    experiments: &'static [Experiment],
    /// Whether the section's live workshop has a Redis, and its programs may use one.
    redis: bool,
}

impl Contract {
    /// The contract of `section`; `None` where it comes without one.
    pub fn of(section: &'static Section) -> Option<Result<Self, ContractError>> {
        let text = section.check_files().find(|file| file.path == FILE)?;
        Some(file::read(section, &text).map(|(heads, experiments)| {
            let scenarios: Vec<&'static str> = heads.iter().map(|head| head.id).collect();
            Self {
                section: section.number,
                scenarios: scenarios.leak(),
                heads: heads.leak(),
                experiments: experiments.leak(),
                redis: section.lesson.services.contains(&Service::Redis),
            }
        }))
    }
}

impl Check for Contract {
    fn section(&self) -> u8 {
        self.section
    }

    fn claims(&self) -> &'static [ClaimHead] {
        self.heads
    }

    fn scenarios(&self) -> &'static [&'static str] {
        self.scenarios
    }

    fn gather<'a>(&'a self, trial: &'a Trial) -> Gathering<'a> {
        Box::pin(gather::gather(self, trial))
    }

    fn judge(&self, history: &History) -> Vec<Claim> {
        self.heads
            .iter()
            .zip(self.experiments)
            .filter_map(|(head, experiment)| {
                let scenario = history.scenario(head.id);
                let outcome = judge::judge(experiment, &scenario)?;
                Some(head.judged(outcome, scenario.duration_ms()))
            })
            .collect()
    }
}
