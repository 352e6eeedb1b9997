//! `workshop progress`

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::exit::Exit;
use super::{Outcome, say};
use crate::lesson;
use crate::render::{self, Style};
use crate::workspace::{SectionProgress, Workspace};

pub fn progress(dir: Option<&Path>) -> Outcome {
    let workspace = Workspace::find(dir)?;
    let mut progress = workspace.progress()?;
    let rows: Vec<Vec<String>> = lesson::sections()
        .iter()
        .map(|section| {
            let done = progress.section(section.number);
            vec![
                format!("{} · {}", section.number, section.lesson.title),
                date(done.started),
                date(done.passed),
                revealed(done),
                solution(done),
            ]
        })
        .collect();
    let style = Style::for_stdout();
    say::say(&render::table(
        &["section", "started", "done", "secret", "solution"],
        &rows,
        &style,
    ))?;
    Ok(Exit::Done)
}

fn revealed(progress: &SectionProgress) -> String {
    match progress.revealed {
        Some(_) if progress.revealed_before_solved() => "revealed before solved".into(),
        Some(_) => format!("revealed {}", date(progress.revealed)),
        None => "-".into(),
    }
}

fn solution(progress: &SectionProgress) -> String {
    match progress.solution {
        Some(_) if progress.solution_before_solved() => "seen before solved".into(),
        Some(_) => format!("seen {}", date(progress.solution)),
        None => "-".into(),
    }
}

fn date(time: Option<Timestamp>) -> String {
    time.map_or("-".into(), |time| {
        time.to_zoned(TimeZone::system()).strftime("%Y-%m-%d").to_string()
    })
}
