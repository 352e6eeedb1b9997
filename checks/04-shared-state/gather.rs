//! The experiments of section 4, side by side, each with a Redis of its own.

use std::time::Duration;

use anyhow::Context as _;
use futures_util::future::join_all;

use super::super::{Trial, with_redis};
use super::counts::{Truth, differences, messages_difference};
use super::streams::{self, Draw, READERS};
use crate::arena::{Ending, Event, Seen, Session, World, wait_together};
use crate::services::redis::Installation;

/// One reader, left alone; and once more, where the arena stood still the first time.
pub const ONE: [&str; 2] = ["one-reader", "one-reader-again"];

/// Four readers, interleaved; and once more.
pub const FOUR: [&str; 2] = ["four-readers", "four-readers-again"];

/// The name of every experiment that there always is, as the record has it.
pub const SCENARIOS: &[&str] = &[ONE[0], FOUR[0]];

/// How long a program may keep what it has counted to itself, once there is nothing more to count.
const IN_HAND: Duration = Duration::from_secs(3);

/// How often Redis is looked at until then.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Runs them all.
pub async fn gather(trial: &Trial<'_>) -> anyhow::Result<()> {
    let begin = Event::Check {
        section: 4,
        seed: trial.seed,
        command: trial.command.clone(),
    };
    trial.recorder.record("check", 0, begin);
    let installation = with_redis::installation(trial).await;
    let installation = installation.as_ref();
    tokio::try_join!(
        experiments(trial, installation, ONE, 1, streams::for_one(trial.seed)),
        experiments(trial, installation, FOUR, READERS, streams::for_four(trial.seed)),
    )
    .context("the arena could not be set up")?;
    Ok(())
}

/// Lets `readers` count `draws` together. What they did while the arena stood still says little (a lock's time may have
/// been up by then), so in that case there is a second try.
async fn experiments(
    trial: &Trial<'_>,
    installation: Result<&Installation, &String>,
    names: [&'static str; 2],
    readers: usize,
    draws: Vec<Draw>,
) -> std::io::Result<()> {
    for scenario in names {
        experiment(trial, installation, scenario, readers, &draws).await?;
        let history = trial.recorder.so_far(scenario);
        let stood_still = history
            .scenario(scenario)
            .events()
            .any(|event| *event == Event::Standstill);
        if !stood_still {
            break;
        }
    }
    (trial.over)(names[0]);
    Ok(())
}

/// One try.
async fn experiment(
    trial: &Trial<'_>,
    installation: Result<&Installation, &String>,
    scenario: &'static str,
    readers: usize,
    draws: &[Draw],
) -> std::io::Result<()> {
    let (mut world, schedule) = with_redis::open(trial, scenario, readers).await?;
    let server = with_redis::start(trial, installation, scenario, &mut world, schedule).await;
    if server.is_some() {
        let mut sessions = Vec::new();
        for _ in 0..readers {
            sessions.extend(trial.start(&mut world, scenario, trial.program()).await?);
        }
        let ending = if sessions.len() == readers {
            feed(&mut world, &mut sessions, draws).await
        } else {
            Ending::Settled
        };
        // All at once: what one writes at its end must not wait for another's.
        join_all(sessions.into_iter().map(|session| session.end(ending))).await;
        // Where it cannot be read, the claims say so.
        let _ = world.record_redis_contents().await;
    }
    with_redis::close(trial, scenario, world, server).await;
    Ok(())
}

/// Publishes all messages when all the readers are there, and waits until they are counted.
async fn feed(world: &mut World, sessions: &mut [Session<'_>], draws: &[Draw]) -> Ending {
    let ending = wait_together(sessions, |seen| seen.iter().all(|seen| seen.is_there())).await;
    if ending != Ending::Settled {
        return ending;
    }
    let messages: Vec<_> = draws.iter().map(|draw| streams::message(*draw)).collect();
    let texts: Vec<String> = messages
        .iter()
        .map(|message| String::from_utf8_lossy(message).into_owned())
        .collect();
    let truth = Truth::of_texts(texts.iter().map(String::as_str));
    messages.into_iter().for_each(|message| world.publish(message));
    let ending = wait_together(sessions, |seen| world.depth() == 0 && all_ask_again(seen, &truth)).await;
    if ending != Ending::Settled {
        return ending;
    }
    // Whoever adds up what it has counted every now and then has some of it in hand still.
    let mut still = LOOK_EVERY;
    loop {
        let exact = match world.redis_contents().await {
            Ok(contents) => {
                differences(&truth, &contents).is_empty() && messages_difference(&truth, &contents).is_none()
            }
            Err(_) => false,
        };
        if exact || still > IN_HAND {
            return Ending::Settled;
        }
        let ending = wait_together(sessions, |seen| seen.iter().all(|seen| seen.still >= still)).await;
        if ending != Ending::Settled {
            return ending;
        }
        still += LOOK_EVERY;
    }
}

/// Whether the readers have been given all messages, and each has come back for more since, and again.
fn all_ask_again(seen: &[&Seen], truth: &Truth) -> bool {
    let taken: u64 = seen.iter().map(|seen| seen.taken.messages).sum();
    taken == truth.messages && seen.iter().all(|seen| seen.taken.fruitless >= 2)
}
