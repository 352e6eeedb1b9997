//! The `workshop` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    // A workspace has links to this one executable by which a student calls the tutorial's own commands.
    match std::env::args_os()
        .next()
        .and_then(|name| workshop::server::command::called(&name))
    {
        Some(command) => command(),
        None => workshop::commands::main(),
    }
}
