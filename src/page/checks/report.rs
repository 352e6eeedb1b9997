//! A report as HTML, from the record that the check left.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use crate::arena::WholeRecord;
use crate::checks::{self, Explanation, Report, Verdict, explained, overall};
use crate::lesson::Section;
use crate::workspace::{RunFolder, Workspace};

/// A record that is longer than this is not judged for the page: a browser would wait for too long. The terminal's own
/// report has said what there is to say.
const LONGEST_RECORD: u64 = 256 << 20;

/// The file of a record, as it was when it was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    path: std::path::PathBuf,
    length: u64,
    written: Option<SystemTime>,
}

impl Seen {
    fn of(run: &RunFolder) -> Option<Self> {
        let path = run.record();
        let metadata = path.metadata().ok()?;
        Some(Self {
            path,
            length: metadata.len(),
            written: metadata.modified().ok(),
        })
    }
}

/// Changes whenever the last record of `section` does.
pub(super) fn version(workspace: &Workspace, section: u8) -> Option<String> {
    let seen = Seen::of(&workspace.last_run_of(section)?)?;
    let name = seen.path.parent()?.file_name()?.to_string_lossy().into_owned();
    Some(format!("{name} {}", seen.length))
}

/// The reports that were judged, so that each record is judged once.
#[derive(Debug, Default)]
pub(super) struct Reports(Mutex<Vec<(Seen, Markup)>>);

impl Reports {
    /// What the last check of `section` found out.
    pub async fn last(&self, workspace: &Workspace, section: &'static Section) -> Markup {
        let Some(run) = workspace.last_run_of(section.number) else {
            return html! { p.quiet { "There was no check of this section yet." } };
        };
        let Some(seen) = Seen::of(&run) else {
            return html! { p.quiet { "The last check left no record; it was interrupted as it began." } };
        };
        if let Some(markup) = self.known(&seen) {
            return markup;
        }
        let (path, length) = (run.path().to_owned(), seen.length);
        // It may take a moment, and the servers share this thread.
        let judged = tokio::task::spawn_blocking(move || judge(&path, length, section)).await;
        match judged {
            Ok(Ok(report)) => {
                let markup = shown(&report, seen.written);
                self.remember(seen, markup.clone());
                markup
            }
            Ok(Err(why)) => html! {
                p.quiet { "The last check has not ended: it is running in a terminal, or it was interrupted." }
                p.quiet { (why) }
            },
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

/// Judges the record in the folder `run` again.
fn judge(run: &Path, length: u64, section: &Section) -> Result<Report, String> {
    if length > LONGEST_RECORD {
        return Err(format!(
            "Its record is {} MB long; `workshop judge` judges it.",
            length >> 20
        ));
    }
    let record = WholeRecord::read(&RunFolder::at(run).record()).map_err(|error| error.to_string())?;
    let check = checks::of_section(section.number).ok_or("This section has no check.")?;
    let claims = check.judge(&record.history);
    Ok(Report {
        section: section.number,
        verdict: overall(&claims),
        seed: record.seed,
        command: record.command,
        run: run.display().to_string(),
        duration_ms: record.duration_ms,
        claims,
    })
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
        p.quiet {
            "The same numbers again: " code { "workshop check " (report.section) " --seed " (report.seed) }
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
