//! How a program ended, for the explanations.

use std::fmt;

use crate::arena::{Ending, Scenario};
use crate::program::Limits;

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
                format!(
                    "\nThe end of its standard error:\n{}{}",
                    quoted.join("\n"),
                    missing_module(last)
                )
            }
        }
    }
}

/// How to get the Python module that the program ended for want of; nothing where it did not.
fn missing_module(last: &[&str]) -> String {
    let named = |line: &&str| {
        let (name, _) = line
            .strip_prefix("ModuleNotFoundError: No module named '")?
            .split_once('\'')?;
        // Of a package inside another, the outer one is what is installed.
        let package = name.split('.').next()?;
        let is_name = package
            .chars()
            .all(|letter| letter.is_alphanumeric() || letter == '_');
        (is_name && !package.is_empty()).then(|| package.to_owned())
    };
    last.iter().find_map(named).map_or_else(String::new, |module| {
        format!(
            "\nPython has no module `{module}`. If it is a file of yours, put it beside the program. If it is a package: \
             `workshop start N` gets those of section N, and in the workspace `python3 -m venv .venv && .venv/bin/python3 \
             -m pip install {module}` gets any other, where it has that name."
        )
    })
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
            (None, Some(Ending::TooMuchMemory)) => {
                let most = Limits::STUDENT_BYTES >> 30;
                write!(
                    formatter,
                    "it and its children held more than {most} GiB of memory, and were stopped"
                )
            }
            (None, Some(Ending::TooManyProcesses)) => {
                let most = Limits::STUDENT_PROCESSES;
                write!(
                    formatter,
                    "it had more than {most} processes, and they were stopped"
                )
            }
            (None, _) => formatter.write_str("it was still running"),
        }?;
        formatter.write_str(&self.last_words())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(stderr: &str) -> String {
        End {
            ending: None,
            status: Some("exit status 1".into()),
            stderr_tail: stderr.into(),
        }
        .to_string()
    }

    #[test]
    fn a_missing_module_is_named_with_what_gets_it() {
        let told_of = told("Traceback:\nModuleNotFoundError: No module named 'google.cloud'\n");
        assert!(told_of.contains("no module `google`"), "{told_of}");
        assert!(told_of.contains("-m pip install google` gets"), "{told_of}");
    }

    #[test]
    fn what_is_no_name_of_a_module_gets_into_no_command() {
        for stderr in [
            "ModuleNotFoundError: No module named 'x; reboot'",
            "ModuleNotFoundError: No module named ''",
            "ModuleNotFoundError: No module named 'x",
            "I wrote: ModuleNotFoundError: No module named 'x'",
            "KeyError: 'x'",
        ] {
            assert!(!told(stderr).contains("pip"), "{stderr}");
        }
    }
}
