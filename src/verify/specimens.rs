//! Programs that a check is tried on: those in `wrong/` must fail, each for the reason in its head, those in `right/`
//! must pass.

use super::Finding;
use crate::checks::Check;
use crate::lesson::{self, File, Section};

/// A program, and what its head says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Specimen {
    /// Where it stands in the section's folder of `checks/`: `wrong/hangs.py`.
    pub path: &'static str,
    /// The claim that it must fail, and the line of its head that says so; `None` for a program that must pass.
    pub claim: Option<(usize, String)>,
    /// The name of the extra program that it is (`merge`); `None` for the section's own.
    pub program: Option<String>,
}

/// The programs in the folder `folder` (`wrong`) of the check of `section`, sorted by name; none where the section is
/// inside the binary, which does not carry them.
pub fn specimens(section: &Section, folder: &str) -> Vec<Specimen> {
    let mut found: Vec<Specimen> = section
        .check_files()
        .filter(|file| {
            file.path
                .strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/'))
        })
        .map(|file| Specimen {
            path: file.path,
            claim: head(&file, "claim:"),
            program: head(&file, "program:").map(|(_, program)| program),
        })
        .collect();
    found.sort_by_key(|specimen| specimen.path);
    found
}

/// What a comment in `file` that begins with `key` says, and its line.
fn head(file: &File, key: &str) -> Option<(usize, String)> {
    let text = String::from_utf8_lossy(file.contents);
    (1..).zip(text.lines()).find_map(|(number, line)| {
        let comment = line.strip_prefix("# ").or(line.strip_prefix("// "))?;
        Some((number, comment.strip_prefix(key)?.trim().to_owned()))
    })
}

/// What runs the program in the file `path`, by its extension; `None` for a language that has to be compiled, or is not
/// known.
pub fn interpreter(path: &str) -> Option<String> {
    let (_, extension) = path.rsplit_once('.')?;
    let language = lesson::languages()
        .iter()
        .find(|language| language.build.is_none() && language.file("x") == format!("x.{extension}"))?;
    language.run("x").into_iter().next()
}

/// What is wrong with the heads of the programs that `check` is tried on, and with the folder that they stand in.
pub fn specimen_findings(section: &Section, check: &dyn Check) -> Vec<Finding> {
    let mut findings = Vec::new();
    let here = |path: &str| format!("checks/{}/{path}", section.folder);
    let ids: Vec<&str> = check.claims().iter().map(|claim| claim.id).collect();
    let (wrong, right) = (specimens(section, "wrong"), specimens(section, "right"));
    // Section 1 judges no program.
    if section.has_program() && wrong.is_empty() {
        let problem =
            "holds no program that must fail; without one, nobody knows whether the check can fail at all";
        findings.push(Finding::of(here("wrong"), problem));
    }
    for specimen in &wrong {
        match &specimen.claim {
            None => findings.push(Finding::of(
                here(specimen.path),
                "does not say why it must fail; begin it with a line `# claim: ID`",
            )),
            Some((line, claim)) if !ids.contains(&claim.as_str()) => {
                let problem = format!("the check has no claim {claim:?}; it has {}", ids.join(", "));
                findings.push(Finding::at(here(specimen.path), *line, problem));
            }
            Some(_) => {}
        }
    }
    for specimen in right.iter().filter(|specimen| specimen.claim.is_some()) {
        let problem =
            "names a claim that must fail, and stands among those that must pass; move it to wrong/";
        findings.push(Finding::of(here(specimen.path), problem));
    }
    for specimen in wrong.iter().chain(&right) {
        if interpreter(specimen.path).is_none() {
            let problem =
                "cannot be run: no language without a build has files of this extension; take it away";
            findings.push(Finding::of(here(specimen.path), problem));
        }
    }
    findings
}
