//! How an update was lost: the commands of two readers that show it, found in the record.

use super::columns::{Row, columns};
use super::history::Scenario;
use super::operations::{Kind, Operation, operations};

/// An update that was lost, and what it was lost by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostUpdate {
    /// The commands that matter, in order.
    pub rows: Vec<Row>,
    /// Where each of them stands among the operations on the key: two may have been answered in the same microsecond, and
    /// say the same.
    pub(super) places: Vec<usize>,
    /// What would have saved it.
    pub remedy: Remedy,
}

/// What makes an update safe from other readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// A command that reads and writes in one: `INCRBY`.
    OneCommand(&'static str),
    /// Nothing in particular: what was done has no such command.
    OneStep,
    /// The transaction does not protect what was read before it.
    WatchFirst,
    /// It watches other keys than the one it writes.
    WatchThis {
        /// The key to watch.
        key: String,
    },
    /// It was not done because somebody else had written, and was not tried again.
    TryAgain,
    /// Several readers had the lock at once.
    OneOwner {
        /// The lock's key.
        lock: String,
    },
    /// A total of one's own was written over that of the others.
    AddToIt(&'static str),
}

impl Remedy {
    /// The remedy in one line.
    pub fn sentence(&self) -> String {
        match self {
            Self::OneCommand(command) => format!("Remedy: {command}, which reads and writes in one step."),
            Self::OneStep => {
                "Remedy: read and write in one step: WATCH, MULTI and EXEC, or a script.".to_owned()
            }
            Self::WatchFirst => {
                "Remedy: MULTI does not protect what was read before it; WATCH the key first.".to_owned()
            }
            Self::WatchThis { key } => format!("Remedy: WATCH {key}, the key that is read and written."),
            Self::TryAgain => "Remedy: when EXEC says nil, nothing was done: read and try again.".to_owned(),
            Self::OneOwner { lock } => {
                format!("Remedy: take the lock in one step: SET {lock} TOKEN NX PX 5000.")
            }
            Self::AddToIt(command) => format!("Remedy: add what you have counted, with {command}."),
        }
    }
}

impl LostUpdate {
    /// Finds how an update of `key` was lost, of `field` in it where one is named (the member of a zset is one too), in
    /// `database`; `None` where the record does not show it.
    pub fn find(scenario: &Scenario, database: u32, key: &str, field: Option<&str>) -> Option<Self> {
        let operations = operations(scenario, database, key, field);
        by_a_stale_read(&operations, key)
            .or_else(|| by_a_total_of_ones_own(&operations))
            .or_else(|| by_giving_up(&operations))
    }

    /// The operations at `places`, in order, the last of which is noted to have lost the update.
    fn of(operations: &[Operation], places: Vec<usize>, note: String, remedy: Remedy) -> Self {
        let mut rows: Vec<Row> = places.iter().map(|&place| operations[place].row()).collect();
        if let Some(last) = rows.last_mut() {
            last.note = Some(note);
        }
        Self { rows, places, remedy }
    }

    /// What is said of the operation at `place`, where it is one of those that matter.
    pub(super) fn row_at(&self, place: usize) -> Option<&Row> {
        let mut rows = self.rows.iter().zip(&self.places);
        rows.find_map(|(row, at)| (*at == place).then_some(row))
    }

    /// The columns, and the remedy below them, each line within `width` and indented by two.
    pub fn lines(&self, width: usize) -> Vec<String> {
        let table = columns(&self.rows, width.saturating_sub(2));
        let mut lines: Vec<String> = table.iter().map(|line| format!("  {line}")).collect();
        lines.push(self.remedy.sentence());
        lines
    }
}

/// A write that is based on a read since which another reader has written.
fn by_a_stale_read(operations: &[Operation], key: &str) -> Option<LostUpdate> {
    for (index, write) in operations.iter().enumerate() {
        if write.kind != Kind::Write {
            continue;
        }
        let before = &operations[..index];
        let Some(read) = base(before, write) else {
            continue;
        };
        // Certainly between the two: on its way after the read was answered, and answered before this write. Or, where
        // two writes were on their way at once, based on as old a read: one of them is lost, whichever was first.
        let between = before.iter().position(|other| {
            other.reader != write.reader
                && other.changes()
                && other.sent >= before[read].done
                && (other.done <= write.sent || other.kind == Kind::Write)
        });
        let Some(position) = between else {
            continue;
        };
        let other = &before[position];
        let others_read = base(&before[..position], other).filter(|_| other.kind == Kind::Write);
        // Whichever of two writes at once came first, the other one's read must have come before both.
        if other.done > write.sent && others_read.is_none_or(|read| before[read].done > write.sent) {
            continue;
        }
        let mut places: Vec<usize> = others_read.into_iter().chain([read]).collect();
        places.sort_unstable();
        places.extend([position, index]);
        let note = format!("reader {}'s update is gone", other.reader);
        let remedy = remedy(&before[read], write, key);
        return Some(LostUpdate::of(operations, places, note, remedy));
    }
    None
}

/// Where the operation stands that the write is based on: what its reader read last, since it wrote last.
fn base(before: &[Operation], write: &Operation) -> Option<usize> {
    let own = before.iter().enumerate().rev();
    let last = own
        .filter(|(_, other)| other.reader == write.reader)
        .take_while(|(_, other)| other.kind != Kind::Write)
        .find(|(_, other)| other.kind == Kind::Read);
    last.filter(|(_, read)| read.done <= write.sent)
        .map(|(place, _)| place)
}

fn remedy(read: &Operation, write: &Operation, key: &str) -> Remedy {
    if let Some(lock) = &write.lock {
        return Remedy::OneOwner { lock: lock.clone() };
    }
    match &write.watched {
        Some(watched) if watched.is_empty() => return Remedy::WatchFirst,
        Some(watched) if !watched.iter().any(|watched| watched == key) => {
            return Remedy::WatchThis { key: key.to_owned() };
        }
        _ => {}
    }
    match (read.command.name().as_str(), adding(write)) {
        ("GET" | "MGET" | "HGET" | "HMGET" | "HGETALL" | "ZSCORE", Some(command)) => {
            Remedy::OneCommand(command)
        }
        _ => Remedy::OneStep,
    }
}

/// The command that adds to what this one overwrites.
fn adding(write: &Operation) -> Option<&'static str> {
    match write.command.name().as_str() {
        "SET" | "MSET" | "SETEX" => Some("INCRBY"),
        "HSET" | "HMSET" => Some("HINCRBY"),
        "ZADD" => Some("ZINCRBY"),
        _ => None,
    }
}

/// A write by a reader that has never read what is there, or not without changing it, over what another has written.
fn by_a_total_of_ones_own(operations: &[Operation]) -> Option<LostUpdate> {
    operations.iter().enumerate().find_map(|(index, write)| {
        let before = &operations[..index];
        let never_read = !before
            .iter()
            .any(|other| other.reader == write.reader && other.kind == Kind::Read);
        let command = adding(write).filter(|_| write.kind == Kind::Write && never_read)?;
        let lost = |other: usize| {
            let other = &before[other];
            other.reader != write.reader && other.done <= write.sent
        };
        // As GETDEL does, to put it back with the next command.
        let own = before.iter().rposition(|own| own.reader == write.reader);
        let taken = own.filter(|own| before[*own].kind == Kind::Atomic);
        let other = match taken {
            Some(taken) => (taken..index).rev().find(|other| {
                lost(*other)
                    && before[*other].kind == Kind::Write
                    && before[*other].sent >= before[taken].done
            })?,
            None => before
                .iter()
                .rposition(Operation::changes)
                .filter(|other| lost(*other))?,
        };
        let remedy = match taken {
            Some(_) => Remedy::OneCommand(command),
            None => Remedy::AddToIt(command),
        };
        let places = taken.into_iter().chain([other, index]).collect();
        let note = format!("what reader {} counted is gone", before[other].reader);
        Some(LostUpdate::of(operations, places, note, remedy))
    })
}

/// A transaction that was not done, and whose reader never wrote again what it was to write.
fn by_giving_up(operations: &[Operation]) -> Option<LostUpdate> {
    let index = operations
        .iter()
        .position(|operation| operation.kind == Kind::Undone)?;
    let (before, undone) = (&operations[..index], &operations[index]);
    let read = base(before, undone);
    let since = read.map_or(0, |read| before[read].done);
    let other = before
        .iter()
        .rposition(|other| other.reader != undone.reader && other.changes() && other.done >= since);
    let places = read.into_iter().chain(other).chain([index]).collect();
    let note = "not done".to_owned();
    Some(LostUpdate::of(operations, places, note, Remedy::TryAgain))
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use super::super::short_history::{history, text};
    use super::*;
    use crate::protocol::resp::Reply;

    fn find(key: &str, field: Option<&str>, commands: &[(u8, &str, Reply)]) -> Option<LostUpdate> {
        LostUpdate::find(&history(commands).scenario("test"), 1, key, field)
    }

    fn lines(found: Option<LostUpdate>) -> Vec<String> {
        found.unwrap().lines(76)
    }

    #[test]
    fn the_two_columns_of_the_textbook() {
        let found = find(
            "n",
            None,
            &[
                (1, "INCR n", Reply::Integer(40)),
                (2, "GET n", text("40")),
                (2, "SET n 41", text("OK")),
                (1, "GET n", text("41")),
                (2, "GET n", text("41")),
                (1, "GET other", text("7")),
                (1, "SET n 42", text("OK")),
                (2, "SET n 42", text("OK")),
            ],
        );
        assert_eq!(
            lines(found),
            [
                "  reader 1            reader 2",
                "  GET n  -> 41",
                "                      GET n  -> 41",
                "  SET n 42",
                "                      SET n 42            <- reader 1's update is gone",
                "Remedy: INCRBY, which reads and writes in one step.",
            ]
        );
    }

    #[test]
    fn an_atomic_update_is_lost_to_a_stale_write_too() {
        let found = find(
            "n",
            None,
            &[
                (2, "GET n", text("1")),
                (1, "INCR n", Reply::Integer(2)),
                (2, "SET n 2", text("OK")),
            ],
        );
        assert_eq!(found.unwrap().rows.len(), 3);
    }

    #[test]
    fn what_is_right_shows_nothing() {
        let one_by_one = [
            (1, "GET n", text("1")),
            (1, "SET n 2", text("OK")),
            (2, "GET n", text("2")),
            (2, "SET n 3", text("OK")),
        ];
        assert_eq!(find("n", None, &one_by_one), None);
        let atomic = [
            (1, "GET n", text("1")),
            (2, "GET n", text("1")),
            (1, "INCR n", Reply::Integer(2)),
            (2, "INCR n", Reply::Integer(3)),
        ];
        assert_eq!(find("n", None, &atomic), None);
        let other_fields = [
            (1, "HGET h a", text("1")),
            (2, "HGET h b", text("1")),
            (1, "HSET h a 2", Reply::Integer(0)),
            (2, "HSET h b 2", Reply::Integer(0)),
        ];
        for field in ["a", "b"] {
            assert_eq!(find("h", Some(field), &other_fields), None);
        }
    }

    #[test]
    fn a_value_is_no_field() {
        // Readers 1 and 2 lose an update of field 1, whose new value is 2; nobody writes field 2.
        let hash = [
            (1, "HGET h 2", text("7")),
            (1, "HGET h 1", text("1")),
            (2, "HGET h 2", text("7")),
            (2, "HGET h 1", text("1")),
            (1, "HSET h 1 2", Reply::Integer(0)),
            (2, "HSET h 1 2", Reply::Integer(0)),
        ];
        assert_eq!(find("h", Some("2"), &hash), None);
        assert!(find("h", Some("1"), &hash).is_some());
        // The score of a zset stands before the member, and options before both.
        let zset = [
            (1, "ZSCORE z 1", text("1")),
            (2, "ZSCORE z 1", text("1")),
            (1, "ZADD z CH 2 1", Reply::Integer(1)),
            (2, "ZADD z CH 2 1", Reply::Integer(0)),
        ];
        assert_eq!(find("z", Some("2"), &zset), None);
        assert!(find("z", Some("1"), &zset).is_some());
    }

    #[test]
    fn a_field_is_found_among_several() {
        let hash = [
            (1, "HMGET h 1 2", text("…")),
            (2, "HGETALL h", text("…")),
            (1, "HSET h 1 5 2 6", Reply::Integer(0)),
            (2, "HSET h 1 5 2 6", Reply::Integer(0)),
        ];
        assert!(find("h", Some("2"), &hash).is_some());
        assert_eq!(find("h", Some("6"), &hash), None);
    }

    #[test]
    fn the_remedy_is_that_of_the_commands() {
        let hash = [
            (1, "HGET h f", text("1")),
            (3, "HGETALL h", text("…")),
            (1, "HSET h f 2", Reply::Integer(0)),
            (3, "HSET h f 2", Reply::Integer(0)),
        ];
        assert_eq!(
            find("h", Some("f"), &hash).unwrap().remedy,
            Remedy::OneCommand("HINCRBY")
        );
        let zset = [
            (1, "ZSCORE z m", text("1")),
            (2, "ZSCORE z m", text("1")),
            (1, "ZADD z 2 m", Reply::Integer(0)),
            (2, "ZADD z 2 m", Reply::Integer(0)),
        ];
        let found = find("z", Some("m"), &zset).unwrap();
        assert_eq!(found.remedy, Remedy::OneCommand("ZINCRBY"));
        assert_eq!(found.rows[3].text, "ZADD z 2 m");
        let lock = [
            (1, "SET a-lock 1", text("OK")),
            (2, "SET a-lock 1", text("OK")),
            (1, "GET n", text("1")),
            (2, "GET n", text("1")),
            (1, "SET n 2", text("OK")),
            (1, "DEL a-lock", Reply::Integer(1)),
            (2, "SET n 2", text("OK")),
        ];
        let lock = find("n", None, &lock).unwrap().remedy;
        assert_eq!(
            lock,
            Remedy::OneOwner {
                lock: "a-lock".into()
            }
        );
    }

    fn transactions(watch: Option<&'static str>, last: Reply) -> Option<LostUpdate> {
        let mut commands = Vec::new();
        for reader in [1, 2] {
            commands.extend(watch.map(|watch| (reader, watch, text("OK"))));
            commands.push((reader, "GET n", text("1")));
        }
        for (reader, reply) in [(1, Reply::Many(vec![text("OK")])), (2, last)] {
            commands.push((reader, "MULTI", text("OK")));
            commands.push((reader, "SET n 2", text("QUEUED")));
            commands.push((reader, "EXEC", reply));
        }
        find("n", None, &commands)
    }

    #[test]
    fn a_transaction_is_one_step_at_its_exec() {
        let done = || Reply::Many(vec![text("OK")]);
        let found = transactions(None, done()).unwrap();
        assert_eq!(found.remedy, Remedy::WatchFirst);
        assert_eq!(found.rows[3].text, "EXEC: SET n 2");
        let found = transactions(Some("WATCH m"), done()).unwrap();
        assert_eq!(found.remedy, Remedy::WatchThis { key: "n".into() });
        let found = transactions(Some("WATCH n"), Reply::Nil);
        assert_eq!(
            lines(found),
            [
                "  reader 1            reader 2",
                "                      GET n  -> 1",
                "  EXEC: SET n 2",
                "                      EXEC  -> nil        <- not done",
                "Remedy: when EXEC says nil, nothing was done: read and try again.",
            ]
        );
    }

    #[test]
    fn totals_of_ones_own_go_over_those_of_the_others() {
        let found = find(
            "n",
            None,
            &[
                (1, "SET n 1", text("OK")),
                (1, "SET n 2", text("OK")),
                (2, "SET n 1", text("OK")),
            ],
        );
        let found = found.unwrap();
        assert_eq!(found.remedy, Remedy::AddToIt("INCRBY"));
        assert_eq!(found.rows[0].text, "SET n 2");
        assert_eq!(
            found.rows[1].note.as_deref(),
            Some("what reader 1 counted is gone")
        );
    }

    #[test]
    fn what_is_taken_away_and_put_back_is_lost_in_between() {
        let found = find(
            "n",
            None,
            &[
                (2, "GETDEL n", text("6")),
                (1, "GETDEL n", Reply::Nil),
                (2, "SET n 7", text("OK")),
                (1, "SET n 1", text("OK")),
            ],
        );
        assert_eq!(
            lines(found),
            [
                "  reader 1            reader 2",
                "  GETDEL n  -> nil",
                "                      SET n 7",
                "  SET n 1             <- what reader 2 counted is gone",
                "Remedy: INCRBY, which reads and writes in one step.",
            ]
        );
    }
}
