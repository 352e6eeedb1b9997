//! How a program ended, for the explanations.

use std::fmt;

use crate::arena::{Ending, Scenario};

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
                format!("\nThe end of its standard error:\n{}", quoted.join("\n"))
            }
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.status, self.ending) {
            (Some(status), _) => write!(formatter, "it ended of itself ({status})"),
            (None, Some(Ending::Idle)) => {
                formatter.write_str("it went on running, but nothing more happened for 10 s")
            }
            (None, Some(Ending::OutOfTime)) => formatter.write_str("the 60 s that it may take were over"),
            (None, Some(Ending::Flooded)) => {
                formatter.write_str("it printed more than 64 MiB, and was stopped")
            }
            (None, _) => formatter.write_str("it was still running"),
        }?;
        formatter.write_str(&self.last_words())
    }
}
