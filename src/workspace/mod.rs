//! The student's folder: what is in it, where it is, and what it remembers.
//!
//! ```text
//! realtime-workshop/
//!   workshop.toml                 how each program is run
//!   03-online-statistics/         the starter, the answers and, after a pass, solution/
//!   .workshop/                    progress, the live workshop's state and log, the secret, bin/, clients/, runs/
//! ```

mod answers;
mod atomic;
mod estimates;
mod fill;
mod find;
mod progress;
mod reset;
mod runs;
mod saves;
mod settings;
mod tidy;
mod tools;
mod unread;
mod unwritten;

use std::path::{Path, PathBuf};

pub use answers::{Answers, AnswersError};
pub use atomic::{unfinished, write_atomically};
pub use estimates::{Estimate, EstimateLog};
pub use fill::{Added, PYTHON, SOLUTION_FOLDER, unpack_client};
pub use find::{DEFAULT_NAME, NotFound};
pub use progress::{Progress, SectionProgress};
pub use reset::Reset;
pub use runs::RunFolder;
pub use saves::{Saved, Saves, differences, is_half_done};
pub use settings::{Programs, SettingsError};
pub use unread::Unread;
pub use unwritten::Unwritten;

use crate::lesson::Section;

/// A workspace that exists on disk.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The workspace's own folder, absolute.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder in which the student works on `section`.
    pub fn section(&self, section: &Section) -> PathBuf {
        self.root.join(section.folder)
    }

    /// `workshop.toml`.
    pub fn settings_path(&self) -> PathBuf {
        self.root.join("workshop.toml")
    }

    /// `answers.toml` of `section`.
    pub fn answers_path(&self, section: &Section) -> PathBuf {
        self.section(section).join("answers.toml")
    }

    /// The folder of what the workshop itself keeps.
    pub fn state(&self) -> PathBuf {
        self.root.join(find::STATE_FOLDER)
    }

    /// The file that holds the secret of section 3's stream.
    pub fn secret_path(&self) -> PathBuf {
        self.state().join("secret")
    }

    /// The folder that a Python program's `PYTHONPATH` must name.
    pub fn python_client(&self) -> PathBuf {
        self.client(PYTHON)
    }

    /// The folder of the client library `client`, which a starter's files may name (`../.workshop/clients/rust`).
    fn client(&self, client: &str) -> PathBuf {
        self.state().join("clients").join(client)
    }

    /// The programs of `section`, as `workshop.toml` names them.
    pub fn programs(&self, section: &Section) -> Result<Programs, SettingsError> {
        settings::read(&self.settings_path(), section.folder)
    }

    /// What the student answered in `section`.
    pub fn answers(&self, section: &Section) -> Result<Answers, AnswersError> {
        Answers::read(&self.answers_path(section))
    }
}
