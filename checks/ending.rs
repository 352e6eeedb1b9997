//! How a program ended, for the explanations.

use std::fmt;

use super::missing_module::missing_module;
use super::{Outcome, Verdict};
use crate::arena::{Ending, Event, MOST_CONNECTIONS, Scenario};
use crate::program::Limits;

/// What to do about output that waits in a buffer of the program's.
pub const FLUSH: &str = "What goes into a pipe is written in blocks, unless the program flushes after each line: \
                         `print(..., flush=True)` or `python3 -u` in Python, `fflush(stdout)` in C, `fflush()` in awk, \
                         `flush()` on what it writes to in Rust. `stdbuf -oL` before a command helps many others.";

/// How a program ended.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// The arena waited no longer because of this.
    pub ending: Option<Ending>,
    /// Its exit status in words, where it ended of itself.
    pub status: Option<String>,
    /// The end of its standard error.
    pub stderr_tail: String,
}

impl End {
    /// How the program of `scenario` ended, which has one.
    pub fn of(scenario: &Scenario) -> Self {
        let exit = scenario.exit();
        Self {
            ending: scenario.ending(),
            status: exit
                .filter(|(_, unasked, _)| *unasked)
                .map(|(status, _, _)| status.to_owned()),
            stderr_tail: exit.map(|(_, _, tail)| tail.to_owned()).unwrap_or_default(),
        }
    }

    /// In words, without its standard error.
    fn how(&self) -> String {
        match (&self.status, self.ending) {
            (Some(status), _) => format!("it ended of itself ({status})"),
            (None, Some(Ending::Idle)) => "it went on running, but got no further for 10 s".to_owned(),
            (None, Some(Ending::OutOfTime)) => "the 60 s that it may take were over".to_owned(),
            (None, Some(Ending::Flooded)) => format!(
                "it printed more than 64 MiB or {} lines, and was stopped",
                Limits::STUDENT_LINES
            ),
            (None, Some(Ending::TooMuchMemory)) => format!(
                "it and its children held more than {} GiB of memory, and were stopped",
                Limits::STUDENT_BYTES >> 30
            ),
            (None, Some(Ending::TooManyProcesses)) => format!(
                "it had more than {} processes, and they were stopped",
                Limits::STUDENT_PROCESSES
            ),
            (None, Some(Ending::TooManyConnections)) => "it was stopped for its many connections".to_owned(),
            (None, _) => "it was still running".to_owned(),
        }
    }

    /// What to say to one that ended as if all were done: nothing where it failed, of which it speaks itself.
    pub fn goes_on(&self) -> &'static str {
        match self.status.as_deref() {
            Some("exit status 0") => {
                "\nA stream goes on: when the queue is empty, wait and ask again, until SIGTERM."
            }
            _ => "",
        }
    }

    /// Whether its last words name the port at which a Redis listens that was told no other: then it looked there for one,
    /// and not at the address that it was given.
    pub fn names_the_port_of_redis(&self) -> bool {
        let numbers = self.stderr_tail.split(|letter: char| !letter.is_ascii_digit());
        numbers.into_iter().any(|number| number == "6379")
    }

    /// The last lines of its standard error, indented, each on a line of its own.
    pub fn last_words(&self) -> String {
        const MOST_LINES: usize = 8;
        let lines: Vec<&str> = self
            .stderr_tail
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        let last = &lines[lines.len().saturating_sub(MOST_LINES)..];
        match last {
            [] => String::new(),
            last => {
                let quoted: Vec<String> = last.iter().map(|line| format!("  | {line}")).collect();
                format!(
                    "\nThe end of its standard error:\n{}{}",
                    quoted.join("\n"),
                    missing_module(last)
                )
            }
        }
    }
}

/// Why nothing is said of a program during whose check the arena [stood still](stood_still).
pub const STANDSTILL: &str = "This check stood still for a while (suspended, or a machine that was), and what your program \
                              did meanwhile cannot be held against it. Check again.";

/// `outcome`, unless that is a failure of the programs of `scenario` and the arena stood still while they ran.
pub fn unless_stood_still(outcome: Outcome, scenario: &Scenario) -> Outcome {
    if outcome.verdict == Verdict::Fail && stood_still(scenario) {
        return Outcome::could_not_tell(STANDSTILL).decisive();
    }
    outcome
}

/// Whether the arena stood still for seconds while the programs of `scenario` ran, so that what they did meanwhile is not
/// held against them. A program that takes too much of the machine makes it stand still, and is not excused by that.
pub fn stood_still(scenario: &Scenario) -> bool {
    scenario.events().any(|event| *event == Event::Standstill) && excess(scenario).is_none()
}

/// The failure that comes before most others: one of the programs of `scenario` took more of the machine than it may, and
/// was stopped for it. What it had not done by then says nothing else of it.
pub fn excess(scenario: &Scenario) -> Option<Outcome> {
    if let Some(crowded) = crowded(scenario) {
        return Some(crowded);
    }
    let readers = scenario.entries().map(|entry| entry.reader).max()?;
    let stopped = (1..=readers).find_map(|reader| {
        let end = End::of(&scenario.of_reader(reader));
        let advice = match end.ending? {
            Ending::TooMuchMemory => "Look for what it keeps, and whether it has to.",
            Ending::TooManyProcesses => {
                "Look for what starts another process: for each message, or in the processes \
                                         that it has started themselves?"
            }
            Ending::Flooded => "Look for what prints again and again.",
            _ => return None,
        };
        Some((advice, end))
    });
    stopped.map(|(advice, end)| {
        Outcome::fail(format!(
            "Your program took more of this machine than it may: {}.\n{advice}{}",
            end.how(),
            end.last_words()
        ))
        .decisive()
    })
}

/// What is to be said where one of the programs of `scenario` had so many connections open that it got no more. Where it
/// was this process that had no room for more of them, nothing is held against the program.
pub fn crowded(scenario: &Scenario) -> Option<Outcome> {
    let connections = scenario.events().find_map(|event| match event {
        Event::Crowded { connections } => Some(*connections),
        _ => None,
    })?;
    Some(if connections > MOST_CONNECTIONS {
        Outcome::fail(format!(
            "Your program took more of this machine than it may: it had more than {MOST_CONNECTIONS} connections to one \
             server open, and was stopped.\nLook for what connects again and again, and closes nothing."
        ))
        .decisive()
    } else {
        Outcome::could_not_tell(format!(
            "Your program had {connections} connections to one server open, and this check may have no more files open. \
             Let it have more (`ulimit -n 16384`, then check again), or let your program close what it does not need."
        ))
        .decisive()
    })
}

impl fmt::Display for End {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.how(), self.last_words())
    }
}
