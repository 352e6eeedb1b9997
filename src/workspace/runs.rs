//! The folder of each check: its record and the programs' standard errors, `runs/<time>-<section>/`, and `latest`.

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::Workspace;
use super::atomic::unfinished;

/// As many checks are remembered as a student may want to look back at; older ones are removed.
const RUNS_KEPT: usize = 30;

/// What the names of folders outside any workspace begin with.
const TEMPORARY: &str = "workshop-check-";

/// Where one check leaves what it saw.
#[derive(Debug, Clone)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder at `path`, whatever is in it.
    pub fn at(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// The record: JSON lines, an event each.
    pub fn record(&self) -> PathBuf {
        self.path.join("record.jsonl")
    }

    /// The standard error of the program that ran under the name `program`.
    pub fn standard_error(&self, program: &str) -> PathBuf {
        self.path.join(format!("{program}.stderr"))
    }

    /// A folder outside any workspace, for a check that has none. It is left for whoever reads the report.
    pub fn temporary() -> io::Result<Self> {
        remove_old_temporary(&std::env::temp_dir())?;
        let folder = tempfile::Builder::new().prefix(TEMPORARY).tempdir()?;
        Ok(Self { path: folder.keep() })
    }
}

impl Workspace {
    /// The folder of the run called `name`, or `latest`, whether there is one or not.
    pub fn run(&self, name: &str) -> RunFolder {
        RunFolder::at(&self.state().join("runs").join(name))
    }

    /// The folder of the last check of `section`; `None` where none is remembered.
    pub fn last_run_of(&self, section: u8) -> Option<RunFolder> {
        let runs = self.state().join("runs");
        // Their names begin with the time and end in the section, and a number where that was taken.
        let is_of_section = |name: &str| {
            let parts: Vec<&str> = name.split('-').collect();
            !name.starts_with('.') && parts.get(4).and_then(|part| part.parse().ok()) == Some(section)
        };
        let names = std::fs::read_dir(&runs).ok()?.filter_map(Result::ok);
        names
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| is_of_section(name))
            .max()
            .map(|name| RunFolder::at(&runs.join(name)))
    }

    /// Makes the folder of a new check of `section` and lets `runs/latest` point to it.
    pub fn new_run(&self, section: u8) -> io::Result<RunFolder> {
        let runs = self.state().join("runs");
        std::fs::create_dir_all(&runs)?;
        remove_old(&runs)?;
        let time = jiff::Zoned::now().strftime("%Y-%m-%d-%H%M%S%.3f").to_string();
        // Two checks may begin in the same millisecond: the second takes the next name.
        for attempt in 1_u32.. {
            let name = match attempt {
                1 => format!("{time}-{section:02}"),
                more => format!("{time}-{section:02}-{more}"),
            };
            match std::fs::create_dir(runs.join(&name)) {
                Ok(()) => {
                    point_latest_to(&runs, &name)?;
                    return Ok(RunFolder {
                        path: runs.join(name),
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 100 => {}
                Err(error) => return Err(error),
            }
        }
        unreachable!("the loop above ends by returning")
    }
}

fn point_latest_to(runs: &Path, name: &str) -> io::Result<()> {
    let unfinished = runs.join(format!("{}{name}", unfinished()));
    std::os::unix::fs::symlink(name, &unfinished)?;
    std::fs::rename(&unfinished, runs.join("latest")).inspect_err(|_| {
        // What cannot be put into place is not left beside it.
        let _ = std::fs::remove_file(&unfinished);
    })
}

fn remove_old(runs: &Path) -> io::Result<()> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(runs)?
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect();
    folders.sort();
    remove_all_but_last(&folders)
}

/// The same for checks without a workspace, among whatever else there is in the system's temporary folder.
fn remove_old_temporary(temporary: &Path) -> io::Result<()> {
    let own = nix::unistd::getuid().as_raw();
    let mut folders: Vec<(std::time::SystemTime, PathBuf)> = std::fs::read_dir(temporary)?
        .filter_map(Result::ok)
        .filter(|entry| {
            entry
                .file_name()
                .to_str()
                .is_some_and(|name| name.starts_with(TEMPORARY))
        })
        .filter_map(|entry| Some((entry.path().symlink_metadata().ok()?, entry.path())))
        .filter(|(metadata, _)| metadata.is_dir() && metadata.uid() == own)
        .filter_map(|(metadata, path)| Some((metadata.modified().ok()?, path)))
        .collect();
    folders.sort();
    remove_all_but_last(&folders.into_iter().map(|(_, path)| path).collect::<Vec<_>>())
}

/// Leaves room for one more.
fn remove_all_but_last(folders: &[PathBuf]) -> io::Result<()> {
    let surplus = (folders.len() + 1).saturating_sub(RUNS_KEPT);
    for folder in &folders[..surplus] {
        match std::fs::remove_dir_all(folder) {
            // A check at the same time may be removing the same one.
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use super::*;

    #[test]
    fn the_last_run_of_a_section_is_found_among_those_of_others() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".workshop")).unwrap();
        let workspace = Workspace::find(Some(folder.path())).unwrap();
        assert!(workspace.last_run_of(4).is_none());
        let runs: Vec<PathBuf> = [4, 4, 5]
            .map(|section| workspace.new_run(section).unwrap().path)
            .into();
        assert_eq!(workspace.last_run_of(4).unwrap().path, runs[1]);
        assert_eq!(workspace.last_run_of(5).unwrap().path, runs[2]);
        assert!(workspace.last_run_of(3).is_none());
    }
}
