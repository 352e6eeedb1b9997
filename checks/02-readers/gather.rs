//! The experiments of section 2, side by side, each in a world of its own. Those with several readers are in
//! [`gather_several`](super::gather_several).

use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;

use super::super::Trial;
use super::heard::{Heard, Rounds};
use super::streams::{self, Number, QUARTER_MESSAGES};
use super::{extras, gather_several};
use crate::arena::{Detail, Ending, Event, Seen, Session, World};
use crate::program::Command;
use crate::protocol::envelope::number_in;

/// One reader, numbers that fail and numbers that do not.
pub const ORDINARY: &str = "ordinary";
/// One reader, and junk among the numbers.
pub const JUNK: &str = "junk";
/// Two readers at one queue.
pub const TWO: &str = "two-readers";
/// A reader that is killed, and one that is started after it.
pub const KILLED: &str = "killed-reader";
/// The extra programs.
pub const UPPER_HALF: &str = "upper-half";
pub const QUARTER: &str = "quarter";

/// The name of every experiment, as the record has it.
pub const SCENARIOS: &[&str] = &[ORDINARY, JUNK, TWO, KILLED, UPPER_HALF, QUARTER];

/// As often as the contract lets one message come out of the queue. A reader that looks a hundred times a second
/// whether a message is due does it a tenth as often.
pub const MOST_ROUNDS: u64 = 1_000;

/// As long as nothing may happen before what is in the queue's past is taken to be over.
const QUIET: Duration = Duration::from_secs(1);

/// As long as a number that is printed once too often may take to be seen.
pub const ONCE_MORE: Duration = Duration::from_millis(500);

/// As long as a program may be silent over numbers that it has taken already.
const IN_HAND: Duration = Duration::from_secs(3);

/// Runs them all.
pub async fn gather(trial: &Trial<'_>) -> anyhow::Result<()> {
    let begin = Event::Check {
        section: 2,
        seed: trial.seed,
        command: trial.command.clone(),
    };
    trial.recorder.record("check", 0, begin);
    tokio::try_join!(
        ordinary(trial),
        junk(trial),
        gather_several::two_readers(trial),
        gather_several::killed_reader(trial),
        upper_half(trial),
        quarter(trial),
    )
    .context("the arena could not be set up")?;
    Ok(())
}

/// Numbers, some of which fail: until all are handled that can be, and nothing goes round any more.
async fn ordinary(trial: &Trial<'_>) -> std::io::Result<()> {
    let numbers = streams::ordinary(trial.seed);
    let failing = numbers.iter().filter(|number| **number < streams::LOW).count() as u64;
    let wanted: Vec<Number> = numbers.iter().copied().filter(|number| *number > 0).collect();
    let (mut heard, mut rounds) = (Heard::default(), Rounds::default());
    let messages = streams::messages(0, &numbers);
    feed(trial, ORDINARY, trial.program(), &messages, |seen| {
        heard.note(seen);
        let quiet = rounds.quiet_for(seen) >= QUIET;
        let asks = seen.taken.found_empty || seen.taken.messages == 0;
        circles(seen, failing) || (heard.all(&wanted) && quiet && asks)
    })
    .await
}

/// Numbers with junk among them: until they are handled, whatever becomes of the junk.
async fn junk(trial: &Trial<'_>) -> std::io::Result<()> {
    let messages = streams::with_junk(trial.seed);
    let wanted: Vec<Number> = messages
        .iter()
        .filter_map(|message| number_in(&String::from_utf8_lossy(message)))
        .collect();
    let failing = (messages.len() - wanted.len()) as u64;
    let mut heard = Heard::default();
    feed(trial, JUNK, trial.program(), &messages, |seen| {
        heard.note(seen);
        circles(seen, failing) || (heard.all(&wanted) && seen.still >= ONCE_MORE)
    })
    .await
}

async fn upper_half(trial: &Trial<'_>) -> std::io::Result<()> {
    let Some(program) = trial.extra("upper-half", None) else {
        return skip(trial, UPPER_HALF);
    };
    let numbers = streams::around_the_upper_half(trial.seed);
    let messages = streams::messages(0, &numbers);
    let wanted: Vec<Number> = numbers
        .into_iter()
        .filter(|number| streams::in_upper_half(*number))
        .collect();
    let mut heard = Heard::default();
    feed(trial, UPPER_HALF, program, &messages, |seen| {
        heard.note(seen);
        let done = heard.all(&wanted) && has_come_back(seen, messages.len()) && seen.still >= ONCE_MORE;
        circles(seen, 10) || done || is_over(seen, messages.len())
    })
    .await
}

async fn quarter(trial: &Trial<'_>) -> std::io::Result<()> {
    let Some(program) = trial.extra("quarter", None) else {
        return skip(trial, QUARTER);
    };
    let messages = streams::messages(0, &streams::even(trial.seed));
    let (least, _) = extras::quarter_bounds();
    let mut heard = Heard::default();
    feed(trial, QUARTER, program, &messages, |seen| {
        heard.note(seen);
        let enough = heard.count() >= least && has_come_back(seen, QUARTER_MESSAGES) && seen.still >= QUIET;
        circles(seen, 10) || enough || is_over(seen, QUARTER_MESSAGES)
    })
    .await
}

/// Publishes `messages` as soon as the program is there, and waits until `done`.
async fn feed(
    trial: &Trial<'_>,
    scenario: &'static str,
    program: Command,
    messages: &[Bytes],
    done: impl FnMut(&Seen) -> bool,
) -> std::io::Result<()> {
    let mut world = World::open(&trial.recorder, scenario, Detail::Messages).await?;
    if let Some(mut session) = trial.start(&mut world, scenario, program).await? {
        // Not before it is there: one that takes an empty queue for the end is to be caught.
        let mut ending = session.wait_until(Seen::is_there).await;
        if ending == Ending::Settled {
            publish(&mut world, messages);
            ending = session.wait_until(done).await;
        }
        session.end(ending).await;
    }
    trial.close(world, scenario).await;
    Ok(())
}

/// Publishes them all at once.
pub fn publish(world: &mut World, messages: &[Bytes]) {
    messages
        .iter()
        .cloned()
        .for_each(|message| world.publish(message));
}

/// Ends a session in which nothing is left to wait for.
pub async fn end_all(sessions: Vec<Session<'_>>, ending: Ending) {
    for session in sessions {
        session.end(ending).await;
    }
}

/// Whether so much was put back and got again that at least one of the `failing` messages went round more often than it
/// may: there is no use in watching it for longer.
pub fn circles(seen: &Seen, failing: u64) -> bool {
    seen.taken.returned > failing * (MOST_ROUNDS + 1)
}

/// Whether the program has taken all `count` messages, and has come back for more.
fn has_come_back(seen: &Seen, count: usize) -> bool {
    seen.taken.messages == count as u64 && seen.taken.fruitless > 0
}

/// Whether it has come back for more twice since, and has had time to finish what it may still have in hand.
fn is_over(seen: &Seen, count: usize) -> bool {
    has_come_back(seen, count) && seen.taken.fruitless >= 2 && seen.still >= IN_HAND
}

fn skip(trial: &Trial<'_>, scenario: &str) -> std::io::Result<()> {
    (trial.over)(scenario);
    Ok(())
}
