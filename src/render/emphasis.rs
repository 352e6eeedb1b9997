//! Words that a report sets apart: plain where there is no colour.

use anstyle::{AnsiColor, Style as Look};

use super::Style;

impl Style {
    /// A heading.
    pub fn strong(&self, text: &str) -> String {
        self.look(Look::new().bold(), text)
    }

    /// What need not be read.
    pub fn quiet(&self, text: &str) -> String {
        self.look(Look::new().dimmed(), text)
    }

    /// What holds.
    pub fn good(&self, text: &str) -> String {
        self.look(AnsiColor::Green.on_default().bold(), text)
    }

    /// What does not hold.
    pub fn bad(&self, text: &str) -> String {
        self.look(AnsiColor::Red.on_default().bold(), text)
    }

    /// What is not known, or should be looked at.
    pub fn doubtful(&self, text: &str) -> String {
        self.look(AnsiColor::Yellow.on_default().bold(), text)
    }

    fn look(&self, look: Look, text: &str) -> String {
        if self.colour {
            format!("{look}{text}{look:#}")
        } else {
            text.to_owned()
        }
    }
}
