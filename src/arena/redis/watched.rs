//! A connection that is only watched: each piece is passed on as it comes, and understood afterwards.
//!
//! Whoever passes a piece on keeps a place in the record for it first, so that the record has everything in the order in which
//! it happened, however late it is understood: what a client does upon a reply stands behind that reply.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};

use super::conversation::{Conversation, Sent};
use super::{Reader, until_true};
use crate::arena::history::Event;
use crate::arena::recorder::Place;
use crate::protocol::resp::{Command, CommandScanner, ReplyScanner, Scanned};

/// Bytes passed on at a time.
const PIECE: usize = 16 * 1024;

/// How long pieces gather until they are understood together: to wake somebody up for each of them would take longer than to
/// pass it on.
const GATHERING: Duration = Duration::from_millis(50);

/// As many bytes of a connection, and as many pieces, as may be passed on and not understood yet; then it waits for that.
const MOST_BYTES_BEHIND: usize = 256 * 1024;
const MOST_PIECES_BEHIND: usize = 4096;

/// Passes on what `client` and `server` say to one another until both have said all, or `stopped`; returns when the record
/// has it.
pub(super) async fn pass_on(
    reader: Arc<Reader>,
    number: u32,
    client: TcpStream,
    server: TcpStream,
    stopped: watch::Receiver<bool>,
) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let connection = Arc::new(Connection {
        passed: Mutex::default(),
        some: Notify::new(),
        notes: tokio::sync::Mutex::new(Notes::new(Arc::clone(&reader), number)),
        reader,
        broken: watch::Sender::new(false),
    });
    tokio::select! {
        _ = async {
            tokio::join!(
                connection.pump(End::Client, from_client, to_server, stopped.clone()),
                connection.pump(End::Server, from_server, to_client, stopped),
            )
        } => {}
        never = connection.note_as_they_come() => match never {},
    }
    // What is being understood elsewhere is waited for, since it has the notes.
    connection.note().await;
    connection.notes.lock().await.end();
}

struct Connection {
    reader: Arc<Reader>,
    passed: Mutex<Passed>,
    /// Told when something is passed on and there was nothing before.
    some: Notify,
    notes: tokio::sync::Mutex<Notes>,
    /// Whether one of its ways is broken, and so the other one too. That is the program's to notice: both ends are closed.
    broken: watch::Sender<bool>,
}

/// What is passed on and not understood yet.
#[derive(Default)]
struct Passed {
    pieces: VecDeque<Piece>,
    bytes: usize,
}

/// What one end of a connection said.
struct Piece {
    from: End,
    bytes: Box<[u8]>,
    place: Place,
}

#[derive(Clone, Copy)]
enum End {
    Client,
    Server,
}

impl Connection {
    /// Passes on what comes from one end, until that has said all.
    async fn pump(
        &self,
        end: End,
        mut from: OwnedReadHalf,
        mut to: OwnedWriteHalf,
        stopped: watch::Receiver<bool>,
    ) {
        let mut buffer = vec![0; PIECE];
        let mut broken = pin!(until_true(self.broken.subscribe()));
        let mut stopped = pin!(until_true(stopped));
        loop {
            let passed = tokio::select! {
                passed = self.piece(end, &mut from, &mut to, &mut buffer) => passed,
                () = &mut broken => return,
                () = &mut stopped => return,
            };
            match passed {
                Ok(Left::Little) => {}
                Ok(Left::Much) => self.note().await,
                Ok(Left::Nothing) => return,
                Err(_) => {
                    self.broken.send_replace(true);
                    return;
                }
            }
        }
    }

    /// Passes on one piece, or that there are no more.
    async fn piece(
        &self,
        end: End,
        from: &mut OwnedReadHalf,
        to: &mut OwnedWriteHalf,
        buffer: &mut [u8],
    ) -> io::Result<Left> {
        let length = from.read(buffer).await?;
        if length == 0 {
            to.shutdown().await?;
            return Ok(Left::Nothing);
        }
        // In line before it is passed on: what is answered to it comes behind it.
        let left = self.passes(Piece {
            from: end,
            bytes: buffer[..length].into(),
            place: self.reader.recorder.place(),
        });
        to.write_all(&buffer[..length]).await?;
        Ok(left)
    }

    fn passes(&self, piece: Piece) -> Left {
        let mut passed = self.passed();
        passed.bytes += piece.bytes.len();
        passed.pieces.push_back(piece);
        if passed.pieces.len() == 1 {
            self.some.notify_one();
        }
        match passed.bytes > MOST_BYTES_BEHIND || passed.pieces.len() > MOST_PIECES_BEHIND {
            true => Left::Much,
            false => Left::Little,
        }
    }

    /// Understands what is passed on, some of it together, for ever. Not on this thread: the ends should not have to wait for
    /// it. Once begun, it is done, whether or not this is waited for.
    async fn note_as_they_come(self: &Arc<Self>) -> Infallible {
        loop {
            self.some.notified().await;
            tokio::time::sleep(GATHERING).await;
            let connection = Arc::clone(self);
            let runtime = Handle::current();
            let noted = tokio::task::spawn_blocking(move || runtime.block_on(connection.note()));
            if let Err(error) = noted.await
                && let Ok(panic) = error.try_into_panic()
            {
                std::panic::resume_unwind(panic);
            }
        }
    }

    /// Understands what has been passed on, in its order.
    async fn note(&self) {
        let mut notes = self.notes.lock().await;
        while let Some(piece) = self.oldest() {
            notes.take(piece).await;
        }
    }

    fn oldest(&self) -> Option<Piece> {
        let mut passed = self.passed();
        let piece = passed.pieces.pop_front()?;
        passed.bytes -= piece.bytes.len();
        Some(piece)
    }

    fn passed(&self) -> MutexGuard<'_, Passed> {
        // A piece is in it or not, whoever panicked elsewhere.
        self.passed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What of a connection is left once a piece of it has been passed on.
enum Left {
    /// No piece will come.
    Nothing,
    /// Not much that is not understood yet.
    Little,
    /// Too much of that.
    Much,
}

/// Understands the pieces of one connection.
struct Notes {
    reader: Arc<Reader>,
    conversation: Conversation,
    /// `None` once it is no longer known where a command begins.
    commands: Option<CommandScanner>,
    replies: ReplyScanner,
}

impl Notes {
    fn new(reader: Arc<Reader>, number: u32) -> Self {
        Self {
            reader,
            conversation: Conversation::new(number),
            commands: Some(CommandScanner::default()),
            replies: ReplyScanner::default(),
        }
    }

    async fn take(&mut self, piece: Piece) {
        let events = match piece.from {
            End::Client => self.requests(&piece.bytes, piece.place.at_us()).await,
            End::Server => self.answers(&piece.bytes),
        };
        piece.place.fill(self.reader.scenario, self.reader.number, events);
    }

    /// Nothing more comes: what was not answered is recorded so.
    fn end(&mut self) {
        let place = self.reader.recorder.place();
        let unanswered = self.conversation.unanswered();
        let events = unanswered.iter();
        let events = events.filter_map(|pending| self.conversation.event(pending, None));
        place.fill(self.reader.scenario, self.reader.number, events.collect());
    }

    /// The client said `bytes` at that time.
    async fn requests(&mut self, mut bytes: &[u8], at_us: u64) -> Vec<Event> {
        let mut events = Vec::new();
        while !bytes.is_empty()
            && let Some(commands) = &mut self.commands
        {
            let Ok((used, command)) = commands.scan(bytes) else {
                // The server will say so; what follows is not for us to understand.
                self.conversation.unmatched = true;
                self.commands = None;
                break;
            };
            bytes = &bytes[used..];
            if let Some(command) = command.filter(|command| !command.is_empty()) {
                events.extend(self.request(command, at_us).await);
            }
        }
        events
    }

    async fn request(&mut self, command: Command, at_us: u64) -> Option<Event> {
        let table = &self.reader.commands;
        let accesses = table.accesses(&command).await;
        let mut pending = self.conversation.asked(command, accesses, table);
        pending.sent_us = at_us;
        match self.conversation.sent(pending) {
            Sent::Unmatched(pending) => self.conversation.event(&pending, None),
            Sent::Awaited | Sent::Unremembered => None,
        }
    }

    /// The server said `bytes`.
    fn answers(&mut self, mut bytes: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        while !bytes.is_empty() && !self.conversation.unmatched {
            let Ok((used, reply)) = self.replies.scan(bytes) else {
                self.conversation.unmatched = true;
                break;
            };
            bytes = &bytes[used..];
            if let Some(Scanned::Reply(reply)) = reply
                && let Some(pending) = self.conversation.answered(&reply)
            {
                events.extend(self.conversation.event(&pending, Some(reply)));
            }
        }
        events
    }
}
