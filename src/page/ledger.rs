//! Ledger: the life of each message of the last check, from the record alone.

use std::borrow::Cow;

use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::records::{Record, Records};
use super::view::{Answer, Answering, Asked, Page, View};
use crate::arena::{Delivered, Event, Scenario, redis_line};
use crate::checks::{Fate, Step, Stories, Story, What};
use crate::render::untrusted;
use crate::services::Live;

/// Messages on a page, and of a message's text the columns in the list and in its life.
const ON_A_PAGE: usize = 50;
const COLUMNS: usize = 60;
const WHOLE_COLUMNS: usize = 2000;

/// As many steps are told of one message, and commands to Redis of one that a reader had.
const MOST_STEPS: usize = 60;
const MOST_COMMANDS: usize = 24;

/// So many steps at each end of a long life are not folded.
const AT_AN_END: usize = 5;

/// What is searched for is no longer, in characters.
const LONGEST_SEARCH: usize = 200;

/// What a message can have come to, by the name in the address.
const FATES: [(&str, Fate); 7] = [
    ("handled", Fate::Handled),
    ("given-up", Fate::GivenUp),
    ("passed", Fate::Passed),
    ("lost", Fate::Lost),
    ("in-hand", Fate::InHand),
    ("waits-again", Fate::WaitsAgain),
    ("waits", Fate::Waits),
];

/// The view `/ledger`.
pub(super) struct Ledger {
    records: Records,
}

impl Ledger {
    pub fn new(live: &Live) -> Self {
        Self {
            records: Records::new(&live.workspace),
        }
    }
}

/// What is looked for.
#[derive(Debug, Clone, Default)]
struct Wanted {
    scenario: Option<String>,
    find: String,
    fate: Option<Fate>,
    page: usize,
    message: Option<u32>,
}

impl Wanted {
    fn of(asked: &Asked) -> Self {
        let text = |name| {
            let value = asked.parameter(name)?;
            let text = String::from_utf8_lossy(&value).trim().to_owned();
            (!text.is_empty()).then_some(text)
        };
        let fate = text("fate").unwrap_or_default();
        Self {
            scenario: text("scenario"),
            find: text("find")
                .unwrap_or_default()
                .chars()
                .take(LONGEST_SEARCH)
                .collect(),
            fate: FATES
                .iter()
                .find(|(name, _)| *name == fate)
                .map(|(_, fate)| *fate),
            page: text("page").and_then(|page| page.parse().ok()).unwrap_or(0),
            message: text("message").and_then(|message| message.parse().ok()),
        }
    }

    /// Whether a message is meant: by its number, or by what stands in it.
    fn finds(&self, story: &Story) -> bool {
        let number = self.find.strip_prefix('#').unwrap_or(&self.find);
        self.find.is_empty() || number.parse() == Ok(story.message) || story.text.contains(&self.find)
    }

    /// The address of the same, but for `page` and `message`.
    fn link(&self, scenario: &str, page: usize, message: Option<u32>) -> String {
        let word = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let mut link = format!("/ledger?scenario={}", word(scenario));
        if !self.find.is_empty() {
            link += &format!("&find={}", word(&self.find));
        }
        if let Some(fate) = self.fate {
            link += &format!("&fate={}", name_of(fate));
        }
        if page > 0 {
            link += &format!("&page={page}");
        }
        if let Some(message) = message {
            link += &format!("&message={message}#life");
        }
        link
    }
}

fn name_of(fate: Fate) -> &'static str {
    FATES
        .iter()
        .find(|(_, other)| *other == fate)
        .map_or("", |(name, _)| *name)
}

/// What a message came to, in a word or two. Where programs print nothing for each message, who goes on has taken it.
fn label(fate: Fate, prints: bool) -> &'static str {
    match fate {
        Fate::Handled => "handled",
        Fate::GivenUp => "given up",
        Fate::Passed if prints => "passed over",
        Fate::Passed => "taken",
        Fate::Lost => "lost",
        Fate::InHand => "in hand",
        Fate::WaitsAgain => "waits again",
        Fate::Waits => "waits",
    }
}

fn explained(fate: Fate, prints: bool) -> &'static str {
    match fate {
        Fate::Handled => "A reader printed its number.",
        Fate::GivenUp => {
            "It had been put back before, and the last reader that got it went on without a word of it."
        }
        Fate::Passed if prints => {
            "The reader that got it went on to others without a word of it, as it should with junk."
        }
        Fate::Passed => "A reader took it, and went on to others.",
        Fate::Lost => "A reader was killed while it had it, and nobody else ever got it.",
        Fate::InHand => "The reader that got it has asked for nothing since.",
        Fate::WaitsAgain => "It was put back into the queue, and nobody has got it since.",
        Fate::Waits => "Nobody ever got it.",
    }
}

fn page(record: Option<Result<Record, String>>, wanted: &Wanted) -> Markup {
    html! {
        h1 { "Ledger" }
        @match record {
            None => div.card {
                p { strong { "Nothing has been checked yet." } " A check records what happens to each message:" }
                pre { code { "workshop check" } }
                p { "Then load this page again." }
            },
            Some(Err(problem)) => div.card { p { (untrusted(&problem, 400)) } },
            Some(Ok(record)) => (of_record(&record, wanted)),
        }
    }
}

fn of_record(record: &Record, wanted: &Wanted) -> Markup {
    let history = &record.history;
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
            "The check of " (record.when()) ". Every message of it, and what became of it; click one, or type its number or "
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
    let found: Vec<(&Story, Fate)> = stories
        .iter()
        .filter(|story| wanted.finds(story))
        .map(|story| (story, stories.fate(story)))
        .filter(|(_, fate)| wanted.fate.is_none_or(|wanted| wanted == *fate))
        .collect();
    let pages = found.len().div_ceil(ON_A_PAGE);
    let page = wanted.page.min(pages.saturating_sub(1));
    // A number that is typed is one message's.
    let typed = wanted.find.strip_prefix('#').unwrap_or(&wanted.find).parse().ok();
    let message = wanted.message.or(typed);
    let opened = message.and_then(|message| stories.iter().find(|story| story.message == message));
    html! {
        (form(chosen, scenarios, wanted, &stories, prints))
        @if let Some(story) = opened { (life(scenario, story, stories.fate(story), prints)) }
        h2 { (found.len()) " messages" @if pages > 1 { ", page " (page + 1) " of " (pages) } }
        @if found.is_empty() { p { "None is like that." } } @else {
            div.scrolled {
                table.messages {
                    thead { tr { th scope="col" { "#" } th scope="col" { "message" } th scope="col" { "life" } th scope="col" { "came to" } } }
                    tbody {
                        @for (story, fate) in found.iter().skip(page * ON_A_PAGE).take(ON_A_PAGE) {
                            (row(story, *fate, prints, &wanted.link(chosen, page, Some(story.message)), opened))
                        }
                    }
                }
            }
            p.quiet aria-hidden="true" {
                "• published, a number: got by that reader, ↩ put back, ✓ handled, ✗ the reader was killed"
            }
            nav.pages aria-label="Pages" {
                @if page > 0 { a.button.plain href=(wanted.link(chosen, page - 1, None)) { "← Before" } }
                @if page + 1 < pages { a.button.plain href=(wanted.link(chosen, page + 1, None)) { "After →" } }
            }
        }
    }
}

fn form(chosen: &str, scenarios: &[String], wanted: &Wanted, stories: &Stories, prints: bool) -> Markup {
    let count = |fate| stories.iter().filter(|story| stories.fate(story) == fate).count();
    html! {
        form.asks.card method="get" action="/ledger" {
            label { "Experiment" select name="scenario" {
                @for name in scenarios {
                    option value=(name) selected[name == chosen] { (untrusted(name, COLUMNS)) }
                }
            } }
            label { "Message" input type="search" name="find" value=(wanted.find) maxlength=(LONGEST_SEARCH) placeholder="17, or 0.4321"; }
            label { "Came to" select name="fate" {
                option value="" { "anything" }
                @for (name, fate) in FATES {
                    @let many = count(fate);
                    @if many > 0 || wanted.fate == Some(fate) {
                        option value=(name) selected[wanted.fate == Some(fate)] { (label(fate, prints)) " (" (many) ")" }
                    }
                }
            } }
            button type="submit" { "Show" }
        }
    }
}

fn row(story: &Story, fate: Fate, prints: bool, link: &str, opened: Option<&Story>) -> Markup {
    let is_opened = opened.is_some_and(|opened| opened.message == story.message);
    html! {
        tr.opened[is_opened] {
            th scope="row" { a href=(link) aria-current=[is_opened.then_some("true")] { (story.message) } }
            td.text { (shown(&story.text, COLUMNS)) }
            td.strip { (strip(story)) }
            td { span class={ "fate " (name_of(fate)) } { (label(fate, prints)) } }
        }
    }
}

/// The steps as a row of signs, for the eye; the life says them in words.
fn strip(story: &Story) -> Markup {
    const MOST: usize = 14;
    html! {
        span aria-hidden="true" {
            @for step in story.steps.iter().take(MOST) {
                span class={ "sign " (class_of(step.what)) } {
                    (match step.what {
                        What::Published => "•".to_owned(),
                        What::Got => step.reader.to_string(),
                        What::PutBack { .. } => "↩".to_owned(),
                        What::Printed => "✓".to_owned(),
                        What::Killed => "✗".to_owned(),
                    })
                }
            }
            @if story.steps.len() > MOST { "…" }
        }
        span.unseen { (story.steps.len()) " steps" }
    }
}

fn class_of(what: What) -> &'static str {
    match what {
        What::Published => "published",
        What::Got => "got",
        What::PutBack { .. } => "put-back",
        What::Printed => "printed",
        What::Killed => "killed",
    }
}

fn life(scenario: &Scenario, story: &Story, fate: Fate, prints: bool) -> Markup {
    let begin = story.steps.first().map_or(0, |step| step.at_us);
    let left_out = story.steps.len().saturating_sub(MOST_STEPS);
    let told = &story.steps[..story.steps.len() - left_out];
    // What goes round and round is folded.
    let folded = if told.len() > 2 * AT_AN_END + 2 {
        AT_AN_END..told.len() - AT_AN_END
    } else {
        0..0
    };
    let list = |range: std::ops::Range<usize>| {
        html! {
            ol.life start=(range.start + 1) {
                @for index in range {
                    (step_item(scenario, &told[index], story.steps.get(index + 1), begin))
                }
            }
        }
    };
    html! {
        section #life .card aria-labelledby="life-of" {
            h2 #life-of { "Message " (story.message) " " span class={ "fate " (name_of(fate)) } { (label(fate, prints)) } }
            pre tabindex="0" role="region" aria-label="The message" { code { (shown(&story.text, WHOLE_COLUMNS)) } }
            (list(0..if folded.is_empty() { told.len() } else { folded.start }))
            @if !folded.is_empty() {
                details { summary { (folded.len()) " steps more, much the same" } (list(folded.clone())) }
                (list(folded.end..told.len()))
            }
            @if left_out > 0 { p.quiet { (left_out) " steps more." } }
            p { (explained(fate, prints)) }
        }
    }
}

fn step_item(scenario: &Scenario, step: &Step, next: Option<&Step>, begin: u64) -> Markup {
    html! {
        li class=(class_of(step.what)) {
            span.when.number { (after(step.at_us, begin)) }
            span { (in_words(step)) }
            @if step.what == What::Got { (commands(scenario, step, next)) }
        }
    }
}

/// How long after it was published.
fn after(at_us: u64, begin: u64) -> String {
    format!("+{:.1} ms", at_us.saturating_sub(begin) as f64 / 1000.0)
}

fn in_words(step: &Step) -> Cow<'static, str> {
    let reader = step.reader;
    match step.what {
        What::Published => "published, and put into the queue".into(),
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
    }
}

/// What the reader asked of Redis from `got` until it asked for other messages, or until the message's next step.
fn commands(scenario: &Scenario, got: &Step, next: Option<&Step>) -> Markup {
    let until = next.map_or(u64::MAX, |next| next.at_us);
    let mut found: Vec<String> = Vec::new();
    let mut more = 0;
    for entry in scenario.entries() {
        if entry.reader != got.reader || entry.at_us <= got.at_us {
            continue;
        }
        if entry.at_us > until || matches!(entry.event, Event::Got { .. }) {
            break;
        }
        if let Event::RedisCommand(command) = &entry.event {
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
fn together_with(scenario: &Scenario, got: &Step) -> usize {
    let request = scenario.entries().find_map(|entry| match &entry.event {
        Event::Got { messages } if entry.reader == got.reader && entry.at_us == got.at_us => Some(messages),
        _ => None,
    });
    let messages: &[Delivered] = request.map_or(&[], |messages| messages);
    messages.len().saturating_sub(1)
}

fn shown(text: &str, columns: usize) -> String {
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    untrusted(text, columns)
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
                    let record = self.records.latest().await;
                    let written = tokio::task::spawn_blocking(move || page(record, &wanted));
                    let main = written
                        .await
                        .unwrap_or_else(|error| html! { h1 { "Ledger" } p { (error) } });
                    Page::new(self.title(), main)
                        .with_module("ledger.js")
                        .with_style("ledger.css")
                        .into()
                }
                _ => Answer::NotFound,
            }
        })
    }
}
