//! Which language the student works in, and whether its tools are there.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use super::exit::Usage;
use crate::lesson::{self, Language, Need, Section};
use crate::program;
use crate::workspace::{Programs, Progress};

/// The language of whoever does not ask for one.
const USUAL: &str = "python";

/// As long as a command may take to print its version.
const ANSWER_WAIT: Duration = Duration::from_secs(5);

/// The language called `name`, in which `section` has a starter.
pub fn asked(section: &Section, name: &str) -> Result<&'static Language, Usage> {
    let known = lesson::language(&name.to_lowercase());
    let here: Vec<&str> = section.languages().collect();
    match known {
        // A section without programs is the same in every language.
        Some(language) if here.is_empty() || here.contains(&language.name.as_str()) => Ok(language),
        _ => {
            let (number, own) = (
                section.number,
                known.map(|language| language.run("reader").join(" ")),
            );
            Err(Usage(format!(
                "section {number} has no starter in {name}; it has {}. A program of your own may be in any language: \
                 start the section, and name yours in workshop.toml, or try it with `workshop check {number} -- {}`",
                titles(&here),
                own.as_deref().unwrap_or("COMMAND"),
            )))
        }
    }
}

/// The language of a section's starter where nobody asks for one, and what there is to say about it: the one it had the
/// last time, or else the one that was asked for in another section.
pub fn usual(section: &Section, progress: &Progress) -> (Option<&'static Language>, Option<String>) {
    let here: Vec<&str> = section.languages().collect();
    let before = progress
        .sections
        .get(&section.number)
        .and_then(|section| section.language.as_deref());
    let elsewhere = progress.language.as_deref();
    let wanted = before.or(elsewhere).and_then(lesson::language);
    match wanted {
        Some(language) if here.is_empty() || here.contains(&language.name.as_str()) => (Some(language), None),
        _ => {
            let name = here.iter().find(|name| **name == USUAL).or(here.first()).copied();
            let note = wanted.map(|wanted| {
                format!(
                    "this section has no starter in {}; it has {}",
                    wanted.title,
                    titles(&here)
                )
            });
            (name.and_then(lesson::language), note)
        }
    }
}

/// The language whose solution to `section` is put beside the student's work: the one that `programs` are run as, or else
/// the one of the starter, or else the usual one.
pub fn of_solution(
    section: &Section,
    programs: Option<&Programs>,
    progress: &Progress,
) -> Option<&'static str> {
    let there: Vec<&'static str> = section.solution_languages().collect();
    let run = programs
        .and_then(of_programs)
        .map(|language| language.name.as_str());
    let started = progress
        .sections
        .get(&section.number)
        .and_then(|section| section.language.as_deref());
    [run, started, Some(USUAL)]
        .into_iter()
        .flatten()
        .find_map(|wanted| there.iter().copied().find(|name| *name == wanted))
        .or(there.first().copied())
}

/// The language that `programs` are run as: the one whose commands these are.
pub fn of_programs(programs: &Programs) -> Option<&'static Language> {
    lesson::languages()
        .iter()
        .find(|language| language.run("reader") == programs.run())
        .or_else(|| {
            let own = programs.run().first()?;
            lesson::languages()
                .iter()
                .find(|language| language.run("reader").first() == Some(own))
        })
}

/// What of `language` is missing for a program that runs in `directory` with `path` as its `PATH`, a sentence each.
pub async fn missing(language: &Language, directory: &Path, path: &str) -> Vec<String> {
    let mut missing = Vec::new();
    for need in &language.needs {
        match program::find(&need.command, directory, path) {
            Err(error) => missing.push(format!("{} needs `{}`: {error}", language.title, need.command)),
            Ok(file) => missing.extend(too_old(language, need, &file).await),
        }
    }
    missing
}

/// A sentence where the command is older than it may be. Where it does not say, nothing is said: the program will.
async fn too_old(language: &Language, need: &Need, file: &Path) -> Option<String> {
    let least = need.at_least.as_deref()?;
    let asked = tokio::process::Command::new(file)
        .args(&need.version)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(ANSWER_WAIT, asked).await.ok()?.ok()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let found = need.too_old(&said)?;
    Some(format!(
        "{} needs `{}` {least} or newer, and this is {}; {}",
        language.title,
        need.command,
        crate::render::untrusted(found, 40),
        need.get
    ))
}

/// `Python and Rust (--language python, --language rust)`.
fn titles(names: &[&str]) -> String {
    let titles: Vec<&str> = names
        .iter()
        .map(|name| lesson::language(name).map_or(*name, |language| language.title.as_str()))
        .collect();
    let options: Vec<String> = names.iter().map(|name| format!("--language {name}")).collect();
    format!("{} ({})", titles.join(" and "), options.join(", "))
}
