//! Where the workspace is: named, around the current folder, or in it.

use std::io;
use std::path::{Path, PathBuf};

use super::Workspace;

/// What the first `start` calls the workspace it makes in the current folder.
pub const DEFAULT_NAME: &str = "realtime-workshop";

/// The folder that marks a workspace.
pub(super) const STATE_FOLDER: &str = ".workshop";

/// There is no workspace where it was looked for.
#[derive(Debug, thiserror::Error)]
pub enum NotFound {
    /// `--dir` or `WORKSHOP_DIR` names a folder that is none.
    #[error(
        "{0} is not a workspace (it has no {STATE_FOLDER} folder); `workshop start 1 --dir {0}` makes it one"
    )]
    Named(PathBuf),
    /// Nothing was named, and neither this folder, nor one around it, nor `realtime-workshop` in it is one.
    #[error("there is no workspace here yet; `workshop start 1` makes one, {DEFAULT_NAME}/, in this folder")]
    Here,
    /// The current folder itself cannot be read.
    #[error("cannot tell which folder this is: {0}; go to a folder that exists and try again")]
    CurrentFolder(#[from] io::Error),
}

impl Workspace {
    /// Finds the workspace: `named` where one is given, or `realtime-workshop` in it; else the nearest folder upwards from the current one; else
    /// `realtime-workshop` in the current one.
    pub fn find(named: Option<&Path>) -> Result<Self, NotFound> {
        let current = std::env::current_dir()?;
        match named {
            Some(folder) => {
                let folder = current.join(folder);
                existing(&folder)
                    .or_else(|| existing(&folder.join(DEFAULT_NAME)))
                    .ok_or(NotFound::Named(folder))
            }
            None => current
                .ancestors()
                .find_map(existing)
                .or_else(|| existing(&current.join(DEFAULT_NAME)))
                .ok_or(NotFound::Here),
        }
    }

    /// Where `start` puts a workspace if there is none yet.
    pub fn place(named: Option<&Path>) -> io::Result<PathBuf> {
        let current = std::env::current_dir()?;
        Ok(current.join(named.unwrap_or(Path::new(DEFAULT_NAME))))
    }
}

fn existing(folder: &Path) -> Option<Workspace> {
    folder.join(STATE_FOLDER).is_dir().then(|| Workspace {
        root: folder.to_path_buf(),
    })
}
