//! What a contract expects at a key of Redis.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::arena::Contents;

/// What is to stand at a key: its type, and its value.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "lowercase")]
pub enum Stored {
    /// A string.
    String(Scalar),
    /// Fields and values.
    Hash(BTreeMap<String, Scalar>),
    /// Members and scores.
    Zset(BTreeMap<String, Scalar>),
    /// Elements from left to right.
    List(Vec<Scalar>),
    /// Members, in any order.
    Set(Vec<Scalar>),
    /// Nothing: the key is not there.
    None,
}

/// A text or a number; Redis knows texts alone.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// A whole number.
    Integer(i64),
    /// Another number.
    Float(f64),
    /// A text.
    Text(String),
}

impl Scalar {
    /// Whether `text` is this, numbers within `tolerance`.
    fn is(&self, text: &str, tolerance: f64) -> bool {
        let near = |number: f64| {
            let off = text.parse().map(|found: f64| (found - number).abs());
            off.is_ok_and(|off| off <= tolerance * number.abs().max(1.0))
        };
        match self {
            Self::Text(expected) => expected == text,
            Self::Integer(number) => text == number.to_string() || near(*number as f64),
            Self::Float(number) => near(*number),
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => number.fmt(formatter),
            Self::Float(number) => number.fmt(formatter),
            Self::Text(text) => text.fmt(formatter),
        }
    }
}

impl Stored {
    /// Whether a program has to do something for it to be there.
    pub fn is_something(&self) -> bool {
        *self != Self::None
    }

    /// Whether `found`, what stands at the key, is this, numbers within `tolerance`.
    pub fn is(&self, found: Option<&Contents>, tolerance: f64) -> bool {
        let same = |expected: &Scalar, text: &String| expected.is(text, tolerance);
        let maps = |expected: &BTreeMap<String, Scalar>, found: &BTreeMap<String, String>| {
            expected.len() == found.len()
                && expected
                    .iter()
                    .all(|(name, value)| found.get(name).is_some_and(|text| same(value, text)))
        };
        match (self, found) {
            (Self::None, None) => true,
            (Self::String(expected), Some(Contents::String(text))) => same(expected, text),
            (Self::Hash(expected), Some(Contents::Hash(found))) => maps(expected, found),
            (Self::Zset(expected), Some(Contents::Zset(found))) => maps(expected, found),
            (Self::List(expected), Some(Contents::List(found))) => {
                expected.len() == found.len()
                    && expected.iter().zip(found).all(|(value, text)| same(value, text))
            }
            (Self::Set(expected), Some(Contents::Set(found))) => {
                expected.len() == found.len()
                    && expected
                        .iter()
                        .all(|value| found.iter().any(|text| same(value, text)))
            }
            _ => false,
        }
    }
}

impl fmt::Display for Stored {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |values: &[Scalar]| {
            values
                .iter()
                .map(Scalar::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        };
        let map = |values: &BTreeMap<String, Scalar>| {
            let pairs = values.iter().map(|(name, value)| format!("{name} {value}"));
            pairs.collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::String(value) => write!(formatter, "string {value}"),
            Self::Hash(values) => write!(formatter, "hash {}", map(values)),
            Self::Zset(values) => write!(formatter, "zset {}", map(values)),
            Self::List(values) => write!(formatter, "list {}", list(values)),
            Self::Set(values) => write!(formatter, "set {}", list(values)),
            Self::None => formatter.write_str("nothing"),
        }
    }
}

/// What stands at a key, in the words of a report.
pub fn described(found: Option<&Contents>) -> String {
    let map = |values: &BTreeMap<String, String>| {
        let pairs = values.iter().map(|(name, value)| format!("{name} {value}"));
        pairs.collect::<Vec<_>>().join(", ")
    };
    match found {
        None => "nothing".into(),
        Some(Contents::String(text)) => format!("string {text}"),
        Some(Contents::Hash(values)) => format!("hash {}", map(values)),
        Some(Contents::Zset(values)) => format!("zset {}", map(values)),
        Some(Contents::List(values)) => format!("list {}", values.join(", ")),
        Some(Contents::Set(values)) => format!("set {}", values.join(", ")),
        Some(Contents::Other(kind)) => kind.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(text: &str) -> Stored {
        toml::from_str(text).expect(text)
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn what_stands_there_is_compared_by_type_and_value() {
        let hash = stored("type = \"hash\"\nvalue = { a = 2, b = \"x\" }");
        let found = |pairs: &[(&str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            Contents::Hash(pairs.collect())
        };
        assert!(hash.is(Some(&found(&[("a", "2"), ("b", "x")])), 0.0));
        assert!(!hash.is(Some(&found(&[("a", "2")])), 0.0));
        assert!(!hash.is(Some(&found(&[("a", "3"), ("b", "x")])), 0.0));
        assert!(!hash.is(None, 0.0));
        let set = stored("type = \"set\"\nvalue = [\"a\", \"b\"]");
        assert!(set.is(Some(&Contents::Set(texts(&["b", "a"]))), 0.0));
        assert!(!set.is(Some(&Contents::List(texts(&["a", "b"]))), 0.0));
        let list = stored("type = \"list\"\nvalue = [\"a\", \"b\"]");
        assert!(!list.is(Some(&Contents::List(texts(&["b", "a"]))), 0.0));
        let number = stored("type = \"string\"\nvalue = 2.5");
        assert!(number.is(Some(&Contents::String("2.5000001".into())), 1e-6));
        assert!(!number.is(Some(&Contents::String("2.5000001".into())), 1e-9));
        let none = stored("type = \"none\"");
        assert!(none.is(None, 0.0) && !none.is_something() && number.is_something());
    }
}
