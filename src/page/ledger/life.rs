//! A message and what became of it, whoever saw it: a check, or the live workshop.

use std::borrow::Cow;
use std::ops::Range;

use maud::{Markup, html};

use crate::render::untrusted;

/// As many columns of a message's text are shown in its life.
const WHOLE_COLUMNS: usize = 2000;

/// As many steps are told of one message.
const MOST_STEPS: usize = 60;

/// So many steps at each end of a long life are not folded.
const AT_AN_END: usize = 5;

/// As many steps are shown as a row of signs.
const MOST_SIGNS: usize = 14;

/// A message and what became of it.
#[derive(Debug)]
pub(super) struct Life {
    pub message: u64,
    pub text: String,
    pub steps: Vec<Step>,
    /// Steps that nobody has kept.
    pub left_out: u64,
    pub fate: Fate,
}

/// Something that happened to a message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    /// Microseconds since whoever saw it began to look.
    pub at_us: u64,
    /// The reader that did it, counted from 1; 0 where it was none.
    pub reader: u64,
    pub what: What,
}

/// What can happen to a message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum What {
    Published,
    /// Published by an arena, which puts it into the queue itself.
    PublishedAndQueued,
    Queued,
    Got,
    PutBack {
        tries: Option<u64>,
        wait_s: Option<f64>,
    },
    Printed,
    Killed,
    Dropped,
}

/// What a message came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fate {
    /// Its name in an address and a style sheet.
    pub name: &'static str,
    /// In a word or two.
    pub label: &'static str,
    /// In a sentence.
    pub explained: &'static str,
}

/// Of the live workshop and of a check alike.
pub(super) const WAITS_AGAIN: Fate = Fate {
    name: "waits-again",
    label: "waits again",
    explained: "It was put back into the queue, and nobody has got it since.",
};

impl Fate {
    /// As it stands behind a message.
    pub fn badge(self) -> Markup {
        html! { span class={ "fate " (self.name) } { (self.label) } }
    }
}

impl Step {
    fn class(self) -> &'static str {
        match self.what {
            What::Published | What::PublishedAndQueued => "published",
            What::Queued => "queued",
            What::Got => "got",
            What::PutBack { .. } => "put-back",
            What::Printed => "printed",
            What::Killed => "killed",
            What::Dropped => "dropped",
        }
    }

    fn sign(self) -> Cow<'static, str> {
        match self.what {
            What::Published | What::PublishedAndQueued => "•".into(),
            What::Queued => "→".into(),
            What::Got => self.reader.to_string().into(),
            What::PutBack { .. } => "↩".into(),
            What::Printed => "✓".into(),
            What::Killed | What::Dropped => "✗".into(),
        }
    }

    fn in_words(self) -> Cow<'static, str> {
        let reader = self.reader;
        match self.what {
            What::Published => "published".into(),
            What::PublishedAndQueued => "published, and put into the queue".into(),
            What::Queued => "put into the queue".into(),
            What::Got => format!("got by reader {reader}").into(),
            What::PutBack { tries, wait_s } => {
                let tries = tries.map_or(String::new(), |tries| format!(" after try {tries}"));
                let wait = wait_s.map_or(String::new(), |wait| {
                    format!(", to be tried again {wait:.0} s after the first time")
                });
                format!("failed: reader {reader} put it back into the queue{tries}{wait}").into()
            }
            What::Printed => format!("handled: reader {reader} printed its number").into(),
            What::Killed => format!("reader {reader} was killed while it had it").into(),
            What::Dropped => "dropped: the queue was full, and this was the oldest message in it".into(),
        }
    }
}

/// The steps as a row of signs, for the eye; the life says them in words.
pub(super) fn strip(life: &Life) -> Markup {
    let steps = life.steps.len() as u64 + life.left_out;
    html! {
        span aria-hidden="true" {
            @for step in life.steps.iter().take(MOST_SIGNS) {
                span class={ "sign " (step.class()) } { (step.sign()) }
            }
            @if steps > MOST_SIGNS as u64 { "…" }
        }
        span.unseen { (steps) " steps" }
    }
}

/// The life of one message. `beside` says more of the step at a place.
pub(super) fn told(life: &Life, beside: impl Fn(usize) -> Markup) -> Markup {
    let begin = life.steps.first().map_or(0, |step| step.at_us);
    let told = life.steps.len().min(MOST_STEPS);
    let left_out = (life.steps.len() - told) as u64 + life.left_out;
    // What goes round and round is folded.
    let folded = if told > 2 * AT_AN_END + 2 {
        AT_AN_END..told - AT_AN_END
    } else {
        told..told
    };
    let list = |range: Range<usize>| {
        html! {
            ol.life start=(range.start + 1) {
                @for index in range {
                    @let step = life.steps[index];
                    li class=(step.class()) {
                        span.when.number { (after(step.at_us, begin)) }
                        span { (step.in_words()) }
                        (beside(index))
                    }
                }
            }
        }
    };
    html! {
        section #life .card aria-labelledby="life-of" {
            h2 #life-of { "Message " (life.message) " " (life.fate.badge()) }
            pre tabindex="0" role="region" aria-label="The message" { code { (shown(&life.text, WHOLE_COLUMNS)) } }
            (list(0..folded.start))
            @if !folded.is_empty() {
                details { summary { (folded.len()) " steps more, much the same" } (list(folded.clone())) }
                (list(folded.end..told))
            }
            @if left_out > 0 { p.quiet { (left_out) " steps more are not shown." } }
            p { (life.fate.explained) }
        }
    }
}

/// How long after it was published: in milliseconds, and in seconds where they are many.
fn after(at_us: u64, begin: u64) -> String {
    let milliseconds = at_us.saturating_sub(begin) as f64 / 1000.0;
    if milliseconds < 10_000.0 {
        format!("+{milliseconds:.1} ms")
    } else {
        format!("+{:.1} s", milliseconds / 1000.0)
    }
}

/// `text` as it can be shown.
pub(super) fn shown(text: &str, columns: usize) -> String {
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    untrusted(text, columns)
}
