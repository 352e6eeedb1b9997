//! The name of a node.

use std::borrow::Cow;

use crate::render::untrusted;

/// The name of a node: bytes, as the key of a zset or one of its members.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(Box<[u8]>);

impl Name {
    /// The node called so.
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Name {
        Name(bytes.into())
    }

    /// What it is called.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The name as text, U+FFFD in place of what is not UTF-8.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// Safe to show within a line of at most `columns`.
    pub fn shown(&self, columns: usize) -> String {
        untrusted(&self.text(), columns)
    }

    /// The name in a format that holds the characters `allows` accepts: as text, U+FFFD in place of the others; and,
    /// where that is not the whole truth, its bytes in hexadecimal digits.
    pub(super) fn written(&self, allows: impl Fn(char) -> bool) -> (String, Option<String>) {
        let written: String = self
            .text()
            .chars()
            .map(|character| match allows(character) {
                true => character,
                false => char::REPLACEMENT_CHARACTER,
            })
            .collect();
        let is_exact = written.as_bytes() == &*self.0;
        let bytes = (!is_exact).then(|| self.0.iter().map(|byte| format!("{byte:02x}")).collect());
        (written, bytes)
    }

    /// The name whose bytes these hexadecimal digits are.
    pub(super) fn from_hex(digits: &str) -> Option<Name> {
        // Asked of each character, since a number in hexadecimal digits may begin with a sign.
        let all_digits = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if !digits.len().is_multiple_of(2) || !all_digits {
            return None;
        }
        (0..digits.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok())
            .collect::<Option<Vec<u8>>>()
            .map(Name::new)
    }

    /// A short name for a picture: without the scheme and `www.`, and of a long address its host and its end.
    pub(super) fn label(&self, columns: usize) -> String {
        let whole = self.shown(400);
        let plain = whole
            .trim_start_matches("http://")
            .trim_start_matches("https://")
            .trim_start_matches("www.")
            .trim_end_matches('/');
        if plain.is_empty() {
            return whole;
        }
        if plain.chars().count() <= columns {
            return plain.to_owned();
        }
        let Some((host, path)) = plain.split_once('/') else {
            return untrusted(plain, columns);
        };
        let host = untrusted(host, columns * 3 / 5);
        let left = columns.saturating_sub(host.chars().count() + 2).max(4);
        let skipped = path.chars().count().saturating_sub(left);
        let end: String = path.chars().skip(skipped).collect();
        format!("{host}/…{end}")
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Name {
        Name::new(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_keeps_what_tells_addresses_apart() {
        let label = |name: &str| Name::from(name).label(30);
        assert_eq!(label("direct"), "direct");
        assert_eq!(label("http://www.nasa.gov/"), "nasa.gov");
        assert_eq!(label("https://"), "https://");
        assert_eq!(label(""), "");
        assert_eq!(
            label("http://www.nasa.gov/a/very/long/path/to/final-station-10.html"),
            "nasa.gov/…inal-station-10.html"
        );
        assert_eq!(label("x\u{202e}y\nz"), "x<U+202E>y␊z");
        assert!(label(&"é".repeat(10_000)).chars().count() <= 30);
    }

    #[test]
    fn bytes_come_back_from_their_digits() {
        let name = Name::new(*b"\xff\0a");
        let (text, bytes) = name.written(|_| true);
        assert_eq!((text.as_str(), bytes.as_deref()), ("\u{fffd}\0a", Some("ff0061")));
        assert_eq!(Name::from_hex("ff0061"), Some(name));
        for wrong in ["f", "fg", "+1", "éé"] {
            assert_eq!(Name::from_hex(wrong), None, "{wrong}");
        }
    }
}
