//! What is looked for in the ledger, as it stands in the address.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::list::Listed;
use crate::page::view::Asked;

/// What is searched for is no longer, in characters.
pub(super) const LONGEST_SEARCH: usize = 200;

/// Whose messages are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Live,
    Check,
}

impl Source {
    pub const ALL: [Self; 2] = [Self::Live, Self::Check];

    /// Its name in an address.
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Check => "check",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Live => "The live workshop",
            Self::Check => "The last check",
        }
    }
}

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub source: Option<Source>,
    pub scenario: Option<String>,
    pub find: String,
    /// The name of a fate; empty for all.
    pub fate: String,
    pub page: usize,
    pub message: Option<u64>,
}

impl Wanted {
    pub fn of(asked: &Asked) -> Self {
        let text = |name| {
            let value = asked.parameter(name)?;
            let text = String::from_utf8_lossy(&value).trim().to_owned();
            (!text.is_empty()).then_some(text)
        };
        let short = |name| {
            let text: String = text(name).unwrap_or_default();
            text.chars().take(LONGEST_SEARCH).collect()
        };
        let source = text("of");
        Self {
            source: Source::ALL
                .into_iter()
                .find(|one| source.as_deref() == Some(one.name())),
            scenario: text("scenario"),
            find: short("find"),
            fate: short("fate"),
            page: text("page").and_then(|page| page.parse().ok()).unwrap_or(0),
            message: text("message").and_then(|message| message.parse().ok()),
        }
    }

    /// The number that is searched for, where it is one: that is one message's.
    pub fn number(&self) -> Option<u64> {
        self.find.strip_prefix('#').unwrap_or(&self.find).parse().ok()
    }

    /// Whether a message is meant: by its number or by what stands in it, and by what it came to.
    pub fn finds(&self, one: &impl Listed) -> bool {
        let is_meant = || self.number() == Some(one.message()) || one.says(&self.find);
        (self.fate.is_empty() || self.fate == one.fate().name) && (self.find.is_empty() || is_meant())
    }

    /// The address of the same, but for `page` and `message`.
    pub fn link(&self, source: Source, scenario: Option<&str>, page: usize, message: Option<u64>) -> String {
        let word = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let mut link = format!("/ledger?of={}", source.name());
        if let Some(scenario) = scenario {
            link += &format!("&scenario={}", word(scenario));
        }
        if !self.find.is_empty() {
            link += &format!("&find={}", word(&self.find));
        }
        if !self.fate.is_empty() {
            link += &format!("&fate={}", word(&self.fate));
        }
        if page > 0 {
            link += &format!("&page={page}");
        }
        if let Some(message) = message {
            link += &format!("&message={message}#life");
        }
        link
    }
}
