//! What came of four readers at once, and where: for whoever wants to see it step by step.

use super::claims::last_try;
use super::counts::{differences, messages_difference};
use super::gather::FOUR;
use super::trace::Trace;
use crate::arena::{History, LostUpdate};

/// As many wrong counts are looked at for one that shows how it was lost.
const MOST_LOOKED_AT: usize = 100;

/// Four readers that counted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Race {
    /// The experiment.
    pub scenario: &'static str,
    /// The database in which they counted.
    pub database: u32,
    /// How many messages there were.
    pub messages: u64,
    /// What it came to.
    pub end: RaceEnd,
}

/// What a race came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RaceEnd {
    /// Every count is exact.
    Exact,
    /// Updates were lost, and this is how.
    Lost(LostCount),
    /// Counts are wrong, and the record does not show how two readers could have made them so.
    Wrong {
        /// How many.
        counts: usize,
    },
    /// They did not count all messages, or what they counted could not be read.
    Unfinished,
}

/// A count from which an update is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostCount {
    /// The key.
    pub key: String,
    /// The field or member; `None` where the key is the count itself.
    pub field: Option<String>,
    /// What it should be.
    pub expected: u64,
    /// What it is.
    pub received: String,
    /// How the first of its updates was lost.
    pub lost: LostUpdate,
}

/// The race that `history` tells of; `None` where it tells of none.
pub fn race(history: &History) -> Option<Race> {
    let name = FOUR
        .into_iter()
        .rev()
        .find(|name| history.scenario(name).events().next().is_some())?;
    let trace = Trace::of(last_try(history, FOUR));
    Some(Race {
        scenario: name,
        database: trace.contents.map_or(1, |contents| contents.database),
        messages: trace.truth.messages,
        end: end(&trace),
    })
}

fn end(trace: &Trace) -> RaceEnd {
    let contents = match trace.contents {
        Some(contents) if contents.complete && trace.taken == trace.truth.messages && trace.taken > 0 => {
            contents
        }
        _ => return RaceEnd::Unfinished,
    };
    let wrong: Vec<_> = differences(&trace.truth, contents)
        .into_iter()
        .chain(messages_difference(&trace.truth, contents))
        .collect();
    if wrong.is_empty() {
        return RaceEnd::Exact;
    }
    let counts = wrong.len();
    let lost = |difference: &super::counts::Difference| {
        let (key, field) = (&difference.key, difference.field.as_deref());
        LostUpdate::find(&trace.scenario, contents.database, key, field)
    };
    wrong
        .into_iter()
        .filter(|difference| difference.missing() > Some(0))
        .take(MOST_LOOKED_AT)
        .find_map(|difference| {
            let lost = lost(&difference)?;
            Some(RaceEnd::Lost(LostCount {
                key: difference.key,
                field: difference.field,
                expected: difference.expected,
                received: difference.received.unwrap_or_else(|| "nothing".to_owned()),
                lost,
            }))
        })
        .unwrap_or(RaceEnd::Wrong { counts })
}
