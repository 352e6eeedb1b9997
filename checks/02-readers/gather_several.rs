//! The experiments with several readers of one queue.

use super::super::Trial;
use super::super::story::Stories;
use super::gather::{KILLED, ONCE_MORE, TWO, circles, end_all, publish};
use super::heard::Heard;
use super::streams::{self, Number};
use crate::arena::{Detail, Ending, Event, Seen, Session, World, wait_together};

/// As many messages as each reader has had before the rest is left to whoever comes first.
const EACH: u64 = 3;

/// Two readers are there before anything is published. A fast reader could take all of it before a slow one has looked,
/// and neither would be to blame: so each of them has a few messages to itself first, while the other one is stopped.
pub async fn two_readers(trial: &Trial<'_>) -> std::io::Result<()> {
    let numbers = streams::shared(trial.seed);
    let failing = numbers.iter().filter(|number| **number < streams::LOW).count() as u64;
    let mut world = World::open(&trial.recorder, TWO, Detail::Messages).await?;
    let mut sessions = Vec::new();
    for _ in 0..2 {
        sessions.extend(trial.start(&mut world, TWO, trial.program()).await?);
    }
    let mut heard = [Heard::default(), Heard::default()];
    let mut ending = Ending::Settled;
    if sessions.len() == heard.len() {
        ending = wait_together(&mut sessions, |seen| {
            note(&mut heard, seen);
            seen.iter().all(|seen| seen.is_there())
        })
        .await;
        let mut published = 0;
        for turn in 0..sessions.len() {
            let other = 1 - turn;
            if ending == Ending::Settled {
                sessions[other].hold();
                ending = own_turn(
                    &mut world,
                    &mut sessions,
                    turn,
                    &mut heard,
                    &numbers,
                    &mut published,
                )
                .await;
                sessions[other].go_on();
            }
        }
        if ending == Ending::Settled {
            publish(&mut world, &streams::messages(published, &numbers[published..]));
            ending = wait_together(&mut sessions, |seen| {
                note(&mut heard, seen);
                let has = |number: &Number| heard.iter().any(|heard| heard.has(*number));
                let still = seen.iter().all(|seen| seen.still >= ONCE_MORE);
                (numbers.iter().all(has) && still) || seen.iter().any(|seen| circles(seen, failing))
            })
            .await;
        }
    }
    end_all(sessions, ending).await;
    trial.close(world, TWO).await;
    Ok(())
}

/// Publishes one message after the other until the reader whose `turn` it is has had enough of them. A few may go to the
/// other one, which is stopped, but may have asked before that.
async fn own_turn(
    world: &mut World,
    sessions: &mut [Session<'_>],
    turn: usize,
    heard: &mut [Heard; 2],
    numbers: &[Number],
    published: &mut usize,
) -> Ending {
    let enough = |seen: &Seen| seen.taken.messages >= EACH || seen.taken.heard.is_some();
    // A half of it for each of them: none of the first ones fails.
    let most = (turn + 1) * streams::SHARED_PLAIN / 2;
    let mut ending = Ending::Settled;
    while ending == Ending::Settled && !enough(sessions[turn].seen()) && *published < most {
        publish(
            world,
            &streams::messages(*published, &numbers[*published..=*published]),
        );
        *published += 1;
        let count = *published as u64;
        ending = wait_together(sessions, |seen| {
            note(heard, seen);
            let taken: u64 = seen.iter().map(|seen| seen.taken.messages).sum();
            taken == count || enough(seen[turn])
        })
        .await;
    }
    ending
}

fn note(heard: &mut [Heard; 2], seen: &[&Seen]) {
    for (heard, seen) in heard.iter_mut().zip(seen) {
        heard.note(seen);
    }
}

/// A reader is killed at the moment when the queue has handed it a message: nobody else has that one, and the reader has
/// done nothing with it. Then another one is started, as after any crash, and has to handle what is left.
pub async fn killed_reader(trial: &Trial<'_>) -> std::io::Result<()> {
    let portions = streams::portions(trial.seed);
    let mut world = World::open(&trial.recorder, KILLED, Detail::Messages).await?;
    if let Some(first) = trial.start(&mut world, KILLED, trial.program()).await?
        && kill_over_a_message(trial, first, &mut world, &portions).await
    {
        let published = portions[0].len() + portions[1].len();
        publish(&mut world, &streams::messages(published, &portions[2]));
        let history = trial.recorder.so_far(KILLED);
        let wanted = still_to_come(&Stories::of(&history.scenario(KILLED)));
        let failing = (wanted.len() as u64).max(1);
        if let Some(mut second) = trial.start(&mut world, KILLED, trial.program()).await? {
            let mut heard = Heard::default();
            let ending = second
                .wait_until(|seen| {
                    heard.note(seen);
                    circles(seen, failing) || (heard.all(&wanted) && seen.still >= ONCE_MORE)
                })
                .await;
            second.end(ending).await;
        }
    }
    trial.close(world, KILLED).await;
    Ok(())
}

/// Lets the reader handle the first portion, and kills it over the second; whether that came to pass.
async fn kill_over_a_message(
    trial: &Trial<'_>,
    mut reader: Session<'_>,
    world: &mut World,
    portions: &[Vec<Number>; 3],
) -> bool {
    let mut ending = reader.wait_until(Seen::is_there).await;
    if ending == Ending::Settled {
        publish(world, &streams::messages(0, &portions[0]));
        // What failed may be in the queue when the reader dies, or in its memory.
        let plain: Vec<Number> = portions[0]
            .iter()
            .copied()
            .filter(|number| *number >= streams::LOW)
            .collect();
        let mut heard = Heard::default();
        ending = reader
            .wait_until(|seen| {
                heard.note(seen);
                heard.all(&plain)
                    && (seen.taken.messages == portions[0].len() as u64 || seen.taken.heard.is_some())
            })
            .await;
    }
    if ending == Ending::Settled {
        reader.kill_at_next_message();
        publish(world, &streams::messages(portions[0].len(), &portions[1]));
        ending = reader.wait_until(|_| false).await;
    }
    // It has ended, if not by itself.
    let killed = ending == Ending::Exited
        && trial
            .recorder
            .so_far(KILLED)
            .scenario(KILLED)
            .events()
            .any(Event::is_kill);
    reader.end(if killed { Ending::Settled } else { ending }).await;
    killed
}

/// The numbers that the next reader has to handle: those that were not printed, and that the last one did not have.
fn still_to_come(stories: &Stories) -> Vec<Number> {
    stories
        .iter()
        .filter(|story| !story.was_lost() && story.printed().next().is_none())
        .filter_map(|story| story.number)
        .collect()
}
