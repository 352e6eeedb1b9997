//! The tutorial's own commands: options, start-up lines, signals, exit codes.

mod arguments;
mod ps_to_http;
mod pubsub;
mod simplequeue;

use std::ffi::OsStr;
use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::ExitCode;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::{Access, RequestLog, bind};
use crate::render::causes;
use crate::server::console;

pub use ps_to_http::{ps_to_http, ps_to_http_line};
pub use pubsub::pubsub;
pub use simplequeue::simplequeue;

/// A command of the tutorial: its name, and what it does with this process's arguments.
type Named = (&'static str, fn() -> ExitCode);

const COMMANDS: [Named; 3] = [
    ("ps_to_http", ps_to_http),
    ("pubsub", pubsub),
    ("simplequeue", simplequeue),
];

/// The names of the tutorial's commands.
pub fn names() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().map(|(name, _)| *name)
}

/// The command that a process called `name` (its first argument, perhaps with a path) is to be, if it is one of these.
pub fn called(name: &OsStr) -> Option<fn() -> ExitCode> {
    let name = Path::new(name).file_name()?;
    let (_, command) = COMMANDS.iter().find(|(known, _)| name == *known)?;
    Some(*command)
}

/// What both servers can be told about where they listen.
#[derive(Debug, clap::Args)]
struct Listen {
    /// Address to listen on; 0.0.0.0 for all of this machine's.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
    /// Port to listen on; 0 for any that is free.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Print a line per request.
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_value_t = false,
          default_missing_value = "true", value_parser = clap::builder::BoolishValueParser::new())]
    enable_logging: bool,
    /// Let web pages of this origin use the server, as in http://localhost:3000; * for any. May be repeated.
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,
}

impl Listen {
    /// Binds, and announces the routes and the address as the originals do.
    fn announce(&self, routes: &[&str]) -> anyhow::Result<TcpListener> {
        let listener = bind(self.address, self.port)?;
        for route in routes {
            console::say(format_args!("registering callback for path \"{route}\""));
        }
        console::say(format_args!("listening on {}", listener.local_addr()?));
        Ok(listener)
    }

    fn request_log(&self) -> Option<RequestLog> {
        self.enable_logging.then(RequestLog::to_stdout)
    }

    fn access(&self) -> Access {
        Access {
            allow_origins: self.allow_origin.clone(),
            option: Some("--allow-origin"),
        }
    }
}

/// Runs `program` on one thread, which is all that a server of this kind can use, and turns an error into one line
/// and exit code 1.
fn run(name: &str, program: impl Future<Output = anyhow::Result<()>>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(program))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(name, &causes(error.as_ref())),
    }
}

fn fail(name: &str, error: &dyn Display) -> ExitCode {
    console::warn(format_args!("{name}: {error}"));
    ExitCode::FAILURE
}

/// Ready at the first SIGTERM or SIGINT. Fails if the handlers cannot be installed.
fn asked_to_stop() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
