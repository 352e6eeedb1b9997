//! The experiments of a contract, side by side, each in a world of its own.

use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use futures_util::future::{join_all, try_join_all};

use super::super::{Trial, printed, with_redis};
use super::Contract;
use super::compare::{Order, compare};
use super::file::{Experiment, Lines};
use crate::arena::{Detail, Ending, Event, Schedule, Seen, Session, World, wait_together};
use crate::services::redis::Installation;
use crate::source::{Flow, Messages};

/// How long a program may keep what it has worked out to itself, once there is nothing more to take.
const IN_HAND: Duration = Duration::from_secs(3);

/// As long as a line that is printed once too often may take to be seen.
const ONCE_MORE: Duration = Duration::from_millis(400);

/// How much longer each look waits for nothing to happen than the last one.
const LONGER: Duration = Duration::from_millis(200);

/// Runs them all.
pub async fn gather(contract: &Contract, trial: &Trial<'_>) -> anyhow::Result<()> {
    let begin = Event::Check {
        section: contract.section,
        seed: trial.seed,
        command: trial.command.clone(),
    };
    trial.recorder.record("check", 0, begin);
    let with_redis = |experiment: &Experiment| contract.redis || !experiment.redis.is_empty();
    let installation = match contract.experiments.iter().any(with_redis) {
        true => Some(with_redis::installation(trial).await),
        false => None,
    };
    let runs = contract
        .scenarios
        .iter()
        .zip(contract.experiments)
        .map(|(scenario, experiment)| {
            let run = Run {
                trial,
                scenario,
                experiment,
                installation: installation.as_ref().filter(|_| with_redis(experiment)),
            };
            run.through()
        });
    try_join_all(runs)
        .await
        .context("the arena could not be set up")?;
    Ok(())
}

/// One experiment.
struct Run<'a> {
    trial: &'a Trial<'a>,
    scenario: &'static str,
    experiment: &'static Experiment,
    /// The Redis that it is to have; `None` where it needs none.
    installation: Option<&'a Result<Installation, String>>,
}

impl Run<'_> {
    async fn through(self) -> std::io::Result<()> {
        let Self {
            trial,
            scenario,
            experiment,
            ..
        } = self;
        let command = match &experiment.program {
            Some(name) => trial.extra(name, None),
            None => Some(trial.program()),
        };
        let messages = experiment.publish.messages(trial.seed);
        let expected = match (&command, &experiment.lines) {
            // A student who has not written an extra program is not told about it.
            (None, _) => None,
            (_, None) => Some(Vec::new()),
            (_, Some(Lines::Given(lines))) => Some(lines.clone()),
            (_, Some(Lines::Computed(reference))) => {
                let lines = reference.lines(trial, &messages).await;
                let told = |problem| trial.recorder.record(scenario, 0, Event::Broken { problem });
                lines.map_err(told).ok()
            }
        };
        let (Some(command), Some(expected)) = (command, expected) else {
            (trial.over)(scenario);
            return Ok(());
        };
        trial.recorder.record(
            scenario,
            0,
            Event::Expected {
                lines: expected.clone(),
            },
        );
        let (mut world, schedule) = match (self.installation, experiment.readers) {
            (Some(_), readers) => with_redis::open(trial, scenario, readers.into()).await?,
            (None, 1) => (
                World::open(&trial.recorder, scenario, Detail::Messages).await?,
                Schedule::Watch,
            ),
            (None, _) => (
                World::open_in_step(&trial.recorder, scenario, Detail::Messages).await?,
                Schedule::Watch,
            ),
        };
        let server = match self.installation {
            Some(installation) => {
                let installation = installation.as_ref();
                let server = with_redis::start(trial, installation, scenario, &mut world, schedule).await;
                if server.is_none() {
                    trial.close(world, scenario).await;
                    return Ok(());
                }
                server
            }
            None => None,
        };
        let mut sessions = Vec::new();
        for _ in 0..experiment.readers {
            let session = trial.start(&mut world, scenario, command.clone()).await?;
            // One that is to end of itself may have all it needs.
            sessions.extend(session.map(|session| match experiment.exit {
                Some(_) => session.by_itself(),
                None => session,
            }));
        }
        let ending = if sessions.len() == usize::from(experiment.readers) {
            let mut watch = Watch::new(experiment, expected, sessions.len());
            watch.feed(&mut world, &mut sessions, messages).await
        } else {
            Ending::Settled
        };
        // All at once: what one writes at its end must not wait for another's.
        join_all(sessions.into_iter().map(|session| session.end(ending))).await;
        // Where it cannot be read, the claim says so.
        let _ = world.record_redis_contents().await;
        with_redis::close(trial, scenario, world, server).await;
        (trial.over)(scenario);
        Ok(())
    }
}

/// What the readers have printed so far, and whether that is all.
struct Watch {
    experiment: &'static Experiment,
    expected: Vec<String>,
    /// How many lines each had printed when it was last looked at.
    lines: Vec<u64>,
    /// How many JSON objects there were among them.
    objects: usize,
}

impl Watch {
    fn new(experiment: &'static Experiment, expected: Vec<String>, readers: usize) -> Self {
        Self {
            experiment,
            expected,
            lines: vec![0; readers],
            objects: 0,
        }
    }

    /// Notes the line that one of them may have printed; each is seen, since this is asked after each.
    fn note(&mut self, seen: &[&Seen]) {
        for (seen, lines) in seen.iter().zip(&mut self.lines) {
            if seen.lines != *lines {
                *lines = seen.lines;
                self.objects += usize::from(printed::object(&seen.last_line).is_some());
            }
        }
    }

    /// Whether as much was printed as is expected, and in Redis stands what is to stand there.
    async fn is_enough(&self, world: &World, sessions: &[Session<'_>]) -> bool {
        let experiment = self.experiment;
        let printed = match experiment.order {
            Order::Last => sessions.iter().any(|session| {
                let last = [session.seen().last_line.as_str()];
                compare(&self.expected, &last, Order::Last, experiment.tolerance).is_ok()
            }),
            _ => self.objects >= self.expected.len(),
        };
        if !printed || experiment.redis.is_empty() {
            return printed;
        }
        world.redis_contents().await.is_ok_and(|contents| {
            let mut stored = experiment.redis.iter();
            stored.all(|(key, stored)| stored.is(contents.keys.get(key), experiment.tolerance))
        })
    }

    /// Publishes the messages when all the readers are there, and waits until they are done with them.
    async fn feed(
        &mut self,
        world: &mut World,
        sessions: &mut [Session<'_>],
        messages: Vec<Bytes>,
    ) -> Ending {
        let count = messages.len() as u64;
        let ending = wait_together(sessions, |seen| seen.iter().all(|seen| seen.is_there())).await;
        if ending != Ending::Settled {
            return ending;
        }
        let messages: Messages = Box::new(messages.into_iter());
        // The pace was looked at when the contract was read.
        if let Ok(mut flow) = Flow::made(messages, self.experiment.publish.pacing()) {
            loop {
                tokio::select! {
                    batch = flow.next_batch() => match batch {
                        Ok(Some(batch)) => batch.into_iter().for_each(|message| world.publish(message)),
                        _ => break,
                    },
                    ending = wait_together(sessions, |seen| { self.note(seen); false }) => return ending,
                }
            }
        }
        if self.experiment.exit.is_some() {
            return wait_together(sessions, |seen| {
                self.note(seen);
                false
            })
            .await;
        }
        let ending = wait_together(sessions, |seen| {
            self.note(seen);
            world.depth() == 0 && all_taken(seen, count)
        })
        .await;
        if ending != Ending::Settled {
            return ending;
        }
        let mut still = ONCE_MORE;
        loop {
            let ending = wait_together(sessions, |seen| {
                self.note(seen);
                seen.iter().all(|seen| seen.still >= still)
            })
            .await;
            if ending != Ending::Settled || still > IN_HAND || self.is_enough(world, sessions).await {
                return ending;
            }
            still += LONGER;
        }
    }
}

/// Whether all the messages have been sent to the readers, and each has come back for more since, and again: one that
/// takes an empty queue for the end is gone by then. One that listens to the pubsub never asks.
fn all_taken(seen: &[&Seen], count: u64) -> bool {
    let listens =
        |seen: &&Seen| seen.taken.messages == 0 && seen.taken.heard.is_some_and(|heard| heard >= count);
    let taken: u64 = seen.iter().map(|seen| seen.taken.messages).sum();
    seen.iter().all(listens)
        || (taken >= count && seen.iter().all(|seen| listens(seen) || seen.taken.fruitless >= 2))
}
