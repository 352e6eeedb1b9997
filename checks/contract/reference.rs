//! The program of whoever wrote the section that computes what is expected: it reads the published messages on standard
//! input, one a line, and prints the lines that a right program prints.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;

use super::super::{Trial, printed};
use super::file::MOST_LINES;
use crate::lesson::Section;
use crate::program::{Command, Guarded, Limits, Output};

/// As long as it may take.
const LIMIT: Duration = Duration::from_secs(30);

/// A reference program.
#[derive(Debug)]
pub struct Reference {
    command: Vec<String>,
    /// The folder of the check, in which it runs.
    directory: PathBuf,
}

impl Reference {
    /// The reference program that `command` names, or what is wrong with it.
    pub fn new(command: Vec<String>, section: &Section) -> Result<Self, String> {
        let directory = section.check_folder();
        let names_a_file = command.iter().any(|word| {
            section
                .check_files()
                .any(|file| file.path == word.trim_start_matches("./"))
        });
        match directory {
            Some(directory) if names_a_file => Ok(Self { command, directory }),
            _ => Err(format!(
                "expect.reference = {command:?} names no file of checks/{}; write it like [\"python3\", \"reference.py\"], and \
                 put the program there",
                section.folder
            )),
        }
    }

    /// The lines that it prints for `messages`; the sentence that says why there are none otherwise.
    pub async fn lines(&self, trial: &Trial<'_>, messages: &[Bytes]) -> Result<Vec<String>, String> {
        let mut input = Vec::new();
        for message in messages {
            input.extend_from_slice(message);
            input.push(b'\n');
        }
        let mut environment = trial.environment.clone();
        // The folder of the course is not ours to write into.
        environment.push(("PYTHONDONTWRITEBYTECODE".into(), "1".into()));
        let command = Command {
            argv: self.command.clone(),
            directory: self.directory.clone(),
            environment,
            input: Some(input),
            ..Command::default()
        };
        let called = format!("The reference program of this check ({})", self.command.join(" "));
        let mut running = Guarded::spawn(command, Limits::default(), &trial.guard)
            .map_err(|error| format!("{called} cannot be run: {error}."))?;
        let mut lines = Vec::new();
        let ended = async {
            while let Some(output) = running.program.next().await {
                match output {
                    Output::Line(line) if printed::object(&line).is_some() => lines.push(line),
                    Output::Exited(exit) => return Some(exit),
                    _ => {}
                }
                if lines.len() > MOST_LINES {
                    return None;
                }
            }
            None
        };
        let ended = tokio::time::timeout(LIMIT, ended)
            .await
            .map_err(|_| format!("{called} did not end within {} s.", LIMIT.as_secs()))?;
        match ended {
            Some(exit) if !exit.status.success() => Err(format!(
                "{called} ended with {}: {}",
                exit.status,
                exit.stderr_tail.trim_end()
            )),
            Some(_) if lines.is_empty() => Err(format!("{called} printed no JSON object.")),
            Some(_) => Ok(lines),
            None => Err(format!("{called} printed more than {MOST_LINES} lines.")),
        }
    }
}
