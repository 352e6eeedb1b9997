//! Whether memory grows with the stream.

use std::time::Duration;

use super::super::{Claim, ClaimHead, Outcome, Trial};
use super::causes::Cause;
use super::streams::{self, Stream};
use crate::arena::{Detail, Ending, Event, History, Seen, World};

/// The experiment's name.
pub const SCENARIO: &str = "constant-memory";

/// As many numbers as are fed, to a program that takes them fast.
const NUMBERS: u64 = 60_000;

/// As long as a slow program is fed: until it has taken enough to tell, and no longer than that.
const LONG_ENOUGH: Duration = Duration::from_millis(2500);
const LONGEST: Duration = Duration::from_secs(12);

/// A sample is taken every so many numbers; the queue holds a little more than that.
const BETWEEN_SAMPLES: u64 = 1_000;

/// Fewer numbers than this do not show in the memory of a process.
const FEWEST: u64 = 16_000;

/// A number kept costs 8 bytes at the least; a page or a garbage collector's arena is noise.
const GROWS: f64 = 8.0;
const FLAT: f64 = 4.0;

/// Growth of this many bytes shows, however few the numbers were.
const PLAIN: u64 = 512 << 10;

/// More bytes a number than this is garbage not yet collected, not numbers kept.
const GARBAGE: f64 = 600.0;

/// Feeds numbers as fast as the program takes them, and looks at its memory as it goes.
pub async fn gather(trial: &Trial<'_>) -> std::io::Result<()> {
    let numbers = Stream::Long.numbers(trial.seed);
    let mut world = World::open(&trial.recorder, SCENARIO, Detail::Counts).await?;
    if let Some(session) = trial.start(&mut world, SCENARIO, trial.program()).await? {
        let mut session = session.without_lines();
        let mut published = 0;
        let mut ending = session.wait_until(Seen::is_there).await;
        // What listens to the pubsub cannot be kept from falling behind, and what it has behind it is not ours to see.
        let listens = session.seen().taken.heard.is_some();
        let begun = tokio::time::Instant::now();
        while ending == Ending::Settled
            && !listens
            && published < NUMBERS
            && (begun.elapsed() < LONG_ENOUGH || session.seen().taken.messages < FEWEST)
        {
            // The next thousand is in the queue before the last one is taken, so that the program never waits.
            while published < session.seen().taken.messages + 2 * BETWEEN_SAMPLES {
                world.publish(streams::message(
                    published,
                    numbers[published as usize % numbers.len()],
                ));
                published += 1;
            }
            let due = session.seen().taken.messages + BETWEEN_SAMPLES;
            let reached = session.wait_until(|seen| seen.taken.messages >= due);
            ending = match tokio::time::timeout(LONGEST.saturating_sub(begun.elapsed()), reached).await {
                Ok(ending) => ending,
                Err(_) => break,
            };
            if ending == Ending::Settled {
                sample(trial, &mut session);
            }
        }
        session.end(ending).await;
    }
    trial.close(world, SCENARIO).await;
    Ok(())
}

fn sample(trial: &Trial<'_>, session: &mut crate::arena::Session<'_>) {
    if let Some(bytes) = session.resident_bytes() {
        let got = session.seen().taken.messages;
        trial.recorder.record(SCENARIO, 1, Event::Memory { got, bytes });
    }
}

/// Judges the claim; `None` where the experiment was not made.
pub fn judge(head: &ClaimHead, history: &History) -> Option<Claim> {
    let scenario = history.scenario(SCENARIO);
    scenario.events().next()?;
    let outcome = match scenario.not_started() {
        Some(problem) => Outcome::could_not_tell(Cause::NotStarted(problem.to_owned())),
        None => {
            let samples: Vec<(u64, u64)> = scenario
                .events()
                .filter_map(|event| match event {
                    Event::Memory { got, bytes } => Some((*got, *bytes)),
                    _ => None,
                })
                .collect();
            grown(&samples)
        }
    };
    Some(head.judged(outcome, scenario.duration_ms()))
}

/// Judges samples of (numbers taken, resident bytes). The first quarter is warming up. Of each further quarter the least
/// counts: a program that keeps its numbers grows from the second to
/// the third and on to the fourth, and one that does not is flat from the third to the fourth.
fn grown(samples: &[(u64, u64)]) -> Outcome {
    let last = samples.last().copied().unwrap_or_default();
    let least = |quarter: u64| {
        let within = |got: u64| got * 4 > quarter * last.0 && got * 4 <= (quarter + 1) * last.0;
        samples
            .iter()
            .filter(|(got, _)| within(*got))
            .map(|(_, bytes)| *bytes)
            .min()
    };
    let (Some(second), Some(third), Some(fourth)) = (least(1), least(2), least(3)) else {
        return Outcome::could_not_tell(
            "No memory was seen: the program took too few numbers from the queue, or this system does not tell how \
             much memory a process holds.",
        );
    };
    let growth = |from: u64, to: u64| (to as f64 - from as f64) / (last.0 as f64 / 4.0);
    let (early, late) = (growth(second, third), growth(third, fourth));
    let grew = format!(
        "{early:.1} and then {late:.1} bytes a number, over {} numbers",
        last.0
    );
    let steady = early.min(late) >= GROWS && early.max(late) < GARBAGE;
    if steady && fourth - second >= PLAIN {
        Outcome::fail(
            "Its memory grows with the stream: something keeps every number. n, mean and M2 are all that has to be \
             remembered.",
        )
        .with("no more memory, however many numbers", grew)
    } else if last.0 < FEWEST {
        Outcome::could_not_tell(format!(
            "It took {} numbers, too few for memory to show. A reader that takes a hundred at a time \
             (mget_items=100) takes more in the same time.",
            last.0
        ))
    } else if late < FLAT {
        Outcome::pass(format!("memory grew by {grew}"))
    } else {
        Outcome::could_not_tell(format!("Memory grew by {grew}: neither flat nor steady."))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Verdict;
    use super::*;

    fn samples(bytes_at: impl Fn(u64) -> u64) -> Vec<(u64, u64)> {
        (1..=60)
            .map(|thousand| (thousand * 1000, 20_000_000 + bytes_at(thousand * 1000)))
            .collect()
    }

    #[test]
    fn a_list_of_numbers_is_seen_and_a_warm_up_is_not() {
        assert_eq!(grown(&samples(|n| 32 * n)).verdict, Verdict::Fail);
        assert_eq!(grown(&samples(|_| 0)).verdict, Verdict::Pass);
        assert_eq!(grown(&samples(|n| 100 * n.min(20_000))).verdict, Verdict::Pass);
    }

    #[test]
    fn what_might_be_a_garbage_collector_is_not_judged() {
        assert_eq!(grown(&samples(|n| 2_000 * n)).verdict, Verdict::CouldNotTell);
        assert_eq!(
            grown(&samples(|n| if n > 45_000 { 4_000_000 } else { 0 })).verdict,
            Verdict::CouldNotTell
        );
        assert_eq!(grown(&samples(|n| 32 * n)[..15]).verdict, Verdict::CouldNotTell);
        assert_eq!(grown(&[]).verdict, Verdict::CouldNotTell);
    }
}
