//! The folder of commands that `workshop env` puts on the student's path.

use std::io;
use std::path::{Path, PathBuf};

use super::Workspace;
use super::atomic::unfinished;

impl Workspace {
    /// The folder of the commands.
    pub fn tools(&self) -> PathBuf {
        self.state().join("bin")
    }

    /// Makes each of `names` a command there that is `executable` under another name. One that is such a command
    /// already stays as it is; one of an executable that has moved since is replaced.
    pub fn link_tools(&self, executable: &Path, names: impl Iterator<Item = &'static str>) -> io::Result<()> {
        let folder = self.tools();
        std::fs::create_dir_all(&folder)?;
        for name in names {
            let link = folder.join(name);
            if std::fs::read_link(&link).is_ok_and(|there| there == executable) {
                continue;
            }
            // Renamed into place, so that a command typed at this moment finds the old one or the new one.
            let unfinished = folder.join(format!("{}{name}", unfinished()));
            std::os::unix::fs::symlink(executable, &unfinished)?;
            std::fs::rename(&unfinished, &link).inspect_err(|_| {
                // What cannot be put into place is not left beside it.
                let _ = std::fs::remove_file(&unfinished);
            })?;
        }
        Ok(())
    }
}
