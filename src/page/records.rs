//! The records of checks, read once for all who look.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::arena::History;
use crate::render::untrusted;
use crate::workspace::{RunFolder, Workspace};

/// A longer record is not for a page, in bytes. The longest that a program which is nearly right leaves has a tenth of
/// it.
const LONGEST: u64 = 64 << 20;

/// Reads the records of one workspace, and keeps the last one that it read. Clones keep the same.
#[derive(Debug, Clone)]
pub(super) struct Records {
    workspace: Workspace,
    kept: Arc<Mutex<Option<Kept>>>,
}

/// A record, and what tells it from another.
#[derive(Debug, Clone)]
struct Kept {
    path: PathBuf,
    modified: SystemTime,
    bytes: u64,
    history: Arc<History>,
}

/// The record of a check.
#[derive(Debug, Clone)]
pub(super) struct Record {
    /// The name of its folder: when it began, and its section.
    pub name: String,
    /// What happened.
    pub history: Arc<History>,
}

impl Record {
    /// When it began, as its folder is called: `2026-11-25 19:35:17`.
    pub fn when(&self) -> String {
        let parts: Vec<&str> = self.name.splitn(4, '-').collect();
        match parts.as_slice() {
            [year, month, day, rest] if rest.len() >= 6 && rest.is_ascii() => {
                format!(
                    "{year}-{month}-{day} {}:{}:{}",
                    &rest[..2],
                    &rest[2..4],
                    &rest[4..6]
                )
            }
            _ => untrusted(&self.name, 60),
        }
    }
}

impl Records {
    pub fn new(workspace: &Workspace) -> Self {
        Self {
            workspace: workspace.clone(),
            kept: Arc::default(),
        }
    }

    /// The last check; `None` where there was none, and a sentence where it cannot be read.
    pub async fn latest(&self) -> Option<Result<Record, String>> {
        let run = self.workspace.run("latest");
        match run.path().canonicalize() {
            Ok(path) => Some(self.read(RunFolder::at(&path)).await),
            Err(_) => None,
        }
    }

    /// The last check of `section`.
    pub async fn latest_of(&self, section: u8) -> Option<Result<Record, String>> {
        let run = self.workspace.last_run_of(section)?;
        Some(self.read(run).await)
    }

    async fn read(&self, run: RunFolder) -> Result<Record, String> {
        let this = self.clone();
        // A record can have a hundred thousand lines.
        let read = tokio::task::spawn_blocking(move || this.read_now(&run));
        read.await
            .map_err(|error| format!("the record could not be read: {error}"))?
    }

    fn read_now(&self, run: &RunFolder) -> Result<Record, String> {
        let path = run.record();
        let metadata = path
            .metadata()
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let (modified, bytes) = (
            metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
            metadata.len(),
        );
        let name = run.path().file_name().unwrap_or_default().to_string_lossy();
        let record = |history| Record {
            name: name.clone().into_owned(),
            history,
        };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = &*kept
            && kept.path == path
            && kept.modified == modified
            && kept.bytes == bytes
        {
            return Ok(record(Arc::clone(&kept.history)));
        }
        if bytes > LONGEST {
            return Err(format!(
                "the record {} has {} MiB, which is too long for a page; `workshop record` shows parts of it",
                path.display(),
                bytes >> 20
            ));
        }
        let history = Arc::new(History::read(&path).map_err(|error| {
            format!("{error}. Where the check is still under way, load this page again when it is over.")
        })?);
        *kept = Some(Kept {
            path,
            modified,
            bytes,
            history: Arc::clone(&history),
        });
        Ok(record(history))
    }
}
