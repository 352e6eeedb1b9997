//! What the record says of Redis: each command, and what stands there in the end.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use crate::protocol::resp::Reply;

/// A command of a reader's and its reply, both trimmed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RedisCommand {
    /// The connection, counted from 1 in each world.
    pub connection: u32,
    /// The database that the connection has selected.
    pub database: u32,
    /// The first arguments, of each the beginning; the first of them is the command's name as it was sent.
    pub command: Vec<String>,
    /// How many arguments there are, the name included.
    pub arguments: usize,
    /// The keys whose contents the reply depends on. Those of EXEC are those of the whole transaction.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<String>,
    /// The keys whose contents it changes. Those of EXEC are those of the whole transaction.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub writes: Vec<String>,
    /// What the server answered; `None` where the connection ended before, or its replies are not in the order of its
    /// commands, as after SUBSCRIBE.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    pub reply: Option<Reply>,
    /// The round trip of the connection that it belongs to, counted from 1: commands that are sent before the replies
    /// to those before them have come share one.
    pub round_trip: u64,
    /// How long the arena held it back, in microseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub held_us: u64,
    /// When it went on its way to the server, in microseconds since the check began: not before this, whatever keeps a busy
    /// machine. The reply had come by the time of the event.
    pub sent_us: u64,
}

/// A null is a reply too.
fn some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Reply>, D::Error> {
    Reply::deserialize(deserializer).map(Some)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl RedisCommand {
    /// The command's name in capitals.
    pub fn name(&self) -> String {
        self.command
            .first()
            .map_or_else(String::new, |name| name.to_ascii_uppercase())
    }

    /// About how many bytes of memory it takes.
    pub(in crate::arena) fn size(&self) -> usize {
        let texts = self.command.iter().chain(&self.reads).chain(&self.writes);
        texts.map(|text| text.len() + 24).sum::<usize>() + self.reply.as_ref().map_or(0, reply_size)
    }
}

fn reply_size(reply: &Reply) -> usize {
    32 + match reply {
        Reply::Text(text) | Reply::Error { error: text } => text.len(),
        Reply::Many(parts) => parts.iter().map(reply_size).sum(),
        Reply::Nil | Reply::Integer(_) => 0,
    }
}

/// What stands in a database.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RedisContents {
    /// The database.
    pub database: u32,
    /// Its keys.
    pub keys: BTreeMap<String, Contents>,
    /// Whether this is all there is: where there is far too much, it breaks off.
    pub complete: bool,
}

/// What stands at a key. Bytes that are no UTF-8 have been replaced, as `String::from_utf8_lossy` does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "kebab-case")]
pub enum Contents {
    /// A string.
    String(String),
    /// Fields and values.
    Hash(BTreeMap<String, String>),
    /// Members and scores, as Redis writes them: shortest digits that read back the same; `inf` and `-inf`.
    Zset(BTreeMap<String, String>),
    /// Elements from left to right.
    List(Vec<String>),
    /// Members.
    Set(Vec<String>),
    /// Another type, by the name that TYPE gives it.
    Other(String),
}

impl RedisContents {
    /// About how many bytes of memory they take.
    pub(in crate::arena) fn size(&self) -> usize {
        let of = |texts: &mut dyn Iterator<Item = &String>| texts.map(|text| text.len() + 24).sum::<usize>();
        let contents = |contents: &Contents| match contents {
            Contents::String(text) | Contents::Other(text) => text.len(),
            Contents::Hash(map) | Contents::Zset(map) => {
                of(&mut map.iter().flat_map(|(key, value)| [key, value]))
            }
            Contents::List(list) | Contents::Set(list) => of(&mut list.iter()),
        };
        self.keys
            .iter()
            .map(|(key, value)| key.len() + contents(value) + 48)
            .sum()
    }
}
