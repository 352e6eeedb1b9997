//! A report as HTML, from the record that the check left.

use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use crate::checks::{self, Explanation, Report, Verdict, explained};
use crate::lesson::Section;
use crate::page::records::{Record, Records, Seen};
use crate::render::untrusted;

/// The reports that were judged, so that each record is judged once.
#[derive(Debug, Default)]
pub(super) struct Reports(Mutex<Vec<(Seen, Markup)>>);

impl Reports {
    /// What the last check of `section` found out.
    pub async fn last(&self, records: &Records, section: &'static Section) -> Markup {
        let seen = match records.seen(Some(section.number)) {
            Some(Ok(seen)) => seen,
            Some(Err(why)) => return html! { p.quiet { (why) } },
            None => return no_check_yet(section.number),
        };
        if let Some(markup) = self.known(&seen) {
            return markup;
        }
        let record = match records.read(seen).await {
            Ok(record) => record,
            Err(why) => return html! { p.quiet { (untrusted(&why, 600)) } },
        };
        let seen = record.seen.clone();
        // It may take a moment, and the servers share this thread.
        let judged =
            tokio::task::spawn_blocking(move || Some(shown(&judge(&record, section)?, record.seen.written)));
        match judged.await {
            Ok(Some(markup)) => {
                self.remember(seen, markup.clone());
                markup
            }
            Ok(None) => html! { p.quiet { "This section has no check." } },
            Err(_) => {
                html! { p.quiet { "This record cannot be judged; " code { "workshop judge" } " may say why." } }
            }
        }
    }

    fn known(&self, seen: &Seen) -> Option<Markup> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, markup) = known.iter().find(|(one, _)| one == seen)?;
        Some(markup.clone())
    }

    fn remember(&self, seen: Seen, markup: Markup) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // One for each section is all that is ever asked for again.
        if known.len() >= crate::lesson::sections().len() {
            known.remove(0);
        }
        known.push((seen, markup));
    }
}

fn no_check_yet(section: u8) -> Markup {
    html! {
        div.card {
            p {
                strong { "There was no check of this section yet." }
                " The button runs one, and tells here what is right, what is not, and why. To begin with the section:"
            }
            pre { code { "workshop start " (section) } }
        }
    }
}

/// Judges the record again; `None` where the section has no check.
fn judge(record: &Record, section: &Section) -> Option<Report> {
    let whole = &record.whole;
    Some(Report::of(
        checks::of_section(section.number)?,
        &whole.history,
        whole.seed,
        whole.command.clone(),
        record.seen.folder(),
        whole.duration_ms,
    ))
}

fn shown(report: &Report, written: Option<SystemTime>) -> Markup {
    let required = report.claims.iter().filter(|claim| claim.required);
    let held = required
        .clone()
        .filter(|claim| claim.verdict == Verdict::Pass)
        .count();
    let (class, word) = match report.verdict {
        Verdict::Pass => ("pass", "Passed"),
        Verdict::Fail => ("fail", "Not yet"),
        Verdict::CouldNotTell => ("unknown", "Could not tell"),
    };
    let at = written
        .and_then(|written| Timestamp::try_from(written).ok())
        .map(|at| {
            at.to_zoned(TimeZone::system())
                .strftime("%A, %H:%M:%S")
                .to_string()
        });
    html! {
        p class={ "verdict " (class) } {
            strong { (word) } ": " (held) " of " (required.count()) " required claims hold"
            span.quiet {
                " (" (format!("{:.1}", report.duration_ms as f64 / 1000.0)) " s"
                @if let Some(at) = at { ", " (at) }
                ")"
            }
        }
        ul.claims {
            @for (claim, explanation) in explained(report) {
                @let (class, sign, word) = match claim.verdict {
                    Verdict::Pass => ("pass", "✓", "holds"),
                    Verdict::Fail => ("fail", "✗", "does not hold"),
                    Verdict::CouldNotTell => ("unknown", "?", "could not be told"),
                };
                li class=(class) {
                    h2 {
                        span.sign aria-hidden="true" { (sign) }
                        span.title { (claim.title) }
                        span.hidden { ": " (word) }
                        code.id { (claim.id) }
                        @if !claim.required { span.extra { "extra" } }
                    }
                    (explanation_of(&explanation))
                }
            }
        }
        @for remark in &report.remarks {
            p.remark { (remark) }
        }
        // Where no program is judged, no numbers are drawn.
        @if !report.command.is_empty() {
            p.quiet {
                "The same numbers again: " code { "workshop check " (report.section) " --seed " (report.seed) }
            }
        }
        p.quiet.record { "The record: " code { (report.run) } }
    }
}

fn explanation_of(explanation: &Explanation) -> Markup {
    match explanation {
        Explanation::Nothing => html! {},
        Explanation::SameReason => html! { div.why { p { "For the same reason." } } },
        Explanation::Full { compared, passages } => html! {
            div.why {
                @if let Some((expected, received)) = compared {
                    dl {
                        dt { "expected" } dd { (expected) }
                        dt { "received" } dd { (received) }
                    }
                }
                @for passage in passages {
                    // What is indented is quoted (a traceback, columns): its shape is its meaning.
                    @if passage[0].starts_with(' ') {
                        pre tabindex="0" { @for line in passage { (line) "\n" } }
                    } @else {
                        @for line in passage { p { (line) } }
                    }
                }
            }
        },
    }
}
