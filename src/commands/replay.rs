//! The capture of `start --replay`.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use super::exit::Usage;
use crate::source::{Capture, CaptureError};
use crate::workspace::{Workspace, unfinished};

/// The most that is taken from standard input, in bytes: it is kept on disk, since it is replayed again and again.
const LONGEST_INPUT: u64 = 1 << 30;

/// How the name of the file that keeps it begins.
const KEPT: &str = "replay-";

/// The path of the capture, which the background process can open too, wherever it runs; `-` is kept in a file of the
/// workspace first. That it can be read, and holds a message, is found out before anything is started.
pub fn capture(workspace: &Workspace, file: &Path) -> anyhow::Result<PathBuf> {
    let is_standard_input = file == Path::new("-");
    let path = if is_standard_input {
        keep_standard_input(workspace)?
    } else {
        file.canonicalize()
            .map_err(|error| Usage(format!("cannot open {}: {error}", file.display())))?
    };
    let first = Capture::open(&path, false).and_then(|mut capture| capture.next_message());
    let first = first.map_err(|error| match error {
        // The file that keeps it is none that the student knows.
        CaptureError::Empty { .. } if is_standard_input => CaptureError::Empty {
            from: "standard input".into(),
        },
        other => other,
    });
    first.map_err(|error| Usage(error.to_string()))?;
    Ok(path)
}

/// Keeps standard input in a file that is named after what is in it: the same input again is the same replay, and
/// another input another one.
fn keep_standard_input(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let keep = || {
        let mut new = tempfile::Builder::new()
            .prefix(&unfinished())
            .tempfile_in(workspace.state())?;
        let mut digest = Sha256::new();
        let (mut input, mut part) = (io::stdin().lock().take(LONGEST_INPUT + 1), vec![0; 64 << 10]);
        let mut copied = 0;
        loop {
            let read = input.read(&mut part)?;
            if read == 0 {
                break;
            }
            copied += read as u64;
            digest.update(&part[..read]);
            new.write_all(&part[..read])?;
        }
        io::Result::Ok((new, copied, digest.finalize()))
    };
    let (new, copied, digest) = keep().context("cannot keep standard input in the workspace")?;
    if copied > LONGEST_INPUT {
        return Err(
            Usage("standard input is longer than 1 GiB; put it into a file and name that".into()).into(),
        );
    }
    let digest: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let state = workspace.state().canonicalize()?;
    let path = state.join(format!("{KEPT}{digest}"));
    // What earlier ones left; whoever replays one of them is replaced.
    for entry in state.read_dir()?.flatten() {
        if entry.file_name().to_string_lossy().starts_with(KEPT) && entry.path() != path {
            std::fs::remove_file(entry.path())?;
        }
    }
    new.persist(&path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}
