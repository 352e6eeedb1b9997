//! What the workshop remembers of the student: `progress.json`.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Unread, Unwritten, Workspace, write_atomically};

/// The progress through the sections. Fields that a newer version wrote are kept as they are.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Progress {
    /// The section started last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_section: Option<u8>,
    /// The language that was asked for last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The folder of the course that stands beside the one inside the binary, absolute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<PathBuf>,
    /// By section number.
    #[serde(default)]
    pub sections: BTreeMap<u8, SectionProgress>,
    #[serde(flatten)]
    newer: serde_json::Map<String, serde_json::Value>,
}

/// The progress in one section.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct SectionProgress {
    /// The language of the starter that was added last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// When it was first started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// When all required claims first passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed: Option<Timestamp>,
    /// How many of its hints were asked for.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hints: usize,
    /// When its secret was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revealed: Option<Timestamp>,
    /// When a solution was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solution: Option<Timestamp>,
    #[serde(flatten)]
    newer: serde_json::Map<String, serde_json::Value>,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl SectionProgress {
    /// The section was started.
    pub fn note_started(&mut self) {
        self.started.get_or_insert_with(Timestamp::now);
    }

    /// All required claims have passed.
    pub fn note_passed(&mut self) {
        self.passed = self.passed.or(Some(self.now()));
    }

    /// The secret was opened.
    pub fn note_revealed(&mut self) {
        self.revealed = self.revealed.or(Some(self.now()));
    }

    /// A solution was asked for.
    pub fn note_solution(&mut self) {
        self.solution = self.solution.or(Some(self.now()));
    }

    /// The time now, but later than all that is noted: which came first must not hang on a clock that was set back.
    fn now(&self) -> Timestamp {
        let noted = [self.passed, self.revealed, self.solution]
            .into_iter()
            .flatten()
            .max();
        let after = noted.and_then(|noted| noted.checked_add(jiff::Span::new().seconds(1)).ok());
        after.map_or_else(Timestamp::now, |after| after.max(Timestamp::now()))
    }

    /// Whether the secret was opened while the section was not yet done.
    pub fn revealed_before_solved(&self) -> bool {
        self.before_solved(self.revealed)
    }

    /// Whether a solution was asked for while the section was not yet done.
    pub fn solution_before_solved(&self) -> bool {
        self.before_solved(self.solution)
    }

    fn before_solved(&self, time: Option<Timestamp>) -> bool {
        time.is_some_and(|time| self.passed.is_none_or(|passed| time < passed))
    }
}

impl Progress {
    /// The progress in `section`.
    pub fn section(&mut self, section: u8) -> &mut SectionProgress {
        self.sections.entry(section).or_default()
    }
}

impl Workspace {
    fn progress_path(&self) -> PathBuf {
        self.state().join("progress.json")
    }

    /// What is remembered; nothing where nothing was written yet. A file that was cut short, or is no JSON for another
    /// reason, is kept under another name, which is said on standard error, and what is remembered begins anew.
    ///
    /// # Errors
    /// The file cannot be read, or says things that this version does not understand: a newer one does.
    pub fn progress(&self) -> anyhow::Result<Progress> {
        let path = self.progress_path();
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Progress::default()),
            Err(error) => return Err(Unread::at(&path)(error).into()),
        };
        match serde_json::from_slice::<serde_json::Value>(&text) {
            Err(error) => {
                let kept = self.set_aside(&path)?;
                eprintln!(
                    "workshop: {} was damaged ({error}); it is kept as {}, and your progress begins anew",
                    path.display(),
                    kept.display()
                );
                Ok(Progress::default())
            }
            // Read in two steps: a name that this version does not know is no damage.
            Ok(read) => serde_json::from_value(read).with_context(|| {
                format!(
                    "{} is not understood by this version of the workshop ({}); use the one that wrote it, or move the \
                     file away to begin your progress anew",
                    path.display(),
                    env!("CARGO_PKG_VERSION")
                )
            }),
        }
    }

    /// Gives the damaged file at `path` a name that nothing has.
    fn set_aside(&self, path: &Path) -> anyhow::Result<PathBuf> {
        let time = jiff::Zoned::now().strftime("%Y-%m-%d-%H%M%S");
        let mut kept = self.state().join(format!("progress.damaged-{time}.json"));
        let mut count = 1;
        while kept.symlink_metadata().is_ok() {
            count += 1;
            kept = self.state().join(format!("progress.damaged-{time}-{count}.json"));
        }
        std::fs::rename(path, &kept)
            .with_context(|| format!("{} is damaged, and cannot be set aside", path.display()))?;
        Ok(kept)
    }

    /// Changes what is remembered. Changes by several commands at once do not undo one another.
    pub fn update_progress(&self, change: impl FnOnce(&mut Progress)) -> anyhow::Result<()> {
        let lock_path = self.state().join("progress.lock");
        let lock = std::fs::File::create(&lock_path)
            .and_then(|file| file.lock().map(|()| file))
            .map_err(Unwritten::to("lock", &lock_path))?;
        let mut progress = self.progress()?;
        change(&mut progress);
        let path = self.progress_path();
        let text = serde_json::to_vec_pretty(&progress).context("progress does not fit into JSON")?;
        write_atomically(&path, &text).map_err(Unwritten::to("write", &path))?;
        drop(lock);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_first_does_not_hang_on_a_clock_that_was_set_back() {
        let future: Timestamp = "2099-01-01T00:00:00Z".parse().expect("a time");
        let mut revealed_first = SectionProgress {
            revealed: Some(future),
            ..SectionProgress::default()
        };
        revealed_first.note_passed();
        assert!(revealed_first.revealed_before_solved());
        let mut solved_first = SectionProgress {
            passed: Some(future),
            ..SectionProgress::default()
        };
        solved_first.note_revealed();
        solved_first.note_solution();
        assert!(!solved_first.revealed_before_solved() && !solved_first.solution_before_solved());
        let noted = solved_first.passed;
        solved_first.note_passed();
        assert_eq!(solved_first.passed, noted, "the first time stays");
    }
}
