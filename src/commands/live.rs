//! `workshop live`: the background process, as `start` starts it.

use std::io::Read;
use std::path::Path;

use anyhow::Context as _;

use super::Outcome;
use super::exit::Exit;
use crate::cli;
use crate::page;
use crate::services::redis::Choice;
use crate::services::{LiveOptions, live as service};
use crate::workspace::Workspace;

pub fn live(dir: Option<&Path>, arguments: &cli::Live) -> Outcome {
    let workspace = Workspace::find(dir)?;
    // A session of its own: Ctrl-C in the terminal that it was started from is not meant for it. It fails only for
    // a process that has one already, which is as good.
    let _ = nix::unistd::setsid();
    let options = LiveOptions {
        section: arguments.section,
        rate: arguments.rate,
        redis: redis(std::io::stdin())?,
        replay: arguments.replay.clone(),
    };
    // On one thread: the parts pass every message from hand to hand, and no other thread has to be woken for it.
    let runtime = super::runtime()?;
    let result = runtime.block_on(service::run(workspace, options, page::companion));
    // Tasks that have not ended by themselves do not hold the exit up.
    runtime.shutdown_background();
    result?;
    Ok(Exit::Done)
}

/// No choice is longer.
const LONGEST_CHOICE: u64 = 64 << 10;

/// The Redis that `start` has chosen, which it says on our standard input: the URL can have a password in it.
fn redis(input: impl Read) -> anyhow::Result<Option<Choice>> {
    let mut said = String::new();
    input.take(LONGEST_CHOICE).read_to_string(&mut said)?;
    if said.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(&said).context("this command is for `workshop start` to call")
}
