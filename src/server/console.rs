//! Lines for whoever runs a server. Somebody who has closed the other end of the pipe must not end it, as the
//! standard library's macros would.

use std::fmt::Display;
use std::io::Write as _;

/// A line on standard output.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// A line on standard error.
pub(crate) fn warn(line: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
