//! `workshop solution N`

use std::path::Path;

use super::exit::{Exit, Usage};
use super::{Outcome, ask, language, names, say};
use crate::cli;
use crate::lesson::Section;
use crate::render::Style;
use crate::workspace::{SOLUTION_FOLDER, Workspace};

pub fn solution(dir: Option<&Path>, arguments: &cli::Solution) -> Outcome {
    let workspace = Workspace::find(dir)?;
    let section = names::started(Some(arguments.section), &workspace)?;
    let number = section.number;
    let mut progress = workspace.progress()?;
    let language = match &arguments.language {
        Some(name) => asked(section, name)?,
        None => {
            let programs = workspace.programs(section).ok();
            language::of_solution(section, programs.as_ref(), &progress)
                .ok_or_else(|| Usage(format!("section {number} has no solution")))?
        }
    };
    let passed = progress.section(number).passed.is_some();
    let question = format!(
        "Section {number} is not done yet: `workshop hint {number}` says less at a time. Your progress will say that you \
         looked.\nLook at a solution?"
    );
    let command = format!("workshop solution {number} --yes");
    if !passed && !arguments.yes && !ask::confirmed(&question, &command)? {
        say::say("Nothing is shown.\n")?;
        return Ok(Exit::Done);
    }
    let added = workspace.add_solution(section, language)?;
    workspace.update_progress(|progress| progress.section(number).note_solution())?;
    let folder = workspace.section(section).join(SOLUTION_FOLDER);
    let style = Style::for_stdout();
    let heading = match (added.is_empty(), passed) {
        (true, _) => format!("The solution of section {number} is there already, and stays as it is"),
        (false, true) => format!("A solution of section {number}, to compare with yours"),
        (false, false) => {
            format!("A solution of section {number}; your progress notes it as seen before solved")
        }
    };
    let lines: Vec<(String, &str)> = section
        .solution(language)
        .map(|file| {
            let path = say::word(&say::shown(&folder.join(file.path)));
            (format!("less {path}"), "")
        })
        .collect();
    say::say(&say::commands(&heading, &lines, &style))?;
    Ok(Exit::Done)
}

/// The language of that name, in which `section` has a solution.
fn asked(section: &Section, name: &str) -> Result<&'static str, Usage> {
    let wanted = name.to_lowercase();
    let there: Vec<&'static str> = section.solution_languages().collect();
    there
        .iter()
        .copied()
        .find(|there| *there == wanted)
        .ok_or_else(|| {
            Usage(format!(
                "section {} has no solution in {name}; it has: {}",
                section.number,
                there.join(", ")
            ))
        })
}
