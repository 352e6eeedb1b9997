//! Who may write when: the schedule against programs whose readers read, think, and write.
//!
//! A reader that has read a key and now writes to it is held until another reader has read the same: then both go on from
//! the same value, and one of the two updates is lost, unless the program prevents that by itself. A hold ends
//!
//! * when another reader has read it (or written to it meanwhile: then this one is late already),
//! * when nobody is left who could: the other readers are held too, wait for the server, found the queue empty, or ask
//!   the same thing over and over, as one does that waits for a lock,
//! * or when its time is up.
//!
//! So a program that is right only loses time by it, and the time is bounded: a key where holds lead nowhere is held ever
//! more rarely, one where they have led somewhere often enough is left alone, and all of them together have a limit.
//! Commands that read and write in one are never held; of a script nobody can tell, unless the same one has read before.
//!
//! What is not here: to stall the holder of a lock until the lock has expired. It would show up the lock that is given back
//! without a look at whose it is. But whoever is stalled for that long goes on to write without the lock, with an owner in
//! it or not, and only a write that is guarded itself (by WATCH on the lock, or by a script) is safe then. A lock with an
//! owner and an expiry counts as right in this course, so this schedule would fail programs that are right; and up to the
//! stall the two kinds do the same, so that nothing tells which one to spare.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use crate::arena::witness::Taken;
use crate::protocol::resp::Reply;

/// How long one write waits at the most. A lock that a program takes for as short a time as this would not survive an
/// ordinary hiccup of the machine either.
const LONGEST_HOLD: Duration = Duration::from_millis(25);

/// How long the writes of one world wait in vain, all in all.
const MOST_IN_VAIN: Duration = Duration::from_millis(1500);

/// After holds on a key that were in vain for as long as this together, only every [`RARELY`]th occasion is used.
const PATIENCE: Duration = Duration::from_millis(200);
const RARELY: u32 = 4;

/// A key on which readers have met this often is left alone: what there was to show has been shown.
const MEETINGS: u32 = 16;

/// As many keys, and as many reads and writes of each, as are remembered.
const MOST_KEYS: usize = 20_000;
const REMEMBERED: usize = 64;

/// After as many commands in a row that ask and get the same, a reader is waiting for something.
const SPINNING: u32 = 2;

/// How the readers' commands are let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// As they come.
    Watch,
    /// A write waits until another reader has read what it is based on.
    Interleave,
}

/// A key in one of the server's databases.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub database: u32,
    pub key: Vec<u8>,
}

/// The words of a command behind the key, such as a field or a member: by what they have in common a write is matched
/// with the read that it is based on.
pub(super) type Words = Vec<u64>;

/// How a command concerns a key.
#[derive(Debug, Clone, Default)]
pub(super) struct Manner {
    /// The words behind the key.
    pub words: Words,
    /// Which script it runs, where it runs one.
    pub script: Option<u64>,
}

impl Manner {
    /// Of the command with these arguments, for the key at `position`.
    pub fn of(arguments: &[Vec<u8>], position: usize, script: bool) -> Self {
        Self {
            words: arguments
                .iter()
                .skip(position + 1)
                .map(|word| hash(word))
                .collect(),
            script: if script {
                arguments.get(1).map(|script| hash(script))
            } else {
                None
            },
        }
    }
}

/// A write that need not depend on what is there, and so may be based on what was read before.
#[derive(Debug, Clone)]
pub(super) struct Write {
    pub place: Place,
    pub manner: Manner,
}

/// Decides who may write when. One for all readers of a world.
#[derive(Debug, Default)]
pub(super) struct Scheduler {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    clock: u64,
    keys: HashMap<Place, KeyState>,
    readers: BTreeMap<u8, Reader>,
    in_vain: Duration,
    holds: u64,
}

#[derive(Debug, Default)]
struct KeyState {
    reads: VecDeque<Done>,
    writes: VecDeque<Done>,
    meetings: u32,
    in_vain: Duration,
    occasions: u32,
}

/// A read or a write of a key that has been done.
#[derive(Debug)]
struct Done {
    at: u64,
    reader: u8,
    manner: Manner,
}

#[derive(Debug)]
struct Reader {
    taken: watch::Receiver<Taken>,
    connections: u32,
    /// Blocking commands that are not answered yet.
    blocked: u32,
    /// The number of the hold that it is in.
    held: Option<u64>,
    last: u64,
    repeats: u32,
}

/// What is known about a write that wants to go.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// It is based on nothing that was read.
    Free,
    /// Another reader has read the same since, or has written.
    Met,
    /// Nobody has yet.
    Alone,
}

impl Scheduler {
    /// A reader is to come, of whose dealings with the queue `taken` tells.
    pub fn expect(&self, reader: u8, taken: watch::Receiver<Taken>) {
        let reader_state = Reader {
            taken,
            connections: 0,
            blocked: 0,
            held: None,
            last: 0,
            repeats: 0,
        };
        self.lock().readers.insert(reader, reader_state);
    }

    /// A connection of the reader's came (+1) or went (-1).
    pub fn connection(&self, reader: u8, more: bool) {
        self.of(reader, |reader| {
            reader.connections = if more {
                reader.connections.saturating_add(1)
            } else {
                reader.connections.saturating_sub(1)
            };
        });
        self.changed.notify_waiters();
    }

    /// The reader waits for the answer to a blocking command, or has it.
    pub fn blocked(&self, reader: u8, waits: bool) {
        self.of(reader, |reader| {
            reader.blocked = if waits {
                reader.blocked.saturating_add(1)
            } else {
                reader.blocked.saturating_sub(1)
            };
        });
        self.changed.notify_waiters();
    }

    /// The reader has been answered what is at `place`.
    pub fn has_read(&self, reader: u8, place: &Place, manner: Manner) {
        self.done(reader, place, manner, |key| &mut key.reads);
        self.changed.notify_waiters();
    }

    /// The reader's write is on its way.
    pub fn writes(&self, reader: u8, place: &Place, manner: Manner) {
        self.done(reader, place, manner, |key| &mut key.writes);
        self.changed.notify_waiters();
    }

    /// The reader sent a command and got a reply: whether it asks the same over and over.
    pub fn answered(&self, reader: u8, arguments: &[Vec<u8>], reply: &Reply) {
        // One that tries for a lock may bring a new token each time.
        let refused = matches!(reply, Reply::Nil | Reply::Integer(0));
        let asked = if refused {
            arguments.get(..2).unwrap_or(arguments)
        } else {
            arguments
        };
        let mut hasher = DefaultHasher::new();
        (asked, reply).hash(&mut hasher);
        let asked = hasher.finish();
        self.of(reader, |reader| {
            reader.repeats = if reader.last == asked {
                reader.repeats.saturating_add(1)
            } else {
                0
            };
            reader.last = asked;
        });
        self.changed.notify_waiters();
    }

    /// The hold in which the reader has to wait before it may do `writes`, where there is reason for one.
    pub fn hold(&self, reader: u8, writes: &[Write]) -> Option<Hold<'_>> {
        if writes.is_empty() {
            return None;
        }
        Hold::begin(self, reader, writes)
    }

    fn done(
        &self,
        reader: u8,
        place: &Place,
        manner: Manner,
        list: impl Fn(&mut KeyState) -> &mut VecDeque<Done>,
    ) {
        let mut state = self.lock();
        state.clock += 1;
        let at = state.clock;
        if state.keys.len() >= MOST_KEYS && !state.keys.contains_key(place) {
            return;
        }
        let list = list(state.keys.entry(place.clone()).or_default());
        if list.len() >= REMEMBERED {
            list.pop_front();
        }
        list.push_back(Done { at, reader, manner });
    }

    fn of(&self, reader: u8, change: impl FnOnce(&mut Reader)) {
        if let Some(reader) = self.lock().readers.get_mut(&reader) {
            change(reader);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change is made whole, so a panic elsewhere leaves the state sound.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A hold, which is noted for as long as it lasts, however it ends.
pub(super) struct Hold<'a> {
    scheduler: &'a Scheduler,
    reader: u8,
    number: u64,
    /// The writes for whose sake it is held.
    writes: Vec<Write>,
}

impl<'a> Hold<'a> {
    /// Begins a hold, where there is reason for one.
    fn begin(scheduler: &'a Scheduler, reader: u8, writes: &[Write]) -> Option<Self> {
        let mut state = scheduler.lock();
        if state.in_vain >= MOST_IN_VAIN {
            return None;
        }
        let mut worth = Vec::new();
        for write in writes {
            match state.verdict(reader, write) {
                Verdict::Alone if state.is_worth_it(&write.place) => worth.push(write.clone()),
                _ => {}
            }
        }
        if worth.is_empty() {
            return None;
        }
        state.holds += 1;
        let number = state.holds;
        if let Some(reader) = state.readers.get_mut(&reader) {
            reader.held = Some(number);
        }
        drop(state);
        // Whoever is held may now be the one for whom nobody is left.
        scheduler.changed.notify_waiters();
        Some(Self {
            scheduler,
            reader,
            number,
            writes: worth,
        })
    }

    /// Waits until it is over. Says how long that took.
    pub async fn wait(self) -> Duration {
        let begun = Instant::now();
        let deadline = begun + LONGEST_HOLD;
        loop {
            let changed = self.scheduler.changed.notified();
            tokio::pin!(changed);
            // From here on no change is missed.
            changed.as_mut().enable();
            if self.is_over() {
                break;
            }
            tokio::select! {
                () = &mut changed => {}
                () = tokio::time::sleep_until(deadline) => break,
            }
        }
        let waited = begun.elapsed();
        self.settle(waited);
        waited
    }

    fn is_over(&self) -> bool {
        let state = self.scheduler.lock();
        self.has_met(&state) || !state.somebody_may_come(self.reader, self.number)
    }

    fn has_met(&self, state: &State) -> bool {
        self.writes
            .iter()
            .any(|write| state.verdict(self.reader, write) == Verdict::Met)
    }

    /// Notes what it led to.
    fn settle(&self, waited: Duration) {
        let mut state = self.scheduler.lock();
        let mut in_vain = true;
        for write in &self.writes {
            let met = state.verdict(self.reader, write) == Verdict::Met;
            if let Some(key) = state.keys.get_mut(&write.place) {
                if met {
                    in_vain = false;
                    key.meetings += 1;
                    key.in_vain = Duration::ZERO;
                } else {
                    key.in_vain += waited;
                }
            }
        }
        if in_vain {
            state.in_vain += waited;
        }
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.scheduler.of(self.reader, |reader| reader.held = None);
        self.scheduler.changed.notify_waiters();
    }
}

impl State {
    /// Whether the write would go against what others have read.
    fn verdict(&self, reader: u8, write: &Write) -> Verdict {
        let Some(key) = self.keys.get(&write.place) else {
            return Verdict::Free;
        };
        let own = |done: &Done| done.reader == reader;
        let common = |done: &Done| -> Words {
            let shared = done
                .manner
                .words
                .iter()
                .filter(|word| write.manner.words.contains(word));
            shared.copied().collect()
        };
        let based_on =
            last(&key.reads, |done| own(done) && !common(done).is_empty()).or_else(|| last(&key.reads, own));
        let Some(based_on) = based_on else {
            return Verdict::Free;
        };
        // The same script again reads and writes in one.
        if based_on.manner.script.is_some() && based_on.manner.script == write.manner.script {
            return Verdict::Free;
        }
        let subject = common(based_on);
        let since = |done: &Done| done.at > based_on.at && meets(&done.manner.words, &subject);
        // With a write of its own, the reader is done with what it had read.
        if key.writes.iter().any(|done| own(done) && since(done)) {
            return Verdict::Free;
        }
        let another = |done: &Done| !own(done) && since(done);
        if key.reads.iter().any(another) || key.writes.iter().any(another) {
            Verdict::Met
        } else {
            Verdict::Alone
        }
    }

    /// Whether one more hold on this key may show what has not been shown yet.
    fn is_worth_it(&mut self, place: &Place) -> bool {
        let Some(key) = self.keys.get_mut(place) else {
            return false;
        };
        key.occasions = key.occasions.wrapping_add(1);
        key.meetings < MEETINGS && (key.in_vain < PATIENCE || key.occasions.is_multiple_of(RARELY))
    }

    /// Whether another reader is about that may yet do something. Where all are held, the one that has been held longest
    /// goes first.
    fn somebody_may_come(&self, reader: u8, hold: u64) -> bool {
        self.readers
            .iter()
            .filter(|&(&other, state)| other != reader && state.may_do_something())
            .any(|(_, state)| state.held.is_none_or(|other| other < hold))
    }
}

impl Reader {
    fn may_do_something(&self) -> bool {
        let taken = *self.taken.borrow();
        // It found the queue empty, or is kept in step with others.
        let rests = taken.fruitless > 0 || taken.waits;
        self.connections > 0 && self.blocked == 0 && self.repeats < SPINNING && !rests
    }
}

fn last(list: &VecDeque<Done>, wanted: impl Fn(&Done) -> bool) -> Option<&Done> {
    list.iter().rev().find(|done| wanted(done))
}

/// Whether two commands concern the same: a command without words concerns all of a key.
fn meets(left: &[u64], right: &[u64]) -> bool {
    left.is_empty() || right.is_empty() || left.iter().any(|word| right.contains(word))
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}
