//! The messages of the live workshop: the last of them, as its servers saw them.

use maud::{Markup, html};

use super::life::{self, Fate, Life, Step, WAITS_AGAIN, What};
use super::list::{Listed, Told};
use super::wanted::{Source, Wanted};
use crate::lesson::Service;
use crate::services::{Live, journal};

const PUBLISHED: Fate = Fate {
    name: "published",
    label: "published",
    explained: "It was published, and nothing has put it into the queue since. That is what a bridge does.",
};
const WAITS: Fate = Fate {
    name: "waits",
    label: "waits",
    explained: "It is in the queue, and nobody has got it yet.",
};
const IN_HAND: Fate = Fate {
    name: "in-hand",
    label: "in hand",
    explained: "The reader that got it has asked for nothing since, over that connection.",
};
const TAKEN: Fate = Fate {
    name: "taken",
    label: "taken",
    explained: "The reader that got it went on to others, and has not put it back: it is handled, passed over or given up. \
                Which of them, only the reader knows; in a check it is seen from what the reader prints.",
};
const DROPPED: Fate = Fate {
    name: "dropped",
    label: "dropped",
    explained: "The live queue holds 50,000 messages or 16 MiB. Past that, the oldest go.",
};

const FATES: [Fate; 6] = [PUBLISHED, WAITS, IN_HAND, TAKEN, WAITS_AGAIN, DROPPED];

const LEGEND: &str = "• published, → put into the queue, a number: got by that reader, ↩ put back, ✗ dropped";

/// What the live workshop's messages came to, the newest first.
pub(super) fn page(live: &Live, wanted: &Wanted) -> Markup {
    let remembered = live.parts.journal.remembered();
    let living = |life| Living {
        life,
        fate: fate(life, remembered.went_on(life)),
    };
    let messages: Vec<Living> = remembered.lives().rev().map(living).collect();
    let told = Told {
        source: Source::Live,
        scenario: None,
        messages: &messages,
        fates: &FATES,
        legend: LEGEND,
    };
    html! {
        p.quiet {
            "What flows now, the newest first; click a message, or type its number or something that stands in it. The last "
            "10,000 are remembered."
        }
        @if messages.is_empty() { (nothing_yet(live)) } @else {
            div #asks { (told.form(wanted)) }
            p #following hidden {
                button #hold .plain type="button" aria-pressed="false" { "Hold" }
                span.quiet { " keeps the list as it is" }
            }
            div #lives {
                @let opened = told.opened(wanted);
                @match (&opened, wanted.message) {
                    (Some(opened), _) => (life::told(opened, |_| html! {})),
                    (None, Some(message)) => div #life .card { p { "Message " (message) " is not among the last 10,000, so nothing is known of it." } },
                    (None, None) => {},
                }
                (told.table(wanted, opened.map(|life| life.message)))
            }
        }
    }
}

fn nothing_yet(live: &Live) -> Markup {
    let (pubsub, queue) = (live.parts.pubsub.1, live.parts.simplequeue.1);
    html! {
        div.card {
            p { strong { "Nothing has been published yet." } " What you publish appears here, with what becomes of it:" }
            pre { code { "curl -d '{\"number\": 42}' http://" (pubsub) "/pub" } }
            @if !live.section.lesson.services.contains(&Service::Bridge) {
                p { "The bridge into the queue is yours to build in this section; or put a message into the queue by hand:" }
                pre { code { "curl 'http://" (queue) "/put?data=hello'" } }
            }
        }
    }
}

/// A message that the journal remembers, and what it came to.
struct Living<'a> {
    life: &'a journal::Life,
    fate: Fate,
}

impl Listed for Living<'_> {
    fn message(&self) -> u64 {
        self.life.message
    }

    fn fate(&self) -> Fate {
        self.fate
    }

    fn says(&self, text: &str) -> bool {
        String::from_utf8_lossy(&self.life.text).contains(text)
    }

    fn life(&self) -> Life {
        let life = self.life;
        let mut text = String::from_utf8_lossy(&life.text).into_owned();
        if life.length > life.text.len() {
            text += &format!("… ({} bytes)", life.length);
        }
        Life {
            message: life.message,
            text,
            fate: self.fate,
            left_out: life.left_out,
            steps: life.steps.iter().copied().map(Step::from).collect(),
        }
    }
}

fn fate(life: &journal::Life, went_on: bool) -> Fate {
    match life.steps.last().map(|step| step.what) {
        None | Some(journal::What::Published) => PUBLISHED,
        Some(journal::What::Queued) => WAITS,
        Some(journal::What::Got { .. }) if went_on => TAKEN,
        Some(journal::What::Got { .. }) => IN_HAND,
        Some(journal::What::PutBack { .. }) => WAITS_AGAIN,
        Some(journal::What::Dropped) => DROPPED,
    }
}

impl From<journal::Step> for Step {
    fn from(step: journal::Step) -> Self {
        let (reader, what) = match step.what {
            journal::What::Published => (0, What::Published),
            journal::What::Queued => (0, What::Queued),
            journal::What::Got { reader } => (reader, What::Got),
            journal::What::PutBack {
                reader,
                tries,
                wait_s,
            } => (reader, What::PutBack { tries, wait_s }),
            journal::What::Dropped => (0, What::Dropped),
        };
        Self {
            at_us: u64::try_from(step.at.as_micros()).unwrap_or(u64::MAX),
            reader,
            what,
        }
    }
}
