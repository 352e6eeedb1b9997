//! Which message an envelope has in it: a reader that cannot handle a message puts it back in one of its own choice.
//!
//! Where its number is published only once, the number that an envelope carries says which message is in it.

use serde_json::Value;

/// As deep as an envelope may be nested.
const DEPTH: u8 = 4;

/// A number in ten-thousandths.
pub type Number = i32;

/// `number` as a fraction.
pub fn value(number: Number) -> f64 {
    f64::from(number) / 10_000.0
}

/// The number that `x` is, where it is a multiple of a ten-thousandth, as near as printing may bring it.
pub fn number(x: f64) -> Option<Number> {
    let scaled = x * 10_000.0;
    let near = (scaled - scaled.round()).abs() < 1e-6 && scaled.abs() < 1e9;
    near.then_some(scaled.round() as Number)
}

/// The number in a message as it was published.
pub fn number_in(text: &str) -> Option<Number> {
    number(
        serde_json::from_str::<Value>(text)
            .ok()?
            .get("number")?
            .as_f64()?,
    )
}

/// What was put into a queue, read as an envelope.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope(Value);

impl Envelope {
    /// Reads `text`, which may be anything.
    pub fn read(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap_or(Value::Null))
    }

    /// The number of the message in it, however deep, and where the message is in it as text, too.
    pub fn number(&self) -> Option<Number> {
        number_within(&self.0, DEPTH)
    }

    /// The message that it has as its `data`, as pysimplehttp's do.
    pub fn data(&self) -> Option<&Value> {
        self.0.get("data").filter(|data| !data.is_null())
    }

    /// The message in it; it may be one itself.
    pub fn message(&self) -> &Value {
        self.data().unwrap_or(&self.0)
    }

    /// How often the message was tried so far, where it says so.
    pub fn tries(&self) -> Option<u64> {
        self.0.get("tries").and_then(Value::as_u64)
    }

    /// How long after it first saw the message the reader wants it again, in seconds, where it says so.
    pub fn wait_s(&self) -> Option<f64> {
        let time = |key| self.0.get(key).and_then(Value::as_f64);
        Some(time("retry_on")? - time("started")?)
    }
}

/// The first of the words of `text` that is a `known` number: for envelopes that are not JSON.
pub fn number_among_words(text: &str, known: impl Fn(Number) -> bool) -> Option<Number> {
    text.split(|character: char| !(character.is_ascii_alphanumeric() || "+-.".contains(character)))
        .filter_map(|word| number(word.parse().ok()?))
        .find(|number| known(*number))
}

fn number_within(contents: &Value, depth: u8) -> Option<Number> {
    let depth = depth.checked_sub(1)?;
    match contents {
        Value::Object(object) => object
            .get("number")
            .and_then(Value::as_f64)
            .and_then(number)
            .or_else(|| object.values().find_map(|value| number_within(value, depth))),
        Value::Array(values) => values.iter().find_map(|value| number_within(value, depth)),
        Value::String(text) => number_within(&serde_json::from_str(text).ok()?, depth),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_in_any_envelope() {
        for text in [
            r#"{"time": 1.5, "number": 0.0432}"#,
            r#"{"data": {"time": 1.5, "number": 0.0432}, "tries": 1, "retry_on": null, "started": 5}"#,
            r#"{"retry": 2, "message": "{\"time\": 1.5, \"number\": 0.0432}"}"#,
            r#"[1, {"number": 0.0432}]"#,
        ] {
            assert_eq!(Envelope::read(text).number(), Some(432), "{text}");
        }
        let known = |number| number == 432;
        assert_eq!(number_among_words("0.0432 tries=1", known), Some(432));
        assert_eq!(number_among_words("retry:1|0.0432", known), Some(432));
        assert_eq!(number_among_words("0.0433 tries=1", known), None);
    }

    #[test]
    fn an_envelope_of_pysimplehttp_says_when_it_wants_to_be_opened() {
        let message = Envelope::read(r#"{ "a":[1] }"#);
        let envelope =
            Envelope::read(r#"{"data": {"a": [1]}, "tries": 2, "started": 5.5, "retry_on": 95.5}"#);
        assert_eq!((envelope.tries(), envelope.wait_s()), (Some(2), Some(90.0)));
        assert_eq!(envelope.data(), Some(message.message()));
        assert_eq!(Envelope::read("junk").data(), None);
    }
}
