//! A connection that is only watched: each piece is passed on as it comes, and understood afterwards, preferably in a pause of
//! the conversation, when that keeps neither end waiting.
//!
//! Whoever passes a piece on keeps a place in the record for it first, so that the record has everything in the order in which
//! it happened, however late it is understood: what a client does upon a reply stands behind that reply.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::select;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;

use super::conversation::{Conversation, Sent};
use super::{Reader, until_true};
use crate::arena::history::Event;
use crate::arena::recorder::Place;
use crate::protocol::resp::{Command, CommandScanner, ReplyScanner, Scanned};

/// Bytes passed on at a time.
const PIECE: usize = 16 * 1024;

/// A pause: neither end has said anything for so long. It is looked for as often.
const PAUSE: Duration = Duration::from_millis(50);

/// So often a pause is looked for; then what is passed on is understood though the ends still talk.
const LOOKS_FOR_A_PAUSE: u32 = 20;

/// As many bytes of a connection, and as many pieces, as may be passed on and not understood yet; then it waits for that. When
/// half of it is there, no pause is waited for any more.
const MOST_BYTES_BEHIND: usize = 256 * 1024;
const MOST_PIECES_BEHIND: usize = 8 * 1024;

/// How long what one end has said already may take to the other when the way in the other direction is broken.
const LAST_WORDS: Duration = Duration::from_millis(50);

/// Passes on what `client` and `server` say to one another until both have said all, or `stopped`; returns when the record
/// has it.
pub(super) async fn pass_on(
    reader: Arc<Reader>,
    number: u32,
    client: TcpStream,
    server: TcpStream,
    stopped: watch::Receiver<bool>,
) {
    let connection = Arc::new(Connection {
        passed: Mutex::default(),
        some: Notify::new(),
        much: Notify::new(),
        notes: Arc::new(tokio::sync::Mutex::new(Notes::new(Arc::clone(&reader), number))),
        reader,
    });
    // A task of its own: in this one, whatever comes would have everything else looked at that is waited for here.
    let mut passing = JoinSet::new();
    passing.spawn(Arc::clone(&connection).pass_both_ways(client, server));
    tokio::select! {
        passed = passing.join_next() => if let Some(Err(error)) = passed {
            go_on_with_panic_of(error);
        },
        () = until_true(stopped) => passing.shutdown().await,
        never = connection.note_in_pauses() => match never {},
    }
    // The rest. Whoever understands some of it at the moment has the notes, and is waited for.
    connection.note().await;
    connection.notes.lock().await.end();
}

struct Connection {
    reader: Arc<Reader>,
    passed: Mutex<Passed>,
    /// Told when something is passed on and there was nothing before.
    some: Notify,
    /// Told when there is so much that no pause is waited for.
    much: Notify,
    notes: Arc<tokio::sync::Mutex<Notes>>,
}

/// What is passed on and not understood yet.
#[derive(Default)]
struct Passed {
    pieces: VecDeque<Piece>,
    bytes: usize,
    /// How many pieces there have been, those included that are understood.
    in_all: u64,
}

impl Passed {
    /// More than half of what there may be.
    fn is_much(&self) -> bool {
        self.bytes > MOST_BYTES_BEHIND / 2 || self.pieces.len() > MOST_PIECES_BEHIND / 2
    }

    /// More than there may be.
    fn is_too_much(&self) -> bool {
        self.bytes > MOST_BYTES_BEHIND || self.pieces.len() > MOST_PIECES_BEHIND
    }
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
    /// Passes on what each end says, until both have said all or a way is broken.
    async fn pass_both_ways(self: Arc<Self>, client: TcpStream, server: TcpStream) {
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        let asking = pin!(self.pump(End::Client, from_client, to_server));
        let answering = pin!(self.pump(End::Server, from_server, to_client));
        let (passed, other) = select(asking, answering).await.factor_first();
        // Where one way is broken, so is the other. That is the program's to notice: both ends are closed.
        let _ = match passed {
            Ok(()) => other.await,
            Err(_) => timeout(LAST_WORDS, other).await.unwrap_or(Ok(())),
        };
    }

    /// Passes on what comes from one end, until that has said all.
    async fn pump(
        self: &Arc<Self>,
        end: End,
        mut from: OwnedReadHalf,
        mut to: OwnedWriteHalf,
    ) -> io::Result<()> {
        let mut buffer = vec![0; PIECE];
        loop {
            let length = from.read(&mut buffer).await?;
            if length == 0 {
                return to.shutdown().await;
            }
            // In line before it is passed on: what is answered to it comes behind it.
            let too_much = self.keep(Piece {
                from: end,
                bytes: buffer[..length].into(),
                place: self.reader.recorder.place(),
            });
            to.write_all(&buffer[..length]).await?;
            if too_much {
                self.note().await;
            }
        }
    }

    /// Keeps a piece until it is understood. Returns whether that makes more than there may be.
    fn keep(&self, piece: Piece) -> bool {
        let mut passed = self.passed();
        passed.bytes += piece.bytes.len();
        passed.in_all += 1;
        passed.pieces.push_back(piece);
        if passed.pieces.len() == 1 {
            self.some.notify_one();
        }
        if passed.is_much() {
            self.much.notify_one();
        }
        passed.is_too_much()
    }

    /// Understands what is passed on, in pauses where there are any, for ever.
    async fn note_in_pauses(self: &Arc<Self>) -> Infallible {
        loop {
            self.some.notified().await;
            self.until_a_pause().await;
            self.note().await;
        }
    }

    /// Waits until both ends pause, or have talked for long, or have said much.
    async fn until_a_pause(&self) {
        let mut before = self.passed().in_all;
        for _ in 0..LOOKS_FOR_A_PAUSE {
            let told = timeout(PAUSE, self.much.notified()).await.is_ok();
            let passed = self.passed();
            if passed.is_much() || (!told && passed.in_all == before) {
                return;
            }
            before = passed.in_all;
        }
    }

    /// Understands what has been passed on, in its order. Not on this thread: other connections should not have to wait for it.
    /// Once begun, it is done, whether or not this is waited for.
    async fn note(self: &Arc<Self>) {
        let mut notes = Arc::clone(&self.notes).lock_owned().await;
        let connection = Arc::clone(self);
        let runtime = Handle::current();
        let all = async move {
            while let Some(piece) = connection.oldest() {
                notes.take(piece).await;
            }
        };
        if let Err(error) = tokio::task::spawn_blocking(move || runtime.block_on(all)).await {
            go_on_with_panic_of(error);
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

/// Panics as the task did that ended with this, if it did.
fn go_on_with_panic_of(task: JoinError) {
    if let Ok(panic) = task.try_into_panic() {
        std::panic::resume_unwind(panic);
    }
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
