//! The last check of each section, as the terminal showed it, and a button that runs it again.

mod report;
mod runner;

use std::time::Duration;

use hyper::StatusCode;
use maud::{Markup, html};
use serde_json::json;

use super::feed::Feed;
use super::records::Records;
use super::view::{Answer, Answering, Asked, Page, View};
use crate::lesson::{self, Section};
use crate::services::Live;
use crate::workspace::Workspace;
use report::Reports;
use runner::Runner;

/// How often it is looked whether a check runs and whether there is a new record. A terminal makes them too.
const PERIOD: Duration = Duration::from_millis(500);

/// The view `/checks`: `/checks/3` is a section; a POST there runs its check.
pub(super) struct Checks {
    section: u8,
    workspace: Workspace,
    records: Records,
    reports: Reports,
    runner: Runner,
    feed: Feed,
}

impl Checks {
    pub fn new(live: &Live, records: &Records) -> Self {
        let runner = Runner::new(live);
        let (watched, reader) = (runner.clone(), records.clone());
        Self {
            section: live.section.number,
            workspace: live.workspace.clone(),
            records: records.clone(),
            reports: Reports::default(),
            feed: Feed::every(PERIOD, move || {
                let now = json!({"running": watched.running(), "records": reader.versions()});
                async move { now }
            }),
            runner,
        }
    }

    async fn page(&self, section: &'static Section, token: &str) -> Page {
        let number = section.number;
        let running = self.runner.running();
        let version = self.records.versions().swap_remove(usize::from(number) - 1);
        let shown = self.reports.last(&self.records, section).await;
        let main = html! {
            h1 { "Checks" }
            (self.sections(number))
            div #report data-section=(number) data-known=(json!([running, version])) {
                form.run method="post" action={ "/checks/" (number) } {
                    input type="hidden" name="token" value=(token);
                    button type="submit" disabled[running.is_some()] {
                        "Check section " (number)
                    }
                    p role="status" {
                        @match running {
                            Some(other) => {
                                "The check of section " (other) " is running"
                                @if section.has_program() { ": your program, in an arena of its own" }
                                "…"
                            }
                            None => span.quiet { "the same as " code { "workshop check " (number) } }
                        }
                    }
                }
                @if let Some(problem) = self.runner.problem(number) {
                    div.problem {
                        p { strong { "The check could not be run." } }
                        pre tabindex="0" { (problem) }
                    }
                }
                (shown)
            }
        };
        Page::new(format!("Checks, section {number}"), main)
            .with_style("checks.css")
            .with_module("checks.js")
            .with_feed("/checks/events")
    }

    fn sections(&self, current: u8) -> Markup {
        let progress = self.workspace.progress().ok();
        html! {
            nav.sections aria-label="Sections" {
                ul {
                    @for section in lesson::sections() {
                        @let number = section.number;
                        @let passed = progress.as_ref().is_some_and(|progress| {
                            progress.sections.get(&number).is_some_and(|section| section.passed.is_some())
                        });
                        li {
                            a href={ "/checks/" (number) } aria-current=[(number == current).then_some("page")] {
                                span.of { (number) }
                                span.title { (section.lesson.title) }
                                @if passed { span.done { "done" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

impl View for Checks {
    fn name(&self) -> &'static str {
        "checks"
    }

    fn title(&self) -> &'static str {
        "Checks"
    }

    fn answer<'a>(&'a self, asked: &'a Asked) -> Answering<'a> {
        Box::pin(async move {
            match asked.rest.as_str() {
                "" if !asked.acts() => return Answer::SeeOther(format!("/checks/{}", self.section)),
                "events" if !asked.acts() => return Answer::Events(self.feed.clone()),
                _ => {}
            }
            let Some(section) = asked.rest.parse().ok().and_then(lesson::section) else {
                return Answer::NotFound;
            };
            if !asked.acts() {
                return self.page(section, &asked.token).await.into();
            }
            match self.runner.start(section.number) {
                Ok(()) => Answer::SeeOther(format!("/checks/{}", section.number)),
                Err(running) => Answer::Sentence(
                    StatusCode::CONFLICT,
                    format!("the check of section {running} is running; one at a time"),
                ),
            }
        })
    }
}
