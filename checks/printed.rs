//! What programs print: one JSON object a line, in the JSON that languages really write.

use serde_json::{Map, Value};

/// What a program printed where a number was due.
#[derive(Debug, Clone, PartialEq)]
pub enum Quantity {
    /// A number.
    Number(f64),
    /// `null` or `NaN`: undefined.
    Undefined,
    /// The object has no such key.
    Absent,
    /// Something else, as JSON.
    Other(String),
}

impl Quantity {
    /// The quantity that `object` has under `key`.
    pub fn of(object: &Map<String, Value>, key: &str) -> Self {
        match object.get(key) {
            None => Self::Absent,
            Some(Value::Null) => Self::Undefined,
            Some(Value::Number(number)) => match number.as_f64() {
                Some(number) => Self::Number(number),
                None => Self::Other(number.to_string()),
            },
            Some(other) => Self::Other(other.to_string()),
        }
    }

    /// The number, where it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(formatter),
            Self::Undefined => formatter.write_str("null"),
            Self::Absent => formatter.write_str("nothing"),
            Self::Other(text) => formatter.write_str(text),
        }
    }
}

/// The JSON object on `line`; `None` where the line is something else, which is nobody's mistake. `NaN` and
/// `Infinity`, which several languages write although JSON has no such words, are read as null.
pub fn object(line: &str) -> Option<Map<String, Value>> {
    let line = line.trim();
    if !line.starts_with('{') {
        return None;
    }
    let value = serde_json::from_str(line).or_else(|_| serde_json::from_str(&with_null_for_nan(line)));
    match value {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}

fn with_null_for_nan(line: &str) -> String {
    let mut strict = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let taken = if first == '"' {
            let length = string_length(rest);
            strict.push_str(&rest[..length]);
            length
        } else if first.is_ascii_alphabetic() || first == '-' {
            let length = rest
                .find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c))
                .unwrap_or(rest.len());
            let word = &rest[..length];
            let undefined = matches!(
                word.trim_start_matches('-').to_ascii_lowercase().as_str(),
                "nan" | "inf" | "infinity" | "none"
            );
            strict.push_str(if undefined { "null" } else { word });
            length
        } else {
            strict.push(first);
            first.len_utf8()
        };
        rest = &rest[taken..];
    }
    strict
}

/// The length of the string literal at the start of `text`, its quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_languages_write_for_undefined_is_undefined() {
        for word in [
            "null",
            "NaN",
            "nan",
            "-nan",
            "Infinity",
            "-Infinity",
            "-inf",
            "None",
        ] {
            let object =
                object(&format!("{{\"n\": 1, \"mean\": -2.5e-3, \"variance\": {word}}}")).expect(word);
            assert_eq!(Quantity::of(&object, "variance"), Quantity::Undefined, "{word}");
            assert_eq!(Quantity::of(&object, "mean"), Quantity::Number(-2.5e-3), "{word}");
        }
    }

    #[test]
    fn words_in_strings_are_left_alone() {
        let object = object(r#"{"note": "NaN \" inf", "variance": NaN}"#).expect("an object");
        assert_eq!(object["note"], "NaN \" inf");
    }

    #[test]
    fn other_lines_are_no_objects() {
        for line in [
            "",
            "n = 3",
            "[1, 2]",
            "{\"n\": 1",
            "{\"n\": 1} extra",
            "{NaN}",
            "\u{feff}{}",
            "42",
        ] {
            assert_eq!(object(line), None, "{line:?}");
        }
    }

    #[test]
    fn numbers_are_read_to_the_last_bit() {
        let object = object(r#"{"x": 0.30000000000000004, "y": 1e400, "z": 123456789012345678901}"#);
        // 1e400 is no f64; serde_json refuses the line, which then counts as noise.
        assert_eq!(object, None);
        let object =
            super::object(r#"{"x": 0.30000000000000004, "z": 123456789012345678901}"#).expect("an object");
        assert_eq!(Quantity::of(&object, "x"), Quantity::Number(0.1 + 0.2));
        assert_eq!(
            Quantity::of(&object, "z"),
            Quantity::Number(123456789012345678901.0)
        );
        assert_eq!(Quantity::of(&object, "w"), Quantity::Absent);
    }

    proptest::proptest! {
        #[test]
        fn any_line_is_survived(line in ".*") {
            let _ = object(&line);
            let _ = object(&format!("{{{line}"));
        }
    }
}
