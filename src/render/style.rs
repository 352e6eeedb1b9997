//! How wide, and in colour or not.

use std::io::{self, IsTerminal};

use anstream::{AutoStream, ColorChoice};

/// Columns of a pipe, a file, or a terminal that does not say.
const DEFAULT_WIDTH: usize = 80;
/// Narrower than this, tables and formulas would fall apart; a terminal that is narrower wraps the lines itself.
const MIN_WIDTH: usize = 40;
/// Longer lines are hard to read.
const MAX_WIDTH: usize = 100;

/// How text is to be laid out: its width and whether escape sequences may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns wanted; what is used is at least 40 and at most 100.
    pub width: usize,
    /// Whether colour, bold and the like may be used. Without, not a single escape is written, and where the look of
    /// a word matters, signs stand in for it: `code` in backticks, _emphasis_ and *strong* words as in plain mail.
    pub colour: bool,
}

impl Style {
    /// What suits the standard output of this process: the terminal's width and colour, or 80 columns and none in a
    /// pipe. Heeds `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE` and `TERM=dumb`.
    pub fn for_stdout() -> Self {
        let stdout = io::stdout();
        let terminal = if stdout.is_terminal() {
            terminal_size::terminal_size_of(&stdout)
        } else {
            None
        };
        Self::choose(terminal, AutoStream::choice(&stdout))
    }

    /// As [`Style::for_stdout`], for standard error.
    pub fn for_stderr() -> Self {
        let stderr = io::stderr();
        let terminal = if stderr.is_terminal() {
            terminal_size::terminal_size_of(&stderr)
        } else {
            None
        };
        Self::choose(terminal, AutoStream::choice(&stderr))
    }

    fn choose(terminal: Option<(terminal_size::Width, terminal_size::Height)>, choice: ColorChoice) -> Self {
        // A terminal that has not been told its size, as under some CI systems and serial lines, says 0.
        let width = terminal.map_or(0, |(width, _)| usize::from(width.0));
        Self {
            width: if width == 0 { DEFAULT_WIDTH } else { width },
            colour: choice != ColorChoice::Never,
        }
    }

    /// The width within its bounds.
    pub(super) fn width(&self) -> usize {
        self.width.clamp(MIN_WIDTH, MAX_WIDTH)
    }
}

#[cfg(test)]
mod tests {
    use super::Style;
    use anstream::ColorChoice;
    use terminal_size::{Height, Width};

    #[test]
    fn a_pipe_is_80_columns_wide() {
        assert_eq!(
            Style::choose(None, ColorChoice::Never),
            Style {
                width: 80,
                colour: false
            }
        );
    }

    #[test]
    fn a_terminal_that_does_not_know_its_size_is_80_columns_wide() {
        let size = Some((Width(0), Height(0)));
        assert_eq!(
            Style::choose(size, ColorChoice::Always),
            Style {
                width: 80,
                colour: true
            }
        );
    }

    #[test]
    fn the_width_stays_within_bounds() {
        for (columns, used) in [(1, 40), (40, 40), (80, 80), (100, 100), (250, 100)] {
            let style = Style::choose(Some((Width(columns), Height(24))), ColorChoice::Always);
            assert_eq!(style.width(), used, "{columns} columns");
        }
    }
}
