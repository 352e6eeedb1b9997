//! `workshop verify`

use anyhow::Context as _;

use super::exit::Exit;
use super::{Outcome, names, say};
use crate::cli;
use crate::lesson::{self, Section};
use crate::render::{Style, untrusted};
use crate::verify;

/// No complaint is longer.
const LONGEST: usize = 20_000;

pub fn verify(arguments: &cli::Verify) -> Outcome {
    let sections: Vec<&Section> = match arguments.section {
        Some(number) => vec![names::section(number)?],
        None => lesson::sections().iter().collect(),
    };
    let executable = std::env::current_exe().context("cannot tell where the workshop command is")?;
    let style = Style::for_stdout();
    let mut sound = true;
    for section in sections {
        let runtime = super::runtime()?;
        let followed = runtime.block_on(verify::follow(section, &executable));
        let (mark, text) = match followed {
            Ok(commands) => (
                style.good("✓"),
                format!("{commands} commands print what the lesson shows"),
            ),
            Err(error) => {
                sound = false;
                (style.bad("✗"), format!("{error:#}"))
            }
        };
        let lines: Vec<String> = text.lines().map(|line| untrusted(line, LONGEST)).collect();
        say::say(&format!("{mark} {}: {}\n", section.folder, lines.join("\n")))?;
    }
    Ok(if sound { Exit::Done } else { Exit::Failed })
}
