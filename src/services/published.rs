//! How many numbers of the secret stream have been published so far, kept over restarts of the live workshop.

use std::io;
use std::path::PathBuf;

use anyhow::anyhow;

use super::control::Client;
use super::state::{self, Presence};
use crate::workspace::{Unread, Workspace, write_atomically};

fn path(workspace: &Workspace) -> PathBuf {
    workspace.state().join("published")
}

/// The count now: as the live workshop says, where one runs and answers, and as it was last kept where not.
pub async fn so_far(workspace: &Workspace) -> anyhow::Result<u64> {
    let kept = count(workspace)?;
    let Presence::Running(live) = state::presence(workspace)? else {
        return Ok(kept);
    };
    Ok(Client::of(&live)
        .status()
        .await
        .map_or(kept, |status| status.published.max(kept)))
}

/// The count as it was last kept; 0 where nothing was published yet.
pub(super) fn count(workspace: &Workspace) -> anyhow::Result<u64> {
    let path = path(workspace);
    match std::fs::read_to_string(&path) {
        Ok(text) => text.trim().parse().map_err(|_| {
            anyhow!(
                "{} should hold a count and holds {text:?}; remove it to count anew",
                path.display()
            )
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(Unread::at(&path)(error).into()),
    }
}

/// Keeps the count.
pub(super) fn keep(workspace: &Workspace, count: u64) -> io::Result<()> {
    write_atomically(&path(workspace), format!("{count}\n").as_bytes())
}
