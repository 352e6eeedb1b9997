//! The claims, judged from the record.

use std::collections::BTreeMap;

use super::super::never_asked::NeverAsked;
use super::super::{Claim, ClaimHead, Outcome, Verdict, ending, whole_server};
use super::causes::{Cause, Instead, Pattern};
use super::counts::{Difference, MESSAGES, differences, histogram_key, messages_difference};
use super::gather::{FOUR, ONE};
use super::trace::Trace;
use super::{moments, overlap};
use crate::arena::{Contents, Delivered, Event, History, LostUpdate, RedisContents, Scenario};

/// Round trips that a program may make beside those for messages: to connect, to select a database, to load a script.
const TO_BEGIN_WITH: u64 = 20;

/// Judges all claims that the record has to do with.
pub fn judge(heads: &[ClaimHead], history: &History) -> Vec<Claim> {
    let one = Trace::of(last_try(history, ONE));
    let four = Trace::of(last_try(history, FOUR));
    let datatype = fair(&one, |contents| datatype(&one, contents));
    let one_reader = fair(&one, |contents| one_reader(&one, contents, &datatype));
    let alone = one_reader.verdict == Verdict::Pass;
    let judged = |head: &ClaimHead| {
        let (trace, outcome) = match head.id {
            "datatype" => (&one, datatype.clone()),
            "one-reader" => (&one, one_reader.clone()),
            "histogram-race-free" => {
                let outcome = fair(&four, |contents| match &datatype.verdict {
                    Verdict::Fail => datatype.clone(),
                    _ => histograms_race_free(&four, contents, alone),
                });
                (&four, outcome)
            }
            "counter-race-free" => (
                &four,
                fair(&four, |contents| counter_race_free(&four, contents, alone)),
            ),
            "moments" => (&four, fair(&four, |contents| moments::judge(&four, contents))),
            "round-trips" => (&one, fair(&one, |_| round_trips(&one, alone))),
            _ => return None,
        };
        let concerned = trace.scenario.events().next().is_some();
        let outcome = whole_server::explained(outcome, &trace.scenario);
        concerned.then(|| head.judged(outcome, trace.scenario.duration_ms()))
    };
    heads.iter().filter_map(judged).collect()
}

/// The last of two tries at an experiment.
pub fn last_try<'a>(history: &'a History, [first, second]: [&str; 2]) -> Scenario<'a> {
    let again = history.scenario(second);
    if again.events().next().is_some() {
        again
    } else {
        history.scenario(first)
    }
}

/// What `judge` finds in Redis, unless there is none, or the program never started, or did not do its work, or the arena
/// stood still meanwhile.
fn fair(trace: &Trace, judge: impl FnOnce(&RedisContents) -> Outcome) -> Outcome {
    if let Some(problem) = trace.no_redis {
        return Outcome::could_not_tell(Cause::NoRedis(problem.to_owned())).decisive();
    }
    if let Some(problem) = trace.scenario.not_started() {
        return Outcome::could_not_tell(Cause::NotStarted(problem.to_owned())).decisive();
    }
    let outcome = unfinished(trace).unwrap_or_else(|| match trace.contents {
        Some(contents) if contents.complete => judge(contents),
        _ => Outcome::could_not_tell(Cause::Unread),
    });
    ending::unless_stood_still(outcome, &trace.scenario)
}

/// Why nothing can be said of what the readers have kept: they were not there for all of it.
fn unfinished(trace: &Trace) -> Option<Outcome> {
    let published = trace.truth.messages;
    if let Some(excess) = ending::excess(&trace.scenario) {
        return Some(excess);
    }
    let end = trace.end();
    if trace.commands == 0 && end.names_the_port_of_redis() {
        return Some(Outcome::fail(Cause::NeverAsked(NeverAsked::Redis(end))).decisive());
    }
    if end.status.is_some() {
        return Some(Outcome::fail(Cause::EndedOfItself(end)).decisive());
    }
    if published > 0 && trace.taken == published {
        return None;
    }
    if trace.ran_out_of_time() {
        let taken = trace.taken;
        return Some(Outcome::could_not_tell(Cause::TooSlow { taken, published }).decisive());
    }
    let taken = trace.taken;
    let cause = match (trace.connected, trace.commands) {
        (false, 0) => Cause::NeverAsked(NeverAsked::Either(end)),
        (false, _) => Cause::NeverAsked(NeverAsked::Queue(end)),
        (true, 0) => Cause::NeverAsked(NeverAsked::Redis(end)),
        (true, _) => Cause::LeftSome {
            taken,
            published,
            end,
        },
    };
    Some(Outcome::fail(cause).decisive())
}

fn datatype(trace: &Trace, contents: &RedisContents) -> Outcome {
    let keys: Vec<String> = trace
        .truth
        .histograms
        .keys()
        .map(|name| histogram_key(name))
        .collect();
    let there: Vec<(&String, &Contents)> = keys
        .iter()
        .filter_map(|key| Some((key, contents.keys.get(key)?)))
        .collect();
    for (key, kept) in &there {
        if !matches!(kept, Contents::Hash(_) | Contents::Zset(_)) {
            let (is, should) = (type_of(kept), "a hash or a zset");
            let key = (*key).clone();
            return Outcome::fail(Cause::WrongType { key, is, should }).decisive();
        }
    }
    if there.is_empty() {
        let key = keys.into_iter().next().unwrap_or_default();
        let instead = instead(trace, &key, contents);
        return Outcome::fail(Cause::NoHistogram { key, instead }).decisive();
    }
    if let Some(kept) = contents.keys.get(MESSAGES)
        && !matches!(kept, Contents::String(_))
    {
        let (key, is, should) = (
            MESSAGES.to_owned(),
            type_of(kept),
            "a string, to which INCR adds one",
        );
        return Outcome::fail(Cause::WrongType { key, is, should }).decisive();
    }
    let zsets = there
        .iter()
        .filter(|(_, kept)| matches!(kept, Contents::Zset(_)))
        .count();
    Outcome::pass(format!("{} hashes, {zsets} zsets", there.len() - zsets))
}

fn type_of(contents: &Contents) -> &'static str {
    match contents {
        Contents::String(_) => "a string",
        Contents::Hash(_) => "a hash",
        Contents::Zset(_) => "a zset",
        Contents::List(_) => "a list",
        Contents::Set(_) => "a set",
        Contents::Other(_) => "of another type",
    }
}

/// What there is where no histogram is.
fn instead(trace: &Trace, key: &str, contents: &RedisContents) -> Instead {
    const MOST: usize = 5;
    let elsewhere = trace.scenario.events().find_map(|event| match event {
        Event::RedisCommand(command)
            if command.database != contents.database
                && command.writes.iter().any(|written| written == key) =>
        {
            Some(command.database)
        }
        _ => None,
    });
    if let Some(database) = elsewhere {
        return Instead::Database(database);
    }
    let keys: Vec<String> = contents
        .keys
        .keys()
        .filter(|key| *key != MESSAGES)
        .take(MOST)
        .cloned()
        .collect();
    if keys.is_empty() && trace.commands == 0 {
        Instead::NoCommands
    } else if keys.is_empty() {
        Instead::Nothing
    } else {
        Instead::Keys(keys)
    }
}

fn one_reader(trace: &Trace, contents: &RedisContents, datatype: &Outcome) -> Outcome {
    if let Some(message) = trace.put_back.first() {
        let (message, end) = ((*message).to_owned(), trace.end());
        return Outcome::fail(Cause::PutBack { message, end }).decisive();
    }
    if datatype.verdict == Verdict::Fail {
        return datatype.clone();
    }
    let histograms = differences(&trace.truth, contents);
    let messages = messages_difference(&trace.truth, contents);
    let pattern = pattern(trace, &histograms, messages.as_ref());
    let all: Vec<Difference> = histograms.into_iter().chain(messages).collect();
    let Some((expected, received)) = all.first().map(Difference::both) else {
        return Outcome::pass(format!(
            "{} messages of {} distributions, and every count exact",
            trace.truth.messages,
            trace.truth.histograms.len()
        ));
    };
    let differences = all;
    Outcome::fail(Cause::Wrong { differences, pattern })
        .with(expected, received)
        .decisive()
}

/// What the wrong counts of a single reader have in common.
fn pattern(trace: &Trace, histograms: &[Difference], messages: Option<&Difference>) -> Option<Pattern> {
    let counts: usize = trace.truth.histograms.values().map(BTreeMap::len).sum();
    let off = |difference: &Difference| difference.missing();
    let twice = |difference: &Difference| off(difference) == Some(-i128::from(difference.expected));
    let number = |difference: &Difference| difference.field.as_deref()?.parse::<i64>().ok();
    let never = |difference: &Difference| off(difference) == Some(i128::from(difference.expected));
    if histograms.is_empty() {
        return match messages {
            Some(messages) if messages.received.is_none() => Some(Pattern::NoMessages),
            Some(messages) if twice(messages) => Some(Pattern::MessagesTwice),
            _ => None,
        };
    }
    let all = |holds: &dyn Fn(&Difference) -> bool| histograms.iter().all(holds);
    if all(&twice) && histograms.len() == counts {
        return Some(Pattern::Twice);
    }
    if all(&|difference| never(difference) && number(difference) == Some(0)) {
        return Some(Pattern::NoZero);
    }
    if all(&|difference| never(difference) && number(difference).is_some_and(|number| number < 0)) {
        return Some(Pattern::NoNegatives);
    }
    if all(&|difference| off(difference) == Some(1)) && histograms.len() == counts {
        return Some(Pattern::FirstTime);
    }
    let missing_whole = |name: &String| {
        let key = histogram_key(name);
        let of_it = histograms.iter().filter(|difference| difference.key == key);
        of_it.clone().all(never) && of_it.count() == trace.truth.histograms[name].len()
    };
    let concerned = |name: &&String| {
        histograms
            .iter()
            .any(|difference| difference.key == histogram_key(name))
    };
    if trace.truth.histograms.keys().filter(concerned).all(missing_whole) {
        return Some(Pattern::NoDistribution);
    }
    rest(trace, histograms).map(Pattern::Rest)
}

/// How many of the last messages are missing, where those and no others are.
fn rest(trace: &Trace, histograms: &[Difference]) -> Option<u64> {
    let missing: i128 = histograms.iter().map(Difference::missing).sum::<Option<i128>>()?;
    let missing = usize::try_from(missing).ok()?;
    let texts: Vec<&str> = trace
        .scenario
        .events()
        .filter_map(|event| match event {
            Event::Published { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    // In the order in which the reader was given them.
    let given: Vec<&str> = trace
        .scenario
        .events()
        .filter_map(|event| match event {
            Event::Got { messages } => Some(messages),
            _ => None,
        })
        .flatten()
        .filter_map(|message| match message {
            Delivered::Published(number) => texts.get(*number as usize).copied(),
            Delivered::Other(_) => None,
        })
        .collect();
    let last = &given[given.len().checked_sub(missing)?..];
    let of_last = super::counts::Truth::of_texts(last.iter().copied());
    let same = histograms.iter().all(|difference| {
        let name = difference.key.strip_prefix("histogram:").unwrap_or_default();
        let number = difference
            .field
            .as_deref()
            .and_then(|field| field.parse::<i64>().ok());
        let count = number.and_then(|number| of_last.histograms.get(name)?.get(&number));
        count.copied().map(i128::from) == difference.missing()
    });
    same.then_some(missing as u64)
}

fn histograms_race_free(trace: &Trace, contents: &RedisContents, alone: bool) -> Outcome {
    let wrong = differences(&trace.truth, contents);
    let matters = |key: &str| key.starts_with("histogram:");
    race_free(
        trace,
        wrong,
        matters,
        alone,
        "every count of every histogram is exact",
    )
}

fn counter_race_free(trace: &Trace, contents: &RedisContents, alone: bool) -> Outcome {
    if let Some(kept) = contents.keys.get(MESSAGES)
        && !matches!(kept, Contents::String(_))
    {
        let (key, is, should) = (
            MESSAGES.to_owned(),
            type_of(kept),
            "a string, to which INCR adds one",
        );
        return Outcome::fail(Cause::WrongType { key, is, should });
    }
    let wrong = messages_difference(&trace.truth, contents);
    race_free(
        trace,
        wrong.into_iter().collect(),
        |key| key == MESSAGES,
        alone,
        "messages is exact",
    )
}

fn race_free(
    trace: &Trace,
    differences: Vec<Difference>,
    matters: impl Fn(&str) -> bool,
    alone: bool,
    exact: &str,
) -> Outcome {
    let Some(first) = differences.first() else {
        if !overlap::was_tried(&trace.scenario, matters) {
            return Outcome::could_not_tell(Cause::NeverTogether);
        }
        return Outcome::pass(format!("{} messages, and {exact}", trace.truth.messages));
    };
    let (expected, received) = first.both();
    let missing: Option<Vec<i128>> = differences.iter().map(Difference::missing).collect();
    let only_missing = missing.filter(|missing| missing.iter().all(|missing| *missing > 0));
    let sum: i128 = only_missing.iter().flatten().sum();
    let outcome = if only_missing.is_some() && sum <= trace.put_back.len() as i128 {
        let messages = trace.put_back.len();
        Outcome::could_not_tell(Cause::TriedLater { messages })
    } else if !alone {
        Outcome::fail(Cause::OneReaderFirst { differences })
    } else if only_missing.is_some() {
        let database = trace.contents.map_or(1, |contents| contents.database);
        let lost = LostUpdate::find(&trace.scenario, database, &first.key, first.field.as_deref());
        Outcome::fail(Cause::Missing { differences, lost })
    } else {
        let pattern = None;
        Outcome::fail(Cause::Wrong { differences, pattern })
    };
    outcome.with(expected, received)
}

fn round_trips(trace: &Trace, alone: bool) -> Outcome {
    if !alone {
        return Outcome::could_not_tell(Cause::CountsFirst);
    }
    let mut last: BTreeMap<u32, u64> = BTreeMap::new();
    for event in trace.scenario.events() {
        if let Event::RedisCommand(command) = event {
            last.insert(command.connection, command.round_trip);
        }
    }
    let (messages, round_trips) = (trace.truth.messages, last.values().sum::<u64>());
    if round_trips <= messages + TO_BEGIN_WITH {
        return Outcome::pass(format!("{round_trips} for {messages} messages"));
    }
    Outcome::fail(Cause::RoundTrips {
        messages,
        round_trips,
    })
    .with(
        format!("at most {} round trips", messages + TO_BEGIN_WITH),
        format!("{round_trips}"),
    )
}
