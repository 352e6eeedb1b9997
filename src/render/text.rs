//! Styled text: spans, lines, and how they look in a terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Escapes};
use unicode_width::UnicodeWidthStr;

use super::Style;

/// How a piece of text looks; what that means on a terminal is for [`paint`] alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Look {
    pub(super) strong: bool,
    pub(super) emphasis: bool,
    pub(super) kind: Kind,
}

impl Look {
    /// The look of a kind of text, neither strong nor emphasised.
    pub(super) const fn of(kind: Kind) -> Self {
        Self {
            strong: false,
            emphasis: false,
            kind,
        }
    }
}

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    #[default]
    Prose,
    Heading,
    /// Code within a sentence.
    Code,
    /// A formula within a sentence.
    Math,
    /// The words of a link.
    Link,
    /// Frames, bars and whatever else should not catch the eye.
    Quiet,
    /// A command that the reader is to type.
    Command,
    Keyword,
    Literal,
    Comment,
}

/// A piece of text with one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) text: String,
    pub(super) look: Look,
    /// Whether a line may end at the spaces inside.
    pub(super) breakable: bool,
}

impl Span {
    pub(super) fn new(text: impl Into<String>, kind: Kind) -> Self {
        Self {
            text: text.into(),
            look: Look::of(kind),
            breakable: true,
        }
    }

    /// Spaces, to indent or to fill up.
    pub(super) fn spaces(columns: usize) -> Self {
        Self::new(" ".repeat(columns), Kind::Prose)
    }
}

/// One line of a screen.
pub(super) type Line = Vec<Span>;

/// Columns that a line takes.
pub(super) fn width(line: &[Span]) -> usize {
    line.iter().map(|span| span.text.width()).sum()
}

/// Puts lines together, each ended by a newline, with escape sequences where the style allows them.
pub(super) fn paint(lines: &[Line], style: &Style) -> String {
    let mut painted = String::new();
    for line in lines {
        // Blanks at the end of a line are nothing to see, and a nuisance in whatever is copied.
        let end = line
            .iter()
            .rposition(|span| !span.text.trim_end().is_empty())
            .map_or(0, |last| last + 1);
        for (index, span) in line[..end].iter().enumerate() {
            let text = if index + 1 == end {
                span.text.trim_end()
            } else {
                &span.text
            };
            let escapes = if style.colour {
                escapes(span.look)
            } else {
                Escapes::new()
            };
            // A span at a time, so that every line stands alone: `grep` and `less` cut text into lines.
            write!(painted, "{escapes}{text}{escapes:#}").expect("writing to a String cannot fail");
        }
        painted.push('\n');
    }
    painted
}

/// The sixteen colours, so that the reader's own theme decides what is legible.
fn escapes(look: Look) -> Escapes {
    let plain = Escapes::new();
    let escapes = match look.kind {
        Kind::Prose => plain,
        Kind::Heading => plain.bold().fg_color(Some(AnsiColor::Cyan.into())),
        Kind::Code | Kind::Literal => plain.fg_color(Some(AnsiColor::Green.into())),
        Kind::Math => plain.italic(),
        Kind::Link => plain.underline(),
        Kind::Quiet | Kind::Comment => plain.dimmed(),
        Kind::Command => plain.bold(),
        Kind::Keyword => plain.fg_color(Some(AnsiColor::Magenta.into())),
    };
    let escapes = if look.strong { escapes.bold() } else { escapes };
    if look.emphasis { escapes.italic() } else { escapes }
}
