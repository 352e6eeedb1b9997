//! What can be seen of a section without running anything.

use super::Finding;
use super::claims::{answer_findings, claim_findings};
use super::folders::{solution_findings, stray_findings};
use super::script::steps;
use super::specimens::specimen_findings;
use super::starters::starter_findings;
use super::text::text_faults;
use crate::checks;
use crate::lesson::Section;

/// A ladder of hints has so many rungs.
const HINTS: usize = 3;

/// What is wrong with `section`, as far as that can be seen without running anything.
pub fn inspect(section: &Section) -> Vec<Finding> {
    let folder = section.folder;
    let lesson = format!("lessons/{folder}/lesson.md");
    let above = section.lesson.first_line - 1;
    let text = text_faults(&section.lesson.title, section.lesson.markdown);
    let mut findings: Vec<Finding> = text
        .into_iter()
        .map(|(line, problem)| Finding::at(&lesson, above + line, problem))
        .collect();
    if let Err(error) = steps(section.lesson.markdown) {
        findings.push(Finding::at(&lesson, above + error.line, error.problem));
    }
    findings.extend(hints(section));
    findings.extend(starter_findings(section));
    findings.extend(solution_findings(section));
    findings.extend(stray_findings(section));
    match checks::of_section(section.number) {
        Some(check) => {
            findings.extend(claim_findings(section, check));
            findings.extend(answer_findings(section, check));
            // A section inside the binary comes without them.
            if section.course().is_some() {
                findings.extend(specimen_findings(section, check));
            }
        }
        None => findings.push(Finding::of(
            format!("checks/{folder}"),
            "there is no check of this section, so nobody could pass it; write one",
        )),
    }
    findings.sort();
    findings
}

fn hints(section: &Section) -> Vec<Finding> {
    let file = format!("lessons/{}/hints.md", section.folder);
    let mut findings = Vec::new();
    if section.hints.len() != HINTS {
        findings.push(Finding::of(
            &file,
            format!(
                "has {} hints; write {HINTS}, each under a heading of the second level and saying more than the last",
                section.hints.len()
            ),
        ));
    }
    if section.hints.iter().any(|hint| hint.is_empty()) {
        findings.push(Finding::of(&file, "has a hint without a text; write it"));
    }
    findings
}
