//! `workshop live`: the background process, as `start` starts it.

use std::path::Path;

use super::Outcome;
use super::exit::Exit;
use crate::cli;
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
    };
    // On one thread: the parts pass every message from hand to hand, and no other thread has to be woken for it.
    let runtime = super::runtime()?;
    let result = runtime.block_on(service::run(workspace, options));
    // Tasks that have not ended by themselves do not hold the exit up.
    runtime.shutdown_background();
    result?;
    Ok(Exit::Done)
}
