//! Whether the lesson, the answers and the check speak of the same claims and questions.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::Finding;
use crate::checks::{Check, ClaimHead};
use crate::lesson::Section;

/// What stands above the column of a lesson's table in which the claims are.
const HEADING: &str = "claim";

/// A claim that a lesson's table names.
struct Named {
    line: usize,
    id: String,
    /// Whether it stands there in **bold**, as a claim that the section needs.
    strong: bool,
}

/// What is wrong with the claims that the lesson of `section` names: its table has each claim of `check`, the required
/// ones in bold, the extra ones in italics.
pub fn claim_findings(section: &Section, check: &dyn Check) -> Vec<Finding> {
    let file = format!("lessons/{}/lesson.md", section.folder);
    let named = named(section.lesson.markdown);
    let ids: Vec<&str> = check.claims().iter().map(|claim| claim.id).collect();
    let mut findings = Vec::new();
    for name in &named {
        let line = section.lesson.first_line - 1 + name.line;
        match check.claims().iter().find(|claim| claim.id == name.id) {
            None => findings.push(Finding::at(
                &file,
                line,
                format!("the check has no claim {:?}; it has {}", name.id, ids.join(", ")),
            )),
            Some(claim) if claim.required != name.strong => {
                findings.push(Finding::at(&file, line, emphasis(claim)))
            }
            Some(_) => {}
        }
    }
    for id in ids.iter().filter(|id| !named.iter().any(|name| name.id == **id)) {
        findings.push(Finding::of(
            &file,
            format!("no table of claims (`| {HEADING} | … |`) names {id:?}, which the check has; add a row"),
        ));
    }
    findings
}

fn emphasis(claim: &ClaimHead) -> String {
    match claim.required {
        true => format!("the claim {0:?} is required; write it in bold, **{0}**", claim.id),
        false => format!(
            "the claim {0:?} is an extra; write it in italics, *{0}*",
            claim.id
        ),
    }
}

/// The first cells of each row of each table whose first column is called [`HEADING`].
fn named(markdown: &str) -> Vec<Named> {
    let mut named = Vec::new();
    let (mut column, mut of_claims, mut in_head) = (0, false, false);
    let mut cell = (String::new(), false);
    for (event, range) in Parser::new_ext(markdown, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::TableHead) => (column, in_head) = (0, true),
            Event::Start(Tag::TableRow) => (column, in_head) = (0, false),
            Event::Start(Tag::TableCell) => cell = (String::new(), false),
            Event::Start(Tag::Strong) => cell.1 = true,
            Event::Text(text) | Event::Code(text) => cell.0.push_str(&text),
            Event::End(TagEnd::TableCell) => {
                let (text, strong) = std::mem::take(&mut cell);
                if column == 0 && in_head {
                    of_claims = text == HEADING;
                } else if column == 0 && of_claims {
                    let line = 1 + markdown[..range.start].matches('\n').count();
                    named.push(Named {
                        line,
                        id: text,
                        strong,
                    });
                }
                column += 1;
            }
            _ => {}
        }
    }
    named
}

/// What is wrong with the `answers.toml` of `section`: it asks what `check` knows, and nothing else.
pub fn answer_findings(section: &Section, check: &dyn Check) -> Vec<Finding> {
    let file = format!("lessons/{}/starter/answers.toml", section.folder);
    let answers = section.common().find(|file| file.path == "answers.toml");
    let text = answers.map(|file| String::from_utf8_lossy(file.contents).into_owned());
    let text = text.unwrap_or_default();
    let asked: Vec<(usize, &str)> = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim_start().starts_with('#'))
        .filter_map(|(number, line)| Some((number, line.split_once('=')?.0.trim())))
        .collect();
    let known = check.questions();
    let mut findings: Vec<Finding> = asked
        .iter()
        .filter(|(_, name)| !known.contains(name))
        .map(|(line, name)| {
            let problem = format!("the check knows no question {name:?}; it knows {}", list(&known));
            Finding::at(&file, *line, problem)
        })
        .collect();
    findings.extend(
        known
            .iter()
            .filter(|name| !asked.iter().any(|(_, asked)| asked == *name))
            .map(|name| {
                Finding::of(
                    &file,
                    format!("the check asks {name:?}, so there must be a line `{name} =`"),
                )
            }),
    );
    findings
}

fn list(names: &[&str]) -> String {
    match names {
        [] => "none".into(),
        names => names.join(", "),
    }
}
