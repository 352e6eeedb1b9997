//! `workshop reset N`

use std::path::Path;

use super::exit::Exit;
use super::{Outcome, ask, language, names, say};
use crate::cli;
use crate::lesson::Section;
use crate::render::Style;
use crate::workspace::{Reset, Workspace};

pub fn reset(dir: Option<&Path>, arguments: &cli::Reset) -> Outcome {
    let workspace = Workspace::find(dir)?;
    let section = names::started(Some(arguments.section), &workspace)?;
    let folder = workspace.section(section);
    let question = format!(
        "{} keeps all that is in it under a dated name, and a fresh starter takes its place.\nReset section {}?",
        say::named(&folder),
        section.number
    );
    let command = format!("workshop reset {} --yes", section.number);
    if !arguments.yes && !ask::confirmed(&question, &command)? {
        say::say("Nothing is reset.\n")?;
        return Ok(Exit::Done);
    }
    // Asked for before the folder has another name: on some systems it cannot be told afterwards.
    let stands_inside = std::env::current_dir().is_ok_and(|current| current.starts_with(&folder));
    let _one_at_a_time = workspace.lock()?;
    let language = language::usual(section, &workspace.progress()?).0;
    let name = language.map_or("", |language| language.name.as_str());
    let reset = workspace.reset(section, name)?;
    say::say(&told(&workspace, section, &reset, stands_inside))?;
    Ok(Exit::Done)
}

fn told(workspace: &Workspace, section: &Section, reset: &Reset, stands_inside: bool) -> String {
    let style = &Style::for_stdout();
    let number = section.number;
    let folder = workspace.section(section);
    let heading = style.strong(&format!("Section {number} begins anew"));
    let mut text = format!("{heading}\n");
    text.push_str(&say::labelled("your work", &say::named(&reset.copy), style));
    if let Some(file) = &reset.settings {
        let table = format!(
            "{}, which is how workshop.toml ran it; it runs the starter now",
            say::shown(file)
        );
        text.push_str(&say::labelled("your settings", &table, style));
    }
    text.push_str(&say::labelled("starter", &say::shown(&folder), style));
    let stays = "your progress, and what runs";
    let stays = if section.lesson.stream == Some(crate::lesson::Stream::Secret) {
        format!("the secret and its commitment, {stays}")
    } else {
        stays.to_owned()
    };
    text.push_str(&say::labelled("stays", &format!("{stays}, as they were"), style));
    if stands_inside {
        text.push_str(&format!(
            "\nThis terminal stands in the folder with your old work now. To the new one:\n  cd {}\n",
            say::word(&folder.display().to_string())
        ));
    }
    text
}
