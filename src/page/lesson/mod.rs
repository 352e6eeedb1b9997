//! The lessons, and the same as slides.

mod code;
mod document;

use maud::{Markup, html};

use super::view::{Answer, Answering, Asked, Page, View};
use crate::lesson::{self, Section};
use crate::services::Live;
use crate::workspace::Workspace;
use document::Part;

/// The view `/lesson`: `/lesson/3` is a section, `/lesson/3/slides` its slides.
pub(super) struct Lesson {
    section: u8,
    workspace: Workspace,
}

impl Lesson {
    pub fn new(live: &Live) -> Self {
        Self {
            section: live.section.number,
            workspace: live.workspace.clone(),
        }
    }

    fn read(&self, section: &Section) -> Page {
        let parts = document::parts(section.lesson.markdown);
        let number = section.number;
        let page = html! {
            div.reading {
                aside {
                    (self.schedule(number))
                    (contents(&parts))
                }
                article {
                    p.kicker {
                        span { "Section " (number) " · " (section.lesson.minutes) " minutes" }
                        a.button.plain href={ "/lesson/" (number) "/slides" } { "Slides" }
                    }
                    @for part in &parts {
                        section id=(part.anchor) { (part.html) }
                    }
                }
            }
        };
        Page::new(section.lesson.title.as_str(), page)
            .with_style("lesson.css")
            .with_module("lesson.js")
    }

    /// Every section, with how long it takes, and which are done.
    fn schedule(&self, current: u8) -> Markup {
        let progress = self.workspace.progress().ok();
        let is_done = |number: u8| {
            let sections = progress.as_ref().map(|progress| &progress.sections);
            sections.is_some_and(|sections| {
                sections
                    .get(&number)
                    .is_some_and(|section| section.passed.is_some())
            })
        };
        let minutes: u16 = lesson::sections()
            .iter()
            .map(|section| section.lesson.minutes.get())
            .sum();
        html! {
            nav.schedule aria-label="Sections" {
                ol {
                    @for section in lesson::sections() {
                        @let number = section.number;
                        li {
                            a href={ "/lesson/" (number) } aria-current=[(number == current).then_some("page")] {
                                span.of { (number) }
                                span.title { (section.lesson.title) }
                                span.minutes {
                                    @if is_done(number) { span.done { "done" } " · " }
                                    @if number == self.section { span.now { "live" } " · " }
                                    (section.lesson.minutes) " min"
                                }
                            }
                        }
                    }
                }
                p.quiet { "Together " (minutes / 60) " h " (minutes % 60) " min, most of it at the keyboard." }
            }
        }
    }
}

fn slides(section: &Section) -> Page {
    let number = section.number;
    let page = html! {
        div.slides data-back={ "/lesson/" (number) } {
            @for part in document::parts(section.lesson.markdown) {
                section data-anchor=(part.anchor) { (part.html) }
            }
        }
        nav.turn aria-label="Slides" {
            a href={ "/lesson/" (number) } { "Lesson" }
            button.plain type="button" data-turn="-1" hidden { "Back" }
            span #place role="status" {}
            button.plain type="button" data-turn="1" hidden { "Next" }
        }
    };
    Page::new(format!("{} (slides)", section.lesson.title), page)
        .with_style("lesson.css")
        .with_module("slides.js")
}

fn contents(parts: &[Part]) -> Markup {
    html! {
        nav.contents aria-label="In this section" {
            ul {
                @for part in parts.iter().filter(|part| part.level == 2) {
                    li { a href={ "#" (part.anchor) } { (part.words) } }
                }
            }
        }
    }
}

impl View for Lesson {
    fn name(&self) -> &'static str {
        "lesson"
    }

    fn title(&self) -> &'static str {
        "Lesson"
    }

    fn answer<'a>(&'a self, asked: &'a Asked) -> Answering<'a> {
        Box::pin(async move {
            if asked.acts() {
                return Answer::NotFound;
            }
            let (number, rest) = asked.rest.split_once('/').unwrap_or((&asked.rest, ""));
            if number.is_empty() {
                return Answer::SeeOther(format!("/lesson/{}", self.section));
            }
            match (number.parse().ok().and_then(lesson::section), rest) {
                (Some(section), "") => self.read(section).into(),
                (Some(section), "slides") => slides(section).into(),
                _ => Answer::NotFound,
            }
        })
    }
}
