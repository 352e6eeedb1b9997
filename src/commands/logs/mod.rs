//! `workshop logs`

use std::fs;
use std::path::{Path, PathBuf};

use super::exit::{Exit, Usage};
use super::{Outcome, names, say};
use crate::cli;
use crate::render::Style;
use crate::services::{redis, state};
use crate::workspace::Workspace;

mod follow;
mod lines;

/// The background process, and its Redis: they write into one file.
const LIVE: &str = "live";
const REDIS: &str = "redis";

/// What a program of the last check wrote to standard error is in a file of this extension.
const EXTENSION: &str = "stderr";

/// One of those that write a log.
struct Part {
    name: String,
    path: PathBuf,
    /// What its lines in the file begin with; `None` where all of them are its own.
    mark: Option<&'static str>,
}

pub fn logs(dir: Option<&Path>, arguments: &cli::Logs) -> Outcome {
    let workspace = Workspace::find(dir)?;
    let parts = parts(&workspace);
    match (&arguments.part, arguments.follow) {
        (Some(name), follow) => {
            let part = named(&parts, name)?;
            if follow {
                follow::follow(part)
            } else {
                all_of(part)
            }
        }
        (None, true) => follow::follow(named(&parts, LIVE)?),
        (None, false) => overview(&parts),
    }
}

/// All that write a log in this workspace: what is live, then the programs of the last check by their names.
fn parts(workspace: &Workspace) -> Vec<Part> {
    let live = |name: &str, mark| Part {
        name: name.to_owned(),
        path: state::log_path(workspace),
        mark,
    };
    let mut parts = vec![live(LIVE, None), live(REDIS, Some(redis::LOG_MARK))];
    let latest = names::latest_run(workspace);
    let mut files: Vec<PathBuf> = fs::read_dir(latest.path())
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == EXTENSION))
        .collect();
    files.sort();
    parts.extend(files.into_iter().map(|path| {
        Part {
            name: path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            path,
            mark: None,
        }
    }));
    parts
}

fn named<'a>(parts: &'a [Part], name: &str) -> Result<&'a Part, Usage> {
    parts.iter().find(|part| part.name == name).ok_or_else(|| {
        let known: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        let more = match parts.len() {
            0..=2 => "; after a check, the names of its programs too",
            _ => "",
        };
        Usage(format!(
            "no part {name:?} writes a log here; these do: {}{more}",
            known.join(", ")
        ))
    })
}

fn all_of(part: &Part) -> Outcome {
    let mut printer = lines::Printer::of(part.mark);
    match fs::File::open(&part.path) {
        Ok(file) if !file.metadata()?.is_file() => {
            anyhow::bail!("cannot read {}: it is not a file", part.path.display())
        }
        Ok(mut file) => printer.print_all(&mut file)?,
        // Nothing was started yet.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => {
            return Err(anyhow::Error::new(error).context(format!("cannot read {}", part.path.display())));
        }
    }
    if !printer.has_printed() {
        eprintln!("{} has written nothing.", part.name);
    }
    Ok(Exit::Done)
}

/// The logs of all that have written something, and the names of the others.
fn overview(parts: &[Part]) -> Outcome {
    let style = Style::for_stdout();
    let mut silent = Vec::new();
    // What Redis writes is among what the background process does.
    for part in parts.iter().filter(|part| part.mark.is_none()) {
        if fs::metadata(&part.path).map_or(0, |metadata| metadata.len()) == 0 {
            silent.push(part.name.as_str());
            continue;
        }
        say::say(&format!("{}\n", style.strong(&part.name)))?;
        all_of(part)?;
        say::say("\n")?;
    }
    if !silent.is_empty() {
        let said = format!("Nothing was written by: {}.", silent.join(", "));
        say::say(&format!("{}\n", style.quiet(&said)))?;
    }
    Ok(Exit::Done)
}
