//! What the two ends of one connection say to one another: which reply belongs to which command, and what of it the record
//! keeps.

use std::collections::VecDeque;
use std::time::Duration;

use super::keys::{Access, CommandTable, Doing};
use super::record::RedisCommand;
use super::schedule::{Manner, Place};
use crate::arena::history::Event;
use crate::protocol::resp::{Command, Reply};

/// As many commands as are remembered until they are answered; those past it are passed on without a record.
const MOST_PENDING: usize = 4096;

/// As many commands of one transaction as are looked at.
const MOST_QUEUED: usize = 1024;

/// What is recorded of a command: so many arguments, and so many characters of each.
const RECORDED_ARGUMENTS: usize = 16;
const RECORDED_CHARACTERS: usize = 200;

/// A refusal that comes again and again is recorded this often in a row.
const SAME_RECORDED: u32 = 3;

/// A connection, as far as its commands and replies have been followed.
#[derive(Debug)]
pub(super) struct Conversation {
    number: u32,
    database: u32,
    /// The commands that are not answered yet, oldest first.
    pending: VecDeque<Pending>,
    /// And as many after them that were not remembered.
    unremembered: u64,
    transaction: Option<Vec<Touch>>,
    /// Replies can no longer be told apart: they pass unread.
    pub unmatched: bool,
    round_trip: u64,
    last: Option<(Vec<String>, Reply)>,
    same: u32,
}

/// What a command does to a key.
#[derive(Debug, Clone)]
pub(super) struct Touch {
    pub place: Place,
    pub doing: Doing,
    pub manner: Manner,
}

/// A command that is not answered yet.
#[derive(Debug)]
pub(super) struct Pending {
    pub command: Command,
    database: u32,
    pub touches: Vec<Touch>,
    /// Within a transaction: it is done with EXEC.
    pub queued: bool,
    pub blocking: bool,
    /// The database to go back to if SELECT fails.
    selected_before: Option<u32>,
    round_trip: u64,
    pub held: Duration,
    /// On the clock of the record.
    pub sent_us: u64,
}

/// What becomes of a command that is on its way to the server.
#[derive(Debug)]
pub(super) enum Sent {
    /// Its reply is awaited.
    Awaited,
    /// Too many are awaited already, and it passes without a record.
    Unremembered,
    /// Its reply will not be told from others.
    Unmatched(Pending),
}

impl Conversation {
    /// One that has not begun, on the connection of that number.
    pub fn new(number: u32) -> Self {
        Self {
            number,
            database: 0,
            pending: VecDeque::new(),
            unremembered: 0,
            transaction: None,
            unmatched: false,
            round_trip: 0,
            last: None,
            same: 0,
        }
    }

    /// The client says `command`, which concerns the keys of `accesses`.
    pub fn asked(&mut self, command: Command, accesses: Vec<Access>, commands: &CommandTable) -> Pending {
        let database = self.database;
        let touch = |access: Access| Touch {
            manner: Manner::of(&command.arguments, access.position, access.doing.script),
            doing: access.doing,
            place: Place {
                database,
                key: access.key,
            },
        };
        let mut touches: Vec<Touch> = accesses.into_iter().map(touch).collect();
        let mut queued = false;
        match (command.name().as_str(), &mut self.transaction) {
            ("multi", transaction @ None) => *transaction = Some(Vec::new()),
            ("exec", transaction) => touches = transaction.take().unwrap_or_default(),
            ("discard" | "reset", transaction) => *transaction = None,
            // To watch a key says nothing of what is there.
            ("watch", _) => touches.clear(),
            (_, Some(transaction)) => {
                let room = MOST_QUEUED.saturating_sub(transaction.len());
                transaction.extend(touches.iter().take(room).cloned());
                queued = true;
            }
            _ => {}
        }
        Pending {
            blocking: !queued && commands.is_blocking(&command),
            command,
            database,
            touches,
            queued,
            selected_before: None,
            round_trip: 0,
            held: Duration::ZERO,
            sent_us: 0,
        }
    }

    /// The command is on its way to the server.
    pub fn sent(&mut self, mut pending: Pending) -> Sent {
        if self.pending.is_empty() && self.unremembered == 0 {
            self.round_trip += 1;
        }
        pending.round_trip = self.round_trip;
        let name = pending.command.name();
        match name.as_str() {
            "select" => {
                let selected = pending.command.arguments.get(1);
                let selected = selected.and_then(|text| std::str::from_utf8(text).ok()?.parse().ok());
                pending.selected_before = Some(self.database);
                self.database = selected.unwrap_or(self.database);
            }
            "reset" => self.database = 0,
            _ => {}
        }
        self.unmatched |= replies_out_of_step(&name, &pending.command);
        if self.unmatched {
            return Sent::Unmatched(pending);
        }
        if self.unremembered > 0 || self.pending.len() >= MOST_PENDING {
            self.unremembered += 1;
            return Sent::Unremembered;
        }
        self.pending.push_back(pending);
        Sent::Awaited
    }

    /// The server answers `reply` to the oldest command that is not answered yet.
    pub fn answered(&mut self, reply: &Reply) -> Option<Pending> {
        let Some(pending) = self.pending.pop_front() else {
            self.unremembered = self.unremembered.saturating_sub(1);
            return None;
        };
        if let (Reply::Error { .. }, Some(before)) = (reply, pending.selected_before) {
            self.database = before;
        }
        Some(pending)
    }

    /// The commands that were not answered, once the connection is gone.
    pub fn unanswered(&mut self) -> VecDeque<Pending> {
        std::mem::take(&mut self.pending)
    }

    /// What the record says of a command and its reply, where it says anything.
    pub fn event(&mut self, pending: &Pending, reply: Option<Reply>) -> Option<Event> {
        let keys = |wanted: fn(&Doing) -> bool| -> Vec<String> {
            let touches = pending.touches.iter().filter(|touch| wanted(&touch.doing));
            let mut keys: Vec<String> = touches.map(|touch| text(&touch.place.key)).collect();
            keys.sort();
            keys.dedup();
            keys.truncate(RECORDED_ARGUMENTS);
            keys
        };
        let arguments = pending.command.arguments.iter().take(RECORDED_ARGUMENTS);
        let command: Vec<String> = arguments.map(|argument| text(argument)).collect();
        if self.is_same_refusal(&command, reply.as_ref()) {
            return None;
        }
        Some(Event::RedisCommand(RedisCommand {
            connection: self.number,
            database: pending.database,
            arguments: pending.command.count,
            reads: keys(|doing| doing.reads),
            writes: keys(|doing| doing.writes),
            command,
            reply,
            round_trip: pending.round_trip,
            held_us: u64::try_from(pending.held.as_micros()).unwrap_or(u64::MAX),
            sent_us: pending.sent_us,
        }))
    }

    /// Whether this has been asked and refused often enough to be no news: a program that waits for a lock may ask
    /// thousands of times.
    fn is_same_refusal(&mut self, command: &[String], reply: Option<&Reply>) -> bool {
        let refusal = reply.filter(|reply| matches!(reply, Reply::Nil | Reply::Integer(0)));
        let same = match (&self.last, refusal) {
            (Some((last, before)), Some(reply)) => last == command && before == reply,
            _ => false,
        };
        if same {
            self.same = self.same.saturating_add(1);
            return self.same >= SAME_RECORDED;
        }
        self.same = 0;
        self.last = refusal.map(|reply| (command.to_vec(), reply.clone()));
        false
    }
}

/// The beginning of `bytes`, as the record has it.
fn text(bytes: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    if let Some((end, _)) = text.char_indices().nth(RECORDED_CHARACTERS) {
        text.truncate(end);
    }
    text
}

/// Whether from this command on replies do not come one for each command, in order.
fn replies_out_of_step(name: &str, command: &Command) -> bool {
    let word = |index: usize, word: &str| {
        command
            .arguments
            .get(index)
            .is_some_and(|argument| argument.eq_ignore_ascii_case(word.as_bytes()))
    };
    match name {
        "client" => word(1, "reply") && !word(2, "on"),
        _ => matches!(
            name,
            "subscribe"
                | "psubscribe"
                | "ssubscribe"
                | "unsubscribe"
                | "punsubscribe"
                | "sunsubscribe"
                | "monitor"
                | "sync"
                | "psync"
        ),
    }
}
