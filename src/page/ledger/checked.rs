//! The messages of the last check, from its record alone.

use maud::{Markup, html};

use super::life::{self, Fate, Life, Step, WAITS_AGAIN, What};
use super::list::{Listed, Told};
use super::wanted::{Source, Wanted};
use crate::arena::{Delivered, Event, Scenario, redis_line};
use crate::checks::{self, Stories, Story};
use crate::page::records::Record;
use crate::render::untrusted;

/// As many commands to Redis are told of a message that a reader had.
const MOST_COMMANDS: usize = 24;

/// What a client library says to Redis of itself has nothing to do with the message.
const OF_THE_CONNECTION: [&str; 7] = ["HELLO", "AUTH", "CLIENT", "SELECT", "PING", "COMMAND", "INFO"];

const LEGEND: &str =
    "• published, a number: got by that reader, ↩ put back, ✓ handled, ✗ the reader was killed";

const HANDLED: Fate = Fate {
    name: "handled",
    label: "handled",
    explained: "A reader printed its number.",
};
const GIVEN_UP: Fate = Fate {
    name: "given-up",
    label: "given up",
    explained: "It had been put back before, and the last reader that got it went on without a word of it.",
};
const PASSED: Fate = Fate {
    name: "passed",
    label: "passed over",
    explained: "The reader that got it went on to others without a word of it, as it should with junk.",
};
/// The same where programs print nothing for each message.
const TAKEN: Fate = Fate {
    name: "passed",
    label: "taken",
    explained: "A reader took it, and went on to others.",
};
const LOST: Fate = Fate {
    name: "lost",
    label: "lost",
    explained: "A reader was killed while it had it, and nobody else ever got it.",
};
const IN_HAND: Fate = Fate {
    name: "in-hand",
    label: "in hand",
    explained: "The reader that got it has asked for nothing since.",
};
const WAITS: Fate = Fate {
    name: "waits",
    label: "waits",
    explained: "Nobody ever got it.",
};

/// What the messages of the last check came to, in the order in which they were published.
pub(super) fn page(record: Option<Result<Record, String>>, wanted: &Wanted) -> Markup {
    html! {
        @match record {
            None => div.card {
                p { strong { "Nothing has been checked yet." } " A check records what happens to each message:" }
                pre { code { "workshop check" } }
                p { "Then this page shows them." }
            },
            Some(Err(problem)) => div.card { p { (untrusted(&problem, 600)) } },
            Some(Ok(record)) => (of_record(&record, wanted)),
        }
    }
}

fn of_record(record: &Record, wanted: &Wanted) -> Markup {
    let history = &record.whole.history;
    let mut scenarios = history.scenarios();
    // Those in which nothing was published have no messages to tell of.
    scenarios.retain(|name| {
        let published = |event: &Event| matches!(event, Event::Published { .. });
        history.scenario(name).events().any(published)
    });
    let chosen = wanted
        .scenario
        .as_ref()
        .filter(|name| scenarios.contains(name))
        .or(scenarios.first());
    html! {
        p.quiet {
            "The check of " (record.seen.when()) ". Every message of it, and what became of it; click one, or type its number or "
            "something that stands in it."
        }
        @match chosen {
            None => div.card { p { "This check published no messages of its own, so there are no lives to tell." } },
            Some(chosen) => (of_scenario(&history.scenario(chosen), chosen, &scenarios, wanted)),
        }
    }
}

fn of_scenario(scenario: &Scenario, chosen: &str, scenarios: &[String], wanted: &Wanted) -> Markup {
    let stories = Stories::of(scenario);
    let prints = stories.iter().any(|story| story.printed().next().is_some());
    let messages: Vec<Checked> = stories
        .iter()
        .map(|story| Checked {
            story,
            fate: fate(stories.fate(story), prints),
        })
        .collect();
    let passed = if prints { PASSED } else { TAKEN };
    let told = Told {
        source: Source::Check,
        scenario: Some((chosen, scenarios)),
        messages: &messages,
        fates: &[HANDLED, GIVEN_UP, passed, LOST, IN_HAND, WAITS_AGAIN, WAITS],
        legend: LEGEND,
    };
    html! {
        (told.form(wanted))
        @let opened = told.opened(wanted);
        @if let Some(opened) = &opened {
            (life::told(opened, |index| beside(scenario, opened, index)))
        }
        (told.table(wanted, opened.map(|life| life.message)))
    }
}

fn fate(fate: checks::Fate, prints: bool) -> Fate {
    match fate {
        checks::Fate::Handled => HANDLED,
        checks::Fate::GivenUp => GIVEN_UP,
        checks::Fate::Passed if prints => PASSED,
        checks::Fate::Passed => TAKEN,
        checks::Fate::Lost => LOST,
        checks::Fate::InHand => IN_HAND,
        checks::Fate::WaitsAgain => WAITS_AGAIN,
        checks::Fate::Waits => WAITS,
    }
}

/// A message of the check, and what it came to.
struct Checked<'a> {
    story: &'a Story,
    fate: Fate,
}

impl Listed for Checked<'_> {
    fn message(&self) -> u64 {
        self.story.message.into()
    }

    fn fate(&self) -> Fate {
        self.fate
    }

    fn says(&self, text: &str) -> bool {
        self.story.text.contains(text)
    }

    fn life(&self) -> Life {
        let steps = self.story.steps.iter().map(|step| Step {
            at_us: step.at_us,
            reader: step.reader.into(),
            what: match step.what {
                checks::What::Published => What::PublishedAndQueued,
                checks::What::Got => What::Got,
                checks::What::PutBack { tries, wait_s } => What::PutBack { tries, wait_s },
                checks::What::Printed => What::Printed,
                checks::What::Killed => What::Killed,
            },
        });
        Life {
            message: self.message(),
            text: self.story.text.clone(),
            steps: steps.collect(),
            left_out: 0,
            fate: self.fate,
        }
    }
}

/// What more there is to say of a step: what the reader asked of Redis from when it got the message until it asked for
/// others, or until the message's next step.
fn beside(scenario: &Scenario, life: &Life, index: usize) -> Markup {
    let got = life.steps[index];
    if got.what != What::Got {
        return html! {};
    }
    let until = life.steps.get(index + 1).map_or(u64::MAX, |next| next.at_us);
    let mut found: Vec<String> = Vec::new();
    let mut more = 0;
    for entry in scenario.entries() {
        if u64::from(entry.reader) != got.reader || entry.at_us <= got.at_us {
            continue;
        }
        if entry.at_us > until || matches!(entry.event, Event::Got { .. }) {
            break;
        }
        if let Event::RedisCommand(command) = &entry.event
            && !OF_THE_CONNECTION.contains(&command.name().as_str())
        {
            if found.len() < MOST_COMMANDS {
                found.push(redis_line(command));
            } else {
                more += 1;
            }
        }
    }
    let others = together_with(scenario, got);
    html! {
        @if others > 0 { span.quiet { " together with " (others) " others" } }
        @if !found.is_empty() {
            ul.commands aria-label="Commands to Redis while the reader had it" {
                @for line in &found { li { code { (untrusted(line, 160)) } } }
                @if more > 0 { li.quiet { "and " (more) " more" } }
            }
        }
    }
}

/// How many other messages came with the same request.
fn together_with(scenario: &Scenario, got: Step) -> usize {
    let request = scenario.entries().find_map(|entry| match &entry.event {
        Event::Got { messages } if u64::from(entry.reader) == got.reader && entry.at_us == got.at_us => {
            Some(messages)
        }
        _ => None,
    });
    let messages: &[Delivered] = request.map_or(&[], |messages| messages);
    messages.len().saturating_sub(1)
}
