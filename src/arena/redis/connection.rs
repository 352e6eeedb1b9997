//! One connection of a reader's, passed on byte for byte, understood on the way.

use std::collections::VecDeque;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::Reader;
use super::keys::Doing;
use super::record::RedisCommand;
use super::schedule::{Manner, Place, Write};
use crate::arena::history::Event;
use crate::protocol::resp::{Command, CommandScanner, Reply, ReplyScanner, Scanned};

/// Bytes read at a time.
const PIECE: usize = 64 * 1024;

/// A command longer than this is passed on in pieces, once it is known what it does.
const LONGEST_WHOLE: usize = 64 * 1024;

/// As many commands as are remembered until they are answered; those past it are passed on without a record.
const MOST_PENDING: usize = 4096;

/// As many commands of one transaction as are looked at.
const MOST_QUEUED: usize = 1024;

/// What is recorded of a command: so many arguments, and so many characters of each.
const RECORDED_ARGUMENTS: usize = 16;
const RECORDED_CHARACTERS: usize = 200;

/// A refusal that comes again and again is recorded this often in a row.
const SAME_RECORDED: u32 = 3;

/// Passes on what `client` and `server` say to one another until both have said all.
pub(super) async fn pass_on(
    reader: &Reader,
    number: u32,
    client: TcpStream,
    server: TcpStream,
) -> io::Result<()> {
    // The proxy sends what it has at once; to wait for more would make every request slower.
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let connection = Connection {
        reader,
        number,
        state: Mutex::default(),
    };
    reader.scheduler.connection(reader.number, true);
    let _open = Open(&connection);
    tokio::try_join!(
        connection.requests(from_client, to_server),
        connection.replies(from_server, to_client)
    )?;
    Ok(())
}

struct Connection<'a> {
    reader: &'a Reader,
    number: u32,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    database: u32,
    /// The commands that are not answered yet, oldest first.
    pending: VecDeque<Pending>,
    /// And as many after them that were not remembered.
    unremembered: u64,
    transaction: Option<Vec<Touch>>,
    /// Replies can no longer be told apart: they pass unread.
    unmatched: bool,
    round_trip: u64,
    last: Option<(Vec<String>, Reply)>,
    same: u32,
}

/// What a command does to a key.
#[derive(Debug, Clone)]
struct Touch {
    place: Place,
    doing: Doing,
    manner: Manner,
}

/// A command that is not answered yet.
struct Pending {
    command: Command,
    database: u32,
    touches: Vec<Touch>,
    /// Within a transaction: it is done with EXEC.
    queued: bool,
    blocking: bool,
    /// The database to go back to if SELECT fails.
    selected_before: Option<u32>,
    round_trip: u64,
    held: Duration,
    /// On the clock of the record.
    sent_us: u64,
}

impl Connection<'_> {
    /// From the client to the server.
    async fn requests(&self, mut client: OwnedReadHalf, mut server: OwnedWriteHalf) -> io::Result<()> {
        let mut scanner = Some(CommandScanner::default());
        let mut buffer = BytesMut::new();
        // Bytes of the buffer that have been scanned; they begin a command that is not whole yet.
        let mut scanned = 0;
        // Whether that command is passed on piece by piece.
        let mut in_pieces = false;
        loop {
            buffer.reserve(PIECE);
            if client.read_buf(&mut buffer).await? == 0 {
                server.write_all(&buffer).await?;
                return server.shutdown().await;
            }
            // What of the buffer may go to the server.
            let mut ready = 0;
            while let Some(commands) = &mut scanner
                && scanned < buffer.len()
            {
                let Ok((used, command)) = commands.scan(&buffer[scanned..]) else {
                    // The server will say so; what follows is not for us to understand.
                    self.lock().unmatched = true;
                    scanner = None;
                    break;
                };
                scanned += used;
                let whole = command.is_some();
                if !in_pieces && (whole || scanned - ready > LONGEST_WHOLE) {
                    let command = command.unwrap_or_else(|| commands.so_far());
                    self.command(command, &mut buffer, &mut ready, &mut scanned, &mut server)
                        .await?;
                    in_pieces = true;
                }
                if in_pieces {
                    ready = scanned;
                }
                if whole {
                    in_pieces = false;
                }
            }
            if scanner.is_none() {
                ready = buffer.len();
            }
            server.write_all(&buffer[..ready]).await?;
            buffer.advance(ready);
            scanned = scanned.saturating_sub(ready);
        }
    }

    /// A command is to go: holds it where the schedule says so, and notes that it is on its way. What came before it,
    /// the first `ready` bytes, goes before a hold.
    async fn command(
        &self,
        command: Command,
        buffer: &mut BytesMut,
        ready: &mut usize,
        scanned: &mut usize,
        server: &mut OwnedWriteHalf,
    ) -> io::Result<()> {
        if command.is_empty() {
            return Ok(());
        }
        let name = command.name();
        let database = self.lock().database;
        let accesses = self.reader.commands.accesses(&command).await;
        let mut touches: Vec<Touch> = accesses
            .into_iter()
            .map(|access| Touch {
                manner: Manner::of(&command.arguments, access.position, access.doing.script),
                doing: access.doing,
                place: Place {
                    database,
                    key: access.key,
                },
            })
            .collect();
        let queued = {
            let mut state = self.lock();
            match (name.as_str(), &mut state.transaction) {
                ("multi", transaction @ None) => {
                    *transaction = Some(Vec::new());
                    false
                }
                ("exec", transaction) => {
                    touches = transaction.take().unwrap_or_default();
                    false
                }
                ("discard" | "reset", transaction) => {
                    *transaction = None;
                    false
                }
                // To watch a key says nothing of what is there.
                ("watch", _) => {
                    touches.clear();
                    false
                }
                (_, Some(transaction)) => {
                    let room = MOST_QUEUED.saturating_sub(transaction.len());
                    transaction.extend(touches.iter().take(room).cloned());
                    true
                }
                _ => false,
            }
        };
        let mut held = Duration::ZERO;
        if !queued {
            let blind = touches.iter().filter(|touch| touch.doing.may_be_blind());
            let writes: Vec<Write> = blind
                .map(|touch| Write {
                    place: touch.place.clone(),
                    manner: touch.manner.clone(),
                })
                .collect();
            if let Some(hold) = self.reader.scheduler.hold(self.reader.number, &writes) {
                server.write_all(&buffer[..*ready]).await?;
                buffer.advance(*ready);
                *scanned -= *ready;
                *ready = 0;
                held = hold.wait().await;
            }
            for touch in touches.iter().filter(|touch| touch.doing.writes) {
                self.reader
                    .scheduler
                    .writes(self.reader.number, &touch.place, touch.manner.clone());
            }
        }
        let blocking = !queued && self.reader.commands.is_blocking(&command);
        self.sent(
            &name,
            Pending {
                command,
                database,
                touches,
                queued,
                blocking,
                selected_before: None,
                round_trip: 0,
                held,
                sent_us: self.reader.recorder.now_us(),
            },
        );
        Ok(())
    }

    /// Notes a command that is on its way.
    fn sent(&self, name: &str, mut pending: Pending) {
        let mut state = self.lock();
        if state.pending.is_empty() && state.unremembered == 0 {
            state.round_trip += 1;
        }
        pending.round_trip = state.round_trip;
        match name {
            "select" => {
                let selected = pending.command.arguments.get(1);
                let selected = selected.and_then(|text| std::str::from_utf8(text).ok()?.parse().ok());
                pending.selected_before = Some(state.database);
                state.database = selected.unwrap_or(state.database);
            }
            "reset" => state.database = 0,
            _ => {}
        }
        if replies_out_of_step(name, &pending.command) {
            state.unmatched = true;
        }
        if state.unmatched {
            drop(state);
            self.record(pending, None);
        } else if state.unremembered > 0 || state.pending.len() >= MOST_PENDING {
            state.unremembered += 1;
        } else {
            if pending.blocking {
                self.reader.scheduler.blocked(self.reader.number, true);
            }
            state.pending.push_back(pending);
        }
    }

    /// From the server to the client.
    async fn replies(&self, mut server: OwnedReadHalf, mut client: OwnedWriteHalf) -> io::Result<()> {
        let mut scanner = ReplyScanner::default();
        let mut buffer = BytesMut::new();
        loop {
            buffer.reserve(PIECE);
            if server.read_buf(&mut buffer).await? == 0 {
                return client.shutdown().await;
            }
            let mut scanned = 0;
            while scanned < buffer.len() && !self.lock().unmatched {
                match scanner.scan(&buffer[scanned..]) {
                    Ok((used, reply)) => {
                        scanned += used;
                        if let Some(Scanned::Reply(reply)) = reply {
                            self.answered(reply);
                        }
                    }
                    Err(_) => self.lock().unmatched = true,
                }
            }
            // Only now: what the client does next must find noted what it has read.
            client.write_all(&buffer).await?;
            buffer.clear();
        }
    }

    /// The oldest command that was not answered has been.
    fn answered(&self, reply: Reply) {
        let pending = {
            let mut state = self.lock();
            let Some(pending) = state.pending.pop_front() else {
                state.unremembered = state.unremembered.saturating_sub(1);
                return;
            };
            if let (Reply::Error { .. }, Some(before)) = (&reply, pending.selected_before) {
                state.database = before;
            }
            pending
        };
        let (scheduler, reader) = (&self.reader.scheduler, self.reader.number);
        let failed = matches!(reply, Reply::Error { .. });
        // A transaction that was not done is answered with nil.
        let undone = reply == Reply::Nil && pending.command.name() == "exec";
        if !pending.queued && !failed && !undone {
            for touch in pending.touches.iter().filter(|touch| touch.doing.reads) {
                scheduler.has_read(reader, &touch.place, touch.manner.clone());
            }
        }
        if pending.blocking {
            scheduler.blocked(reader, false);
        }
        scheduler.answered(reader, &pending.command.arguments, &reply);
        self.record(pending, Some(reply));
    }

    fn record(&self, pending: Pending, reply: Option<Reply>) {
        let text = |bytes: &[u8]| -> String {
            let text = String::from_utf8_lossy(bytes);
            text.chars().take(RECORDED_CHARACTERS).collect()
        };
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
            return;
        }
        let micros = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let event = Event::RedisCommand(RedisCommand {
            connection: self.number,
            database: pending.database,
            arguments: pending.command.count,
            reads: keys(|doing| doing.reads),
            writes: keys(|doing| doing.writes),
            command,
            reply,
            round_trip: pending.round_trip,
            held_us: micros(pending.held),
            sent_us: pending.sent_us,
        });
        let reader = self.reader;
        reader.recorder.record(reader.scenario, reader.number, event);
    }

    /// Whether this has been asked and refused often enough to be no news: a program that waits for a lock may ask
    /// thousands of times.
    fn is_same_refusal(&self, command: &[String], reply: Option<&Reply>) -> bool {
        let mut state = self.lock();
        let refusal = reply.filter(|reply| matches!(reply, Reply::Nil | Reply::Integer(0)));
        let same = match (&state.last, refusal) {
            (Some((last, before)), Some(reply)) => last == command && before == reply,
            _ => false,
        };
        if same {
            state.same = state.same.saturating_add(1);
            return state.same >= SAME_RECORDED;
        }
        state.same = 0;
        state.last = refusal.map(|reply| (command.to_vec(), reply.clone()));
        false
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change is made whole, so a panic elsewhere leaves the state sound.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
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

/// A connection that is open; however it ends, what was not answered is recorded so.
struct Open<'a>(&'a Connection<'a>);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        let reader = self.0.reader;
        let pending = std::mem::take(&mut self.0.lock().pending);
        for command in pending {
            if command.blocking {
                reader.scheduler.blocked(reader.number, false);
            }
            self.0.record(command, None);
        }
        reader.scheduler.connection(reader.number, false);
    }
}
