//! Ledger: what became of each message, of the live workshop or of the last check.

mod checked;
mod life;
mod list;
mod living;
mod wanted;

use std::time::Duration;

use maud::{Markup, html};
use serde_json::{Value, json};

use super::feed::Feed;
use super::records::{Record, Records, known};
use super::view::{Answer, Answering, Asked, Page, View};
use crate::services::Live;
use wanted::{Source, Wanted};

/// How often the list of the live workshop is made anew.
const PERIOD: Duration = Duration::from_millis(500);

/// The view `/ledger`.
pub(super) struct Ledger {
    live: Live,
    records: Records,
    feed: Feed,
}

impl Ledger {
    pub fn new(live: &Live, records: &Records) -> Self {
        let journal = live.parts.journal.clone();
        Self {
            live: live.clone(),
            records: records.clone(),
            feed: Feed::every(PERIOD, move || {
                let happened = journal.happened();
                async move { json!({"happened": happened}) }
            }),
        }
    }

    /// Live where something flows; else the last check, where there was one.
    async fn source(&self, wanted: &Wanted) -> (Source, Option<Result<Record, String>>) {
        let flows = || self.live.parts.journal.happened() > 0;
        match wanted.source {
            Some(Source::Live) => (Source::Live, None),
            None if flows() => (Source::Live, None),
            Some(Source::Check) => (Source::Check, self.records.last(None).await),
            None => match self.records.last(None).await {
                None => (Source::Live, None),
                record => (Source::Check, record),
            },
        }
    }
}

fn page(
    live: &Live,
    source: Source,
    record: Option<Result<Record, String>>,
    versions: &[Value],
    wanted: &Wanted,
) -> Markup {
    html! {
        h1 { "Ledger" }
        nav.choice aria-label="Whose messages" {
            @for one in Source::ALL {
                a href={ "/ledger?of=" (one.name()) } aria-current=[(one == source).then_some("page")] { (one.title()) }
            }
        }
        @match source {
            Source::Live => (living::page(live, wanted)),
            Source::Check => {
                (known(versions))
                (checked::page(record, wanted))
            }
        }
    }
}

impl View for Ledger {
    fn name(&self) -> &'static str {
        "ledger"
    }

    fn title(&self) -> &'static str {
        "Ledger"
    }

    fn answer<'a>(&'a self, asked: &'a Asked) -> Answering<'a> {
        Box::pin(async move {
            match (asked.acts(), asked.rest.as_str()) {
                (false, "") => {
                    let wanted = Wanted::of(asked);
                    let versions = self.records.versions();
                    let (source, record) = self.source(&wanted).await;
                    let live = self.live.clone();
                    // A record has a hundred thousand lines, the journal ten thousand lives.
                    let written =
                        tokio::task::spawn_blocking(move || page(&live, source, record, &versions, &wanted));
                    let main = written
                        .await
                        .unwrap_or_else(|error| html! { h1 { "Ledger" } p { (error) } });
                    let page = Page::new(self.title(), main)
                        .with_module("ledger.js")
                        .with_style("ledger.css");
                    page.with_feed(match source {
                        Source::Live => "/ledger/events",
                        Source::Check => "/ledger/records",
                    })
                    .into()
                }
                (false, "events") => Answer::Events(self.feed.clone()),
                (false, "records") => Answer::Events(self.records.feed()),
                _ => Answer::NotFound,
            }
        })
    }
}
