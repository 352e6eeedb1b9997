//! Finding the file that a command names, and seeing beforehand why it could not be run.
//!
//! The system reports a missing interpreter and a missing program with the same error, and `env` reports one only once
//! it runs; so both are looked at here, to be told apart.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use nix::unistd::{AccessFlags, access};

use super::SpawnError;

/// The longest first line that Linux looks at (`BINPRM_BUF_SIZE`, linux/binfmts.h).
const FIRST_LINE_BYTES: u64 = 256;

/// The file to run for `what`, the first word of a command that is run in `directory` with `path` as its `PATH`.
pub fn find(what: &str, directory: &Path, path: &str) -> Result<PathBuf, SpawnError> {
    if what.is_empty() {
        return Err(SpawnError::Empty);
    }
    let file = match what.contains('/') {
        true => directory.join(what),
        false => match on_path(what, directory, path) {
            Some(file) => file,
            None => {
                return Err(SpawnError::NotFound {
                    what: what.into(),
                    instead: instead(what, directory, path),
                });
            }
        },
    };
    let Ok(metadata) = fs::metadata(&file) else {
        return Err(SpawnError::NotFound {
            what: what.into(),
            instead: None,
        });
    };
    if metadata.is_dir() {
        return Err(SpawnError::IsDirectory { path: file });
    }
    if !may_run(&file) {
        return Err(SpawnError::NotExecutable { path: file });
    }
    match missing_interpreter(&file, directory, path) {
        Some(interpreter) => Err(SpawnError::BadInterpreter {
            path: file,
            interpreter,
        }),
        None => Ok(file),
    }
}

/// The first runnable file called `name` in the directories of `path`; relative ones are relative to `directory`.
fn on_path(name: &str, directory: &Path, path: &str) -> Option<PathBuf> {
    if name.is_empty() {
        return None;
    }
    std::env::split_paths(path)
        .map(|entry| directory.join(entry).join(name))
        .find(|file| file.is_file() && may_run(file))
}

/// What to write in place of a name that is not on the `PATH`, for the two slips that are made most.
fn instead(what: &str, directory: &Path, path: &str) -> Option<String> {
    if what == "python" && on_path("python3", directory, path).is_some() {
        return Some("python3".into());
    }
    let is_file_here = !what.is_empty() && directory.join(what).is_file();
    is_file_here.then(|| format!("./{what}"))
}

fn may_run(file: &Path) -> bool {
    access(file, AccessFlags::X_OK).is_ok()
}

/// The interpreter that the first line of a script names, if that interpreter cannot be found.
fn missing_interpreter(script: &Path, directory: &Path, path: &str) -> Option<String> {
    let mut start = Vec::new();
    // A program that may be run but not read is no script.
    File::open(script)
        .ok()?
        .take(FIRST_LINE_BYTES)
        .read_to_end(&mut start)
        .ok()?;
    let line = start.strip_prefix(b"#!")?;
    let line = line.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    // Blanks and tabs separate, as the kernel has it: a carriage return belongs to the name.
    let mut words = line.split([' ', '\t']).filter(|word| !word.is_empty());
    let interpreter = words.next()?;
    if !directory.join(interpreter).is_file() {
        return Some(interpreter.to_string());
    }
    let is_env = Path::new(interpreter)
        .file_name()
        .is_some_and(|name| name == "env");
    let asked = words.find(|word| !word.starts_with('-') && !word.contains('='))?;
    let absent = is_env && !asked.contains('/') && on_path(asked, directory, path).is_none();
    absent.then(|| asked.to_string())
}
