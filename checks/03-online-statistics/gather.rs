//! The experiments of section 3, side by side, each in a world of its own.

use std::time::Duration;

use anyhow::Context as _;

use super::super::Trial;
use super::streams::{self, Stream};
use super::{memory, merge, secret, told};
use crate::arena::{Detail, Ending, Event, Seen, World};

/// The name of every experiment, as the record has it.
pub const SCENARIOS: &[&str] = &[
    "ordinary",
    "first-numbers",
    "large-offset",
    "uniform",
    "exponential",
    "heavy-tailed",
    memory::SCENARIO,
    merge::PLAIN,
    merge::OFFSET,
];

/// As long as a program may be silent over numbers that it has taken already.
const IN_HAND: Duration = Duration::from_secs(3);

/// The experiments that feed one stream to one program.
const STREAMS: &[(&str, Stream)] = &[
    ("ordinary", Stream::Ordinary),
    ("large-offset", Stream::LargeOffset),
    ("uniform", Stream::Uniform),
    ("exponential", Stream::Exponential),
    ("heavy-tailed", Stream::HeavyTailed),
];

/// Runs them all.
pub async fn gather(trial: &Trial<'_>) -> anyhow::Result<()> {
    let begin = Event::Check {
        section: 3,
        seed: trial.seed,
        command: trial.command.clone(),
    };
    trial.recorder.record("check", 0, begin);
    secret::gather(trial).await?;
    let streams = async {
        let runs = STREAMS
            .iter()
            .map(|(scenario, stream)| feed(trial, scenario, *stream));
        futures_util::future::try_join_all(runs).await
    };
    tokio::try_join!(
        streams,
        feed_first(trial, "first-numbers"),
        memory::gather(trial),
        merge::gather(trial, merge::PLAIN),
        merge::gather(trial, merge::OFFSET),
    )
    .context("the arena could not be set up")?;
    Ok(())
}

/// Feeds a whole stream at once.
async fn feed(trial: &Trial<'_>, scenario: &'static str, stream: Stream) -> std::io::Result<()> {
    let numbers = stream.numbers(trial.seed);
    let count = numbers.len() as u64;
    let mut world = World::open(&trial.recorder, scenario, Detail::Messages).await?;
    if let Some(mut session) = trial.start(&mut world, scenario, trial.program()).await? {
        // Not before it is there: one that listens to the pubsub hears only what is published from then on.
        let mut ending = session.wait_until(Seen::is_there).await;
        if ending == Ending::Settled {
            publish(&mut world, 0, &numbers);
            ending = session.wait_until(|seen| handled(seen, count)).await;
        }
        session.end(ending).await;
    }
    trial.close(world, scenario).await;
    Ok(())
}

/// Feeds one number alone, waits until the program is done with it, and then the others.
async fn feed_first(trial: &Trial<'_>, scenario: &'static str) -> std::io::Result<()> {
    let numbers = Stream::First.numbers(trial.seed);
    let count = numbers.len() as u64;
    let mut world = World::open(&trial.recorder, scenario, Detail::Messages).await?;
    if let Some(mut session) = trial.start(&mut world, scenario, trial.program()).await? {
        let mut ending = session.wait_until(Seen::is_there).await;
        if ending == Ending::Settled {
            publish(&mut world, 0, &numbers[..1]);
            ending = session
                .wait_until(|seen| sent(seen) == 1 && (seen.lines > 0 || asks_again(seen)))
                .await;
        }
        if ending == Ending::Settled {
            publish(&mut world, 1, &numbers[1..]);
            ending = session.wait_until(|seen| handled(seen, count)).await;
        }
        session.end(ending).await;
    }
    trial.close(world, scenario).await;
    Ok(())
}

fn publish(world: &mut World, first: u64, numbers: &[f64]) {
    for (index, number) in (first..).zip(numbers) {
        world.publish(streams::message(index, *number));
    }
}

/// Whether all `count` numbers have been handled. It has been sent them all, and has come back for more, twice (one that
/// takes an empty queue for the end is gone by then); and it says that it has counted them, or has had time to finish
/// what it may still have in hand.
fn handled(seen: &Seen, count: u64) -> bool {
    let listens = seen.taken.messages == 0 && seen.taken.heard.is_some();
    let counted = told::n_of(&seen.last_line).is_some_and(|n| n >= count);
    let waits = seen.taken.fruitless >= 2 || listens;
    sent(seen) == count && waits && (counted || (!listens && seen.still >= IN_HAND))
}

/// How many numbers have been sent to the program: by the queue, or by the pubsub to one that leaves the queue alone.
fn sent(seen: &Seen) -> u64 {
    if seen.taken.messages > 0 {
        seen.taken.messages
    } else {
        seen.taken.heard.unwrap_or(0)
    }
}

/// Whether the program has come back for more. One that listens to the pubsub never asks: it is sent the rest at once.
fn asks_again(seen: &Seen) -> bool {
    seen.taken.fruitless > 0 || seen.taken.heard.is_some()
}
