//! State is written whole or not at all, and the student's own files are read within bounds.

use std::fs::Permissions;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// What the names of files begin with that are still being written. The number of the process that writes follows, so
/// that what a killed one left can be told from what is at work.
const UNFINISHED: &str = ".unfinished-";

/// What the name of an unfinished file of this process begins with.
pub fn unfinished() -> String {
    format!("{UNFINISHED}{}-", std::process::id())
}

/// The process that writes, or wrote, the file of this name; `None` where it is no unfinished one.
pub(super) fn writer(name: &str) -> Option<i32> {
    let (process, _) = name.strip_prefix(UNFINISHED)?.split_once('-')?;
    process.parse().ok()
}

/// Writes `contents` to a temporary file beside `path`, readable by its owner alone, and renames it into place, so
/// that a reader sees the old contents or the new ones and a crash at any moment leaves one of the two.
pub fn write_atomically(path: &Path, contents: &[u8]) -> io::Result<()> {
    write_with_mode(path, contents, 0o600)
}

/// The same for a file of the student's: it stays as readable as it was, or is as readable as others where it is new, and a
/// link stays a link.
pub(super) fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let mode = std::fs::metadata(&path).map_or(0o644, |metadata| metadata.permissions().mode() & 0o777);
    write_with_mode(&path, contents, mode)
}

fn write_with_mode(path: &Path, contents: &[u8], mode: u32) -> io::Result<()> {
    let folder = path
        .parent()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a path without a folder"))?;
    let mut file = tempfile::Builder::new()
        .prefix(&unfinished())
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(folder)
        .map_err(without_path)?;
    file.write_all(contents).map_err(without_path)?;
    file.as_file().sync_data()?;
    file.persist(path)?;
    Ok(())
}

/// The same error, of which nothing says the path: whoever asked for the file names it, and not by the name that it has
/// meanwhile.
fn without_path(error: io::Error) -> io::Error {
    match error.to_string().split_once(" at path ") {
        Some((why, _)) => io::Error::new(error.kind(), why.to_owned()),
        None => error,
    }
}

/// No file of a student's that is read whole is longer, in bytes.
const LONGEST: u64 = 1 << 20;

/// Reads the text file at `path`, which is to be a file, and one of a size that people write.
pub(super) fn read_small(path: &Path) -> io::Result<String> {
    let refused = |why| io::Error::new(io::ErrorKind::InvalidData, why);
    // Looked at before it is opened: to open a pipe may wait for ever.
    if !std::fs::metadata(path)?.is_file() {
        return Err(refused("it is not a file"));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(LONGEST + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(refused("it is longer than 1 MiB"));
    }
    String::from_utf8(bytes).map_err(|_| refused("it is not UTF-8"))
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use super::*;

    #[test]
    fn an_error_does_not_say_the_name_that_a_file_has_while_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("gone/progress.json");
        let error = write_atomically(&missing, b"{}").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert_eq!(error.to_string(), "No such file or directory (os error 2)");
    }
}
