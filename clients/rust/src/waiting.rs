//! Notices when a queue holds nothing but messages that are not due yet.

use std::collections::hash_map::DefaultHasher;
use std::collections::HashSet;
use std::hash::{Hash as _, Hasher as _};
use std::time::Duration;

/// Past this many different messages in a row, the round counts as complete. It bounds the memory.
const LONGEST_ROUND: usize = 10_000;

/// Watches the messages that are not due and are put back at the end of the queue.
///
/// To pause for each of them would let them hold up everything behind them; never to pause would have them circle as
/// fast as the network allows. So the reader pauses when it meets one for the second time with nothing done in between:
/// then it has seen all there is.
#[derive(Debug, Default)]
pub(crate) struct WaitingRound {
    seen: HashSet<u64>,
    /// Seconds since 1970.
    earliest: Option<f64>,
}

impl WaitingRound {
    /// A message is not due before `retry_on`. Returns how long to pause at the time `now` (both in seconds since 1970):
    /// not at all or, where the round is complete, until the first of them is due.
    pub fn met(&mut self, raw: &[u8], retry_on: f64, now: f64) -> Duration {
        let mut hasher = DefaultHasher::new();
        raw.hash(&mut hasher);
        let earliest = self.earliest.map_or(retry_on, |earliest| earliest.min(retry_on));
        self.earliest = Some(earliest);
        if self.seen.len() < LONGEST_ROUND && self.seen.insert(hasher.finish()) {
            return Duration::ZERO;
        }
        self.broken();
        // What is too long for a Duration is longer than anybody waits.
        Duration::try_from_secs_f64((earliest - now).max(0.0)).unwrap_or(Duration::MAX)
    }

    /// A message was handled: begin anew.
    pub fn broken(&mut self) {
        self.seen.clear();
        self.earliest = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_pauses_when_all_have_been_met_until_the_first_is_due() {
        let mut round = WaitingRound::default();
        assert_eq!(round.met(b"a", 105.0, 100.0), Duration::ZERO);
        assert_eq!(round.met(b"b", 102.0, 100.0), Duration::ZERO);
        assert_eq!(round.met(b"a", 105.0, 100.0), Duration::from_secs(2));
        assert_eq!(round.met(b"a", 105.0, 100.0), Duration::ZERO, "a new round");
        round.broken();
        assert_eq!(round.met(b"a", 105.0, 100.0), Duration::ZERO);
        assert_eq!(
            round.met(b"a", 99.0, 100.0),
            Duration::ZERO,
            "what is due already is not waited for"
        );
    }
}
