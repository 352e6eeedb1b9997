//! The commands of several readers on one key, in the order in which they were answered, and the value after each.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::Row;
use super::history::{Event, Scenario};
use super::lost_update::LostUpdate;
use super::operations::{Kind, Operation, fields, operations};
use super::redis::RedisCommand;
use crate::protocol::resp::Reply;

/// So many commands before and after those that lost an update are part of the picture.
const AROUND: usize = 3;

/// As many commands as a picture has.
const MOST_STEPS: usize = 48;

/// As many commands of an interleaving that lost nothing as are looked at.
const USUAL_STEPS: usize = 14;

/// As many keys as are told apart when the busiest is looked for.
const MOST_KEYS: usize = 4096;

/// What readers did to one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interleaving {
    /// The readers that take part, in the order of their numbers.
    pub readers: Vec<u8>,
    /// Their commands, in the order in which they were answered.
    pub steps: Vec<Step>,
    /// How many commands of those readers, and of others, are left out in between.
    pub left_out: usize,
}

/// A command of a reader on the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The reader, counted from 1.
    pub reader: u8,
    /// When it was on its way to the server, in microseconds since the check began.
    pub sent_us: u64,
    /// When it was answered.
    pub done_us: u64,
    /// The command and its reply, in a line.
    pub text: String,
    /// What it does.
    pub kind: Kind,
    /// What stands at the key, or in the field, after it; `None` where the record does not tell.
    pub value: Option<String>,
    /// What there is to say about it, where it is one of the commands that lost an update: nothing in particular, or why.
    pub lost: Option<Option<String>>,
}

impl Interleaving {
    /// The commands on `key` (on `field` in it, where one is named) in `database` around those that `lost` an update; or,
    /// where none was lost, those among which the reader changes most often. `None` where there are none.
    pub fn of(
        scenario: &Scenario,
        database: u32,
        key: &str,
        field: Option<&str>,
        lost: Option<&LostUpdate>,
    ) -> Option<Self> {
        let operations = operations(scenario, database, key, field);
        let values = values(&operations, key, field);
        let all: Vec<Step> = operations
            .iter()
            .zip(values)
            .enumerate()
            .map(|(at, (operation, value))| step(operation, value, lost.and_then(|lost| lost.row_at(at))))
            .collect();
        let marked: Vec<usize> = (0..all.len()).filter(|&at| all[at].lost.is_some()).collect();
        let window = match (marked.first(), marked.last()) {
            (Some(first), Some(last)) => first.saturating_sub(AROUND)..(last + 1 + AROUND).min(all.len()),
            _ => most_changes(&all),
        };
        let shown = &all[window];
        let among = |step: &Step| marked.iter().any(|&at| all[at].reader == step.reader);
        let mut steps: Vec<Step> = shown
            .iter()
            .filter(|step| marked.is_empty() || among(step))
            .cloned()
            .collect();
        // Where there is far too much in between, what lost the update is still there.
        if steps.len() > MOST_STEPS {
            let mut room = MOST_STEPS.saturating_sub(marked.len());
            steps.retain(|step| {
                let stays = step.lost.is_some() || room > 0;
                room = room.saturating_sub(usize::from(step.lost.is_none()));
                stays
            });
        }
        let readers: BTreeSet<u8> = steps.iter().map(|step| step.reader).collect();
        (!steps.is_empty()).then(|| Self {
            readers: readers.into_iter().collect(),
            left_out: shown.len() - steps.len(),
            steps,
        })
    }
}

/// `lost` is what is said of the operation, where it is one of those that lost an update.
fn step(operation: &Operation, value: Option<String>, lost: Option<&Row>) -> Step {
    Step {
        reader: operation.reader,
        sent_us: operation.sent,
        done_us: operation.done,
        kind: operation.kind,
        value,
        lost: lost.map(|row| row.note.clone()),
        text: operation.row().text,
    }
}

/// Where among `steps` the reader changes most often.
fn most_changes(steps: &[Step]) -> std::ops::Range<usize> {
    let length = steps.len().min(USUAL_STEPS);
    let changes = |start: usize| {
        let window = &steps[start..start + length];
        window
            .windows(2)
            .filter(|pair| pair[0].reader != pair[1].reader)
            .count()
    };
    // The first one of those that are equal.
    let start = (0..=steps.len() - length)
        .rev()
        .max_by_key(|&start| changes(start));
    let start = start.unwrap_or(0);
    start..start + length
}

/// The key in `database` on which the readers met most often, where several used one: one that is read before it is
/// written, where there is one.
pub fn busiest_key(scenario: &Scenario, database: u32) -> Option<String> {
    #[derive(Default)]
    struct Use {
        last: u8,
        changes: usize,
        is_read: bool,
        is_written: bool,
    }
    let mut keys: BTreeMap<&str, Use> = BTreeMap::new();
    for entry in scenario.entries() {
        let Event::RedisCommand(command) = &entry.event else {
            continue;
        };
        // What EXEC does was named by the commands before it.
        if command.database != database || command.name() == "EXEC" {
            continue;
        }
        for key in command.reads.iter().chain(&command.writes) {
            if keys.len() >= MOST_KEYS && !keys.contains_key(key.as_str()) {
                continue;
            }
            let found = keys.entry(key).or_default();
            found.changes += usize::from(found.last != 0 && found.last != entry.reader);
            found.last = entry.reader;
            found.is_written |= command.writes.contains(key);
            found.is_read |= !command.writes.contains(key);
        }
    }
    keys.into_iter()
        .filter(|(_, found)| found.changes > 0 && found.is_written)
        .max_by_key(|(_, found)| (found.is_read, found.changes))
        .map(|(key, _)| key.to_owned())
}

/// What stands there after each of the operations, where the record tells it.
fn values(operations: &[Operation], key: &str, field: Option<&str>) -> Vec<Option<String>> {
    let mut now: Option<String> = None;
    operations
        .iter()
        .map(|operation| {
            match operation.kind {
                // A reply that says nothing of this field leaves what was known.
                Kind::Read => now = read(operation, field).or_else(|| now.clone()),
                Kind::Write | Kind::Atomic => now = written(operation, key, field),
                Kind::Undone => {}
            }
            now.clone()
        })
        .collect()
}

fn read(operation: &Operation, field: Option<&str>) -> Option<String> {
    let reply = operation.reply?;
    match (operation.command.name().as_str(), field) {
        ("GET", None) | ("HGET" | "ZSCORE", Some(_)) => text(reply),
        ("HMGET" | "ZMSCORE", Some(field)) => {
            let place = fields(operation.command).position(|named| named == field)?;
            match reply {
                Reply::Many(parts) => text(parts.get(place)?),
                _ => None,
            }
        }
        ("HGETALL", Some(field)) => match reply {
            Reply::Many(parts) => {
                let pairs = parts.chunks_exact(2);
                let of_field = |pair: &&[Reply]| text(&pair[0]).as_deref() == Some(field);
                pairs.into_iter().find(of_field).and_then(|pair| text(&pair[1]))
            }
            _ => None,
        },
        _ => None,
    }
}

fn written(operation: &Operation, key: &str, field: Option<&str>) -> Option<String> {
    let command: &RedisCommand = operation.command;
    let words = &command.command;
    let refused = matches!(operation.reply, Some(Reply::Nil));
    match (command.name().as_str(), field) {
        ("SET" | "GETSET", None) if !refused => words.get(2).cloned(),
        ("SETEX" | "PSETEX", None) => words.get(3).cloned(),
        ("MSET", None) => {
            let place = words.iter().skip(1).step_by(2).position(|word| word == key)?;
            words.get(2 + 2 * place).cloned()
        }
        ("INCR" | "INCRBY" | "INCRBYFLOAT" | "DECR" | "DECRBY", None)
        | ("HINCRBY" | "HINCRBYFLOAT" | "ZINCRBY", Some(_)) => text(operation.reply?),
        ("HSET" | "HMSET", Some(field)) => {
            let place = fields(command).position(|named| named == field)?;
            words.get(3 + 2 * place).cloned()
        }
        ("ZADD", Some(field)) => {
            let place = words.iter().skip(3).position(|word| word == field)?;
            words.get(2 + place).cloned()
        }
        ("DEL" | "UNLINK" | "GETDEL", _) | ("HDEL" | "ZREM", Some(_)) => Some("nothing".to_owned()),
        _ => None,
    }
}

fn text(reply: &Reply) -> Option<String> {
    match reply {
        Reply::Nil => Some("nothing".to_owned()),
        Reply::Integer(number) => Some(number.to_string()),
        Reply::Text(text) if text != "QUEUED" => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use super::super::history::History;
    use super::super::short_history::{history, text};
    use super::*;

    fn shown(interleaving: &Interleaving) -> Vec<(u8, &str, Option<&str>, bool)> {
        let step = |step: &Step| (step.reader, step.lost.is_some());
        let steps = interleaving.steps.iter();
        steps
            .map(|one| (step(one).0, one.text.as_str(), one.value.as_deref(), step(one).1))
            .collect()
    }

    #[test]
    fn the_commands_that_lost_an_update_are_marked_and_the_value_stands_after_each() {
        let history = history(&[
            (3, "GET n", text("39")),
            (3, "SET n 40", text("OK")),
            (2, "GET n", text("40")),
            (2, "SET n 41", text("OK")),
            (1, "GET n", text("41")),
            (2, "GET n", text("41")),
            (1, "GET other", text("7")),
            (1, "SET n 42", text("OK")),
            (2, "SET n 42", text("OK")),
            (1, "GET n", text("42")),
        ]);
        let scenario = history.scenario("test");
        let lost = LostUpdate::find(&scenario, 1, "n", None).unwrap();
        let interleaving = Interleaving::of(&scenario, 1, "n", None, Some(&lost)).unwrap();
        assert_eq!(
            shown(&interleaving),
            [
                (2, "GET n  -> 40", Some("40"), false),
                (2, "SET n 41", Some("41"), false),
                (1, "GET n  -> 41", Some("41"), true),
                (2, "GET n  -> 41", Some("41"), true),
                (1, "SET n 42", Some("42"), true),
                (2, "SET n 42", Some("42"), true),
                (1, "GET n  -> 42", Some("42"), false),
            ]
        );
        assert_eq!((interleaving.readers, interleaving.left_out), (vec![1, 2], 1));
        let note = interleaving.steps[5].lost.clone().unwrap();
        assert_eq!(note.as_deref(), Some("reader 1's update is gone"));
    }

    #[test]
    fn commands_in_the_same_microsecond_that_say_the_same_are_told_apart() {
        let commands = [
            (1, "GET n", text("41")),
            (2, "GET n", text("41")),
            (1, "GET n", text("41")),
            (1, "SET n 42", text("OK")),
            (2, "SET n 42", text("OK")),
            (2, "SET n 42", text("OK")),
        ];
        let mut entries = history(&commands).entries().to_vec();
        for entry in &mut entries {
            entry.at_us = 5000;
            if let Event::RedisCommand(command) = &mut entry.event {
                command.sent_us = 5000;
            }
        }
        let history = History::new(entries);
        let scenario = history.scenario("test");
        let lost = LostUpdate::find(&scenario, 1, "n", None).unwrap();
        let interleaving = Interleaving::of(&scenario, 1, "n", None, Some(&lost)).unwrap();
        let told: Vec<_> = shown(&interleaving);
        let marked: Vec<bool> = told.iter().map(|(.., is_lost)| *is_lost).collect();
        assert_eq!(marked, [false, true, true, true, true, false], "{told:?}");
        let order: Vec<(u8, &str)> = told.iter().map(|(reader, text, ..)| (*reader, *text)).collect();
        assert_eq!(
            order,
            commands.each_ref().map(|(reader, line, _)| match *line {
                "GET n" => (*reader, "GET n  -> 41"),
                line => (*reader, line),
            }),
            "as they stand in the record"
        );
        let note = interleaving.steps[4].lost.clone().unwrap();
        assert_eq!(note.as_deref(), Some("reader 1's update is gone"));
    }

    #[test]
    fn where_nothing_was_lost_it_is_where_the_readers_met() {
        let mut commands = vec![(1, "INCR n", Reply::Integer(1)); 20];
        for value in 21..=40 {
            commands.push((1 + (value % 4) as u8, "INCR n", Reply::Integer(value)));
        }
        let history = history(&commands);
        let scenario = history.scenario("test");
        let interleaving = Interleaving::of(&scenario, 1, "n", None, None).unwrap();
        assert_eq!(interleaving.steps.len(), USUAL_STEPS);
        assert_eq!(interleaving.readers, [1, 2, 3, 4]);
        assert!(interleaving.steps.iter().all(|step| step.lost.is_none()));
        let values = |at: usize| interleaving.steps[at].value.as_deref().unwrap();
        // It begins with the last of those that reader 1 did alone.
        assert_eq!((values(0), values(1), values(13)), ("1", "21", "33"));
        assert_eq!(Interleaving::of(&scenario, 0, "n", None, None), None);
    }

    #[test]
    fn a_field_has_a_value_and_a_transaction_is_one_step() {
        let history = history(&[
            (1, "HMGET h a b", Reply::Many(vec![Reply::Nil, text("5")])),
            (1, "MULTI", text("OK")),
            (1, "HSET h a 1 b 6", text("QUEUED")),
            (1, "EXEC", Reply::Many(vec![Reply::Integer(1)])),
            (2, "HINCRBY h b 1", Reply::Integer(7)),
            (1, "WATCH h", text("OK")),
            (1, "MULTI", text("OK")),
            (1, "HSET h b 8", text("QUEUED")),
            (1, "EXEC", Reply::Nil),
        ]);
        let interleaving = Interleaving::of(&history.scenario("test"), 1, "h", Some("b"), None).unwrap();
        assert_eq!(
            shown(&interleaving),
            [
                (1, "HMGET h a b  -> [nil, 5]", Some("5"), false),
                (1, "EXEC: HSET h a 1 b 6", Some("6"), false),
                (2, "HINCRBY h b 1  -> 7", Some("7"), false),
                (1, "EXEC  -> nil", Some("7"), false),
            ]
        );
    }

    #[test]
    fn the_busiest_key_is_one_that_is_read_before_it_is_written() {
        let ok = || text("OK");
        let mut commands = vec![(1, "INCR n", Reply::Integer(1)), (2, "INCR n", Reply::Integer(2))];
        assert_eq!(
            busiest_key(&history(&commands).scenario("test"), 1).as_deref(),
            Some("n")
        );
        commands.extend([
            (1, "GET m", text("1")),
            (2, "GET m", text("1")),
            (1, "SET m 2", ok()),
        ]);
        commands.extend([(1, "INCR n", Reply::Integer(1)), (2, "INCR n", Reply::Integer(2))]);
        assert_eq!(
            busiest_key(&history(&commands).scenario("test"), 1).as_deref(),
            Some("m")
        );
        let alone = [(1, "GET m", text("1")), (1, "SET m 2", ok())];
        assert_eq!(busiest_key(&history(&alone).scenario("test"), 1), None);
    }
}
