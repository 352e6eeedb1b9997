//! How often each number came, beside what the readers have kept of it.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::arena::{Contents, Event, RedisContents, Scenario};

/// Where the readers count all messages.
pub const MESSAGES: &str = "messages";

/// The key of a distribution's histogram.
pub fn histogram_key(distribution: &str) -> String {
    format!("histogram:{distribution}")
}

/// What was published.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Truth {
    /// Distribution -> number -> how often it came.
    pub histograms: BTreeMap<String, BTreeMap<i64, u64>>,
    /// How many messages there were.
    pub messages: u64,
}

/// A message, as a reader gets it.
#[derive(Debug, Deserialize)]
struct Message {
    distribution: String,
    number: i64,
}

impl Truth {
    /// What was published in `scenario`.
    pub fn of(scenario: &Scenario) -> Self {
        Self::of_texts(scenario.events().filter_map(|event| match event {
            Event::Published { text, .. } => Some(text.as_str()),
            _ => None,
        }))
    }

    /// What these messages come to.
    pub fn of_texts<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut truth = Self::default();
        for text in texts {
            if let Ok(Message { distribution, number }) = serde_json::from_str(text) {
                let histogram = truth.histograms.entry(distribution).or_default();
                *histogram.entry(number).or_default() += 1;
                truth.messages += 1;
            }
        }
        truth
    }
}

/// A count that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The key.
    pub key: String,
    /// The field or member; `None` where the key is the count itself.
    pub field: Option<String>,
    /// How often it came.
    pub expected: u64,
    /// What stands there, where anything does.
    pub received: Option<String>,
}

impl Difference {
    /// How many are missing; negative where there are too many. `None` where it is no count at all.
    pub fn missing(&self) -> Option<i128> {
        let received = match &self.received {
            Some(received) => whole(received)?,
            None => 0,
        };
        Some(i128::from(self.expected) - received)
    }

    /// The expected and the received count, each with its place.
    pub fn both(&self) -> (String, String) {
        let place = match &self.field {
            Some(field) => format!("{field} -> "),
            None => String::new(),
        };
        let received = self.received.as_deref().unwrap_or("nothing");
        (
            format!("{place}{} in {}", self.expected, self.key),
            format!("{place}{received}"),
        )
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, expected, .. } = self;
        let received = self.received.as_deref().unwrap_or("nothing");
        match &self.field {
            Some(field) => write!(
                formatter,
                "{key}: {field} -> {received}, and it came {expected} times"
            ),
            None => write!(formatter, "{key}: {received}, and there were {expected}"),
        }
    }
}

/// Where the histograms that stand in `contents` are not the true ones, the worst first.
pub fn differences(truth: &Truth, contents: &RedisContents) -> Vec<Difference> {
    let mut all: Vec<Difference> = truth
        .histograms
        .iter()
        .flat_map(|(name, numbers)| of_histogram(&histogram_key(name), numbers, contents))
        .collect();
    all.sort_by_key(|difference| std::cmp::Reverse(difference.missing().map_or(i128::MAX, i128::abs)));
    all
}

/// How `messages` differs from the number of messages, where it does.
pub fn messages_difference(truth: &Truth, contents: &RedisContents) -> Option<Difference> {
    let received = match contents.keys.get(MESSAGES) {
        Some(Contents::String(text)) => Some(text.clone()),
        Some(_) => Some("another type".to_owned()),
        None => None,
    };
    let difference = Difference {
        key: MESSAGES.to_owned(),
        field: None,
        expected: truth.messages,
        received,
    };
    (difference.missing() != Some(0)).then_some(difference)
}

fn of_histogram(key: &str, truth: &BTreeMap<i64, u64>, contents: &RedisContents) -> Vec<Difference> {
    let empty = BTreeMap::new();
    let kept = match contents.keys.get(key) {
        Some(Contents::Hash(kept) | Contents::Zset(kept)) => kept,
        _ => &empty,
    };
    let difference = |field: &str, expected: u64, received: Option<&String>| Difference {
        key: key.to_owned(),
        field: Some(field.to_owned()),
        expected,
        received: received.cloned(),
    };
    let mut differences = Vec::new();
    let mut seen = BTreeMap::new();
    for (field, received) in kept {
        // 3 and 3.0 are one number, but not under one name.
        let number = whole(field).and_then(|number| i64::try_from(number).ok());
        let another_name = number.is_some_and(|number| seen.insert(number, field).is_some());
        let expected = number
            .filter(|_| !another_name)
            .and_then(|number| truth.get(&number));
        let difference = difference(field, expected.copied().unwrap_or(0), Some(received));
        if difference.missing() != Some(0) {
            differences.push(difference);
        }
    }
    let missing = truth.iter().filter(|(number, _)| !seen.contains_key(number));
    differences.extend(missing.map(|(number, count)| difference(&number.to_string(), *count, None)));
    differences
}

/// The whole number that `text` is, written as an integer or, as the score of a zset may be, as a float.
pub fn whole(text: &str) -> Option<i128> {
    /// From here on not every whole number is a float.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i128)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truth() -> Truth {
        Truth {
            histograms: BTreeMap::from([("poisson".to_owned(), BTreeMap::from([(-1, 2), (0, 3), (4, 10)]))]),
            messages: 15,
        }
    }

    fn contents(counts: &[(&str, &str)], messages: &str) -> RedisContents {
        let histogram = counts
            .iter()
            .map(|(number, count)| ((*number).to_owned(), (*count).to_owned()))
            .collect();
        RedisContents {
            database: 1,
            keys: BTreeMap::from([
                ("histogram:poisson".to_owned(), Contents::Hash(histogram)),
                (MESSAGES.to_owned(), Contents::String(messages.to_owned())),
            ]),
            complete: true,
        }
    }

    #[test]
    fn exact_counts_do_not_differ_however_they_are_written() {
        for counts in [
            [("-1", "2"), ("0", "3"), ("4", "10")],
            [("-1.0", "2.0"), ("0", "3"), ("4e0", "1e1")],
        ] {
            assert_eq!(differences(&truth(), &contents(&counts, "15")), []);
        }
        assert_eq!(messages_difference(&truth(), &contents(&[], "15")), None);
    }

    #[test]
    fn every_difference_is_found_the_worst_first() {
        let found = differences(
            &truth(),
            &contents(&[("-1", "2"), ("4", "7"), ("5", "1"), ("04", "1")], "14"),
        );
        let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
        // Fields come sorted as text, so 04 is the first name of the number, and 4 another.
        assert_eq!(
            shown,
            [
                "histogram:poisson: 04 -> 1, and it came 10 times",
                "histogram:poisson: 4 -> 7, and it came 0 times",
                "histogram:poisson: 0 -> nothing, and it came 3 times",
                "histogram:poisson: 5 -> 1, and it came 0 times",
            ]
        );
        let messages = messages_difference(&truth(), &contents(&[], "14")).expect("one is missing");
        assert_eq!(messages.to_string(), "messages: 14, and there were 15");
    }

    #[test]
    fn what_is_no_count_is_a_difference() {
        let found = differences(
            &truth(),
            &contents(&[("-1", "two"), ("0", "3"), ("4", "10"), ("x", "1")], "15"),
        );
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].missing(), None);
        assert_eq!(found[1].missing(), Some(-1));
    }
}
