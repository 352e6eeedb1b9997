//! Whether readers got in each other's way at all: exact counts say nothing where they never could.

use crate::arena::{Event, Scenario};

/// As many times as the commands must change from one reader to another. Four that work at the same time do so with
/// nearly every command, four that work one after the other three times.
const ENOUGH: usize = 40;

/// Whether readers that read a key and write it afterwards were put to the test: either none of them did, as far as the
/// keys are concerned that `matters` says yes to, or their commands came in turns.
pub fn was_tried(scenario: &Scenario, matters: impl Fn(&str) -> bool) -> bool {
    let mut reads = false;
    let mut changes = 0;
    let mut last = None;
    for entry in scenario.entries() {
        if let Event::RedisCommand(command) = &entry.event {
            reads |= command
                .reads
                .iter()
                .any(|key| matters(key) && !command.writes.contains(key));
            changes += usize::from(last.replace(entry.reader) != Some(entry.reader));
        }
    }
    !reads || changes >= ENOUGH
}
