//! Comparing what a command prints with what a lesson shows, where some of it is different every time.

use std::str::FromStr;

use regex_lite::Regex;

/// A line that stands for any lines at all.
const ANY_LINES: &str = "...";

/// A kind of thing that is different every time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wildcard {
    /// A number, in any notation that JSON has.
    Number,
    /// The port of an address of this machine.
    Port,
    /// A date, a time of day, or both.
    Time,
    /// A digest in hexadecimal digits, or the beginning of one.
    Digest,
    /// A path of a file.
    Path,
}

impl Wildcard {
    /// All there are, and the expression that each is found by; the more exact ones first, since a time is made of
    /// numbers.
    const ALL: [(Self, &'static str, &'static str); 5] = [
        (
            Self::Time,
            "time",
            r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?|\d\d:\d\d(?::\d\d(?:\.\d+)?)?",
        ),
        (Self::Port, "port", r"(?:127\.0\.0\.1|localhost):\d{1,5}"),
        (Self::Digest, "digest", r"\b[0-9a-f]{8,64}\b"),
        (Self::Path, "path", r"(?:~|\.{1,2})?(?:/[\w.@%+-]+)+/?"),
        (Self::Number, "number", r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"),
    ];
}

impl FromStr for Wildcard {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let names: Vec<&str> = Self::ALL.iter().map(|(_, name, _)| *name).collect();
        let known = Self::ALL.iter().find(|(_, known, _)| *known == name);
        known.map(|(wildcard, _, _)| *wildcard).ok_or_else(|| {
            format!(
                "{name:?} is no kind of thing that can be different; there are {}",
                names.join(", ")
            )
        })
    }
}

/// Whether `printed` is what `shown` shows, with `any` of these kinds different.
pub fn matches(shown: &[String], printed: &[String], any: &[Wildcard]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((line, rest)) if line == ANY_LINES => {
            (0..=printed.len()).any(|skipped| matches(rest, &printed[skipped..], any))
        }
        Some((line, rest)) => printed.split_first().is_some_and(|(first, others)| {
            line_matches(line, first.trim_end(), any) && matches(rest, others, any)
        }),
    }
}

fn line_matches(shown: &str, printed: &str, any: &[Wildcard]) -> bool {
    let patterns: Vec<&str> = Wildcard::ALL
        .iter()
        .filter(|(wildcard, ..)| any.contains(wildcard))
        .map(|(_, _, pattern)| *pattern)
        .collect();
    if patterns.is_empty() || shown == printed {
        return shown == printed;
    }
    pattern_of(shown, &patterns).is_ok_and(|pattern| pattern.is_match(printed))
}

/// The expression that is like `line`, but for what is of one of these `kinds`.
fn pattern_of(line: &str, kinds: &[&str]) -> Result<Regex, regex_lite::Error> {
    let wild = Regex::new(&kinds.join("|"))?;
    let mut pattern = String::from("^");
    let mut end = 0;
    for found in wild.find_iter(line) {
        pattern.push_str(&regex_lite::escape(&line[end..found.start()]));
        // Like for like: a port does not stand for a number elsewhere in the line.
        let kind = kinds.iter().find(|kind| {
            Regex::new(&format!("^(?:{kind})$")).is_ok_and(|kind| kind.is_match(found.as_str()))
        });
        pattern.push_str(&format!("(?:{})", kind.unwrap_or(&".*")));
        end = found.end();
    }
    pattern.push_str(&regex_lite::escape(&line[end..]));
    pattern.push('$');
    Regex::new(&pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(shown: &str, printed: &str, any: &[Wildcard]) -> bool {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        matches(&lines(shown), &lines(printed), any)
    }

    #[test]
    fn nothing_is_wild_that_is_not_named() {
        assert!(same("n 5", "n 5 ", &[]));
        assert!(!same("n 5", "n 6", &[]));
        assert!(!same("a", "a\nb", &[]));
        assert!(!same("a\nb", "a", &[]));
        assert!(!same("n 5", "m 6", &[Wildcard::Number]));
    }

    #[test]
    fn what_is_named_may_be_another_of_its_kind_and_nothing_else() {
        let shown = r#"{"time": 1795404070.915, "number": -2.5e-3}"#;
        assert!(same(shown, r#"{"time": 1.5, "number": 4}"#, &[Wildcard::Number]));
        assert!(!same(
            shown,
            r#"{"time": 1.5, "number": null}"#,
            &[Wildcard::Number]
        ));
        assert!(same(
            "http://127.0.0.1:8080/sub",
            "http://127.0.0.1:41234/sub",
            &[Wildcard::Port]
        ));
        assert!(!same(
            "8080 at localhost:8080",
            "8081 at localhost:8081",
            &[Wildcard::Port]
        ));
        assert!(same(
            "at 2026-11-23 01:34:52.",
            "at 2027-01-02 23:00:00.",
            &[Wildcard::Time]
        ));
        assert!(!same("at 01:34:52", "at noon", &[Wildcard::Time]));
        assert!(same("(a+b) 1", "(a+b) 2", &[Wildcard::Number]));
    }

    #[test]
    fn three_dots_stand_for_any_lines() {
        assert!(same("a\n...\nd", "a\nb\nc\nd", &[]));
        assert!(same("a\n...", "a", &[]));
        assert!(!same("...\nd", "a\nb", &[]));
    }
}
