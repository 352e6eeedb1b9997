//! The experiments with several readers of one queue.

use super::super::Trial;
use super::gather::{KILLED, ONCE_MORE, TWO, circles, end_all, publish};
use super::heard::Heard;
use super::story::Stories;
use super::streams::{self, Number};
use crate::arena::{Detail, Ending, Event, Seen, Session, World, wait_together};

/// As many messages as each reader is to have before the rest is left to whoever comes first.
const EACH: u64 = 3;

/// As many messages as are published at a time until then.
const PORTION: usize = 2;

/// Two readers are there before anything is published. A fast reader could take all of it before a slow one has looked,
/// and neither would be to blame: so the first messages come in small portions, each at a moment when the reader that
/// has had more of them has just found the queue empty, and the other one is the next to look.
pub async fn two_readers(trial: &Trial<'_>) -> std::io::Result<()> {
    let numbers = streams::shared(trial.seed);
    let failing = numbers.iter().filter(|number| **number < streams::LOW).count() as u64;
    let mut world = World::open(&trial.recorder, TWO, Detail::Messages).await?;
    let mut sessions = Vec::new();
    for _ in 0..2 {
        sessions.extend(trial.start(&mut world, TWO, trial.program()).await?);
    }
    if sessions.len() == 2 {
        let mut heard = [Heard::default(), Heard::default()];
        let mut ending = wait_together(&mut sessions, |seen| {
            note(&mut heard, seen);
            seen.iter().all(|seen| seen.is_there())
        })
        .await;
        let mut published = 0;
        let plain = numbers.iter().position(|number| *number < streams::LOW);
        while ending == Ending::Settled
            && sessions
                .iter()
                .any(|session| session.seen().taken.messages < EACH)
            && published + PORTION <= plain.unwrap_or(0)
        {
            ending = one_turn(&mut sessions, &mut heard, published as u64).await;
            if ending == Ending::Settled {
                let portion = &numbers[published..published + PORTION];
                publish(&mut world, &streams::messages(published, portion));
                published += PORTION;
                ending = everything_is_taken(&mut sessions, &mut heard, published as u64).await;
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
        end_all(sessions, ending).await;
    } else {
        end_all(sessions, Ending::Settled).await;
    }
    trial.close(world, TWO).await;
    Ok(())
}

/// Waits until both have asked again, and then until the one that has had more finds the queue empty.
async fn one_turn(sessions: &mut [Session<'_>], heard: &mut [Heard; 2], published: u64) -> Ending {
    let asked: Vec<u64> = sessions
        .iter()
        .map(|session| session.seen().taken.asked)
        .collect();
    let listens = |seen: &Seen| seen.taken.heard.is_some();
    let ending = wait_together(sessions, |seen| {
        note(heard, seen);
        let again = |(seen, asked): (&&Seen, &u64)| seen.taken.asked > *asked || listens(seen);
        seen.iter().zip(&asked).all(again)
    })
    .await;
    if ending != Ending::Settled || published == 0 {
        return ending;
    }
    let taken = sessions.iter().map(|session| session.seen().taken);
    let Some((ahead, empty)) = taken
        .enumerate()
        .max_by_key(|(_, taken)| taken.messages)
        .map(|(index, taken)| (index, taken.empty))
    else {
        return ending;
    };
    wait_together(sessions, |seen| {
        note(heard, seen);
        seen[ahead].taken.empty > empty || seen.iter().any(|seen| listens(seen))
    })
    .await
}

/// Waits until the readers have been given all that was published.
async fn everything_is_taken(sessions: &mut [Session<'_>], heard: &mut [Heard; 2], published: u64) -> Ending {
    wait_together(sessions, |seen| {
        note(heard, seen);
        let taken: u64 = seen.iter().map(|seen| seen.taken.messages).sum();
        taken == published || seen.iter().any(|seen| seen.taken.heard.is_some())
    })
    .await
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
    let signalled = |event: &Event| matches!(event, Event::Signalled { .. });
    let killed = ending == Ending::Exited
        && trial
            .recorder
            .so_far(KILLED)
            .scenario(KILLED)
            .events()
            .any(signalled);
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
