//! What to say, and to do, where the workspace cannot be written: its folder is read-only, somebody else's, or the disk is
//! full.

use std::io;
use std::path::{Path, PathBuf};

/// Something in the workspace could not be done to a file or folder.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what} {}: {error}{}", .path.display(), remedy(.error))]
pub struct Unwritten {
    what: &'static str,
    path: PathBuf,
    error: io::Error,
}

impl Unwritten {
    /// `what` (`write`, `lock`, `make the folder`) cannot be done to `path`; for `map_err`.
    pub fn to(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self { what, path, error }
    }
}

/// What a student can do about `error`; empty where there is nothing to advise.
fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "; make the workspace writable to you (`ls -l` says whose it is), or let --dir FOLDER name a place that is"
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            "; nothing can be written on that disk: copy the workspace to a place that is yours to write, and go on there"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "; make room there, and try again"
        }
        io::ErrorKind::IsADirectory => "; a folder has that name: move it away, and try again",
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "; a file stands where a folder is to be: move it away, and try again"
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_its_remedy_and_the_path_is_named() {
        for (errno, advice) in [
            (nix::errno::Errno::EACCES, "make the workspace writable"),
            (nix::errno::Errno::EROFS, "copy the workspace"),
            (nix::errno::Errno::ENOSPC, "make room there"),
            (nix::errno::Errno::EDQUOT, "make room there"),
            (nix::errno::Errno::EFBIG, "make room there"),
            (nix::errno::Errno::EISDIR, "a folder has that name"),
            (
                nix::errno::Errno::ENOTDIR,
                "a file stands where a folder is to be",
            ),
        ] {
            let error = Unwritten::to("lock", Path::new("w/.workshop/start.lock"))(errno.into());
            let said = error.to_string();
            assert!(said.starts_with("cannot lock w/.workshop/start.lock: "), "{said}");
            assert!(said.contains(advice), "{said}");
        }
    }
}
