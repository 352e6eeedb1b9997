//! The `pubsub` command.

use std::process::ExitCode;

use clap::Parser;

use super::{Listen, arguments, asked_to_stop, run};
use crate::server::Pubsub;
use crate::server::pubsub::{Options, ROUTES};

/// Gives every message that is posted to /pub to everyone who has connected to /sub.
///
/// Runs in the foreground as the user who starts it; a service manager can do what the original's --daemon, --root,
/// --user and --group did.
#[derive(Debug, Parser)]
#[command(name = "pubsub", version, after_help = "Example: pubsub --port=8080")]
struct Arguments {
    #[command(flatten)]
    listen: Listen,
    /// Bytes that may wait for a subscriber before it is dropped as too slow.
    #[arg(long, value_name = "BYTES", default_value_t = Options::default().max_pending_bytes)]
    max_pending_bytes: usize,
    /// Longest body of a POST; a longer one is answered with 413.
    #[arg(long, value_name = "BYTES", default_value_t = Options::default().max_body_bytes)]
    max_body_bytes: usize,
}

/// Runs `pubsub` with this process's arguments.
pub fn pubsub() -> ExitCode {
    match arguments::read::<Arguments>("pubsub") {
        Ok(arguments) => run("pubsub", serve(arguments)),
        Err(exit) => exit,
    }
}

async fn serve(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments {
        listen,
        max_pending_bytes,
        max_body_bytes,
    } = arguments;
    let stop = asked_to_stop()?;
    let listener = listen.announce(&ROUTES)?;
    let options = Options {
        max_pending_bytes,
        max_body_bytes,
        ..Options::default()
    };
    Ok(Pubsub::new(options).serve(listener, stop).await?)
}
