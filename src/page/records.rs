//! The records of checks: found, and read once for all who look.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use maud::{Markup, html};
use serde_json::{Value, json};

use super::feed::Feed;
use crate::arena::{Entry, Event, WholeRecord};
use crate::lesson;
use crate::render::untrusted;
use crate::workspace::{RunFolder, Workspace};

/// A longer record is not for a page, in bytes: a browser would wait for too long.
const LONGEST: u64 = 256 << 20;

/// A longer one is not kept in memory, in bytes. The longest that a program which is nearly right leaves has a tenth of it.
const LONGEST_KEPT: u64 = 64 << 20;

/// The last line of a record is shorter, in bytes.
const LAST_LINE: u64 = 512;

/// How often it is looked whether there is a new record. A terminal makes them too.
const PERIOD: Duration = Duration::from_millis(500);

/// The same for a check that has written nothing yet and for one that has written a part: a page that was made in between
/// hears of no more until the check has ended.
const UNFINISHED: &str = "The last check is running, or it was interrupted";

/// Reads the records of one workspace, and keeps the last one that it read. Clones keep the same.
#[derive(Debug, Clone)]
pub(super) struct Records {
    workspace: Workspace,
    kept: Arc<Mutex<Option<Record>>>,
    feed: Feed,
}

/// The file of a record, as it was when it was looked at: another one, or one that was written on, is not equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    run: RunFolder,
    bytes: u64,
    /// When it was written last, where the file system says.
    pub written: Option<SystemTime>,
}

/// The record of a check that has ended.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub seen: Seen,
    /// What happened.
    pub whole: Arc<WholeRecord>,
}

/// The name of a check's folder: the time at which it began, and its section.
fn name(run: &RunFolder) -> String {
    let name = run.path().file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

impl Seen {
    fn of(run: RunFolder) -> Option<Self> {
        let metadata = run.record().metadata().ok()?;
        Some(Self {
            bytes: metadata.len(),
            written: metadata.modified().ok(),
            run,
        })
    }

    /// The folder of the check.
    pub fn folder(&self) -> &Path {
        self.run.path()
    }

    /// When the check began, as its folder is called: `2026-11-25 19:35:17`.
    pub fn when(&self) -> String {
        let name = name(&self.run);
        let parts: Vec<&str> = name.splitn(4, '-').collect();
        match parts.as_slice() {
            [year, month, day, rest] if rest.len() >= 6 && rest.is_ascii() => {
                format!(
                    "{year}-{month}-{day} {}:{}:{}",
                    &rest[..2],
                    &rest[2..4],
                    &rest[4..6]
                )
            }
            _ => untrusted(&name, 60),
        }
    }
}

/// Tells the script of a page which `versions` there were before the page was made: a check may begin or end meanwhile.
pub(super) fn known(versions: &[Value]) -> Markup {
    html! { div #records hidden data-known=(json!(versions)) {} }
}

impl Records {
    pub fn new(workspace: &Workspace) -> Self {
        let watched = workspace.clone();
        Self {
            workspace: workspace.clone(),
            kept: Arc::default(),
            feed: Feed::every(PERIOD, move || {
                let records = versions(&watched);
                async move { json!({"records": records}) }
            }),
        }
    }

    /// Of each section what changes when there is another last record of it, or when that has come to its end.
    pub fn versions(&self) -> Vec<Value> {
        versions(&self.workspace)
    }

    /// The versions as they change; `{"records": […]}`.
    pub fn feed(&self) -> Feed {
        self.feed.clone()
    }

    /// The last check of `section`, or of any. `None` where there was none, and a sentence where it cannot be told of.
    pub async fn last(&self, section: Option<u8>) -> Option<Result<Record, String>> {
        match self.seen(section)? {
            Ok(seen) => Some(self.read(seen).await),
            Err(why) => Some(Err(why)),
        }
    }

    /// The file of that record, as it is now.
    pub fn seen(&self, section: Option<u8>) -> Option<Result<Seen, String>> {
        let run = match section {
            Some(section) => self.workspace.last_run_of(section)?,
            None => RunFolder::at(&self.workspace.run("latest").path().canonicalize().ok()?),
        };
        Some(Seen::of(run).ok_or_else(|| {
            format!("{UNFINISHED}: it has left no record yet. This page shows it when it has ended.")
        }))
    }

    /// Reads it, unless it was read last.
    ///
    /// # Errors
    /// The check has not ended, or what it left is no record. The sentences say so.
    pub async fn read(&self, seen: Seen) -> Result<Record, String> {
        let this = self.clone();
        // A record can have a hundred thousand lines, and the servers share this thread.
        let read = tokio::task::spawn_blocking(move || this.read_now(seen));
        read.await
            .unwrap_or_else(|error| Err(format!("The record could not be read: {error}.")))
    }

    fn read_now(&self, seen: Seen) -> Result<Record, String> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(record) = &*kept
            && record.seen == seen
        {
            return Ok(record.clone());
        }
        let path = seen.run.record();
        if seen.bytes > LONGEST {
            return Err(format!(
                "The record {} has {} MiB, which is too long for a page; `workshop record` shows parts of it, and \
                 `workshop judge` judges it.",
                path.display(),
                seen.bytes >> 20
            ));
        }
        let whole = WholeRecord::read(&path).map_err(|error| {
            format!(
                "{UNFINISHED}, or its record was changed since. This page shows it when it has ended. ({error})"
            )
        })?;
        let record = Record {
            seen,
            whole: Arc::new(whole),
        };
        *kept = (record.seen.bytes <= LONGEST_KEPT).then(|| record.clone());
        Ok(record)
    }
}

/// Of each section what changes when there is another last record of it, or when that has come to its end.
fn versions(workspace: &Workspace) -> Vec<Value> {
    let version = |section: &lesson::Section| {
        let run = workspace.last_run_of(section.number)?;
        Some(json!([name(&run), has_ended(&run.record())]))
    };
    let versions = lesson::sections().iter().map(version);
    versions.map(Option::unwrap_or_default).collect()
}

/// Whether the last line of the record at `path` is the end of a check.
fn has_ended(path: &Path) -> bool {
    let last_line = || -> std::io::Result<Vec<u8>> {
        let mut file = std::fs::File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(LAST_LINE)))?;
        let mut end = Vec::new();
        file.take(LAST_LINE).read_to_end(&mut end)?;
        Ok(end)
    };
    let end = last_line().unwrap_or_default();
    let Some(lines) = end.strip_suffix(b"\n") else {
        return false;
    };
    let last = lines.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let entry = serde_json::from_slice::<Entry>(last);
    entry.is_ok_and(|entry| matches!(entry.event, Event::Finished { .. }))
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use super::*;

    const END: &str = r#"{"at_us":9,"scenario":"check","event":"finished","events":3}"#;

    #[test]
    fn a_check_has_ended_when_its_record_says_so_and_not_when_something_in_it_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.jsonl");
        assert!(!has_ended(&path), "there is no record");
        let quoted = serde_json::to_string(&format!("x\n{END}\n")).unwrap();
        let printed = format!(r#"{{"at_us":8,"scenario":"a","reader":1,"event":"printed","line":{quoted}}}"#);
        let long = format!(
            r#"{{"at_us":8,"scenario":"a","event":"put","text":"{}"}}"#,
            "y".repeat(2000)
        );
        for (record, ended) in [
            (String::new(), false),
            (format!("{END}\n"), true),
            (format!("{long}\n{END}\n"), true),
            (format!("{long}\n{END}"), false),
            (format!("{END}\n{printed}\n"), false),
            (format!("{END}\n{long}\n"), false),
            (format!("{END}\n{}", &printed[..40]), false),
        ] {
            std::fs::write(&path, &record).unwrap();
            assert_eq!(has_ended(&path), ended, "{record}");
        }
    }
}
