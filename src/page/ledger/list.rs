//! The messages that were found, and what they are searched by.

use maud::{Markup, html};

use super::life::{Fate, Life, shown, strip};
use super::wanted::{LONGEST_SEARCH, Source, Wanted};
use crate::render::untrusted;

/// Messages on a page, and the columns of each one's text.
const ON_A_PAGE: usize = 50;
const COLUMNS: usize = 60;

/// A message in a long list: its life is told only where it is shown.
pub(super) trait Listed {
    /// Its number.
    fn message(&self) -> u64;
    /// What it came to.
    fn fate(&self) -> Fate;
    /// Whether `text` stands in it.
    fn says(&self, text: &str) -> bool;
    /// Its life.
    fn life(&self) -> Life;
}

/// Whose lives are listed.
pub(super) struct Told<'a, L> {
    pub source: Source,
    /// The experiment, and all of them, where there are any.
    pub scenario: Option<(&'a str, &'a [String])>,
    /// In the order in which they are listed.
    pub messages: &'a [L],
    /// What a message can have come to.
    pub fates: &'a [Fate],
    /// What the signs of the rows mean.
    pub legend: &'static str,
}

impl<L: Listed> Told<'_, L> {
    fn link(&self, wanted: &Wanted, page: usize, message: Option<u64>) -> String {
        wanted.link(
            self.source,
            self.scenario.map(|(chosen, _)| chosen),
            page,
            message,
        )
    }

    /// The life that is opened: the one that was clicked, or whose number was typed.
    pub fn opened(&self, wanted: &Wanted) -> Option<Life> {
        let message = wanted.message.or(wanted.number())?;
        let opened = self.messages.iter().find(|one| one.message() == message)?;
        Some(opened.life())
    }

    /// What is searched by.
    pub fn form(&self, wanted: &Wanted) -> Markup {
        let count = |fate: Fate| self.messages.iter().filter(|one| one.fate() == fate).count();
        html! {
            form.asks.card method="get" action="/ledger" {
                input type="hidden" name="of" value=(self.source.name());
                @if let Some((chosen, scenarios)) = self.scenario {
                    label { "Experiment" select name="scenario" {
                        @for name in scenarios {
                            option value=(name) selected[name == chosen] { (untrusted(name, COLUMNS)) }
                        }
                    } }
                }
                label { "Message" input type="search" name="find" value=(wanted.find) maxlength=(LONGEST_SEARCH) placeholder="17, or 0.4321"; }
                label { "Came to" select name="fate" {
                    option value="" { "anything" }
                    @for fate in self.fates {
                        @let many = count(*fate);
                        @let is_wanted = wanted.fate == fate.name;
                        @if many > 0 || is_wanted {
                            option value=(fate.name) selected[is_wanted] { (fate.label) " (" (grouped(many)) ")" }
                        }
                    }
                } }
                button type="submit" { "Show" }
            }
        }
    }

    /// A page of those that are found; `opened` is the number of the life that is told beside it.
    pub fn table(&self, wanted: &Wanted, opened: Option<u64>) -> Markup {
        let found: Vec<&L> = self.messages.iter().filter(|one| wanted.finds(*one)).collect();
        let pages = found.len().div_ceil(ON_A_PAGE);
        let page = wanted.page.min(pages.saturating_sub(1));
        html! {
            h2 {
                (grouped(found.len())) @if found.len() == 1 { " message" } @else { " messages" }
                @if pages > 1 { ", page " (page + 1) " of " (pages) }
            }
            @if found.is_empty() { p { "None is like that." } } @else {
                div.scrolled {
                    table.messages {
                        thead { tr { th scope="col" { "#" } th scope="col" { "message" } th scope="col" { "life" } th scope="col" { "came to" } } }
                        tbody {
                            @for one in found.iter().skip(page * ON_A_PAGE).take(ON_A_PAGE) {
                                @let life = one.life();
                                (row(&life, &self.link(wanted, page, Some(life.message)), opened == Some(life.message)))
                            }
                        }
                    }
                }
                p.quiet aria-hidden="true" { (self.legend) }
                nav.pages aria-label="Pages" {
                    @if page > 0 { a.button.plain href=(self.link(wanted, page - 1, None)) { "← Before" } }
                    @if page + 1 < pages { a.button.plain href=(self.link(wanted, page + 1, None)) { "After →" } }
                }
            }
        }
    }
}

fn row(life: &Life, link: &str, is_opened: bool) -> Markup {
    html! {
        tr.opened[is_opened] {
            th scope="row" { a href=(link) aria-current=[is_opened.then_some("true")] { (life.message) } }
            td.text { (shown(&life.text, COLUMNS)) }
            td.strip { (strip(life)) }
            td { (life.fate.badge()) }
        }
    }
}

/// A count with its thousands apart, as the rest of the page has them.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_stand_apart() {
        let shown = [0, 7, 999, 1000, 10_000, 123_456, 1_234_567].map(grouped);
        assert_eq!(
            shown,
            ["0", "7", "999", "1,000", "10,000", "123,456", "1,234,567"]
        );
    }
}
