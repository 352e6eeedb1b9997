//! `workshop man`

use std::path::Path;

use anyhow::Context as _;
use clap::CommandFactory as _;

use super::exit::Exit;
use super::{Outcome, say};
use crate::cli::Cli;
use crate::render::Style;

pub fn man(folder: &Path) -> Outcome {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    clap_mangen::generate_to(Cli::command(), folder)
        .with_context(|| format!("cannot write manual pages into {}", folder.display()))?;
    let said = format!(
        "The manual pages are in {}; `man {}` shows the first.",
        say::shown(folder),
        say::word(&say::shown(&folder.join("workshop.1")))
    );
    say::say(&format!("{}\n", say::wrapped(&said, &Style::for_stdout())))?;
    Ok(Exit::Done)
}
