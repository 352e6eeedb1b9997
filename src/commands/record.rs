//! `workshop record`

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use super::exit::{Exit, Usage};
use super::{Outcome, names, say};
use crate::arena::{Delivered, Entry, Event, History, Row, columns, redis_line};
use crate::cli;
use crate::render::{Style, untrusted};

/// Columns in which the time stands.
const TIME: usize = 10;

pub fn record(dir: Option<&Path>, arguments: &cli::Record) -> Outcome {
    let path = names::record(dir, arguments.run.as_deref())?;
    let history = History::read(&path)?;
    let scenarios = history.scenarios();
    if let Some(wanted) = &arguments.scenario
        && !scenarios.iter().any(|scenario| scenario == wanted)
    {
        return Err(Usage(format!(
            "there is no scenario {wanted:?} in {}; it has: {}",
            path.display(),
            scenarios.join(", ")
        ))
        .into());
    }
    let style = Style::for_stdout();
    let mut page = String::new();
    for scenario in &scenarios {
        if arguments
            .scenario
            .as_ref()
            .is_some_and(|wanted| wanted != scenario)
        {
            continue;
        }
        let entries: Vec<&Entry> = history.scenario(scenario).entries().collect();
        let entries = wanted(&entries, arguments);
        if !entries.is_empty() {
            page.push_str(&format!("{}\n", style.strong(&untrusted(scenario, 100))));
            page.push_str(&table(&entries, style.width.clamp(40, 200)));
            page.push('\n');
        }
    }
    if page.is_empty() {
        anyhow::bail!("nothing in {} matches", path.display());
    }
    say::say(&page)?;
    Ok(Exit::Done)
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
        Event::Ended { ending } => format!("waited no longer: {ending:?}"),
        Event::Exited { status, .. } => status.clone(),
        Event::Finished { events } => format!("the check is over, after {events} events"),
        Event::AnswersUnreadable { problem } => problem.clone(),
        Event::Answer { name, comparison, .. } => format!("answer {name}: {comparison:?}"),
        // As it stands in the file: rare, and read by whoever knows it.
        other => serde_json::to_string(other).unwrap_or_default(),
    };
    text.into()
}

fn delivered(message: &Delivered) -> String {
    match message {
        Delivered::Published(number) => format!("#{number}"),
        Delivered::Other(text) => text.clone(),
    }
}
