//! The query of a request, as `application/x-www-form-urlencoded` (the WHATWG URL standard) reads it.

use std::borrow::Cow;

/// The value of the first parameter called `name`, decoded: `%41` is `A`, `+` is a space.
///
/// Values are bytes, since a message need not be UTF-8. A `%` that no two hexadecimal digits follow stands for
/// itself, and a parameter without `=` has an empty value; nothing in a query is an error.
pub fn parameter<'q>(query: Option<&'q str>, name: &str) -> Option<Cow<'q, [u8]>> {
    query?.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name || *decode(key) == *name.as_bytes()).then(|| decode(value))
    })
}

/// `bytes` written so that they can stand as the value of a parameter: all but letters, digits and `-_.~` is escaped.
pub fn encode(bytes: &[u8]) -> String {
    const KEPT: percent_encoding::AsciiSet = percent_encoding::NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'~');
    percent_encoding::percent_encode(bytes, &KEPT).to_string()
}

fn decode(text: &str) -> Cow<'_, [u8]> {
    let bytes = text.as_bytes();
    if memchr::memchr2(b'%', b'+', bytes).is_none() {
        return Cow::Borrowed(bytes);
    }
    let spaced: Vec<u8> = bytes
        .iter()
        .map(|&byte| if byte == b'+' { b' ' } else { byte })
        .collect();
    Cow::Owned(percent_encoding::percent_decode(&spaced).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(query: &str, name: &str) -> Option<Vec<u8>> {
        parameter(Some(query), name).map(Cow::into_owned)
    }

    #[test]
    fn finds_the_first_of_its_name() {
        assert_eq!(value("a=1&data=x&data=y", "data"), Some(b"x".to_vec()));
        assert_eq!(value("data", "data"), Some(vec![]));
        assert_eq!(value("metadata=1", "data"), None);
        assert_eq!(parameter(None, "data"), None);
    }

    #[test]
    fn decodes_escapes_and_plus() {
        assert_eq!(value("data=a+b%20c%2B%26%3D", "data"), Some(b"a b c+&=".to_vec()));
        assert_eq!(value("d%61ta=1", "data"), Some(b"1".to_vec()));
    }

    #[test]
    fn keeps_what_is_no_escape() {
        assert_eq!(value("data=100%&x=%zz", "data"), Some(b"100%".to_vec()));
        assert_eq!(value("data=%zz%4", "data"), Some(b"%zz%4".to_vec()));
        assert_eq!(value("data=a=b", "data"), Some(b"a=b".to_vec()));
    }

    proptest! {
        #[test]
        fn encoding_then_decoding_gives_the_bytes_back(bytes: Vec<u8>) {
            let query = format!("x=1&data={}&y=2", encode(&bytes));
            prop_assert_eq!(value(&query, "data"), Some(bytes));
        }

        #[test]
        fn any_text_is_a_query(text: String, name: String) {
            let _ = parameter(Some(&text), &name);
        }
    }
}
