//! `workshop hint`

use std::path::Path;

use anyhow::Context as _;

use super::exit::{Exit, Usage};
use super::{Outcome, names, say};
use crate::cli;
use crate::render::{self, Style};
use crate::workspace::Workspace;

pub fn hint(dir: Option<&Path>, arguments: &cli::Hint) -> Outcome {
    let workspace = Workspace::find(dir)?;
    let section = names::started(arguments.section, &workspace)?;
    let number = section.number;
    let all = section.hints.len();
    let seen = workspace.progress()?.section(number).hints.min(all);
    let shown = match (arguments.again, seen) {
        (true, 0) => {
            return Err(Usage(format!(
                "you have seen no hint of section {number} yet; `workshop hint {number}` shows the first"
            ))
            .into());
        }
        (true, seen) => 0..seen,
        (false, seen) if seen == all => {
            let said = format!(
                "You have seen all {all} hints of section {number}; `workshop hint {number} --again` shows them again."
            );
            say::say(&format!("{}\n", say::wrapped(&said, &Style::for_stdout())))?;
            return Ok(Exit::Done);
        }
        (false, seen) => seen..seen + 1,
    };
    let style = Style::for_stdout();
    let mut text = String::new();
    for (index, hint) in section.hints.iter().enumerate() {
        if shown.contains(&index) {
            let heading = style.strong(&format!("Section {number}, hint {} of {all}", index + 1));
            text.push_str(&format!("{heading}\n\n{}\n", render::lesson(hint, &style)));
        }
    }
    if !arguments.again && shown.end < all {
        text.push_str(&style.quiet("`workshop hint` again says more.\n"));
    }
    say::say(&text)?;
    // Once it was on the screen: one that could not be printed was not seen.
    if shown.end > seen {
        let noted = workspace.update_progress(|progress| {
            let hints = &mut progress.section(number).hints;
            *hints = (*hints).max(shown.end);
        });
        noted.context("this hint is shown, but that cannot be noted, so it comes again")?;
    }
    Ok(Exit::Done)
}
