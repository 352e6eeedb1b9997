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
    say::say(&if style.width < NARROWEST_TABLE {
        list(&rows)
    } else {
        render::table(HEADER, &rows, &style)
    })?;
    Ok(Exit::Done)
}

const HEADER: &[&str] = &["section", "started", "done", "secret", "solution"];

/// In fewer columns, the words of a table would be cut to pieces.
const NARROWEST_TABLE: usize = 64;

/// The same for a narrow terminal: below each section, a line for each thing that there is to say of it.
fn list(rows: &[Vec<String>]) -> String {
    let section = |row: &Vec<String>| {
        let said = row.iter().zip(HEADER).skip(1).filter(|(cell, _)| *cell != "-");
        let lines: String = said.map(|(cell, name)| format!("  {name:<8} {cell}\n")).collect();
        let lines = if lines.is_empty() {
            "  not started\n".into()
        } else {
            lines
        };
        format!("{}\n{lines}", row[0])
    };
    rows.iter().map(section).collect()
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
