//! What `check --watch` shows besides the pages of its checks.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use super::subject::Place;
use crate::commands::say;
use crate::render::{Style, untrusted};

/// Clears a terminal, and goes to its first line.
const CLEAR: &str = "\u{1b}[2J\u{1b}[H";

/// So many names of files are shown.
const MOST_NAMES: usize = 3;

/// Standard output, while there are checks after each save.
pub struct Screen<'a> {
    place: &'a Place,
    style: Style,
    terminal: bool,
    /// Whether only documents are printed.
    json: bool,
}

impl<'a> Screen<'a> {
    /// The screen of a watch of `place`; with `json`, it shows nothing of its own.
    pub fn of(place: &'a Place, json: bool) -> Self {
        Self {
            place,
            style: Style::for_stdout(),
            terminal: io::stdout().is_terminal(),
            json,
        }
    }

    /// Says that a check begins, and because of what.
    pub fn begin(&self, saved: &[PathBuf]) -> anyhow::Result<()> {
        if self.json {
            return Ok(());
        }
        let time = jiff::Zoned::now().strftime("%H:%M:%S").to_string();
        let why = match saved {
            [] => format!("section {} is being watched", self.place.section.number),
            saved => format!("{} saved", self.names(saved)),
        };
        let clear = if self.terminal { CLEAR } else { "" };
        say::say(&format!(
            "{clear}{}\n\n",
            self.style.quiet(&format!("{time}  {why}"))
        ))
    }

    /// Says what is waited for; and what was `written` while the check was at work, which led to no other one.
    pub fn wait(&self, written: &[PathBuf]) -> anyhow::Result<()> {
        if self.json {
            return Ok(());
        }
        let mut text = String::new();
        if !written.is_empty() {
            text.push_str(&format!(
                "\n{} changed during the check, as your program's own files do; save again what you wrote yourself.\n",
                self.names(written)
            ));
        }
        let folder = untrusted(&say::named(&self.place.directory), 60);
        let answers = untrusted(&say::shown(&self.place.directory.join("answers.toml")), 80);
        let what = if !self.place.section.has_program() {
            format!(
                "Section {} has no program: waiting for a save of {answers}. Check again by hand after you \
                 have changed what runs.",
                self.place.section.number
            )
        } else if self.place.is_own() {
            format!("Waiting for a save in {folder} or of workshop.toml.")
        } else {
            format!("Waiting for a save in {folder}.")
        };
        text.push_str(&format!(
            "\n{}\n",
            self.style.quiet(&format!("{what} Ctrl-C ends."))
        ));
        if !self.terminal {
            text.push('\n');
        }
        say::say(&text)
    }

    fn names(&self, paths: &[PathBuf]) -> String {
        let mut names: Vec<String> = paths
            .iter()
            .take(MOST_NAMES)
            .map(|path| {
                let inside = path.strip_prefix(&self.place.directory).ok();
                let name = inside
                    .or(path.file_name().map(std::path::Path::new))
                    .unwrap_or(path);
                untrusted(&name.to_string_lossy(), 60)
            })
            .collect();
        if let more @ 1.. = paths.len().saturating_sub(MOST_NAMES) {
            names.push(format!("{more} more"));
        }
        match names.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => names.concat(),
        }
    }
}
