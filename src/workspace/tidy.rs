//! What commands that were killed have left, and who may change a workspace as a whole.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use super::{Unwritten, Workspace, atomic};

/// So many files and folders are looked at, at the most, for what was never finished.
const MOST_ENTRIES: usize = 5000;

/// Folders in which none of our files are.
const NOT_OURS: [&str; 4] = [".venv", "target", "node_modules", "__pycache__"];

impl Workspace {
    /// Waits for, and takes, the lock of what changes the workspace as a whole: two `start`s at once do the same work
    /// twice, or undo each other's. It is held until the file is dropped or the process is gone.
    pub fn lock(&self) -> anyhow::Result<File> {
        let path = self.lock_path();
        let locked = File::create(&path).and_then(|file| file.lock().map(|()| file));
        Ok(locked.map_err(Unwritten::to("lock", &path))?)
    }

    /// Clears up after commands that were killed: ends a reset that was begun, and removes files that were never finished.
    /// Does nothing while another command has the lock, and nothing in a workspace that cannot be written to.
    pub fn tidy(&self) -> anyhow::Result<()> {
        let Ok(lock) = File::create(self.lock_path()) else {
            return Ok(());
        };
        if lock.try_lock().is_err() {
            return Ok(());
        }
        let mut left = MOST_ENTRIES;
        clear(self.root(), &mut left);
        self.finish_reset()
    }

    fn lock_path(&self) -> PathBuf {
        self.state().join("start.lock")
    }
}

/// Removes what was never finished in `folder` and in the folders in it. What cannot be removed is no trouble to anyone.
fn clear(folder: &Path, left: &mut usize) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Some(fewer) = left.checked_sub(1) else {
            return;
        };
        *left = fewer;
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if !NOT_OURS.contains(&&*name) {
                clear(&path, left);
            }
        } else if atomic::writer(&name).is_some_and(is_gone) {
            let _ = fs::remove_file(path);
        }
    }
}

fn is_gone(process: i32) -> bool {
    process > 0 && kill(Pid::from_raw(process), None) == Err(Errno::ESRCH)
}
