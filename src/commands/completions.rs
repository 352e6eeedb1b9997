//! `workshop completions`

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::exit::Exit;
use super::{Outcome, say};
use crate::cli::Cli;

pub fn completions(shell: Shell) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "workshop", &mut script);
    say::say(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
