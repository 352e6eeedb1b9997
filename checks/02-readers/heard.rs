//! Following, while an experiment runs, what a program has printed and what goes round in the queue.

use std::collections::HashSet;
use std::time::Duration;

use super::super::story::printed_number;
use super::streams::Number;
use crate::arena::Seen;

/// The numbers that a program has printed. To be shown every state of what is seen, in turn.
#[derive(Debug, Default)]
pub struct Heard {
    lines: u64,
    numbers: HashSet<Number>,
}

impl Heard {
    /// Takes in the line that was printed since the last time, if any.
    pub fn note(&mut self, seen: &Seen) {
        if seen.lines > self.lines {
            self.lines = seen.lines;
            self.numbers.extend(printed_number(&seen.last_line));
        }
    }

    /// Whether it printed all of these.
    pub fn all(&self, numbers: &[Number]) -> bool {
        numbers.iter().all(|number| self.numbers.contains(number))
    }

    /// Whether it printed this one.
    pub fn has(&self, number: Number) -> bool {
        self.numbers.contains(&number)
    }

    /// How many different numbers it printed.
    pub fn count(&self) -> usize {
        self.numbers.len()
    }
}

/// What goes round: messages that are put back and got again.
#[derive(Debug, Default)]
pub struct Rounds {
    moves: u64,
    since: Duration,
}

impl Rounds {
    /// How long nothing has been put back, got or printed, on a machine that had time to spare. To be asked at every
    /// state of what is seen.
    pub fn quiet_for(&mut self, seen: &Seen) -> Duration {
        let moves = seen.taken.returned + seen.taken.put;
        if moves != self.moves || seen.still < self.since {
            self.moves = moves;
            self.since = seen.still;
        }
        seen.still - self.since
    }
}
