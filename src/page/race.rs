//! Race: the interleaving of the last check of section 4, step by step.

use maud::{Markup, html};
use serde_json::Value;

use super::records::{Record, Records, known};
use super::view::{Answer, Answering, Asked, Page, View};
use crate::arena::{Interleaving, Kind, LostUpdate, Step, busiest_key};
use crate::checks::{LostCount, Race as Raced, RaceEnd, race};
use crate::render::untrusted;

/// The section in which readers race.
const SECTION: u8 = 4;

/// Columns of a command and of a value: what is longer is cut.
const COMMAND: usize = 160;
const VALUE: usize = 60;

/// The view `/race`.
pub(super) struct Race {
    records: Records,
}

impl Race {
    pub fn new(records: &Records) -> Self {
        Self {
            records: records.clone(),
        }
    }
}

fn page(record: Option<Result<Record, String>>, versions: &[Value]) -> Markup {
    html! {
        h1 { "Race" }
        (known(versions))
        @match record {
            None => (what_to_do("There is no check of section 4 yet.")),
            Some(Err(problem)) => div.card { p { (untrusted(&problem, 600)) } },
            Some(Ok(record)) => {
                @match race(&record.whole.history) {
                    None => (what_to_do("The last check of section 4 did not come to four readers at once.")),
                    Some(raced) => (of_race(&record, &raced)),
                }
            }
        }
    }
}

fn what_to_do(why: &str) -> Markup {
    html! {
        div.card {
            p { strong { (why) } " A check lets four readers count together, and interleaves their commands on purpose:" }
            pre { code { "workshop start 4\nworkshop check 4" } }
            p { "Then this page shows the commands of two readers that met, step by step." }
        }
    }
}

fn of_race(record: &Record, raced: &Raced) -> Markup {
    let scenario = record.whole.history.scenario(raced.scenario);
    let count = match &raced.end {
        RaceEnd::Lost(count) => Some(count),
        _ => None,
    };
    let place = match count {
        Some(count) => Some((count.key.clone(), count.field.clone())),
        None => busiest_key(&scenario, raced.database).map(|key| (key, None)),
    };
    let interleaving = place.as_ref().and_then(|(key, field)| {
        let lost: Option<&LostUpdate> = count.map(|count| &count.lost);
        Interleaving::of(&scenario, raced.database, key, field.as_deref(), lost)
    });
    html! {
        p.quiet { "The check of " (record.seen.when()) ": " (raced.messages) " messages, four readers." }
        (end(raced))
        @match (place, interleaving) {
            (Some((key, field)), Some(interleaving)) => (lanes(&key, field.as_deref(), &interleaving, count)),
            _ => p { "No two readers used the same key, so there is no interleaving to show." },
        }
    }
}

fn end(raced: &Raced) -> Markup {
    html! {
        @match &raced.end {
            RaceEnd::Lost(LostCount { key, field, expected, received, lost }) => div.card.end.is-lost {
                p {
                    strong { "An update was lost. " }
                    (place(key, field.as_deref())) " should be " strong.number { (expected) } " and is "
                    strong.number { (untrusted(received, VALUE)) } ". This is how the first one went."
                }
                p { (lost.remedy.sentence()) }
            },
            RaceEnd::Exact => div.card.end.is-exact {
                p {
                    strong { "No update was lost. " }
                    "Every count is exact, though the check did what it could to come between a reader's commands. "
                    "This is where the readers met most often."
                }
            },
            RaceEnd::Wrong { counts } => div.card.end.is-lost {
                p {
                    strong { (counts) " counts are wrong. " }
                    "The record does not show two readers that made them so: does one reader alone count right? "
                    "The report of " code { "workshop check 4" } " says more. This is where the readers met most often."
                }
            },
            RaceEnd::Unfinished => div.card.end {
                p {
                    strong { "The readers did not come to an end. " }
                    "So nothing can be said of the counts; " code { "workshop check 4" } " says why. This is where the readers "
                    "met most often."
                }
            },
        }
    }
}

fn place(key: &str, field: Option<&str>) -> Markup {
    html! {
        @if let Some(field) = field { code { (untrusted(field, VALUE)) } " in " }
        code { (untrusted(key, VALUE)) }
    }
}

fn lanes(key: &str, field: Option<&str>, interleaving: &Interleaving, count: Option<&LostCount>) -> Markup {
    // Four readers are started; a record of more would be nobody's.
    let readers = &interleaving.readers[..interleaving.readers.len().min(4)];
    let lane = |step: &Step| readers.iter().position(|reader| *reader == step.reader);
    let shown: Vec<(usize, &Step)> = interleaving
        .steps
        .iter()
        .filter_map(|step| Some((lane(step)? + 1, step)))
        .collect();
    html! {
        h2 { (place(key, field)) ", step by step" }
        div.stepped {
            section #lanes class={ "lanes card lanes-" (readers.len()) } aria-label="The commands, in the order in which they were answered" tabindex="0" {
                div.heads aria-hidden="true" {
                    @for reader in readers { span { "reader " (reader) } }
                    span { "value" }
                }
                ol #steps {
                    @for (lane, step) in &shown { (item(*lane, step, count.is_some())) }
                }
            }
            div.beside.card {
                div #stepping hidden {
                    p #place .quiet { }
                    div.buttons role="group" aria-label="Steps" {
                        button #first .plain type="button" { "First" }
                        button #back type="button" { "← Back" }
                        button #forward type="button" { "Forward →" }
                        button #last .plain type="button" { "Last" }
                    }
                    h3 { "Value after this step" }
                    p #value .value {}
                    p #told {}
                    p #spoken .unseen role="status" {}
                    @if count.is_some() {
                        p { button #to-loss .plain type="button" { "To the step that loses the update" } }
                    }
                    p.quiet { "The arrow keys do the same." }
                }
                ul.key {
                    li.reads { "reads" }
                    li.writes { "writes" }
                    @if count.is_some() { li.loses { "loses an update" } }
                }
                @if interleaving.left_out > 0 {
                    p.quiet { (interleaving.left_out) " commands of other readers in between are left out." }
                }
            }
        }
    }
}

fn item(lane: usize, step: &Step, is_lost: bool) -> Markup {
    let value = step
        .value
        .as_deref()
        .map_or_else(|| "not told".to_owned(), |value| untrusted(value, VALUE));
    let note = step.lost.as_ref().and_then(|note| note.as_deref());
    let does = match step.kind {
        Kind::Read => "reads",
        Kind::Write | Kind::Atomic => "writes",
        Kind::Undone => "undone",
    };
    let class = format!(
        "lane-{lane} {does}{}{}",
        if step.lost.is_some() { " matters" } else { "" },
        if note.is_some() { " loses" } else { "" }
    );
    html! {
        li class=(class) data-value=(value) data-told=(told(step, note, is_lost)) {
            span.unseen { "reader " (step.reader) ": " }
            span.command { (untrusted(&step.text, COMMAND)) }
            span.after { span.unseen { " value " } @if step.value.is_some() { (value) } @else { "·" } }
            @if let Some(note) = note { span.note { "↑ " (untrusted(note, COMMAND)) } }
        }
    }
}

/// What there is to say of a step, in a sentence.
fn told(step: &Step, note: Option<&str>, is_lost: bool) -> String {
    let reader = step.reader;
    if let Some(note) = note {
        return match step.kind {
            Kind::Undone => format!(
                "Here it happens: somebody else had written, so nothing was done, and reader {reader} did not try again."
            ),
            _ => format!(
                "Here it happens: {}. Reader {reader} writes what it has made without it.",
                untrusted(note, COMMAND)
            ),
        };
    }
    match (step.kind, is_lost && step.lost.is_some()) {
        (Kind::Read, true) => format!(
            "Reader {reader} reads. What it writes later is based on this value, whatever happens until then."
        ),
        (Kind::Read, false) => format!("Reader {reader} reads."),
        (Kind::Write, true) => format!("Reader {reader} writes. This is the update that will be gone."),
        (Kind::Write, false) => format!("Reader {reader} writes, whatever is there."),
        (Kind::Atomic, _) => {
            format!("Reader {reader} reads and writes in one step: nobody can come between.")
        }
        (Kind::Undone, _) => format!(
            "Somebody else had written, so nothing was done of reader {reader}'s transaction: it has to read and try again."
        ),
    }
}

impl View for Race {
    fn name(&self) -> &'static str {
        "race"
    }

    fn title(&self) -> &'static str {
        "Race"
    }

    fn answer<'a>(&'a self, asked: &'a Asked) -> Answering<'a> {
        Box::pin(async move {
            match (asked.acts(), asked.rest.as_str()) {
                (false, "") => {
                    let versions = self.records.versions();
                    let record = self.records.last(Some(SECTION)).await;
                    let drawn = tokio::task::spawn_blocking(move || page(record, &versions));
                    let main = drawn
                        .await
                        .unwrap_or_else(|error| html! { h1 { "Race" } p { (error) } });
                    Page::new(self.title(), main)
                        .with_module("race.js")
                        .with_style("race.css")
                        .with_feed("/race/events")
                        .into()
                }
                (false, "events") => Answer::Events(self.records.feed()),
                _ => Answer::NotFound,
            }
        })
    }
}
