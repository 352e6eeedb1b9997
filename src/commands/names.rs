//! Which section, which workspace, and what to call this command.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::exit::Usage;
use crate::lesson::{self, Section};
use crate::server::command;
use crate::workspace::{RunFolder, Unwritten, Workspace};

/// The section with this number.
pub fn section(number: u8) -> Result<&'static Section, Usage> {
    lesson::section(number).ok_or_else(|| {
        let known: Vec<String> = lesson::sections()
            .iter()
            .map(|section| format!("{} · {}", section.number, section.lesson.title))
            .collect();
        Usage(format!(
            "there is no section {number} in this workshop; it has: {}",
            known.join(", ")
        ))
    })
}

/// The section with this number, or the one that was started last in `workspace`.
pub fn section_or_current(number: Option<u8>, workspace: &Workspace) -> anyhow::Result<&'static Section> {
    match number {
        Some(number) => Ok(section(number)?),
        None => match workspace.progress()?.current_section {
            Some(current) => Ok(section(current)?),
            None => Err(Usage(
                "no section has been started here yet; `workshop start 1` starts the first".into(),
            )
            .into()),
        },
    }
}

/// The section, once it is known to have been started in `workspace`.
pub fn started(number: Option<u8>, workspace: &Workspace) -> anyhow::Result<&'static Section> {
    workspace.tidy()?;
    let section = section_or_current(number, workspace)?;
    if workspace.section(section).is_dir() {
        return Ok(section);
    }
    let number = section.number;
    Err(Usage(format!(
        "section {number} has not been started in {}; `workshop start {number}` does",
        workspace.root().display()
    ))
    .into())
}

/// The folder of this command where a shell would not find it by the name `workshop`; `None` where it would.
pub fn folder_missing_from_path() -> Option<PathBuf> {
    let executable = std::env::current_exe().ok()?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join("workshop"))
        .find(|file| file.is_file());
    let same = |left: &Path, right: &Path| left.canonicalize().ok() == right.canonicalize().ok();
    match found {
        Some(found) if same(&found, &executable) => None,
        _ => executable.parent().map(Path::to_path_buf),
    }
}

/// The folder in which `workspace` has the tutorial's commands: this executable, by their names, so that they are there
/// wherever `workshop` is.
pub fn tools(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let executable = std::env::current_exe().context("cannot tell where the workshop command is")?;
    workspace
        .link_tools(&executable, command::names())
        .map_err(Unwritten::to("make the commands in", &workspace.tools()))?;
    Ok(workspace.tools())
}

/// The run that the last check left.
const LATEST: &str = "latest";

/// The folder of the last check, whether there was one or not.
pub fn latest_run(workspace: &Workspace) -> RunFolder {
    workspace.run(LATEST)
}

/// The file of the record that is meant: of a run's folder, the file itself, or the name of a run of this workspace.
pub fn record(dir: Option<&Path>, run: Option<&str>) -> anyhow::Result<PathBuf> {
    if let Some(run) = run {
        let given = Path::new(run);
        if given.is_file() {
            return Ok(given.to_owned());
        }
        if given.is_dir() {
            return Ok(RunFolder::at(given).record());
        }
    }
    let workspace = Workspace::find(dir)?;
    let record = workspace.run(run.unwrap_or(LATEST)).record();
    if !record.is_file() {
        return Err(Usage(match run {
            Some(run) if run != LATEST => {
                format!(
                    "there is no run {run:?} in {}; name one that is there, or `{LATEST}`",
                    workspace.runs().display()
                )
            }
            _ => "nothing has been checked here yet; `workshop check` does".into(),
        })
        .into());
    }
    Ok(record)
}
