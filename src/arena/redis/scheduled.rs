//! A connection whose writes may be held: each command is understood before it is passed on.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::Reader;
use super::conversation::{Conversation, Pending, Sent};
use super::schedule::{Scheduler, Write};
use crate::arena::history::Event;
use crate::protocol::resp::{Command, CommandScanner, Reply, ReplyScanner, Scanned};

/// Bytes read at a time.
const PIECE: usize = 64 * 1024;

/// A command longer than this is passed on in pieces, once it is known what it does.
const LONGEST_WHOLE: usize = 64 * 1024;

/// Passes on what `client` and `server` say to one another, by the schedule, until both have said all.
pub(super) async fn pass_on(
    reader: &Reader,
    scheduler: &Scheduler,
    number: u32,
    client: TcpStream,
    server: TcpStream,
) -> io::Result<()> {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let connection = Connection {
        reader,
        scheduler,
        conversation: Mutex::new(Conversation::new(number)),
    };
    scheduler.connection(reader.number, true);
    let _open = Open(&connection);
    tokio::try_join!(
        connection.requests(from_client, to_server),
        connection.replies(from_server, to_client)
    )?;
    Ok(())
}

struct Connection<'a> {
    reader: &'a Reader,
    scheduler: &'a Scheduler,
    conversation: Mutex<Conversation>,
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
        let table = &self.reader.commands;
        let accesses = table.accesses(&command).await;
        let mut pending = self.lock().asked(command, accesses, table);
        if !pending.queued {
            let blind = pending.touches.iter().filter(|touch| touch.doing.may_be_blind());
            let writes: Vec<Write> = blind
                .map(|touch| Write {
                    place: touch.place.clone(),
                    manner: touch.manner.clone(),
                })
                .collect();
            if let Some(hold) = self.scheduler.hold(self.reader.number, &writes) {
                server.write_all(&buffer[..*ready]).await?;
                buffer.advance(*ready);
                *scanned -= *ready;
                *ready = 0;
                pending.held = hold.wait().await;
            }
            for touch in pending.touches.iter().filter(|touch| touch.doing.writes) {
                self.scheduler
                    .writes(self.reader.number, &touch.place, touch.manner.clone());
            }
        }
        pending.sent_us = self.reader.recorder.now_us();
        self.sent(pending);
        Ok(())
    }

    /// Notes a command that is on its way.
    fn sent(&self, pending: Pending) {
        let blocking = pending.blocking;
        let mut conversation = self.lock();
        match conversation.sent(pending) {
            Sent::Awaited if blocking => self.scheduler.blocked(self.reader.number, true),
            Sent::Unmatched(pending) => {
                let events = conversation.event(&pending, None).into_iter().collect();
                let place = self.reader.recorder.place();
                place.fill(self.reader.scenario, self.reader.number, events);
            }
            Sent::Awaited | Sent::Unremembered => {}
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
            let place = self.reader.recorder.place();
            let mut events = Vec::new();
            let mut scanned = 0;
            while scanned < buffer.len() && !self.lock().unmatched {
                match scanner.scan(&buffer[scanned..]) {
                    Ok((used, reply)) => {
                        scanned += used;
                        if let Some(Scanned::Reply(reply)) = reply {
                            events.extend(self.answered(reply));
                        }
                    }
                    Err(_) => self.lock().unmatched = true,
                }
            }
            place.fill(self.reader.scenario, self.reader.number, events);
            // Only now: what the client does next must find noted what it has read.
            client.write_all(&buffer).await?;
            buffer.clear();
        }
    }

    /// The oldest command that was not answered has been. Returns what the record is to say of it.
    fn answered(&self, reply: Reply) -> Option<Event> {
        let pending = self.lock().answered(&reply)?;
        let (scheduler, reader) = (self.scheduler, self.reader.number);
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
        self.lock().event(&pending, Some(reply))
    }

    fn lock(&self) -> MutexGuard<'_, Conversation> {
        // Each change is made whole, so a panic elsewhere leaves it sound.
        self.conversation.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that is open; however it ends, what was not answered is recorded so.
struct Open<'a>(&'a Connection<'a>);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        let (reader, scheduler) = (self.0.reader, self.0.scheduler);
        let mut conversation = self.0.lock();
        let mut events = Vec::new();
        for pending in conversation.unanswered() {
            if pending.blocking {
                scheduler.blocked(reader.number, false);
            }
            events.extend(conversation.event(&pending, None));
        }
        reader
            .recorder
            .place()
            .fill(reader.scenario, reader.number, events);
        scheduler.connection(reader.number, false);
    }
}
