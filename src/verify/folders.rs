//! Whether the three folders of a section (`lessons/`, `solutions/`, `checks/`) agree, and hold nothing else.

use super::Finding;
use super::starters::{file_name, programs};
use crate::lesson::{self, Section};

/// How the names of files end that editors and tools leave behind.
const LEFT_BEHIND: [&str; 7] = ["~", ".bak", ".orig", ".rej", ".swp", ".tmp", ".pyc"];

/// The file of a section's folder of `checks/` that holds its contract.
pub const CONTRACT: &str = "check.toml";

/// What is wrong with the solutions of `section`: there is one in each language of a starter, with each program of it.
pub fn solution_findings(section: &Section) -> Vec<Finding> {
    let folder = format!("solutions/{}", section.folder);
    let mut findings = Vec::new();
    if section.solution_languages().next().is_none() {
        findings.push(Finding::of(
            &folder,
            "there is no solution of this section; write one",
        ));
        return findings;
    }
    for name in section.languages() {
        let Some(language) = lesson::language(name) else {
            continue;
        };
        if !section.solution_languages().any(|solved| solved == name) {
            let problem = "the section has a starter in this language, and no solution; write one";
            findings.push(Finding::of(format!("{folder}/{name}"), problem));
            continue;
        }
        for program in programs(section, name) {
            let wanted = language.file(file_name(&program));
            if !section.solution(name).any(|file| file.path == wanted) {
                let problem = "the starter has this program, and the solution has not; add it";
                findings.push(Finding::of(format!("{folder}/{name}/{wanted}"), problem));
            }
        }
    }
    findings
}

/// Files of `section` that do not belong there.
pub fn stray_findings(section: &Section) -> Vec<Finding> {
    let mut findings: Vec<Finding> = section
        .stray()
        .iter()
        .map(|file| {
            Finding::of(file, "nothing reads this file; a lesson has lesson.md, hints.md and starter/, a solution a folder for each language")
        })
        .collect();
    let starters = section.languages().flat_map(|name| {
        let files = section
            .starter(name)
            .filter(|file| !section.common().any(|common| common == *file));
        files.map(move |file| format!("lessons/{}/starter/{name}/{}", section.folder, file.path))
    });
    let common = section
        .common()
        .map(|file| format!("lessons/{}/starter/{}", section.folder, file.path));
    let solutions = section.solution_languages().flat_map(|name| {
        let files = section.solution(name);
        files.map(move |file| format!("solutions/{}/{name}/{}", section.folder, file.path))
    });
    let checks = section
        .check_files()
        .map(|file| format!("checks/{}/{}", section.folder, file.path));
    for file in starters.chain(common).chain(solutions).chain(checks) {
        if LEFT_BEHIND.iter().any(|end| file.ends_with(end)) {
            findings.push(Finding::of(
                file,
                "is what an editor or a tool left behind; take it away",
            ));
        }
    }
    let contract = section.check_files().find(|file| file.path == CONTRACT);
    let contract = contract.map(|file| String::from_utf8_lossy(file.contents).into_owned());
    let beside = section.check_files().filter(|file| {
        file.path != CONTRACT && !file.path.starts_with("wrong/") && !file.path.starts_with("right/")
    });
    for file in beside.filter(|file| !contract.as_ref().is_some_and(|text| text.contains(file.path))) {
        findings.push(Finding::of(
            format!("checks/{}/{}", section.folder, file.path),
            format!("stands neither in wrong/ nor in right/, and {CONTRACT} does not name it; name it there, in a comment at least, or take it away"),
        ));
    }
    findings
}
