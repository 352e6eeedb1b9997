//! Printing, and what every screen has in common.

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;

use crate::render::Style;

/// Prints `text` on standard output as it is.
pub fn say(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .context("cannot write to standard output")
}

/// A line of a list: a label, and beside it what there is to say, wrapped within a column of its own.
pub fn labelled(label: &str, text: &str, style: &Style) -> String {
    let first = format!("  {label:<13}");
    let rest = " ".repeat(first.len());
    let options = textwrap::Options::new(style.width.clamp(40, 100))
        .initial_indent(&first)
        .subsequent_indent(&rest)
        .break_words(false);
    format!("{}\n", textwrap::fill(text, options))
}

/// `text` wrapped between its words; none of them is broken, so that a command or a path can be copied whole.
pub fn wrapped(text: &str, style: &Style) -> String {
    textwrap::fill(text, whole_words(style))
}

/// Lines of at most `style`'s width, which break at blanks alone.
pub fn whole_words<'a>(style: &Style) -> textwrap::Options<'a> {
    textwrap::Options::new(style.width.clamp(40, 100))
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
}

/// `text` as one word of a POSIX shell, whatever is in it.
pub fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:=@".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// A heading and, below it, commands with what each is for.
pub fn commands(heading: &str, lines: &[(String, &str)], style: &Style) -> String {
    let width = lines
        .iter()
        .map(|(command, _)| command.chars().count())
        .max()
        .unwrap_or(0)
        .min(34);
    let mut text = format!("{}\n", style.strong(heading));
    for (command, purpose) in lines {
        let left = width.checked_sub(command.chars().count());
        text.push_str(&format!("  {command}"));
        if !purpose.is_empty() {
            // A command too long for a column of its own has its purpose below it.
            let gap = left.map_or_else(|| format!("\n  {}", " ".repeat(width)), |left| " ".repeat(left));
            text.push_str(&format!("{gap}  {}", style.quiet(purpose)));
        }
        text.push('\n');
    }
    text
}

/// `path` as a student would type it from here.
pub fn shown(path: &Path) -> String {
    let current = std::env::current_dir().ok();
    let relative = current
        .as_deref()
        .and_then(|current| path.strip_prefix(current).ok());
    match relative {
        Some(relative) if relative.as_os_str().is_empty() => ".".into(),
        Some(relative) => relative.display().to_string(),
        None => path.display().to_string(),
    }
}

/// The same for a sentence, in which `.` says nothing to anybody: where it is the folder that this command was typed in,
/// its name.
pub fn named(path: &Path) -> String {
    let shown = shown(path);
    match path.file_name() {
        Some(name) if shown == "." => name.to_string_lossy().into_owned(),
        _ => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn a_shell_reads_a_word_back_as_it_was() {
        for text in ["plain", "a b", "it's", "$HOME `id` \"x\" \\ *", "line\nbreak", ""] {
            let script = format!("printf %s {}", word(text));
            let output = std::process::Command::new("sh")
                .args(["-c", &script])
                .output()
                .expect("a shell");
            assert_eq!(String::from_utf8_lossy(&output.stdout), text);
        }
    }
}
