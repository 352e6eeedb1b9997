//! Comparing the lines that a program prints with those that are expected of it.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::printed;

/// What the order of the lines means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Each line, one after another, and none besides.
    #[default]
    Sequence,
    /// Each line as often as it is expected, in any order, and none besides.
    #[serde(rename = "any-order")]
    Any,
    /// The last line alone.
    Last,
}

/// Where what was printed is not what is expected.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    pub expected: String,
    pub received: String,
    /// What is wrong, as a sentence.
    pub what: String,
}

/// Compares the JSON objects among the lines `printed` with those `expected`: an object may hold more than is expected of
/// it, and numbers may be off by `tolerance`, relatively, or absolutely below 1.
pub fn compare(
    expected: &[String],
    printed: &[&str],
    order: Order,
    tolerance: f64,
) -> Result<(), Difference> {
    let wanted: Vec<Line> = expected.iter().filter_map(|line| Line::of(line)).collect();
    let found: Vec<Line> = printed.iter().filter_map(|line| Line::of(line)).collect();
    let same = |wanted: &Line, found: &Line| objects(&wanted.object, &found.object, tolerance);
    match order {
        Order::Sequence => sequence(&wanted, &found, same),
        Order::Any => any_order(&wanted, &found, same),
        Order::Last => match (wanted.last(), found.last()) {
            (Some(wanted), Some(found)) if same(wanted, found) => Ok(()),
            (Some(wanted), found) => Err(Difference {
                expected: wanted.text.to_owned(),
                received: found.map_or("nothing", |found| found.text).to_owned(),
                what: match found {
                    Some(_) => "The last line is another.".into(),
                    None => "It printed no JSON object.".into(),
                },
            }),
            (None, _) => Ok(()),
        },
    }
}

/// A line that holds a JSON object.
struct Line<'a> {
    text: &'a str,
    object: Map<String, Value>,
}

impl<'a> Line<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let object = printed::object(text)?;
        Some(Self { text, object })
    }
}

fn sequence(wanted: &[Line], found: &[Line], same: impl Fn(&Line, &Line) -> bool) -> Result<(), Difference> {
    let differs = wanted
        .iter()
        .zip(found)
        .position(|(wanted, found)| !same(wanted, found));
    let Some(index) = differs.or((wanted.len() != found.len()).then_some(wanted.len().min(found.len())))
    else {
        return Ok(());
    };
    let text = |lines: &[Line]| lines.get(index).map_or("nothing", |line| line.text).to_owned();
    let number = index + 1;
    Err(Difference {
        expected: text(wanted),
        received: text(found),
        what: match (wanted.get(index), found.get(index)) {
            (None, _) => format!("Line {number} is one too many: {} are expected.", wanted.len()),
            (_, None) => format!("Line {number} of {} never came.", wanted.len()),
            _ => format!("Line {number} is another."),
        },
    })
}

fn any_order(wanted: &[Line], found: &[Line], same: impl Fn(&Line, &Line) -> bool) -> Result<(), Difference> {
    let mut taken = vec![false; found.len()];
    let mut missing = None;
    for wanted in wanted {
        let free = |index: &usize| !taken[*index];
        // The very same text first, so that one that is only near is left for another.
        let exact = (0..found.len())
            .filter(free)
            .find(|index| found[*index].text == wanted.text);
        match exact.or_else(|| {
            (0..found.len())
                .filter(free)
                .find(|index| same(wanted, &found[*index]))
        }) {
            Some(index) => taken[index] = true,
            None => missing = missing.or(Some(wanted)),
        }
    }
    let surplus = taken.iter().position(|taken| !taken).map(|index| &found[index]);
    if missing.is_none() && surplus.is_none() {
        return Ok(());
    }
    Err(Difference {
        expected: missing
            .map_or("no such line, or not so often", |line| line.text)
            .to_owned(),
        received: surplus.map_or("nothing", |line| line.text).to_owned(),
        what: match (missing, surplus) {
            (Some(_), Some(_)) => "A line is missing, and there is one too many.".into(),
            (Some(_), None) => format!(
                "A line is missing: {} are expected, {} came.",
                wanted.len(),
                found.len()
            ),
            _ => format!(
                "A line is one too many: {} are expected, {} came.",
                wanted.len(),
                found.len()
            ),
        },
    })
}

fn objects(wanted: &Map<String, Value>, found: &Map<String, Value>, tolerance: f64) -> bool {
    wanted.iter().all(|(key, value)| {
        found
            .get(key)
            .is_some_and(|found| values(value, found, tolerance))
    })
}

fn values(wanted: &Value, found: &Value, tolerance: f64) -> bool {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => objects(wanted, found, tolerance),
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len()
                && wanted
                    .iter()
                    .zip(found)
                    .all(|(wanted, found)| values(wanted, found, tolerance))
        }
        // Beyond 2^53 an f64 does not tell whole numbers apart.
        (Value::Number(wanted), Value::Number(found))
            if tolerance == 0.0 && !wanted.is_f64() && !found.is_f64() =>
        {
            wanted == found
        }
        (Value::Number(wanted), Value::Number(found)) => {
            wanted == found
                || matches!((wanted.as_f64(), found.as_f64()), (Some(wanted), Some(found))
                    if (wanted - found).abs() <= tolerance * wanted.abs().max(1.0))
        }
        _ => wanted == found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(expected: &[&str], printed: &[&str], order: Order) -> String {
        let expected: Vec<String> = expected.iter().map(|line| (*line).to_owned()).collect();
        match compare(&expected, printed, order, 1e-9) {
            Ok(()) => "same".into(),
            Err(Difference {
                expected,
                received,
                what,
            }) => format!("{what} {expected} / {received}"),
        }
    }

    const ONE: &str = r#"{"n": 1}"#;
    const TWO: &str = r#"{"n": 2}"#;

    #[test]
    fn a_sequence_is_compared_line_by_line() {
        let sequence = |printed: &[&str]| told(&[ONE, TWO], printed, Order::Sequence);
        assert_eq!(sequence(&["noise", ONE, r#"{"n": 2.0, "more": true}"#]), "same");
        assert_eq!(
            sequence(&[ONE]),
            format!("Line 2 of 2 never came. {TWO} / nothing")
        );
        assert_eq!(sequence(&[TWO, ONE]), format!("Line 1 is another. {ONE} / {TWO}"));
        assert_eq!(
            sequence(&[ONE, TWO, TWO]),
            format!("Line 3 is one too many: 2 are expected. nothing / {TWO}")
        );
        assert_eq!(sequence(&[]), format!("Line 1 of 2 never came. {ONE} / nothing"));
    }

    #[test]
    fn in_any_order_each_line_counts_as_often_as_it_is_expected() {
        let any = |printed: &[&str]| told(&[ONE, TWO, TWO], printed, Order::Any);
        assert_eq!(any(&[TWO, ONE, TWO]), "same");
        assert!(any(&[TWO, ONE]).starts_with("A line is missing: 3 are expected, 2 came."));
        assert!(any(&[TWO, ONE, TWO, TWO]).starts_with("A line is one too many"));
        assert!(any(&[TWO, ONE, ONE]).starts_with("A line is missing, and there is one too many."));
    }

    #[test]
    fn the_last_line_is_all_that_counts_where_the_last_is_asked_for() {
        assert_eq!(told(&[ONE, TWO], &[TWO, ONE, TWO, "bye"], Order::Last), "same");
        assert_eq!(
            told(&[ONE, TWO], &[TWO, ONE], Order::Last),
            format!("The last line is another. {TWO} / {ONE}")
        );
        assert!(told(&[ONE], &["bye"], Order::Last).starts_with("It printed no JSON object."));
    }

    #[test]
    fn numbers_may_be_off_by_the_tolerance_and_nothing_else_may() {
        let near = |expected: &str, printed: &str| told(&[expected], &[printed], Order::Sequence) == "same";
        assert!(near(r#"{"x": 1e9}"#, r#"{"x": 1000000000.5}"#));
        assert!(!near(r#"{"x": 1e9}"#, r#"{"x": 1000000002}"#));
        assert!(near(r#"{"x": 0}"#, r#"{"x": 1e-10}"#));
        assert!(!near(r#"{"x": 0}"#, r#"{"x": 1e-8}"#));
        let large = r#"{"x": 9007199254740993}"#;
        assert!(
            compare(
                &[large.to_owned()],
                &[r#"{"x": 9007199254740992}"#],
                Order::Last,
                0.0
            )
            .is_err()
        );
        assert!(near(r#"{"x": null}"#, r#"{"x": NaN}"#));
        assert!(!near(r#"{"x": 1}"#, r#"{"x": "1"}"#));
        assert!(!near(r#"{"x": 1}"#, r#"{"y": 1}"#));
        assert!(near(r#"{"x": [1, {"y": 2}]}"#, r#"{"x": [1, {"y": 2, "z": 3}]}"#));
        assert!(!near(r#"{"x": [1]}"#, r#"{"x": [1, 2]}"#));
    }
}
