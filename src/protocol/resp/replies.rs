//! What a server answers.

use serde::{Deserialize, Serialize};

use super::{Line, Malformed, Text, length};

/// As many bytes of a text as are kept.
const KEPT_OF_TEXT: usize = 256;

/// As many parts of a reply, lists within lists included, as are kept.
const KEPT_PARTS: usize = 256;

/// As deep as lists may stand within lists; Redis's own replies are five deep at the most.
const DEEPEST: usize = 64;

/// A reply, trimmed: of a long text its beginning, of a long list its first parts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Reply {
    /// There is no such thing, or a transaction was not done.
    Nil,
    /// A number.
    Integer(i64),
    /// A text, or a word such as `OK`.
    Text(String),
    /// An error, as the server says it.
    Error {
        /// The sentence.
        error: String,
    },
    /// Several replies; a map is its keys and values in turn.
    Many(Vec<Reply>),
}

/// What a server sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanned {
    /// The answer to a command.
    Reply(Reply),
    /// Something that nobody asked for just now, such as a published message (RESP3 only).
    Push(Reply),
}

/// Finds the end of each reply in what a server sends.
#[derive(Debug, Default)]
pub struct ReplyScanner {
    at: At,
    open: Vec<Open>,
    parts: usize,
}

#[derive(Debug, Default)]
enum At {
    #[default]
    Beginning,
    Head(Line),
    Text {
        text: Text,
        error: bool,
    },
}

/// A list that is not whole yet.
#[derive(Debug)]
struct Open {
    kind: Kind,
    left: u64,
    parts: Vec<Reply>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    List,
    Push,
    /// Something said about the reply that follows it.
    Attribute,
}

impl ReplyScanner {
    /// Reads on in `input` up to the end of the reply. Says how many bytes of it belong to the reply, and the reply
    /// where it is whole.
    ///
    /// # Errors
    /// The bytes are no reply; the scanner is of no more use.
    pub fn scan(&mut self, input: &[u8]) -> Result<(usize, Option<Scanned>), Malformed> {
        let mut used = 0;
        while used < input.len() {
            let rest = &input[used..];
            let (taken, done) = match &mut self.at {
                At::Beginning => {
                    self.at = At::Head(Line::default());
                    (0, None)
                }
                At::Head(line) => {
                    let (taken, whole) = line.take(rest, KEPT_OF_TEXT);
                    (taken, whole.map(|line| self.head(&line)).transpose()?.flatten())
                }
                At::Text { text, error } => {
                    let taken = text.take(rest);
                    if text.left == 0 {
                        let words = String::from_utf8_lossy(&text.kept).into_owned();
                        let reply = if *error {
                            Reply::Error { error: words }
                        } else {
                            Reply::Text(words)
                        };
                        (taken, self.part(reply))
                    } else {
                        (taken, None)
                    }
                }
            };
            used += taken;
            if done.is_some() {
                self.parts = 0;
                return Ok((used, done));
            }
        }
        Ok((used, None))
    }

    /// A reply or a part of one begins with this line; the whole reply, where it ends with it too.
    fn head(&mut self, line: &[u8]) -> Result<Option<Scanned>, Malformed> {
        let (&kind, rest) = line.split_first().ok_or(Malformed)?;
        let words = || String::from_utf8_lossy(rest).into_owned();
        let reply = match kind {
            b'+' | b'(' | b',' => Reply::Text(words()),
            b'-' => Reply::Error { error: words() },
            b':' => Reply::Integer(length(rest)?),
            b'#' => Reply::Integer(i64::from(rest == b"t")),
            b'_' => Reply::Nil,
            b'$' | b'=' | b'!' => match length(rest)? {
                -1 => Reply::Nil,
                length @ 0.. => {
                    self.at = At::Text {
                        text: Text::new(length.unsigned_abs(), KEPT_OF_TEXT),
                        error: kind == b'!',
                    };
                    return Ok(None);
                }
                _ => return Err(Malformed),
            },
            b'*' | b'~' | b'>' | b'%' | b'|' => match length(rest)? {
                -1 => Reply::Nil,
                count @ 0.. => {
                    let each = if matches!(kind, b'%' | b'|') { 2 } else { 1 };
                    let kind = match kind {
                        b'>' => Kind::Push,
                        b'|' => Kind::Attribute,
                        _ => Kind::List,
                    };
                    return self.list(kind, count.unsigned_abs() * each);
                }
                _ => return Err(Malformed),
            },
            _ => return Err(Malformed),
        };
        Ok(self.part(reply))
    }

    fn list(&mut self, kind: Kind, left: u64) -> Result<Option<Scanned>, Malformed> {
        if self.open.len() >= DEEPEST {
            return Err(Malformed);
        }
        self.open.push(Open {
            kind,
            left,
            parts: Vec::new(),
        });
        self.at = At::Beginning;
        Ok(if left == 0 { self.close() } else { None })
    }

    /// A part is whole: the reply, where it was the last one.
    fn part(&mut self, reply: Reply) -> Option<Scanned> {
        self.at = At::Beginning;
        let Some(list) = self.open.last_mut() else {
            return Some(Scanned::Reply(reply));
        };
        list.left -= 1;
        if self.parts < KEPT_PARTS && list.kind != Kind::Attribute {
            self.parts += 1;
            list.parts.push(reply);
        }
        if list.left == 0 { self.close() } else { None }
    }

    /// The innermost list is whole.
    fn close(&mut self) -> Option<Scanned> {
        let list = self.open.pop()?;
        match list.kind {
            Kind::Attribute => None,
            Kind::Push if self.open.is_empty() => Some(Scanned::Push(Reply::Many(list.parts))),
            _ => self.part(Reply::Many(list.parts)),
        }
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use super::{Malformed, Reply, ReplyScanner, Scanned};
    use proptest::prelude::*;

    fn all(input: &[u8], piece: usize) -> Result<Vec<Scanned>, Malformed> {
        let mut scanner = ReplyScanner::default();
        let mut replies = Vec::new();
        for mut piece in input.chunks(piece) {
            while !piece.is_empty() {
                let (used, reply) = scanner.scan(piece)?;
                replies.extend(reply);
                piece = &piece[used..];
            }
        }
        Ok(replies)
    }

    #[test]
    fn every_kind_of_reply_is_found_whatever_the_pieces() {
        let input = b"+OK\r\n:42\r\n$2\r\n41\r\n$-1\r\n*-1\r\n-ERR no\r\n*2\r\n*1\r\n:1\r\n$0\r\n\r\n*0\r\n\
            >2\r\n+message\r\n+x\r\n%1\r\n+a\r\n_\r\n|1\r\n+ttl\r\n:9\r\n#t\r\n,1.5\r\n~1\r\n(12345678901234567890\r\n\
            =7\r\ntxt:abc\r\n!3\r\nERR\r\n";
        let text = |text: &str| Reply::Text(text.into());
        let expected = [
            Scanned::Reply(text("OK")),
            Scanned::Reply(Reply::Integer(42)),
            Scanned::Reply(text("41")),
            Scanned::Reply(Reply::Nil),
            Scanned::Reply(Reply::Nil),
            Scanned::Reply(Reply::Error {
                error: "ERR no".into(),
            }),
            Scanned::Reply(Reply::Many(vec![Reply::Many(vec![Reply::Integer(1)]), text("")])),
            Scanned::Reply(Reply::Many(vec![])),
            Scanned::Push(Reply::Many(vec![text("message"), text("x")])),
            Scanned::Reply(Reply::Many(vec![text("a"), Reply::Nil])),
            Scanned::Reply(Reply::Integer(1)),
            Scanned::Reply(text("1.5")),
            Scanned::Reply(Reply::Many(vec![text("12345678901234567890")])),
            Scanned::Reply(text("txt:abc")),
            Scanned::Reply(Reply::Error { error: "ERR".into() }),
        ];
        for piece in 1..=input.len() {
            assert_eq!(all(input, piece).unwrap(), expected, "in pieces of {piece}");
        }
    }

    #[test]
    fn long_replies_are_trimmed_and_deep_ones_refused() {
        let mut long = b"*1000\r\n".to_vec();
        long.extend(
            b"$1000\r\n"
                .iter()
                .chain([b'x'; 1000].iter())
                .chain(b"\r\n")
                .copied()
                .collect::<Vec<_>>()
                .repeat(1000),
        );
        let replies = all(&long, 4096).unwrap();
        let [Scanned::Reply(Reply::Many(parts))] = &replies[..] else {
            panic!("{replies:?}")
        };
        assert_eq!(parts.len(), 256);
        assert!(matches!(&parts[0], Reply::Text(text) if text.len() == 256));
        assert_eq!(all(&b"*1\r\n".repeat(65), 7), Err(Malformed));
    }

    #[test]
    fn a_reply_is_read_back_from_the_record() {
        let reply = Reply::Many(vec![
            Reply::Nil,
            Reply::Integer(3),
            Reply::Text("3".into()),
            Reply::Error { error: "ERR".into() },
        ]);
        let json = serde_json::to_string(&reply).unwrap();
        assert_eq!(json, r#"[null,3,"3",{"error":"ERR"}]"#);
        assert_eq!(serde_json::from_str::<Reply>(&json).unwrap(), reply);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(input in proptest::collection::vec(any::<u8>(), 0..200), piece in 1_usize..20) {
            let _ = all(&input, piece);
        }

        #[test]
        fn lists_without_bounds_do_not_either(input in "([*%>|$:_][0-9]{0,19}\r\n){0,40}") {
            let _ = all(input.as_bytes(), 5);
        }
    }
}
