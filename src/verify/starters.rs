//! The part of `workshop.toml` in each starter: each program is run and built as its language says.

use super::Finding;
use crate::lesson::{self, SETTINGS_PART, Section};

/// What the programs of a section are called in `workshop.toml`, and what is none of them.
const RUN: &str = "run";
const BUILD: &str = "build";

/// What the files of the program `name` are called after: that of the section itself is the reader.
pub fn file_name(name: &str) -> &str {
    if name == RUN { "reader" } else { name }
}

/// The names of the programs that the starter of `section` in `language` has in `workshop.toml`; none where that cannot be
/// read, of which [`starter_findings`] speaks.
pub fn programs(section: &Section, language: &str) -> Vec<String> {
    let part = section.starter(language).find(|file| file.path == SETTINGS_PART);
    let text = part.map(|file| String::from_utf8_lossy(file.contents).into_owned());
    let table: toml::Table = toml::from_str(&text.unwrap_or_default()).unwrap_or_default();
    let programs = table.get(section.folder).and_then(toml::Value::as_table);
    let names = programs.into_iter().flat_map(toml::Table::keys);
    names.filter(|name| *name != BUILD).cloned().collect()
}

/// What is wrong with the starters of `section`.
pub fn starter_findings(section: &Section) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in section.languages() {
        let file = format!("lessons/{}/starter/{name}/{SETTINGS_PART}", section.folder);
        let mut tell = |problem: String| findings.push(Finding::of(&file, problem));
        let Some(part) = section.starter(name).find(|file| file.path == SETTINGS_PART) else {
            if section.has_program() {
                tell("is missing, though the section has it in another language".into());
            }
            continue;
        };
        let Some(language) = lesson::language(name) else {
            continue;
        };
        let table: toml::Table = match std::str::from_utf8(part.contents).map(toml::from_str) {
            Ok(Ok(table)) => table,
            Ok(Err(error)) => {
                tell(format!("is no TOML: {}", error.message()));
                continue;
            }
            Err(_) => {
                tell("is not UTF-8; save it as UTF-8".into());
                continue;
            }
        };
        let only = table.len() == 1;
        let Some(programs) = table
            .get(section.folder)
            .filter(|_| only)
            .and_then(toml::Value::as_table)
        else {
            tell(format!("holds one table, [{}], and nothing else", section.folder));
            continue;
        };
        let said = |name: &str| programs.get(name).map(words);
        if said(BUILD) != language.build {
            let build = language.build.as_ref();
            tell(match build {
                Some(build) => format!("build must be {build:?}, as lessons/languages.toml has it"),
                None => "has a build, which lessons/languages.toml does not have for this language".into(),
            });
        }
        for program in programs.keys().filter(|program| *program != BUILD) {
            let wanted = file_name(program);
            if said(program) != Some(language.run(wanted)) {
                tell(format!(
                    "{program} must be {:?}, as lessons/languages.toml has it",
                    language.run(wanted)
                ));
            }
            let own = language.file(wanted);
            if !section.starter(name).any(|file| file.path == own) {
                tell(format!(
                    "names {program}, but there is no {own} beside it; add it"
                ));
            }
        }
        if !programs.contains_key(RUN) {
            tell("has no run, the program of the section; add it".into());
        }
    }
    findings
}

/// A command as a list of words; nothing where it is something else, which then is no command that is wanted.
fn words(value: &toml::Value) -> Vec<String> {
    value.clone().try_into().unwrap_or_default()
}
