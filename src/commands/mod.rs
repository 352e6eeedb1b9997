//! One thin file per subcommand; errors become exit codes here and nowhere else.

mod ask;
mod build;
mod check;
mod completions;
mod course;
mod doctor;
mod env;
mod exit;
mod graph;
mod hint;
mod interruption;
mod judge;
mod language;
mod lesson;
mod list;
mod live;
mod logs;
mod man;
mod names;
mod open;
mod output;
mod overhear;
mod own_bridge;
mod prepare;
mod progress;
mod publish;
mod record;
mod replay;
mod reset;
mod reveal;
mod run;
mod say;
mod solution;
mod start;
mod status;
mod stop;
mod suspension;
mod verify;

use std::process::ExitCode;
use std::sync::Arc;

use nix::sys::signal::Signal;

use crate::cli::{Cli, Command};
use crate::program::guard;
use exit::Exit;

/// What a command comes to.
type Outcome = anyhow::Result<Exit>;

/// Does what the command line says.
pub fn main() -> ExitCode {
    let cli = Cli::read();
    let fallback = exit::for_errors_of(&cli.command);
    // A file that may not grow further (`ulimit -f`) is then an error of the write, as a full disk is, and not our end.
    // Where this fails, it is as it would have been.
    let _ = signal_hook::flag::register(Signal::SIGXFSZ as i32, Arc::default());
    match run(cli) {
        Ok(exit) => exit.into(),
        Err(error) => exit::report(&error, fallback).into(),
    }
}

fn run(cli: Cli) -> Outcome {
    course::take_up(&cli)?;
    let dir = cli.dir.as_deref();
    match cli.command {
        Command::Start(arguments) => runtime()?.block_on(start::start(dir, &arguments)),
        Command::Lesson(arguments) => lesson::lesson(dir, arguments.section),
        Command::Hint(arguments) => hint::hint(dir, &arguments),
        Command::List => list::list(dir),
        Command::Run(arguments) => runtime()?.block_on(run::run(dir, arguments)),
        Command::Check(arguments) => check::check(dir, arguments),
        Command::Logs(arguments) => logs::logs(dir, &arguments),
        Command::Reset(arguments) => reset::reset(dir, &arguments),
        Command::Solution(arguments) => solution::solution(dir, &arguments),
        Command::RevealSecretStream(arguments) => runtime()?.block_on(reveal::reveal(dir, &arguments)),
        Command::Graph(arguments) => graph::graph(dir, &arguments),
        Command::Publish(arguments) => runtime()?.block_on(publish::publish(dir, &arguments)),
        Command::Open => runtime()?.block_on(open::open(dir)),
        Command::Status => runtime()?.block_on(status::status(dir)),
        Command::Stop => runtime()?.block_on(stop::stop(dir)),
        Command::Doctor => runtime()?.block_on(doctor::doctor(dir)),
        Command::Env => env::env(dir),
        Command::Progress => progress::progress(dir),
        Command::Verify(arguments) => verify::verify(cli.course.as_deref(), &arguments),
        Command::Completions { shell } => completions::completions(shell),
        Command::Man { folder } => man::man(&folder),
        Command::Judge(arguments) => judge::judge(dir, &arguments),
        Command::Record(arguments) => record::record(dir, &arguments),
        Command::Live(arguments) => live::live(dir, &arguments),
        Command::Overhear(arguments) => overhear::overhear(&arguments),
        Command::Guard => {
            guard::run(std::io::stdin());
            Ok(Exit::Done)
        }
    }
}

/// One thread is enough for a command that asks and waits.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}
