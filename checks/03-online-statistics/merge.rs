//! The extra program that merges partial results.

use rand::RngExt as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::super::ending::End;
use super::super::exact::ExactSums;
use super::super::printed::{self, Quantity};
use super::super::{Claim, ClaimHead, Outcome, Trial};
use super::causes::Cause;
use crate::arena::{Detail, Event, History, Scenario, World};

/// The experiment with partial results of modest numbers.
pub const PLAIN: &str = "merge";

/// The experiment with partial results whose means are huge beside their deviations.
pub const OFFSET: &str = "merge-offset";

/// How near is near enough, relatively: the mean, and M2. Where the means are 1e9 and a distance between two of them
/// about 1, rounding a merged mean to the nearest f64 (1e-7) costs M2 about as much, relatively.
fn precision(scenario: &str) -> (f64, f64) {
    if scenario == OFFSET {
        (1e-12, 1e-6)
    } else {
        (1e-9, 1e-9)
    }
}

/// One reader's partial result.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Partial {
    n: u64,
    mean: f64,
    m2: f64,
}

/// Gives the program some partial results, and waits for it to end.
pub async fn gather(trial: &Trial<'_>, scenario: &'static str) -> std::io::Result<()> {
    let Some(command) = trial.extra("merge", Some(input(scenario, trial.seed))) else {
        (trial.over)(scenario);
        return Ok(());
    };
    let mut world = World::open(&trial.recorder, scenario, Detail::Messages).await?;
    if let Some(mut session) = trial.start(&mut world, scenario, command).await? {
        let ending = session.wait_until(|_| false).await;
        session.end(ending).await;
    }
    trial.close(world, scenario).await;
    Ok(())
}

fn input(scenario: &str, seed: u64) -> Vec<u8> {
    let mut lines = Vec::new();
    for partial in partials(scenario, seed) {
        lines.extend(serde_json::to_vec(&partial).expect("three numbers fit into JSON"));
        lines.push(b'\n');
    }
    lines
}

/// Readers that counted very different numbers: some none at all, one a single number.
fn partials(scenario: &str, seed: u64) -> Vec<Partial> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(if scenario == OFFSET { 101 } else { 100 });
    let centre: f64 = if scenario == OFFSET {
        1e9
    } else {
        generator.random_range(-5.0..5.0)
    };
    [0, 0, 1_733, 1, 0, 42, 260_417]
        .into_iter()
        .map(|n| {
            let mean = if n == 0 {
                0.0
            } else {
                centre + generator.random_range(-2.0..2.0)
            };
            let m2 = if n < 2 {
                0.0
            } else {
                n as f64 * generator.random_range(0.5..4.0)
            };
            Partial { n, mean, m2 }
        })
        .collect()
}

/// Judges the claim; `None` where there was no such program.
pub fn judge(head: &ClaimHead, history: &History) -> Option<Claim> {
    let traces = [PLAIN, OFFSET].map(|name| history.scenario(name));
    if traces.iter().all(|scenario| scenario.events().next().is_none()) {
        return None;
    }
    let duration = traces.iter().map(Scenario::duration_ms).max().unwrap_or(0);
    let worst = traces
        .iter()
        .zip([PLAIN, OFFSET])
        .map(|(scenario, name)| outcome(scenario, precision(name)))
        .reduce(Outcome::or_worse)?;
    Some(head.judged(worst, duration))
}

fn outcome(scenario: &Scenario, (mean_precision, m2_precision): (f64, f64)) -> Outcome {
    if let Some(problem) = scenario.not_started() {
        return Outcome::could_not_tell(Cause::NotStarted(problem.to_owned()));
    }
    let input = scenario.events().find_map(|event| match event {
        Event::Input { text } => Some(text.as_str()),
        _ => None,
    });
    let partials: Vec<Partial> = input
        .unwrap_or_default()
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let mut whole = ExactSums::default();
    partials
        .iter()
        .for_each(|partial| whole.add_partial(partial.n, partial.mean, partial.m2));
    let (Some(mean), Some(m2)) = (whole.mean(), whole.m2()) else {
        return Outcome::could_not_tell("The record has no partial results to merge.");
    };
    let truth = format!("n {}, mean {mean}, m2 {m2}", whole.count());
    let last = scenario.events().filter_map(|event| match event {
        Event::Printed { line } => Some((line, printed::object(line)?)),
        _ => None,
    });
    let Some((line, object)) = last.last() else {
        let end = End::of(scenario);
        return Outcome::fail(format!(
            "merge reads partial results from standard input, a JSON object a line, and prints the merged one, like \
             {{\"n\": 3, \"mean\": 2.5, \"m2\": 0.5}}. It printed none; {end}"
        ))
        .with(truth, "nothing");
    };
    let told = ["n", "mean", "m2"].map(|key| Quantity::of(&object, key).number());
    let near = |told: Option<f64>, truth: f64, precision: f64| {
        told.is_some_and(|told| (told - truth).abs() <= precision * truth.abs())
    };
    if told[0] == Some(whole.count() as f64)
        && near(told[1], mean, mean_precision)
        && near(told[2], m2, m2_precision)
    {
        return Outcome::pass(format!("n, mean and m2 of {} readers together", partials.len()));
    }
    Outcome::fail(format!(
        "{}\nIt was given:\n  {}",
        hint(&partials, told, mean),
        input.unwrap_or_default().trim_end().replace('\n', "\n  ")
    ))
    .with(truth, line)
}

fn hint(partials: &[Partial], told: [Option<f64>; 3], mean: f64) -> &'static str {
    let sum_of_m2: f64 = partials.iter().map(|partial| partial.m2).sum();
    let used: Vec<&Partial> = partials.iter().filter(|partial| partial.n > 0).collect();
    let plain_average =
        |of: &[&Partial]| of.iter().map(|partial| partial.mean).sum::<f64>() / of.len() as f64;
    let all: Vec<&Partial> = partials.iter().collect();
    let near =
        |told: Option<f64>, value: f64| told.is_some_and(|told| (told - value).abs() <= 1e-6 * value.abs());
    if !near(told[1], mean) && (near(told[1], plain_average(&used)) || near(told[1], plain_average(&all))) {
        "It averages the means as they are. A mean of many numbers weighs more than a mean of few: weigh each by its n."
    } else if near(told[2], sum_of_m2) {
        "It adds the M2s, and forgets that the means differ: each pair adds the square of the distance between its \
         means, times n_a n_b / (n_a + n_b)."
    } else {
        "The merged result is not that of all the numbers together."
    }
}
