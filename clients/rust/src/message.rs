//! A message of the queue, and the envelope in which a message that failed goes back into it.
//!
//! A queue knows nothing of failures, so all that has to be remembered travels with the message. The envelope, which
//! readers written with `pysimplehttp` understand too, is a JSON object:
//!
//! | field | |
//! |---|---|
//! | `data` | the message as it was published |
//! | `tries` | how often it has been handled |
//! | `retry_on` | not to be handled before this time (seconds since 1970), or null: at once |
//! | `started` | when a reader first had it (seconds since 1970) |
//! | `tasks_left` | the names of the tasks that still have to be done; without it, all of them |

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::value::RawValue;
use serde_json::Value;

/// A message that is given up, as [`Reader::giveup`](crate::Reader::giveup) gets it.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// The message as it was published.
    pub data: Value,
    /// How often it has been handled.
    pub tries: u32,
    /// When a reader first had it, in seconds since 1970.
    pub started: f64,
    /// The tasks that are not done.
    pub tasks_left: Vec<String>,
}

/// The fields of an object, each as the text that came.
type Fields = BTreeMap<String, Box<RawValue>>;

/// A message and how it has fared so far.
#[derive(Debug)]
pub(crate) struct Message {
    /// The bytes that came from the queue.
    pub raw: Vec<u8>,
    pub data: Value,
    pub tries: u32,
    /// Seconds since 1970.
    pub retry_on: Option<f64>,
    /// Seconds since 1970.
    pub started: f64,
    pub tasks_left: Option<Vec<String>>,
    /// Those of the envelope, where it came in one.
    envelope: Option<Fields>,
}

impl Message {
    /// Reads what came from the queue, or says why it is no message: not JSON, no object, or an empty one.
    pub fn parse(raw: Vec<u8>) -> Result<Self, (Vec<u8>, String)> {
        match parsed(&raw) {
            Ok((data, None)) => Ok(Self {
                raw,
                data,
                tries: 0,
                retry_on: None,
                started: now().floor(),
                tasks_left: None,
                envelope: None,
            }),
            Ok((data, Some((past, fields)))) => Ok(Self {
                raw,
                data,
                tries: past.tries,
                retry_on: past.retry_on,
                started: past.started,
                tasks_left: past.tasks_left,
                envelope: Some(fields),
            }),
            Err(problem) => Err((raw, problem)),
        }
    }

    /// The bytes of the envelope for another try, on one line.
    ///
    /// It holds the text of the data as it came, so that no number in it changes on the way; and what other programs have
    /// put into the envelope stays there.
    pub fn envelope(&self, tries: u32, retry_on: Option<f64>, tasks_left: &[String]) -> Vec<u8> {
        let mut fields: BTreeMap<&str, String> = match &self.envelope {
            Some(fields) => fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.get().to_owned()))
                .collect(),
            None => BTreeMap::from([
                ("data", String::from_utf8_lossy(&self.raw).trim().to_owned()),
                ("started", Value::from(self.started as u64).to_string()),
            ]),
        };
        fields.insert("tries", Value::from(tries).to_string());
        fields.insert("retry_on", Value::from(retry_on).to_string());
        fields.insert("tasks_left", Value::from(tasks_left).to_string());
        let fields: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}: {value}", Value::from(*name)))
            .collect();
        // Within JSON, a line can only end between two tokens, where a space does as well.
        format!("{{{}}}", fields.join(", "))
            .replace(['\n', '\r'], " ")
            .into_bytes()
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs_f64()
}

/// What an envelope tells of the past.
struct Past {
    tries: u32,
    retry_on: Option<f64>,
    started: f64,
    tasks_left: Option<Vec<String>>,
}

fn parsed(raw: &[u8]) -> Result<(Value, Option<(Past, Fields)>), String> {
    let value: Value = serde_json::from_slice(raw).map_err(|error| format!("it is not JSON: {error}"))?;
    match value.as_object() {
        None => return Err("it is JSON, but not an object in braces".into()),
        Some(object) if object.is_empty() => return Err("it is an empty object".into()),
        Some(_) => {}
    }
    let fields: Fields = serde_json::from_slice(raw).map_err(|error| format!("it is not JSON: {error}"))?;
    Ok(match past(&fields) {
        None => (value, None),
        // Moved out, not copied: the data may be large.
        Some(past) => match value {
            Value::Object(mut object) => (object.remove("data").unwrap_or_default(), Some((past, fields))),
            other => (other, None),
        },
    })
}

/// What the envelope tells, where this is one and not by chance a message with a field of the same name.
fn past(fields: &Fields) -> Option<Past> {
    fields.get("data")?;
    let text = |name: &str| fields.get(name).map(|value| value.get());
    let tries: u64 = serde_json::from_str(text("tries")?).ok()?;
    Some(Past {
        tries: u32::try_from(tries).unwrap_or(u32::MAX),
        retry_on: serde_json::from_str(text("retry_on")?).ok()?,
        started: serde_json::from_str(text("started")?).ok()?,
        tasks_left: match text("tasks_left") {
            Some(names) => serde_json::from_str(names).ok()?,
            None => None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::Message;
    use serde_json::{json, Value};

    fn message(text: &str) -> Message {
        Message::parse(text.into()).expect("a message")
    }

    #[test]
    fn a_message_as_published() {
        let message = message(r#"{"number": 0.5}"#);
        assert_eq!(message.data, json!({"number": 0.5}));
        assert_eq!(
            (message.tries, message.retry_on, message.tasks_left),
            (0, None, None)
        );
    }

    #[test]
    fn an_envelope_of_the_python_library() {
        let message = message(
            r#"{"data": {"n": 4}, "tries": 1, "retry_on": 1700000090.5, "started": 1700000000, "tasks_left": ["a"]}"#,
        );
        assert_eq!(message.data, json!({"n": 4}));
        assert_eq!((message.tries, message.retry_on), (1, Some(1_700_000_090.5)));
        assert_eq!(message.started, 1_700_000_000.0);
        assert_eq!(message.tasks_left.as_deref(), Some(&["a".to_owned()][..]));
    }

    #[test]
    fn a_message_that_only_looks_like_an_envelope() {
        for text in [
            r#"{"data": 1, "tries": 1, "retry_on": null}"#,
            r#"{"data": 1, "tries": true, "retry_on": null, "started": 1}"#,
            r#"{"data": 1, "tries": -1, "retry_on": null, "started": 1}"#,
            r#"{"data": 1, "tries": 1.5, "retry_on": null, "started": 1}"#,
            r#"{"data": 1, "tries": 1, "retry_on": "soon", "started": 1}"#,
            r#"{"data": 1, "tries": 1, "retry_on": null, "started": null}"#,
            r#"{"data": 1, "tries": 1, "retry_on": null, "started": 1, "tasks_left": [1]}"#,
        ] {
            let whole: Value = serde_json::from_str(text).expect("JSON");
            assert_eq!(message(text).data, whole, "{text}");
        }
    }

    #[test]
    fn junk() {
        for (text, problem) in [
            (&b"hello"[..], "not JSON"),
            (b"", "not JSON"),
            (b"{\"n\": NaN}", "not JSON"),
            (b"{\"n\": 1e999}", "not JSON"),
            (b"\xff", "not JSON"),
            (b"17", "not an object"),
            (b"[1]", "not an object"),
            (b"{}", "empty object"),
        ] {
            let (raw, found) = Message::parse(text.to_vec()).expect_err("junk");
            assert!(found.contains(problem), "{found}");
            assert_eq!(raw, text);
        }
        let deep = "[".repeat(100_000);
        assert!(Message::parse(format!("{{\"a\": {deep}").into_bytes()).is_err());
    }

    #[test]
    fn what_goes_back_is_what_came_on_one_line() {
        let first = message("{\"n\": 123456789012345678901234567890,\n \"x\": 0.10}");
        let envelope = first.envelope(1, Some(5.5), &["a".to_owned(), "\"".to_owned()]);
        let text = String::from_utf8(envelope).expect("text");
        assert!(
            text.contains(r#"{"n": 123456789012345678901234567890,  "x": 0.10}"#),
            "{text}"
        );
        assert_eq!(text.lines().count(), 1);
        let again = message(&text);
        assert_eq!(
            (again.tries, again.retry_on, again.started),
            (1, Some(5.5), first.started)
        );
        assert_eq!(
            again.tasks_left.as_deref(),
            Some(&["a".to_owned(), "\"".to_owned()][..])
        );
    }

    #[test]
    fn fields_of_other_programs_in_an_envelope_stay() {
        let text = r#"{"data": {"n": 1}, "tries": 1, "retry_on": null, "started": 1.5, "from": "here"}"#;
        let again = message(text).envelope(2, None, &[]);
        let again: Value = serde_json::from_slice(&again).expect("JSON");
        assert_eq!(
            again,
            json!({"data": {"n": 1}, "tries": 2, "retry_on": null, "started": 1.5, "from": "here", "tasks_left": []})
        );
    }
}
