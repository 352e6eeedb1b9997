//! The folder of each check: its record and the programs' standard errors, `runs/<time>-<section>/`, and `latest`.

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use jiff::Span;
use jiff::civil::DateTime;

use super::atomic::unfinished;
use super::{Unwritten, Workspace};

/// As many checks are remembered as a student may want to look back at; older ones are removed.
const RUNS_KEPT: usize = 30;

/// How the name of a run begins, as it is written and as it is read; and so many bytes of it.
const TIME: &str = "%Y-%m-%d-%H%M%S%.3f";
const TIME_READ: &str = "%Y-%m-%d-%H%M%S%.f";
const TIME_LENGTH: usize = "2013-01-10-164500.000".len();

/// What the names of folders outside any workspace begin with.
const TEMPORARY: &str = "workshop-check-";

/// Where one check leaves what it saw.
#[derive(Debug, Clone, PartialEq, Eq)]
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
        RunFolder::at(&self.runs().join(name))
    }

    /// The folder of the runs' folders.
    pub fn runs(&self) -> PathBuf {
        self.state().join("runs")
    }

    /// The folder of the last check of `section`; `None` where none is remembered.
    pub fn last_run_of(&self, section: u8) -> Option<RunFolder> {
        let runs = self.runs();
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
    ///
    /// # Errors
    /// The folder of the runs cannot be written; the message names it.
    pub fn new_run(&self, section: u8) -> Result<RunFolder, Unwritten> {
        let runs = self.runs();
        new_run_in(&runs, section).map_err(Unwritten::to("write into", &runs))
    }
}

fn new_run_in(runs: &Path, section: u8) -> io::Result<RunFolder> {
    std::fs::create_dir_all(runs)?;
    remove_old(runs)?;
    let now = jiff::Zoned::now().datetime();
    let time = time_of_new(now, newest(runs)?).strftime(TIME).to_string();
    // Two checks may begin in the same millisecond: the second takes the next name.
    for attempt in 1_u32.. {
        let name = match attempt {
            1 => format!("{time}-{section:02}"),
            more => format!("{time}-{section:02}-{more}"),
        };
        match std::fs::create_dir(runs.join(&name)) {
            Ok(()) => {
                point_latest_to(runs, &name)?;
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

/// What a new run is named after: the time `now`, but later than that of the run that is the `newest`. By their names it is
/// told which run is the last one, and which are old: neither is to hang on a clock that was set back.
fn time_of_new(now: DateTime, newest: Option<DateTime>) -> DateTime {
    let after = newest.and_then(|newest| newest.checked_add(Span::new().milliseconds(1)).ok());
    after.map_or(now, |after| after.max(now))
}

/// The time in the name of the newest run in the folder `runs`.
fn newest(runs: &Path) -> io::Result<Option<DateTime>> {
    let time = |name: &str| DateTime::strptime(TIME_READ, name.get(..TIME_LENGTH)?).ok();
    let names = std::fs::read_dir(runs)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    Ok(names.filter_map(|name| time(&name)).max())
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
    fn a_run_is_newer_than_those_before_it_though_the_clock_was_set_back() {
        let time = |text: &str| text.parse::<DateTime>().unwrap();
        let now = time("2013-01-10T16:45:00.25");
        assert_eq!(time_of_new(now, None), now);
        assert_eq!(time_of_new(now, Some(time("2013-01-10T16:44:00"))), now);
        for newest in [now, time("2013-01-10T17:45:00"), time("2999-12-31T23:59:59.999")] {
            assert!(time_of_new(now, Some(newest)) > newest);
        }
        assert_eq!(
            time_of_new(now, Some(DateTime::MAX)),
            now,
            "there is nothing later"
        );
    }

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
