//! Showing a long text a screen at a time.

use std::env;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::SIGINT;

/// The pager where `PAGER` names none.
const DEFAULT_PAGER: &str = "less";
/// What `less` is told where the environment says nothing else.
const FOR_LESS: [(&str, &str); 2] = [
    // Quit if it fits on a screen, show colours, leave the text there.
    ("LESS", "FRX"),
    // The text is UTF-8 whatever the locale is; in the C locale `less` would show the bytes of `x̄`.
    ("LESSCHARSET", "utf-8"),
];

/// Shows a text through `$PAGER` (a command and its arguments, separated by spaces; `less` where it is not set), or
/// simply prints it where standard output is no terminal, `PAGER` is empty or `cat`, or the pager is not there.
///
/// Returns when the reader has left the pager. Until then Ctrl-C is the pager's; a reader who leaves early is no error.
///
/// # Errors
/// Standard output cannot be written, for any reason but that nobody reads it any more.
pub fn pager(text: &str) -> io::Result<()> {
    let wanted = env::var("PAGER").unwrap_or_else(|_| DEFAULT_PAGER.to_owned());
    let mut command = wanted.split_whitespace();
    // A pager asks of its terminal what a dumb one cannot do.
    let is_dumb = env::var_os("TERM").is_none_or(|terminal| terminal.is_empty() || terminal == "dumb");
    match command.next() {
        Some(program) if program != "cat" && io::stdout().is_terminal() && !is_dumb => {
            match page(program, command, text) {
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => {
                    print(text)
                }
                other => other,
            }
        }
        _ => print(text),
    }
}

/// Runs the pager on the text until its reader leaves it.
fn page<'arguments>(
    program: &str,
    arguments: impl Iterator<Item = &'arguments str>,
    text: &str,
) -> io::Result<()> {
    // Ctrl-C goes to every process of the terminal. Were it to end this one, the shell and the pager would fight over
    // the keyboard; so its usual effect is off until the pager is gone.
    let usual_effect = Arc::new(AtomicBool::new(false));
    // The handler stays: were it taken away, Ctrl-C would have no effect at all, since the default is never restored.
    signal_hook::flag::register_conditional_default(SIGINT, Arc::clone(&usual_effect))?;
    let result = feed(program, arguments, text);
    usual_effect.store(true, Ordering::SeqCst);
    result
}

/// Starts the pager, hands it the text, and waits for its end.
fn feed<'arguments>(
    program: &str,
    arguments: impl Iterator<Item = &'arguments str>,
    text: &str,
) -> io::Result<()> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped());
    for (variable, value) in FOR_LESS {
        if env::var_os(variable).is_none() {
            command.env(variable, value);
        }
    }
    let mut pager = command.spawn()?;
    let written = match pager.stdin.take() {
        // The pipe closes at the end of this arm, which tells the pager that there is no more.
        Some(mut stdin) => reader_may_leave(stdin.write_all(text.as_bytes())),
        None => Ok(()),
    };
    pager.wait()?;
    written
}

/// Prints the text.
fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    reader_may_leave(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
}

/// A pipe that nobody reads any more has been read as far as somebody wanted.
fn reader_may_leave(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
