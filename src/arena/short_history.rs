//! For tests: a record of commands to Redis, written in few words.

use super::{Entry, Event, History, RedisCommand};
use crate::protocol::resp::Reply;

/// A text as a reply.
pub(super) fn text(text: &str) -> Reply {
    Reply::Text(text.to_owned())
}

/// A record of commands by reader, with their replies, in the scenario `test`; each takes a millisecond and is over before
/// the next begins.
pub(super) fn history(commands: &[(u8, &str, Reply)]) -> History {
    let entries = commands.iter().enumerate().map(|(index, (reader, line, reply))| {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let name = words[0].as_str();
        let keys: Vec<String> = words.get(1).cloned().into_iter().collect();
        let reads = [
            "GET", "HGET", "HMGET", "HGETALL", "ZSCORE", "WATCH", "INCR", "HINCRBY", "GETDEL",
        ]
        .contains(&name);
        let writes = ["SET", "HSET", "ZADD", "DEL", "INCR", "HINCRBY", "GETDEL"].contains(&name);
        Entry {
            at_us: (index as u64 + 1) * 1000,
            scenario: "test".into(),
            reader: *reader,
            event: Event::RedisCommand(RedisCommand {
                connection: u32::from(*reader),
                database: 1,
                arguments: words.len(),
                reads: if reads { keys.clone() } else { Vec::new() },
                writes: if writes { keys } else { Vec::new() },
                command: words,
                reply: Some(reply.clone()),
                sent_us: (index as u64 + 1) * 1000 - 900,
                ..RedisCommand::default()
            }),
        }
    });
    History::new(entries.collect())
}
