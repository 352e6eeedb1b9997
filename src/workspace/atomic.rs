//! State is written whole or not at all.

use std::io::{self, Write};
use std::path::Path;

/// Writes `contents` to a temporary file beside `path`, readable by its owner alone, and renames it into place, so
/// that a reader sees the old contents or the new ones and a crash at any moment leaves one of the two.
pub fn write_atomically(path: &Path, contents: &[u8]) -> io::Result<()> {
    let folder = path
        .parent()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a path without a folder"))?;
    let mut file = tempfile::Builder::new()
        .prefix(".unfinished-")
        .tempfile_in(folder)?;
    file.write_all(contents)?;
    file.as_file().sync_data()?;
    file.persist(path)?;
    Ok(())
}
