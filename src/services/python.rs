//! The Python packages that a section needs, in the workspace's `.venv`.
//!
//! Which ones is data of the course: `requirements.txt` in the starter, the student's own from then on. A `.venv` that
//! was made by the student is used as it is, and never removed; one of ours that was not finished is made anew.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::packages::{Package, install_command};
use super::tool::{self, ToolError};
use crate::lesson::Section;
use crate::program::guard::Guard;
use crate::program::{Command, SpawnError};
use crate::workspace::{Workspace, write_atomically};

/// The file that names a section's packages.
pub const REQUIREMENTS: &str = "requirements.txt";

/// How long each of the two steps may take.
const STEP_LIMIT: Duration = Duration::from_secs(180);

/// What is being done, for whoever waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// `.venv` is being made.
    Making,
    /// The packages are being installed into it.
    Installing,
}

/// The packages could not be provided.
#[derive(Debug, thiserror::Error)]
pub enum PythonError {
    /// A file or a folder cannot be read or written.
    #[error("{}: {source}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is a `.venv` that is not ours, and not sound either.
    #[error("{} holds no bin/python3; move it away, so that a new one can be made", .0.display())]
    OwnBroken(PathBuf),
    /// There is no Python that could make one.
    #[error(transparent)]
    NoPython(SpawnError),
    /// `python3 -m venv` failed.
    #[error("python3 -m venv: {source}; `{install}` may help")]
    Venv {
        /// Why.
        source: ToolError,
        /// What installs what is missing most often.
        install: String,
    },
    /// `pip install` failed.
    #[error("pip install: {source}")]
    Pip {
        /// Why.
        source: ToolError,
    },
}

/// What the workshop remembers of the `.venv`.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Record {
    /// Whether the workshop made it.
    made: bool,
    /// Whether it was ever finished.
    finished: bool,
    /// The texts of the requirements that are in it.
    installed: Vec<String>,
}

/// The folder of the workspace's Python.
fn venv(workspace: &Workspace) -> PathBuf {
    workspace.root().join(".venv")
}

/// The workspace's Python.
pub fn python(workspace: &Workspace) -> PathBuf {
    venv(workspace).join("bin").join("python3")
}

/// The requirements of `section`, where it has some.
fn requirements(workspace: &Workspace, section: &Section) -> Result<Option<String>, PythonError> {
    let path = workspace.section(section).join(REQUIREMENTS);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(PythonError::File { path, source }),
    }
}

/// Whether [`provide`] has something to do for `section`.
pub fn are_missing(workspace: &Workspace, section: &Section) -> bool {
    match requirements(workspace, section) {
        Ok(Some(text)) => !Record::read(workspace).has(workspace, &text),
        Ok(None) => false,
        // What is wrong with it is for `provide` to say.
        Err(_) => true,
    }
}

/// Sees to it that the packages of `section` are in the workspace's `.venv`, which is made where it is missing.
///
/// # Errors
/// They are not there, and the workspace has no half-made `.venv` either.
pub async fn provide(
    workspace: &Workspace,
    section: &Section,
    guard: &Guard,
    told: &(dyn Fn(Step) + Sync),
) -> Result<(), PythonError> {
    let Some(text) = requirements(workspace, section)? else {
        return Ok(());
    };
    let mut record = Record::read(workspace);
    if record.has(workspace, &text) {
        return Ok(());
    }
    let venv = venv(workspace);
    let python = python(workspace);
    let sound = python.is_file();
    let exists = venv.symlink_metadata().is_ok();
    let fresh = !exists || record.made && !(sound && record.finished);
    if !fresh && !sound {
        return Err(PythonError::OwnBroken(venv));
    }
    if fresh {
        told(Step::Making);
        record = Record {
            made: true,
            ..Record::default()
        };
        // Before anything is made: should this be killed, the next start knows whose it is.
        record.write(workspace)?;
        remove(&venv)?;
    }
    let provided = async {
        if fresh {
            // What the student has installed for all of the machine is to stay of use.
            let made = step(
                "python3",
                &["venv", "--system-site-packages", ".venv"],
                workspace,
                guard,
            );
            made.await.map_err(|source| match source {
                ToolError::NotStarted(error) => PythonError::NoPython(error),
                source => PythonError::Venv {
                    source,
                    install: install_command(Package::Venv, &std::env::var("PATH").unwrap_or_default()),
                },
            })?;
        }
        told(Step::Installing);
        let python = python.display().to_string();
        let requirements = workspace.section(section).join(REQUIREMENTS);
        let requirements = requirements.display().to_string();
        let pip = [
            "pip",
            "--disable-pip-version-check",
            "--no-input",
            "install",
            "--quiet",
            "--timeout=15",
            "--retries=1",
            "--requirement",
            &requirements,
        ];
        let installed = step(&python, &pip, workspace, guard);
        installed.await.map_err(|source| PythonError::Pip { source })
    };
    if let Err(error) = provided.await {
        if fresh {
            // An empty one would stand before the student's own Python on the path.
            remove(&venv)?;
        }
        return Err(error);
    }
    record.finished = true;
    record.installed.push(text);
    record.write(workspace)
}

/// Runs a module of Python in the workspace.
async fn step(
    python: &str,
    arguments: &[&str],
    workspace: &Workspace,
    guard: &Guard,
) -> Result<(), ToolError> {
    let mut argv = vec![python.to_owned(), "-m".to_owned()];
    argv.extend(arguments.iter().map(|&argument| argument.to_owned()));
    let command = Command {
        argv,
        directory: workspace.root().to_path_buf(),
        // Some have set pip up to install for the user alone, which a virtual environment refuses.
        environment: vec![("PIP_USER".into(), "0".into())],
        ..Command::default()
    };
    tool::run(command, STEP_LIMIT, guard).await?.success().map(drop)
}

fn remove(folder: &Path) -> Result<(), PythonError> {
    match fs::remove_dir_all(folder) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(PythonError::File {
            path: folder.to_path_buf(),
            source,
        }),
        _ => Ok(()),
    }
}

impl Record {
    /// Whether the packages that `requirements` names are in the `.venv` of `workspace`.
    fn has(&self, workspace: &Workspace, requirements: &String) -> bool {
        self.finished && self.installed.contains(requirements) && python(workspace).is_file()
    }

    fn path(workspace: &Workspace) -> PathBuf {
        workspace.state().join("python.json")
    }

    /// One that cannot be read is as good as none: the `.venv` then counts as the student's.
    fn read(workspace: &Workspace) -> Self {
        let text = fs::read(Self::path(workspace)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    fn write(&self, workspace: &Workspace) -> Result<(), PythonError> {
        let path = Self::path(workspace);
        let written = serde_json::to_vec_pretty(self)
            .map_err(io::Error::other)
            .and_then(|text| write_atomically(&path, &text));
        written.map_err(|source| PythonError::File { path, source })
    }
}
