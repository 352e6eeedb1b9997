//! Commands that concern a whole Redis server, or that it never answered: what they do looks like something else.

use super::{Outcome, Verdict};
use crate::arena::{Event, RedisCommand, Scenario, redis_line};
use crate::protocol::resp::Reply;
use crate::render::untrusted;

/// As many commands are named, and as many characters of each.
const MOST_NAMED: usize = 3;
const MOST_CHARACTERS: usize = 120;

/// A command that has waited for its answer for longer than this waits in vain, in microseconds.
const IN_VAIN_US: u64 = 5_000_000;

/// The same outcome, with the commands that may have led to it where it is no pass.
pub fn explained(mut outcome: Outcome, scenario: &Scenario) -> Outcome {
    if outcome.verdict != Verdict::Pass {
        outcome.explanation += &named(
            scenario,
            "Your program spoke to the server as a whole, which all readers share",
            |command, _| !was_refused(command) && concerns_all(command),
        );
        outcome.explanation += &named(scenario, "Redis never answered", |command, at_us| {
            command.reply.is_none() && at_us.saturating_sub(command.sent_us) > IN_VAIN_US
        });
    }
    outcome
}

/// A sentence on a line of its own that names the commands that are `wanted`, the first of each kind; nothing where there is
/// none.
fn named(scenario: &Scenario, what: &str, wanted: impl Fn(&RedisCommand, u64) -> bool) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for entry in scenario.entries() {
        if let Event::RedisCommand(command) = &entry.event
            && wanted(command, entry.at_us)
            && !names.contains(&command.name())
            && lines.len() < MOST_NAMED
        {
            names.push(command.name());
            let line = untrusted(&redis_line(command), MOST_CHARACTERS);
            lines.push(format!("\n  reader {}: {line}", entry.reader));
        }
    }
    if lines.is_empty() {
        return String::new();
    }
    format!("\n{what}:{}", lines.concat())
}

fn was_refused(command: &RedisCommand) -> bool {
    matches!(command.reply, Some(Reply::Error { .. }))
}

fn concerns_all(command: &RedisCommand) -> bool {
    let subcommand = command.command.get(1).map(|word| word.to_ascii_uppercase());
    match (command.name().as_str(), subcommand.as_deref()) {
        ("CONFIG", Some("SET" | "REWRITE" | "RESETSTAT")) | ("CLIENT", Some("KILL" | "PAUSE")) => true,
        (name, _) => matches!(
            name,
            "FLUSHALL" | "FLUSHDB" | "SWAPDB" | "SHUTDOWN" | "DEBUG" | "REPLICAOF" | "SLAVEOF"
        ),
    }
}
