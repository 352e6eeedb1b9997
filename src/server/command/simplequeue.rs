//! The `simplequeue` command.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

use super::{Listen, arguments, asked_to_stop, run};
use crate::server::Simplequeue;
use crate::server::console;
use crate::server::simplequeue::{Options, ROUTES};

/// Keeps messages that are put in until they are got, the oldest first.
///
/// Runs in the foreground as the user who starts it; a service manager can do what the original's --daemon, --root,
/// --user and --group did.
#[derive(Debug, Parser)]
#[command(
    name = "simplequeue",
    version,
    after_help = "Example: simplequeue --port=8081 --max-depth=100000"
)]
struct Arguments {
    #[command(flatten)]
    listen: Listen,
    /// Most messages to keep; past it the oldest go.
    #[arg(long, value_name = "MESSAGES")]
    max_depth: Option<usize>,
    /// Most bytes of messages to keep; past it the oldest go.
    #[arg(long, value_name = "BYTES")]
    max_bytes: Option<u64>,
    /// File for the messages past a limit and, at the end, for what is left. SIGHUP opens it anew.
    #[arg(long, value_name = "FILE")]
    overflow_log: Option<PathBuf>,
    /// Most messages that one /mget gets.
    #[arg(long, value_name = "MESSAGES")]
    max_mget: Option<usize>,
    /// Separator of the messages of /mget.
    #[arg(long, value_name = "TEXT", default_value = "\n", hide_default_value = true)]
    mget_item_sep: String,
    /// Separator of the messages of /mput.
    #[arg(long, value_name = "TEXT", default_value = "\n", hide_default_value = true)]
    mput_item_sep: String,
    /// Let /exit stop the server, for anyone who asks.
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_value_t = false,
          default_missing_value = "true", value_parser = clap::builder::BoolishValueParser::new())]
    enable_exit: bool,
    /// Longest body of a POST; a longer one is answered with 413.
    #[arg(long, value_name = "BYTES", default_value_t = Options::default().max_body_bytes)]
    max_body_bytes: usize,
}

impl Arguments {
    fn options(self) -> (Listen, Options) {
        let options = Options {
            // The originals take 0 for "no limit".
            max_depth: self.max_depth.filter(|&limit| limit > 0),
            max_bytes: self.max_bytes.filter(|&limit| limit > 0),
            overflow_log: self.overflow_log,
            max_mget: self.max_mget.filter(|&limit| limit > 0),
            mget_item_sep: self.mget_item_sep.into_bytes(),
            mput_item_sep: self.mput_item_sep.into_bytes(),
            enable_exit: self.enable_exit,
            max_body_bytes: self.max_body_bytes,
            access: self.listen.access(),
            request_log: self.listen.request_log(),
            ..Options::default()
        };
        (self.listen, options)
    }
}

/// Runs `simplequeue` with this process's arguments.
pub fn simplequeue() -> ExitCode {
    match arguments::read::<Arguments>("simplequeue") {
        Ok(arguments) => run("simplequeue", serve(arguments)),
        Err(exit) => exit,
    }
}

async fn serve(arguments: Arguments) -> anyhow::Result<()> {
    let (listen, options) = arguments.options();
    let stop = asked_to_stop()?;
    let mut hang_up = signal(SignalKind::hangup())?;
    console::warn(format_args!(
        "simplequeue {} (workshop)\nuse --help for options",
        env!("CARGO_PKG_VERSION")
    ));
    let routes = if options.enable_exit {
        &ROUTES[..]
    } else {
        &ROUTES[..ROUTES.len() - 1]
    };
    let queue = Simplequeue::new(options)?;
    let listener = listen.announce(routes)?;
    let mut reopening = JoinSet::new();
    let reopened = queue.clone();
    reopening.spawn(async move {
        while hang_up.recv().await.is_some() {
            if let Err(error) = reopened.reopen_overflow_log() {
                console::warn(format_args!(
                    "simplequeue: {error}; the file that was open stays in use"
                ));
            }
        }
    });
    queue.clone().serve(listener, stop).await?;
    queue.save_rest();
    Ok(())
}
