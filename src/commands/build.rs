//! Building the student's programs before they are run.
//!
//! A build that fails leaves nothing that could be judged, and why it failed nobody can know for certain: the program may
//! be wrong, but a crate may also be out of reach, or a disk full. So a check says "could not tell", with what the
//! compiler said, and never runs what an older build may have left.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::say;
use crate::program::guard::Guard;
use crate::program::{self, Command, Exit, Limits, Output, Program};

/// As long as a build may take: the first one fetches and compiles what the program depends on.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// How much of what a failed build said is shown.
const MOST_LINES: usize = 24;

/// Builds for a check: bounded, in a group of its own, with all that it says in `log`. Returns why it failed, as text to
/// show; `None` where it did not.
pub async fn for_check(
    argv: &[String],
    directory: &Path,
    environment: &[(String, String)],
    log: PathBuf,
    guard: &Guard,
) -> Option<String> {
    let command = Command {
        argv: argv.to_vec(),
        directory: directory.to_path_buf(),
        environment: environment.to_vec(),
        ..Command::default()
    };
    let limits = Limits {
        stderr_log: Some(log),
        ..Limits::default()
    };
    let mut program = match guard.spawn(command, limits) {
        Ok(program) => program,
        Err(error) => return Some(format!("The program could not be built: {error}")),
    };
    let mut printed = VecDeque::new();
    let ended = tokio::time::timeout(LONGEST, to_the_end(&mut program, &mut printed)).await;
    let problem = match ended {
        Ok(Some(exit)) if exit.status.success() => None,
        Ok(exit) => Some(failure(argv, exit, printed)),
        Err(_) => {
            let exit = program.terminate().await;
            let minutes = LONGEST.as_secs() / 60;
            printed.push_back(format!("(it was stopped after {minutes} minutes)"));
            Some(failure(argv, Some(exit), printed))
        }
    };
    let _ = guard.release(&program);
    problem
}

/// Waits for the end, and keeps the last lines of standard output: some compilers say there what is wrong.
async fn to_the_end(program: &mut Program, printed: &mut VecDeque<String>) -> Option<Exit> {
    while let Some(output) = program.next().await {
        match output {
            Output::Line(line) => {
                printed.push_back(line);
                if printed.len() > MOST_LINES {
                    printed.pop_front();
                }
            }
            Output::Exited(exit) => return Some(exit),
            Output::Cut { .. } | Output::Flood => {}
        }
    }
    None
}

fn failure(argv: &[String], exit: Option<Exit>, printed: VecDeque<String>) -> String {
    let status = exit
        .as_ref()
        .map_or(String::new(), |exit| format!(" ({})", exit.status));
    let mut said: Vec<String> = printed.into();
    said.extend(
        exit.iter()
            .flat_map(|exit| exit.stderr_tail.lines().map(str::to_owned)),
    );
    let mut text = format!(
        "The program could not be built: `{}` failed{status}.",
        argv.join(" ")
    );
    let last = &said[said.len().saturating_sub(MOST_LINES)..];
    if !last.is_empty() {
        text.push_str("\nThe end of what it said (build.stderr, beside the record, has more):");
        for line in last {
            text.push_str("\n  | ");
            text.push_str(line);
        }
    }
    text
}

/// Builds in this terminal, before the program takes its place. What the build prints goes to standard error: standard
/// output is the program's.
pub fn for_run(argv: &[String], directory: &Path, environment: &[(String, String)]) -> anyhow::Result<()> {
    let (name, arguments) = argv.split_first().context("the build command is empty")?;
    let file = program::find(name, directory, &path_of(environment)).context("cannot build the program")?;
    let stderr = std::os::fd::AsFd::as_fd(&std::io::stderr())
        .try_clone_to_owned()
        .context("standard error is closed")?;
    let shown: Vec<String> = argv.iter().map(|word| say::word(word)).collect();
    let status = std::process::Command::new(file)
        .args(arguments)
        .current_dir(directory)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(stderr)
        .status()
        .with_context(|| format!("cannot run {name}"))?;
    if !status.success() {
        bail!(
            "the program could not be built: `{}` failed ({}), and nothing was run",
            shown.join(" "),
            program::Status::from(status)
        );
    }
    Ok(())
}

/// The `PATH` of a program with this environment.
pub fn path_of(environment: &[(String, String)]) -> String {
    let own = environment.iter().rev().find(|(name, _)| name == "PATH");
    own.map(|(_, path)| path.clone())
        .or_else(|| std::env::var("PATH").ok())
        .unwrap_or_default()
}
