//! What to say, and to do, where a file of the workspace cannot be read: it is missing, a folder, or somebody else's.

use std::io;
use std::path::{Path, PathBuf};

/// A file of the workspace could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}: {error}{}", .path.display(), remedy(.error))]
pub struct Unread {
    path: PathBuf,
    error: io::Error,
}

impl Unread {
    /// The file at `path` cannot be read; for `map_err`.
    pub fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self { path, error }
    }
}

/// What a student can do about `error`; empty where there is nothing to advise.
fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "; `workshop start` adds one that is missing",
        io::ErrorKind::PermissionDenied => "; make it readable to you (`ls -l` says whose it is)",
        io::ErrorKind::IsADirectory | io::ErrorKind::InvalidData => {
            "; move it away, and `workshop start` makes a new one"
        }
        _ => "",
    }
}
