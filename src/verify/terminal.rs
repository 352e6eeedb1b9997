//! A terminal of somebody who follows a lesson: commands one after another, in a shell that remembers where it is.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::bail;
use tokio::time::{Instant, timeout_at};

use super::script::Typed;
use super::wildcard;
use crate::program::{Command, Limits, Output, Program, Signal, Status, signal_now};

/// A line at which the reader of the lesson presses Ctrl-C.
const INTERRUPT: &str = "^C";

/// As long as any one command of a lesson may take.
const LIMIT: Duration = Duration::from_secs(60);

/// As long as a command may go on printing something else before it prints what is shown.
const SETTLES: Duration = Duration::from_secs(20);

/// As many lines as are kept of what a command prints.
const MOST_LINES: usize = 10_000;

/// A terminal. What still runs in it ends when it is dropped.
pub struct Terminal {
    directory: PathBuf,
    environment: Vec<(String, String)>,
    /// What the shell remembers from one command to the next: its variables and its folder, as commands that bring
    /// them back.
    memory: PathBuf,
    running: Vec<Program>,
}

impl Terminal {
    /// Opens a terminal in `directory`; the shell's memory is kept in the file `memory`.
    pub fn open(directory: &Path, environment: &[(String, String)], memory: PathBuf) -> Self {
        Self {
            directory: directory.to_path_buf(),
            environment: environment.to_vec(),
            memory,
            running: Vec::new(),
        }
    }

    /// Types a command, and compares what it prints with what is shown.
    ///
    /// # Errors
    /// It prints something else, or does not come to an end.
    pub async fn type_in(&mut self, typed: &Typed) -> anyhow::Result<()> {
        let deadline = Instant::now() + SETTLES;
        loop {
            match self.once(typed).await {
                Err(_) if typed.settles && Instant::now() < deadline => {}
                result => return result,
            }
        }
    }

    async fn once(&mut self, typed: &Typed) -> anyhow::Result<()> {
        let mut program = Program::spawn(self.shell(&typed.command), Limits::default())?;
        let deadline = Instant::now() + LIMIT;
        let interrupted = typed.shown.iter().position(|line| line == INTERRUPT);
        let (before, after) = typed.shown.split_at(interrupted.unwrap_or(typed.shown.len()));
        let mut printed = Vec::new();
        if typed.stays || interrupted.is_some() {
            while !wildcard::matches(before, &printed, &typed.any) {
                match timeout_at(deadline, program.next()).await {
                    Ok(Some(Output::Line(line))) if printed.len() < MOST_LINES => printed.push(line),
                    Ok(Some(Output::Exited(exit))) => {
                        bail!("it ended ({}) and had printed:\n{}", exit.status, shown(&printed))
                    }
                    Ok(Some(_)) => bail!("it printed too much"),
                    Ok(None) | Err(_) => bail!("{}", beside(&printed, before)),
                }
            }
            if typed.stays {
                self.running.push(program);
                return Ok(());
            }
            signal_now(&program, Signal::SIGINT);
            printed.clear();
        }
        let expected = match interrupted {
            Some(_) => &after[1..],
            None => before,
        };
        let mut status = Status::Unknown;
        loop {
            match timeout_at(deadline, program.next()).await {
                Ok(Some(Output::Line(line))) if printed.len() < MOST_LINES => printed.push(line),
                Ok(Some(Output::Exited(exit))) => {
                    status = exit.status;
                    break;
                }
                Ok(None) => break,
                Ok(Some(_)) => bail!("it printed too much"),
                Err(_) => bail!(
                    "it did not end within {} s; it printed:\n{}",
                    LIMIT.as_secs(),
                    shown(&printed)
                ),
            }
        }
        // What a program prints between its last line that is shown and the Ctrl-C is anybody's guess.
        let as_shown = match interrupted {
            Some(_) => {
                (0..=printed.len()).any(|from| wildcard::matches(expected, &printed[from..], &typed.any))
            }
            None => wildcard::matches(expected, &printed, &typed.any),
        };
        if !as_shown {
            bail!("{}", beside(&printed, expected));
        }
        match typed.exits {
            Some(wanted) if status != Status::Code(wanted) => {
                bail!("it ended with {status}, and not with {wanted}, as exits={wanted} says")
            }
            _ => Ok(()),
        }
    }

    /// The command in a shell that first brings back what the last one left, and leaves the same for the next.
    fn shell(&self, command: &str) -> Command {
        let script = "exec 2>&1\n[ ! -e \"$1\" ] || . \"$1\"\neval \"$2\"\nresult=$?\n\
            { export -p; printf 'cd \"%s\"\\n' \"$PWD\"; } > \"$1\"\nexit $result";
        Command {
            argv: vec![
                "sh".into(),
                "-c".into(),
                script.into(),
                "sh".into(),
                self.memory.display().to_string(),
                command.to_owned(),
            ],
            directory: self.directory.clone(),
            environment: self.environment.clone(),
            ..Command::default()
        }
    }

    /// Ends what still runs.
    pub async fn close(self) {
        for mut program in self.running {
            program.terminate().await;
        }
    }
}

/// What was printed, and what is shown.
fn beside(printed: &[String], expected: &[String]) -> String {
    format!(
        "it printed:\n{}\nand is shown to print:\n{}",
        shown(printed),
        shown(expected)
    )
}

/// Lines as an error quotes them.
fn shown(lines: &[String]) -> String {
    if lines.is_empty() {
        return "    (nothing)".into();
    }
    let quoted: Vec<String> = lines.iter().map(|line| format!("    {line}")).collect();
    quoted.join("\n")
}
