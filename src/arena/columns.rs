//! What happened, in columns: one for each reader, time running down.

use std::collections::BTreeSet;

use unicode_width::UnicodeWidthStr as _;

use crate::protocol::resp::Reply;
use crate::render::untrusted;

use super::redis::RedisCommand;

/// Blank columns between two readers.
const GAP: usize = 2;

/// A reader's column is as wide as this where there is room, wider where it needs more, and never narrower than that.
const USUAL: usize = 18;
const NARROWEST: usize = 12;

/// No word is made shorter than this.
const SHORTEST: usize = 4;

/// Of what is longer than this nobody sees the end.
const MOST_TEXT: usize = 1000;

/// A line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The reader, counted from 1; 0 is the arena itself.
    pub reader: u8,
    /// What it did.
    pub text: String,
    /// What there is to say about it.
    pub note: Option<String>,
}

impl Row {
    /// A row without a note.
    pub fn new(reader: u8, text: impl Into<String>) -> Self {
        Self {
            reader,
            text: text.into(),
            note: None,
        }
    }
}

/// Lays `rows` out within `width` columns, a heading above them: a line each, without line ends. What is in them comes
/// from elsewhere and is made harmless; where it is too long, its longest words are shortened.
pub fn columns(rows: &[Row], width: usize) -> Vec<String> {
    let readers: Vec<u8> = rows
        .iter()
        .map(|row| row.reader)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let room = (width / readers.len().max(1)).saturating_sub(GAP).max(NARROWEST);
    let texts: Vec<String> = rows.iter().map(|row| shortened(&row.text, room)).collect();
    // A table that fits is as wide as what is in it.
    let column = texts
        .iter()
        .map(|text| text.width())
        .max()
        .unwrap_or(0)
        .clamp(USUAL.min(room), room)
        + GAP;
    let mut heading = String::new();
    for reader in &readers {
        let name = match reader {
            0 => "the arena".to_owned(),
            reader => format!("reader {reader}"),
        };
        heading.push_str(&filled(&name, column));
    }
    let mut lines = vec![heading.trim_end().to_owned()];
    for (row, text) in rows.iter().zip(&texts) {
        let before = readers.iter().take_while(|reader| **reader != row.reader).count();
        let mut line = format!("{}{}", " ".repeat(before * column), filled(text, column));
        if let Some(note) = &row.note {
            // Beside the last column where it fits, so that notes stand below one another; else right behind the text.
            let note = format!("<- {}", untrusted(note, width));
            if line.width() + note.width() > width {
                let start = width.saturating_sub(note.width()).min(before * column + 4);
                lines.push(line.trim_end().to_owned());
                line = " ".repeat(start);
            }
            line.push_str(&note);
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// `text` made harmless, within `room` columns. What is longest in it says least: a command keeps its name and its last
/// number, and shows what came of it.
fn shortened(text: &str, room: usize) -> String {
    let mut words: Vec<String> = untrusted(text, MOST_TEXT).split(' ').map(str::to_owned).collect();
    let width = |words: &[String]| words.iter().map(|word| word.width() + 1).sum::<usize>() - 1;
    while width(&words) > room {
        let excess = width(&words) - room;
        let Some(longest) = words.iter_mut().max_by_key(|word| word.width()) else {
            break;
        };
        if longest.width() <= SHORTEST {
            break;
        }
        *longest = untrusted(longest, longest.width().saturating_sub(excess).max(SHORTEST));
    }
    untrusted(&words.join(" "), room)
}

fn filled(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

/// A command and what came of it, in a line: `GET n  -> 41`.
pub(super) fn command_line(command: &[String], arguments: usize, reply: Option<&Reply>) -> String {
    let mut text = command
        .iter()
        .map(|word| shown(word))
        .collect::<Vec<_>>()
        .join(" ");
    if arguments > command.len() {
        text.push_str(" …");
    }
    match reply {
        // That a write was done goes without saying.
        Some(Reply::Text(word)) if word == "OK" || word == "QUEUED" => text,
        Some(reply) => format!("{text}  -> {}", reply_text(reply)),
        None => text,
    }
}

/// The same, of a command in the record.
pub fn redis_line(command: &RedisCommand) -> String {
    command_line(&command.command, command.arguments, command.reply.as_ref())
}

fn shown(word: &str) -> String {
    if word.is_empty() || word.contains(char::is_whitespace) {
        format!("{word:?}")
    } else {
        word.to_owned()
    }
}

fn reply_text(reply: &Reply) -> String {
    match reply {
        Reply::Nil => "nil".to_owned(),
        Reply::Integer(number) => number.to_string(),
        Reply::Text(text) => shown(text),
        Reply::Error { error } => error.clone(),
        Reply::Many(parts) => {
            let parts: Vec<String> = parts.iter().take(8).map(reply_text).collect();
            format!("[{}]", parts.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reader_has_a_column() {
        let mut last = Row::new(2, "SET n 42");
        last.note = Some("reader 1's update is gone".to_owned());
        let rows = [
            Row::new(1, "GET n  -> 41"),
            Row::new(2, "GET n  -> 41"),
            Row::new(1, "SET n 42"),
            last,
        ];
        assert_eq!(
            columns(&rows, 72),
            [
                "reader 1            reader 2",
                "GET n  -> 41",
                "                    GET n  -> 41",
                "SET n 42",
                "                    SET n 42            <- reader 1's update is gone",
            ]
        );
    }

    #[test]
    fn what_is_too_wide_is_cut_and_what_is_dangerous_made_harmless() {
        let rows = [
            Row::new(1, format!("GET {}", "x".repeat(100))),
            Row::new(2, "SET \x1b[2J"),
            Row {
                note: Some("n".repeat(30)),
                ..Row::new(4, "y".repeat(100))
            },
        ];
        for width in [72, 80, 100] {
            let lines = columns(&rows, width);
            assert!(lines.iter().all(|line| line.width() <= width), "{lines:?}");
            assert!(!lines.iter().any(|line| line.contains('\x1b')), "{lines:?}");
            assert!(lines.iter().any(|line| line.ends_with("n")), "{lines:?}");
        }
    }

    #[test]
    fn the_longest_word_is_shortened_first() {
        for (text, room, wanted) in [
            ("GET messages  -> 181", 20, "GET messages  -> 181"),
            ("GET messages  -> 181", 16, "GET mes…  -> 181"),
            ("SET messages 181", 15, "SET messag… 181"),
            (
                "ZSCORE histogram:binomial 0  -> 12",
                30,
                "ZSCORE histogram:bin… 0  -> 12",
            ),
            ("EXEC  -> [1, 1, 1, 1, 1]", 15, "EXEC  -> [1, 1…"),
        ] {
            assert_eq!(shortened(text, room), wanted);
        }
    }

    #[test]
    fn a_command_is_a_line() {
        let line = |words: &[&str], arguments, reply: Reply| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            command_line(&words, arguments, Some(&reply))
        };
        assert_eq!(line(&["GET", "n"], 2, Reply::Nil), "GET n  -> nil");
        assert_eq!(
            line(&["SET", "n", "a b"], 3, Reply::Text("OK".into())),
            "SET n \"a b\""
        );
        assert_eq!(line(&["DEL", "a"], 9, Reply::Integer(3)), "DEL a …  -> 3");
        let many = Reply::Many(vec![Reply::Text("OK".into()), Reply::Integer(1)]);
        assert_eq!(line(&["EXEC"], 1, many), "EXEC  -> [OK, 1]");
    }
}
