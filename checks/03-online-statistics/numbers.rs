//! Whether the numbers that a program told are those of the numbers that it was sent.

use super::super::ending::End;
use super::super::exact::ExactSums;
use super::super::printed::Quantity;
use super::super::{Outcome, Verdict};
use super::causes::{Cause, MOST_BETWEEN_LINES};
use super::recognise;
use super::told::{Told, Trace};
use crate::arena::Ending;

/// Half the distance from 1 to the next f64: what one operation may be off by, relatively (IEEE 754, binary64).
const ROUNDING: f64 = f64::EPSILON / 2.0;

/// The mean is right to this, in units of the larger of itself and the deviation.
const MEAN: f64 = 1e-9;

/// The variance is right to this, relatively: on ordinary data, and where the mean is a billion deviations.
pub(super) const ORDINARY: f64 = 1e-9;
pub(super) const OFFSET: f64 = 1e-6;

/// The mean at every line.
pub(super) fn mean(trace: &Trace) -> Outcome {
    let mut sums = Prefixes::of(trace);
    for told in trace.comparable() {
        let truth = sums.first(told.n);
        let (Some(mean), Some(spread)) = (truth.mean(), truth.population_variance().map(f64::sqrt)) else {
            continue;
        };
        let Quantity::Number(given) = told.mean else {
            return not_a_number("mean", told, mean);
        };
        if (given - mean).abs() > MEAN * mean.abs().max(spread) {
            let numbers = &trace.sent[..told.n as usize];
            let mistake = recognise::wrong_mean(numbers, &trace.sent, given, mean);
            return wrong("mean", told, numbers, mistake).with(
                format!("mean {mean} at n = {}", told.n),
                format!("mean {given} at n = {}", told.n),
            );
        }
    }
    passed("mean", trace)
}

/// The variance at every line: sample or population, one of them throughout.
pub(super) fn variance(trace: &Trace, precision: f64) -> Outcome {
    let mut sums = Prefixes::of(trace);
    let (mut sample_only, mut population_only) = (None, None);
    for told in trace.comparable() {
        let truth = sums.first(told.n);
        let (Some(mean), Some(population)) = (truth.mean(), truth.population_variance()) else {
            continue;
        };
        let sample = truth.sample_variance();
        let given = match (&told.variance, sample) {
            (Quantity::Undefined | Quantity::Absent, None) => continue,
            (Quantity::Number(given), _) => *given,
            (_, sample) => return not_a_number("variance", told, sample.unwrap_or(population)),
        };
        let near = |truth: f64| {
            // Beyond the contract's precision only what any way of rounding the mean costs: κ = mean/deviation.
            let rounding = 8.0 * ROUNDING * mean.abs() * truth.sqrt() + (4.0 * ROUNDING * mean).powi(2);
            (given - truth).abs() <= precision * truth + rounding
        };
        let is_sample = sample.is_some_and(near);
        let is_population = near(population);
        match (is_sample, is_population) {
            (true, false) => sample_only = sample_only.or(Some(told.n)),
            // One number has no sample variance, and saying 0 for it decides nothing.
            (false, true) if told.n > 1 => population_only = population_only.or(Some(told.n)),
            (false, false) => {
                let numbers = &trace.sent[..told.n as usize];
                let nearest = sample.unwrap_or(population);
                let mistake = recognise::wrong_variance(numbers, &trace.sent, given, nearest);
                let expected = match sample {
                    Some(sample) => format!(
                        "variance {sample} (sample) or {population} (population) at n = {}",
                        told.n
                    ),
                    None => "null, NaN or 0 at n = 1".to_owned(),
                };
                return wrong("variance", told, numbers, mistake)
                    .with(expected, format!("variance {given} at n = {}", told.n));
            }
            _ => {}
        }
    }
    match (sample_only, population_only) {
        (Some(sample_at), Some(population_at)) => Outcome::fail(Cause::Mixed {
            sample_at,
            population_at,
        }),
        _ => passed("variance", trace),
    }
}

/// `outcome`, unless it is a pass that stands on too few numbers.
fn enough(trace: &Trace, outcome: Outcome) -> Outcome {
    let heard = trace.comparable().map(|told| told.n).max().unwrap_or(0);
    let wanted = MOST_BETWEEN_LINES.min(trace.published as u64);
    match outcome.verdict {
        Verdict::Pass if trace.told.is_empty() => Outcome::could_not_tell(Cause::Unheard),
        Verdict::Pass if heard == 0 && trace.any_order => Outcome::could_not_tell(Cause::AnyOrder {
            published: trace.published,
        }),
        Verdict::Pass if heard < wanted.max(1) => {
            Outcome::could_not_tell(if trace.scenario.ending() == Some(Ending::OutOfTime) {
                Cause::TooLittle { n: heard }
            } else {
                Cause::ToldNoMore {
                    n: heard,
                    line_cut: trace.line_cut,
                    end: End::of(&trace.scenario),
                }
            })
        }
        _ => outcome,
    }
}

fn passed(quantity: &str, trace: &Trace) -> Outcome {
    enough(
        trace,
        Outcome::pass(format!(
            "{quantity} right at all {} lines",
            trace.comparable().count()
        )),
    )
}

fn wrong(
    quantity: &'static str,
    told: &Told,
    numbers: &[f64],
    mistake: Option<recognise::Mistake>,
) -> Outcome {
    Outcome::fail(Cause::Wrong {
        quantity,
        n: told.n,
        numbers: numbers.to_vec(),
        line: told.line.to_owned(),
        mistake,
    })
}

fn not_a_number(quantity: &'static str, told: &Told, truth: f64) -> Outcome {
    let given = if quantity == "mean" {
        &told.mean
    } else {
        &told.variance
    };
    Outcome::fail(Cause::NotANumber {
        quantity,
        line: told.line.to_owned(),
    })
    .with(
        format!("{quantity} {truth} at n = {}", told.n),
        format!("{quantity} {given}"),
    )
}

/// The exact sums of the first n numbers, for growing n (falling n begins anew).
struct Prefixes<'a> {
    sent: &'a [f64],
    sums: ExactSums,
}

impl<'a> Prefixes<'a> {
    fn of(trace: &'a Trace) -> Self {
        Self {
            sent: &trace.sent,
            sums: ExactSums::default(),
        }
    }

    fn first(&mut self, n: u64) -> &ExactSums {
        if n < self.sums.count() {
            self.sums = ExactSums::default();
        }
        for number in &self.sent[self.sums.count() as usize..n as usize] {
            self.sums.add(*number);
        }
        &self.sums
    }
}
