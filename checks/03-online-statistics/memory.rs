//! Whether memory grows with the stream.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::super::ending::End;
use super::super::{Claim, ClaimHead, Outcome, Trial};
use super::causes::Cause;
use super::growth::Growth;
use super::streams::{self, Stream};
use crate::arena::{Detail, Ending, Event, History, Seen, World};

/// The experiment's name.
pub const SCENARIO: &str = "constant-memory";

/// Fewer numbers than this do not show: eight bytes for each of them may still be in what an interpreter has set aside.
const NUMBERS: u64 = 60_000;

/// As long as a program is fed that takes its numbers slowly, or whose memory goes up and down.
const LONGEST: Duration = Duration::from_secs(20);

/// By then it is plain whether it takes its numbers so slowly that there will be too few of them.
const PLAIN_PACE: Duration = Duration::from_secs(4);

/// As long as a program is fed whose memory grows evenly, until that is certain.
const UNTIL_CERTAIN: Duration = Duration::from_secs(45);

/// Memory is looked at every so many numbers, later on each time a sixty-fourth more have been taken; the queue holds a
/// little more than that.
const BETWEEN_SAMPLES: u64 = 1_000;

/// Feeds numbers as fast as the program takes them, and looks at its memory as it goes.
pub async fn gather(trial: &Trial<'_>) -> std::io::Result<()> {
    let numbers = Stream::Long.numbers(trial.seed);
    let mut world = World::open(&trial.recorder, SCENARIO, Detail::Counts).await?;
    if let Some(session) = trial.start(&mut world, SCENARIO, trial.program()).await? {
        let mut session = session.without_lines();
        let mut samples = Vec::new();
        let mut published = 0;
        let mut ending = session.wait_until(Seen::is_there).await;
        // What listens to the pubsub cannot be kept from falling behind, and what it has behind it is not ours to see.
        let listens = session.seen().taken.heard.is_some();
        let begun = Instant::now();
        while ending == Ending::Settled && !listens {
            let taken = session.seen().taken.messages;
            let Some(end) = fed_until(&samples, taken, begun) else {
                break;
            };
            let step = BETWEEN_SAMPLES.max(taken / 64);
            // The next ones are in the queue before the last is taken, so that the program never waits.
            while published < taken + 2 * step {
                world.publish(streams::message(published, number(&numbers, published)));
                published += 1;
            }
            let reached = session.wait_until(|seen| seen.taken.messages >= taken + step);
            ending = match timeout_at(end, reached).await {
                Ok(ending) => ending,
                Err(_) => break,
            };
            if ending == Ending::Settled
                && let Some(bytes) = session.resident_bytes()
            {
                let got = session.seen().taken.messages;
                samples.push((got, bytes));
                trial.recorder.record(SCENARIO, 1, Event::Memory { got, bytes });
            }
        }
        session.end(ending).await;
    }
    trial.close(world, SCENARIO).await;
    Ok(())
}

/// The number at `place` of a stream that goes through `numbers` over and over, and in which still no number comes twice: a
/// program may remember them in a set.
fn number(numbers: &[f64], place: u64) -> f64 {
    let (round, at) = (place / numbers.len() as u64, place % numbers.len() as u64);
    numbers[at as usize] * (1.0 + 1e-6 * round as f64)
}

/// Until when a program whose memory was like this is fed on, at the most; `None` where enough has been seen of it.
fn fed_until(samples: &[(u64, u64)], taken: u64, begun: Instant) -> Option<Instant> {
    let growth = Growth::of(samples);
    let rests = taken >= NUMBERS && growth.is_some_and(|growth| growth.is_flat());
    if rests || growth.is_some_and(|growth| growth.is_certain()) {
        return None;
    }
    let elapsed = begun.elapsed();
    let pace = taken as f64 / elapsed.as_secs_f64();
    if elapsed >= PLAIN_PACE && pace * LONGEST.as_secs_f64() < NUMBERS as f64 {
        return None;
    }
    let longest = match growth.is_some_and(|growth| growth.is_even()) {
        true => UNTIL_CERTAIN,
        false => LONGEST,
    };
    Some(begun + longest)
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
            match scenario.ending() {
                Some(Ending::TooMuchMemory) => overgrown(End::of(&scenario), &samples),
                _ => grown(&samples),
            }
        }
    };
    Some(head.judged(outcome, scenario.duration_ms()))
}

/// A program that was stopped for its memory: no right one holds so much.
fn overgrown(end: End, samples: &[(u64, u64)]) -> Outcome {
    let after = match samples.last() {
        Some((taken, _)) => format!("After {taken} numbers, or some more,"),
        None => "Within the first thousand numbers".to_owned(),
    };
    Outcome::fail(format!(
        "{after} {end}\nn, mean and M2 are all that has to be remembered."
    ))
}

/// Judges samples of (numbers taken, resident bytes).
fn grown(samples: &[(u64, u64)]) -> Outcome {
    let Some(growth) = Growth::of(samples) else {
        return Outcome::could_not_tell(
            "No memory was seen: the program took too few numbers from the queue, or this system does not tell how \
             much memory a process holds.",
        );
    };
    let taken = growth.taken();
    if growth.is_certain() {
        return Outcome::fail(
            "Its memory grows with the stream: something keeps every number. n, mean and M2 are all that has to be \
             remembered.",
        )
        .with(
            "no more memory, however many numbers",
            format!("{:.1} bytes more with every number, {taken} times", growth.rate()),
        );
    }
    let late = growth.late_rate();
    if taken < NUMBERS {
        Outcome::could_not_tell(format!(
            "It took {taken} numbers, too few for memory to show. A reader that takes a hundred at a time \
             (mget_items=100) takes more in the same time.",
        ))
    } else if growth.is_flat() {
        Outcome::pass(format!(
            "{late:.1} bytes a number, over the second half of {taken} numbers"
        ))
    } else {
        Outcome::could_not_tell(format!(
            "Memory grew by {late:.1} bytes a number over the second half of {taken} numbers, but not so evenly, or not \
             for so long, as where every number is kept. A runtime that collects garbage does that as well."
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Verdict;
    use super::*;

    fn verdict(thousands: u64, bytes_at: impl Fn(u64) -> u64) -> Verdict {
        let samples: Vec<(u64, u64)> = (1..=thousands)
            .map(|thousand| (thousand * 1000, 20_000_000 + bytes_at(thousand * 1000)))
            .collect();
        grown(&samples).verdict
    }

    #[test]
    fn a_list_of_numbers_is_seen_and_a_warm_up_is_not() {
        assert_eq!(verdict(640, |n| 32 * n), Verdict::Fail);
        assert_eq!(verdict(60, |_| 0), Verdict::Pass);
        assert_eq!(verdict(60, |n| 100 * n.min(20_000)), Verdict::Pass);
    }

    #[test]
    fn what_might_be_a_garbage_collector_or_was_too_little_is_not_judged() {
        assert_eq!(verdict(640, |n| 2_000 * n), Verdict::CouldNotTell);
        assert_eq!(
            verdict(60, |n| if n > 45_000 { 4_000_000 } else { 0 }),
            Verdict::CouldNotTell
        );
        assert_eq!(verdict(60, |n| 32 * n), Verdict::CouldNotTell);
        assert_eq!(verdict(59, |_| 0), Verdict::CouldNotTell);
        assert_eq!(verdict(0, |_| 0), Verdict::CouldNotTell);
    }

    #[test]
    fn feeding_goes_on_until_it_is_clear_and_longest_where_memory_grows_evenly() {
        let begun = Instant::now();
        let samples = |rate: u64, thousands: u64| -> Vec<(u64, u64)> {
            (1..=thousands).map(|at| (at * 1000, at * 1000 * rate)).collect()
        };
        let until = |rate, thousands| fed_until(&samples(rate, thousands), thousands * 1000, begun);
        assert_eq!(until(0, 60), None);
        assert_eq!(until(0, 10), Some(begun + LONGEST));
        assert_eq!(until(100, 60), Some(begun + UNTIL_CERTAIN));
        assert_eq!(until(32, 599), Some(begun + UNTIL_CERTAIN));
        assert_eq!(until(32, 600), None);
        assert_eq!(until(100, 600), None);
        assert_eq!(until(2_000, 60), Some(begun + LONGEST));
    }
}
