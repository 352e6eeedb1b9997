//! `workshop lesson N`

use std::path::Path;

use anyhow::Context as _;

use super::exit::Exit;
use super::{Outcome, names};
use crate::render::{self, Style};
use crate::workspace::Workspace;

pub fn lesson(dir: Option<&Path>, section: Option<u8>) -> Outcome {
    let section = match section {
        Some(number) => names::section(number)?,
        None => names::section_or_current(None, &Workspace::find(dir)?)?,
    };
    render::pager(&render::lesson(section.lesson.markdown, &Style::for_stdout()))
        .context("cannot write to standard output")?;
    Ok(Exit::Done)
}
