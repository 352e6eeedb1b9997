//! `workshop record`

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use super::exit::{Exit, Usage};
use super::{Outcome, names, say};
use crate::arena::{
    ChainEvent, Comparison, Delivered, Ending, Entry, Event, Found, History, Row, columns, redis_line,
};
use crate::cli;
use crate::render::{Style, untrusted};

/// Columns in which the time stands.
const TIME: usize = 10;

/// So many names of what there is are said to whoever asked for something else.
const MOST_NAMES: usize = 8;

pub fn record(dir: Option<&Path>, arguments: &cli::Record) -> Outcome {
    let path = names::record(dir, arguments.run.as_deref())?;
    let history = History::read(&path)?;
    let shown = path.display();
    if history.entries().is_empty() {
        anyhow::bail!(
            "{shown} is empty: its check is at work, or was interrupted before it had written anything; `workshop \
             check` makes another record, and `workshop record RUN` shows an earlier one"
        );
    }
    let mut scenarios = history.scenarios();
    if let Some(wanted) = &arguments.scenario {
        if !scenarios.contains(wanted) {
            return Err(Usage(format!(
                "there is no scenario {wanted:?} in {shown}; it has: {}",
                scenarios.join(", ")
            ))
            .into());
        }
        scenarios.retain(|scenario| scenario == wanted);
    }
    let style = Style::for_stdout();
    let mut page = String::new();
    for scenario in &scenarios {
        let entries: Vec<&Entry> = history.scenario(scenario).entries().collect();
        let entries = wanted(&entries, arguments);
        if !entries.is_empty() {
            page.push_str(&format!("{}\n", style.strong(&untrusted(scenario, 100))));
            page.push_str(&table(&entries, style.width.clamp(40, 200)));
            page.push('\n');
        }
    }
    if page.is_empty() {
        let there = |entry: &&Entry| scenarios.iter().any(|scenario| *scenario == entry.scenario);
        let there: Vec<&Entry> = history.entries().iter().filter(there).collect();
        let place = match &arguments.scenario {
            Some(scenario) => format!("the scenario {scenario:?} of {shown}"),
            None => shown.to_string(),
        };
        return Err(Usage(why_nothing(&there, arguments, &place)).into());
    }
    say::say(&page)?;
    Ok(Exit::Done)
}

/// Why nothing of `entries`, which stand in `place`, is what was asked for, and what there is to ask for.
fn why_nothing(entries: &[&Entry], arguments: &cli::Record, place: &str) -> String {
    let has = |there: Vec<String>| match there.len() {
        0 => "it has none".to_owned(),
        count if count > MOST_NAMES => format!("it has: {}, …", there[..MOST_NAMES].join(", ")),
        _ => format!("it has: {}", there.join(", ")),
    };
    if let Some(wanted) = &arguments.key {
        let keys = entries.iter().filter_map(|entry| match &entry.event {
            Event::RedisCommand(command) => Some(command.reads.iter().chain(&command.writes)),
            _ => None,
        });
        let keys: BTreeSet<&String> = keys.flatten().collect();
        if !keys.contains(wanted) {
            let keys = keys.iter().map(|key| untrusted(key, 60)).collect();
            return format!("no command in {place} has the key {wanted:?}; {}", has(keys));
        }
    }
    if let Some(wanted) = arguments.reader {
        let readers: BTreeSet<u8> = entries.iter().map(|entry| entry.reader).collect();
        if !readers.contains(&wanted) {
            // 0 is the arena, which nobody asks for by a number.
            let readers = readers.iter().filter(|reader| **reader > 0);
            let readers = readers.map(u8::to_string).collect();
            return format!("there is no reader {wanted} in {place}; {}", has(readers));
        }
    }
    if let Some(wanted) = arguments.message {
        let published = entries.iter().filter_map(|entry| match entry.event {
            Event::Published { message, .. } => Some(message),
            _ => None,
        });
        let published: BTreeSet<u32> = published.collect();
        if !published.contains(&wanted) {
            let there = match (published.first(), published.last()) {
                (Some(first), Some(last)) => format!("it has those from {first} to {last}"),
                _ => "it has none".into(),
            };
            return format!("there is no message {wanted} in {place}; {there}");
        }
    }
    format!("nothing in {place} is all of what was asked for at once; ask with fewer options")
}

/// The entries that were asked for.
fn wanted<'a>(entries: &[&'a Entry], arguments: &cli::Record) -> Vec<&'a Entry> {
    // Whether each reader is at work on the message that was asked for.
    let mut at_work: HashMap<u8, bool> = HashMap::new();
    let is_wanted = |entry: &&&'a Entry| {
        let concerns_message = arguments.message.is_none_or(|wanted| match &entry.event {
            Event::Published { message, .. } => *message == wanted,
            Event::Got { messages } => {
                let among = messages.contains(&Delivered::Published(wanted));
                at_work.insert(entry.reader, among);
                among
            }
            _ => at_work.get(&entry.reader).copied().unwrap_or(false),
        });
        let concerns_key = arguments.key.as_ref().is_none_or(|wanted| match &entry.event {
            Event::RedisCommand(command) => command
                .reads
                .iter()
                .chain(&command.writes)
                .any(|key| key == wanted),
            _ => false,
        });
        let concerns_reader = arguments.reader.is_none_or(|wanted| entry.reader == wanted);
        concerns_message && concerns_key && concerns_reader
    };
    entries.iter().filter(is_wanted).copied().collect()
}

fn table(entries: &[&Entry], width: usize) -> String {
    let rows: Vec<Row> = entries
        .iter()
        .map(|entry| Row::new(entry.reader, line(&entry.event)))
        .collect();
    let mut page = String::new();
    let mut lines = columns(&rows, width - TIME).into_iter();
    let heading = lines.next().unwrap_or_default();
    page.push_str(&format!("{:>8}  {heading}\n", "ms"));
    for (entry, line) in entries.iter().zip(lines) {
        let time = entry.at_us as f64 / 1000.0;
        page.push_str(&format!("{time:>8.1}  {line}\n"));
    }
    page
}

/// An event in a line.
fn line(event: &Event) -> Cow<'_, str> {
    let text = match event {
        Event::Check { section, seed, .. } => format!("check {section}, seed {seed}"),
        Event::Started => return "started".into(),
        Event::NotStarted { problem } => format!("not started: {problem}"),
        Event::Connected => return "connected".into(),
        Event::Crowded { connections } => format!("has {connections} connections open, and gets no more"),
        Event::SeveralConnections => return "uses several connections".into(),
        Event::Subscribed => return "subscribed".into(),
        Event::Published { message, text } => format!("published #{message} {text}"),
        Event::Got { messages } if messages.is_empty() => return "got nothing".into(),
        Event::Got { messages } => format!(
            "got {}",
            messages.iter().map(delivered).collect::<Vec<_>>().join(" ")
        ),
        Event::Put { text } => format!("put {text}"),
        Event::RedisCommand(command) => redis_line(command),
        Event::RedisContents(contents) => {
            format!("database {}: {} keys", contents.database, contents.keys.len())
        }
        Event::Printed { line } => format!("printed {line}"),
        Event::LineCut { bytes } => format!("printed {bytes} bytes more"),
        Event::Flooded => return "printed too much".into(),
        Event::Input { text } => format!("given {text}"),
        Event::Memory { got, bytes } => format!("{} KB after {got} messages", bytes / 1024),
        Event::Standstill => return "the arena stood still".into(),
        Event::Signalled { signal } => format!("was sent {signal}"),
        Event::IgnoredTermination => return "did not end on SIGTERM, and was killed".into(),
        Event::LeftChildren => return "left processes behind, which were killed".into(),
        Event::Ended { ending } => format!("{}; waited no longer", end_of_waiting(*ending)),
        Event::Exited { status, .. } => status.clone(),
        Event::Finished { events } => format!("the check is over, after {events} events"),
        Event::AnswersUnreadable { problem } => problem.clone(),
        Event::Answer { name, comparison, .. } => format!("answer {name}: {}", compared(*comparison)),
        Event::Expected { lines } => format!("expected to be printed: {}", lines.join(", ")),
        Event::NoRedis { problem } => format!("no Redis: {problem}"),
        Event::Chain(event) => return chain_line(event).into(),
        Event::Predicted { question, answer } => match answer {
            Some(answer) => format!("predicted of {question}: {answer}"),
            None => format!("nothing predicted of {question} yet"),
        },
        Event::Observed { what, value } => format!("observed {what}: {value}"),
        Event::Broken { problem } => format!("broken off: {problem}"),
    };
    text.into()
}

/// Why it was waited no longer. What differs stands first, since a column may be narrow.
fn end_of_waiting(ending: Ending) -> &'static str {
    match ending {
        Ending::Settled => "enough was seen",
        Ending::Exited => "ended of itself",
        Ending::Idle => "nothing happens any more",
        Ending::OutOfTime => "the time is up",
        Ending::Flooded => "printed too much",
        Ending::TooMuchMemory => "held too much memory",
        Ending::TooManyProcesses => "had too many processes",
        Ending::TooManyConnections => "had too many connections",
    }
}

fn compared(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Unanswered => "none yet",
        Comparison::Near => "as near as chance allows",
        Comparison::Far => "farther off than chance explains",
        Comparison::StandardDeviation => "the standard deviation, and not the variance",
        Comparison::TooEarly => "too early to tell",
    }
}

/// What was seen of a student's chain, in a line.
fn chain_line(event: &ChainEvent) -> String {
    match event {
        ChainEvent::OfAnotherSection { live } => format!("not looked at: section {live} is live"),
        ChainEvent::Asked {
            part,
            address,
            from: _,
            found,
        } => {
            let found = match found {
                Found::Pubsub {
                    subscribers,
                    received,
                } => {
                    format!("a pubsub with {subscribers} subscribers, {received} messages received")
                }
                Found::Simplequeue(counters) => format!(
                    "a queue with {} messages, {} put, {} got",
                    counters.depth, counters.puts, counters.gets
                ),
                Found::Nobody { problem } => format!("nobody listens ({problem})"),
                Found::Silent { problem } => format!("no answer ({problem})"),
                Found::SomethingElse { answer } => format!("something else, which answers {answer}"),
            };
            format!("{part}, {address}: {found}")
        }
        ChainEvent::Subscribers { count } => format!("the pubsub has {count} subscribers"),
        ChainEvent::EarlierProbes { count } => {
            format!("{count} probes of earlier checks went through the pubsub")
        }
        ChainEvent::Probed { probe } => format!("published the probe {probe}"),
        ChainEvent::Followed {
            copies,
            altered,
            before,
            after,
        } => {
            let came = format!(
                "{copies} copies of the probe in the queue; {} put before, {} after",
                before.puts, after.puts
            );
            match altered {
                Some(altered) => format!("{came}; altered: {altered}"),
                None => came,
            }
        }
        ChainEvent::Lost { problem } => problem.clone(),
    }
}

fn delivered(message: &Delivered) -> String {
    match message {
        Delivered::Published(number) => format!("#{number}"),
        Delivered::Other(text) => text.clone(),
    }
}
