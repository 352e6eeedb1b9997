//! `workshop list`

use std::path::Path;

use super::exit::Exit;
use super::{Outcome, say};
use crate::lesson::{self, Section};
use crate::render::{self, Style};
use crate::workspace::{Progress, Workspace};

pub fn list(dir: Option<&Path>) -> Outcome {
    // Somebody who has no workspace yet wants to know what there is.
    let mut progress = match Workspace::find(dir) {
        Ok(workspace) => workspace.progress()?,
        Err(_) => Progress::default(),
    };
    let rows: Vec<Vec<String>> = lesson::sections()
        .iter()
        .map(|section| row(section, &mut progress))
        .collect();
    let table = render::table(&["section", "minutes", "you"], &rows, &Style::for_stdout());
    say::say(&format!("{table}\n{}", next(&progress)))?;
    Ok(Exit::Done)
}

fn row(section: &Section, progress: &mut Progress) -> Vec<String> {
    let current = progress.current_section == Some(section.number);
    let done = progress.section(section.number);
    let state = match (done.passed, done.started) {
        (Some(_), _) => "done",
        (None, Some(_)) if current => "at work on it",
        (None, Some(_)) => "begun",
        (None, None) => "",
    };
    vec![
        format!("{} · {}", section.number, section.lesson.title),
        section.lesson.minutes.to_string(),
        state.to_owned(),
    ]
}

/// What to type next.
fn next(progress: &Progress) -> String {
    let noted = |section: &Section| progress.sections.get(&section.number);
    let open = |section: &&Section| noted(section).is_none_or(|section| section.passed.is_none());
    match lesson::sections().iter().find(open) {
        Some(section) if noted(section).is_some_and(|section| section.started.is_some()) => {
            format!("`workshop start {}` goes on.\n", section.number)
        }
        Some(section) => format!("`workshop start {0}` begins section {0}.\n", section.number),
        None => "You have done them all.\n".into(),
    }
}
