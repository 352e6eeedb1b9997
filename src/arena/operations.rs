//! What readers did to one key of Redis, transactions unfolded, from the record alone.

use std::collections::HashMap;

use super::columns::{Row, command_line};
use super::history::{Event, Scenario};
use super::redis::RedisCommand;
use crate::protocol::resp::Reply;

/// A command, or what a transaction did at its EXEC, that concerns the key.
pub(super) struct Operation<'a> {
    pub(super) reader: u8,
    /// When it was on its way to the server, and when it was answered, in microseconds.
    pub(super) sent: u64,
    pub(super) done: u64,
    pub(super) kind: Kind,
    pub(super) command: &'a RedisCommand,
    pub(super) reply: Option<&'a Reply>,
    /// The keys that were watched by the transaction that it is part of.
    pub(super) watched: Option<Vec<String>>,
    /// A key that the reader had taken when it did this, and gives back: its lock.
    pub(super) lock: Option<String>,
}

/// What an operation does to the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It reads what is there.
    Read,
    /// It does not depend on what is there.
    Write,
    /// It reads and writes in one.
    Atomic,
    /// EXEC said that somebody else had written.
    Undone,
}

impl Operation<'_> {
    pub(super) fn changes(&self) -> bool {
        matches!(self.kind, Kind::Write | Kind::Atomic)
    }

    pub(super) fn row(&self) -> Row {
        let mut text = command_line(&self.command.command, self.command.arguments, self.reply);
        // What counts hashes and zsets says with its reply does not matter here, only that it was written.
        if self.kind == Kind::Write && matches!(self.reply, Some(Reply::Integer(_))) {
            text = command_line(&self.command.command, self.command.arguments, None);
        }
        if self.watched.is_some() && self.kind != Kind::Undone {
            text = format!("EXEC: {text}");
        }
        Row::new(self.reader, text)
    }
}

/// A transaction that a connection has begun.
#[derive(Default)]
struct Transaction<'a> {
    queued: Vec<(bool, &'a RedisCommand)>,
    watched: Vec<String>,
    open: bool,
}

/// The operations on a key, on `field` in it where one is named (the member of a zset is one too), in the order in
/// which they were answered.
pub(super) fn operations<'a>(
    scenario: &Scenario<'a>,
    database: u32,
    key: &str,
    field: Option<&str>,
) -> Vec<Operation<'a>> {
    let mut transactions: HashMap<u32, Transaction<'a>> = HashMap::new();
    let mut locks: HashMap<u8, Vec<String>> = HashMap::new();
    let mut found = Vec::new();
    for entry in scenario.entries() {
        let Event::RedisCommand(command) = &entry.event else {
            continue;
        };
        let failed = matches!(command.reply, Some(Reply::Error { .. }) | None);
        if failed || command.database != database {
            continue;
        }
        let reader = entry.reader;
        let transaction = transactions.entry(command.connection).or_default();
        let concerned = concerns(command, key, field);
        let mut note = |kind, command: &'a RedisCommand, reply, watched: Option<Vec<String>>| {
            found.push(Operation {
                reader,
                sent: command.sent_us,
                done: entry.at_us,
                kind,
                command,
                reply,
                watched,
                lock: locks.get(&reader).and_then(|taken| taken.last().cloned()),
            });
        };
        match command.name().as_str() {
            "WATCH" => transaction
                .watched
                .extend(command.command.iter().skip(1).cloned()),
            "UNWATCH" => transaction.watched.clear(),
            "MULTI" => transaction.open = true,
            "DISCARD" => *transaction = Transaction::default(),
            "EXEC" => {
                let done = std::mem::take(transaction);
                match &command.reply {
                    Some(Reply::Many(replies)) => {
                        for (index, (concerned, queued)) in done.queued.iter().enumerate() {
                            if *concerned && let Some(kind) = kind(queued, key) {
                                // The times are those of EXEC, which did it.
                                found.push(Operation {
                                    reader,
                                    sent: command.sent_us,
                                    done: entry.at_us,
                                    kind,
                                    command: queued,
                                    reply: replies.get(index),
                                    watched: Some(done.watched.clone()),
                                    lock: locks.get(&reader).and_then(|taken| taken.last().cloned()),
                                });
                            }
                        }
                    }
                    _ if done.queued.iter().any(|(concerned, _)| *concerned) => {
                        note(Kind::Undone, command, command.reply.as_ref(), Some(done.watched));
                    }
                    _ => {}
                }
            }
            _ if transaction.open => transaction.queued.push((concerned, command)),
            _ if concerned => {
                if let Some(kind) = kind(command, key) {
                    note(kind, command, command.reply.as_ref(), None);
                }
            }
            _ => follow_locks(locks.entry(reader).or_default(), command),
        }
    }
    found.sort_by_key(|operation| operation.done);
    found
}

fn concerns(command: &RedisCommand, key: &str, field: Option<&str>) -> bool {
    let touches = command
        .reads
        .iter()
        .chain(&command.writes)
        .any(|touched| touched == key);
    let Some(field) = field else {
        return touches;
    };
    // A command that names no field at all, such as HGETALL, concerns all of them.
    touches && (command.arguments <= 2 || fields(command).any(|named| named == field))
}

/// The fields or members that a command names; of a command that is not known here, whatever stands behind its name.
pub(super) fn fields(command: &RedisCommand) -> impl Iterator<Item = &str> {
    let words = &command.command;
    // Where the first one stands, how far it is to the next, and how many there are.
    let (first, step, most) = match command.name().as_str() {
        "HGET" | "HMGET" | "HDEL" | "HEXISTS" | "HSTRLEN" => (2, 1, usize::MAX),
        "ZSCORE" | "ZMSCORE" | "ZREM" | "ZRANK" | "ZREVRANK" => (2, 1, usize::MAX),
        "HSET" | "HMSET" => (2, 2, usize::MAX),
        "HSETNX" | "HINCRBY" | "HINCRBYFLOAT" => (2, 1, 1),
        "ZINCRBY" => (3, 1, 1),
        "ZADD" => {
            let options = words.iter().skip(2).take_while(|word| is_option_of_zadd(word));
            (3 + options.count(), 2, usize::MAX)
        }
        _ => (1, 1, usize::MAX),
    };
    words
        .iter()
        .skip(first)
        .step_by(step)
        .take(most)
        .map(String::as_str)
}

fn is_option_of_zadd(word: &str) -> bool {
    ["NX", "XX", "GT", "LT", "CH", "INCR"]
        .iter()
        .any(|option| word.eq_ignore_ascii_case(option))
}

fn kind(command: &RedisCommand, key: &str) -> Option<Kind> {
    let has = |keys: &[String]| keys.iter().any(|touched| touched == key);
    match (has(&command.reads), has(&command.writes)) {
        (true, true) => Some(Kind::Atomic),
        (true, false) => Some(Kind::Read),
        (false, true) => Some(Kind::Write),
        (false, false) => None,
    }
}

/// Keeps track of the keys that a reader writes once and deletes again, as one does with a lock.
fn follow_locks(taken: &mut Vec<String>, command: &RedisCommand) {
    let name = command.name();
    let sets = matches!(name.as_str(), "SET" | "SETNX");
    let refused = matches!(command.reply, Some(Reply::Nil | Reply::Integer(0)));
    for key in &command.writes {
        taken.retain(|other| other != key);
        if sets && !refused && taken.len() < 16 && key.to_lowercase().contains("lock") {
            taken.push(key.clone());
        }
    }
}
