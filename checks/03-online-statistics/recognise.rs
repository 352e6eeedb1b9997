//! Mistakes that are recognised by the number they give.

use std::fmt;

/// A mistake that explains a wrong number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// M2 += (x - mean)², with the new mean.
    SlidesUpdate,
    /// The square root of the variance.
    StandardDeviation,
    /// M2 itself.
    NotDivided,
    /// The mean of the squares.
    SecondMoment,
    /// The difference of two nearly equal sums.
    Cancellation,
    /// The mean without its division.
    Sum,
    /// The first number left out.
    SkipsFirst,
    /// Negative numbers left out.
    DropsNegatives,
    /// Cut to whole numbers.
    Truncates,
    /// Printed with too few digits.
    Rounded,
    /// Computed in 32 bits.
    SinglePrecision,
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::SlidesUpdate => {
                "This is exactly what M2 += (x - mean)**2 gives, with the new mean. One of the two factors must be \
                 the distance from the mean as it was before x: (x - old_mean) * (x - new_mean)."
            }
            Self::StandardDeviation => "This is the standard deviation. Its square is the variance.",
            Self::NotDivided => "This is M2 itself, not yet divided by n - 1 (or n).",
            Self::SecondMoment => "This is the mean of the squares. The variance takes distances from the mean.",
            Self::Cancellation => {
                "This is what becomes of the difference of two huge, nearly equal sums (a sum of squares less the \
                 square of a sum): the digits that matter are rounded away. Update M2 from distances instead."
            }
            Self::Sum => "This is the sum of the numbers, not yet divided by n.",
            Self::SkipsFirst => "This is right if the very first number is left out. It counts too.",
            Self::DropsNegatives => "This is right if negative numbers are left out. They count too.",
            Self::Truncates => "This is right if every number is cut to a whole one. Keep the fraction: float(x).",
            Self::Rounded => "The digits it has are right, but there are too few of them. Print the number as it is.",
            Self::SinglePrecision => "This is right in single precision. Use 64-bit floats (double) throughout.",
        })
    }
}

/// Two-pass moments in plain f64: good enough to recognise, not to judge.
struct Moments {
    n: f64,
    sum: f64,
    m2: f64,
}

impl Moments {
    fn of(numbers: impl Iterator<Item = f64> + Clone) -> Self {
        let n = numbers.clone().count() as f64;
        let sum: f64 = numbers.clone().sum();
        let m2 = numbers.map(|x| (x - sum / n).powi(2)).sum();
        Self { n, sum, m2 }
    }

    fn mean(&self) -> f64 {
        self.sum / self.n
    }

    /// Whether `variance` is M2 over n or over n - 1.
    fn gives(&self, variance: f64) -> bool {
        near(variance, self.m2 / self.n) || near(variance, self.m2 / (self.n - 1.0))
    }
}

fn near(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-7 * right.abs()
}

/// What explains that `mean` was told for `numbers`, whose mean is `truth`; `all` are the numbers sent in the end.
pub fn wrong_mean(numbers: &[f64], all: &[f64], mean: f64, truth: f64) -> Option<Mistake> {
    let n = numbers.len();
    if n < 2 {
        return rounded(mean, truth);
    }
    let subset = |mistake, kept: &dyn Fn(f64) -> bool| {
        let moments = Moments::of(all.iter().copied().filter(|x| kept(*x)).take(n));
        (moments.n as usize == n && near(mean, moments.mean())).then_some(mistake)
    };
    let sum: f64 = numbers.iter().sum();
    near(mean, sum)
        .then_some(Mistake::Sum)
        .or_else(|| {
            skips_first(numbers, all)
                .iter()
                .any(|m| near(mean, m.mean()))
                .then_some(Mistake::SkipsFirst)
        })
        .or_else(|| subset(Mistake::DropsNegatives, &|x| x >= 0.0))
        .or_else(|| {
            near(mean, Moments::of(numbers.iter().map(|x| x.trunc())).mean()).then_some(Mistake::Truncates)
        })
        .or_else(|| rounded(mean, truth))
        .or_else(|| single_precision(mean, truth))
}

/// What explains that `variance` was told for `numbers`, one of whose two variances is `truth`.
pub fn wrong_variance(numbers: &[f64], all: &[f64], variance: f64, truth: f64) -> Option<Mistake> {
    let n = numbers.len();
    if n < 3 {
        return None;
    }
    let moments = Moments::of(numbers.iter().copied());
    let slides = slides_update(numbers);
    let second = numbers.iter().map(|x| x * x).sum::<f64>() / n as f64;
    let negatives = Moments::of(all.iter().copied().filter(|x| *x >= 0.0).take(n));
    let condition = (1.0 + moments.mean().powi(2) / truth).sqrt();
    [
        (
            Mistake::SlidesUpdate,
            near(variance, slides / n as f64) || near(variance, slides / (n - 1) as f64),
        ),
        (
            Mistake::StandardDeviation,
            moments.gives(variance * variance) && variance > 0.0,
        ),
        (Mistake::NotDivided, near(variance, moments.m2)),
        (Mistake::SecondMoment, near(variance, second)),
        (
            Mistake::SkipsFirst,
            skips_first(numbers, all).iter().any(|m| m.gives(variance)),
        ),
        (
            Mistake::DropsNegatives,
            negatives.n as usize == n && negatives.gives(variance),
        ),
        (
            Mistake::Truncates,
            Moments::of(numbers.iter().map(|x| x.trunc())).gives(variance),
        ),
        // Where the mean is a million deviations, nothing else loses as much.
        (Mistake::Cancellation, condition > 1e6),
    ]
    .into_iter()
    .find_map(|(mistake, explains)| explains.then_some(mistake))
    .or_else(|| rounded(variance, truth))
    .or_else(|| single_precision(variance, truth))
}

/// The moments without the first number: of as many numbers, and of one fewer.
fn skips_first(numbers: &[f64], all: &[f64]) -> [Moments; 2] {
    let rest = all.get(1..).unwrap_or_default();
    let as_many = rest.get(..numbers.len()).unwrap_or(rest);
    [
        Moments::of(as_many.iter().copied()),
        Moments::of(numbers[1..].iter().copied()),
    ]
}

fn slides_update(numbers: &[f64]) -> f64 {
    let (mut mean, mut m2) = (0.0, 0.0);
    for (index, x) in numbers.iter().enumerate() {
        mean += (x - mean) / (index + 1) as f64;
        m2 += (x - mean).powi(2);
    }
    m2
}

/// Whether `told` is `truth` with fewer decimals.
fn rounded(told: f64, truth: f64) -> Option<Mistake> {
    let text = told.to_string();
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len()) as i32;
    let unit = 10_f64.powi(-decimals);
    // Cut off or rounded, either way less than one unit of the last place off.
    (decimals <= 8 && (told - truth).abs() < unit && unit < 0.2 * truth.abs()).then_some(Mistake::Rounded)
}

fn single_precision(told: f64, truth: f64) -> Option<Mistake> {
    let relative = ((told - truth) / truth).abs();
    (f64::from(told as f32) == told || (1e-9..1e-5).contains(&relative))
        .then_some(())
        .and_then(|()| (relative < 1e-4).then_some(Mistake::SinglePrecision))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: [f64; 6] = [2.25, -1.5, 4.75, 3.5, -0.25, 6.125];

    #[test]
    fn mistakes_are_told_apart() {
        let truth = Moments::of(NUMBERS.into_iter());
        let sample = truth.m2 / 5.0;
        let recognised = |variance| wrong_variance(&NUMBERS, &NUMBERS, variance, sample);
        assert_eq!(recognised(sample.sqrt()), Some(Mistake::StandardDeviation));
        assert_eq!(recognised(truth.m2), Some(Mistake::NotDivided));
        // By hand: after 2.25 and -1.5 the new mean is 0.375, so the slides add 0 and then 1.875².
        assert_eq!(slides_update(&NUMBERS[..2]), 1.875 * 1.875);
        assert_eq!(
            recognised(slides_update(&NUMBERS) / 5.0),
            Some(Mistake::SlidesUpdate)
        );
        assert_eq!(recognised((sample * 1e3).round() / 1e3), Some(Mistake::Rounded));
        assert_eq!(recognised(sample * 3.21), None);

        let recognised = |mean| wrong_mean(&NUMBERS[..4], &NUMBERS, mean, 2.25);
        assert_eq!(recognised(9.0), Some(Mistake::Sum));
        assert_eq!(recognised((-1.5 + 4.75 + 3.5) / 3.0), Some(Mistake::SkipsFirst));
        assert_eq!(
            recognised((2.25 + 4.75 + 3.5 + 6.125) / 4.0),
            Some(Mistake::DropsNegatives)
        );
        assert_eq!(
            recognised((2.0 - 1.0 + 4.0 + 3.0) / 4.0),
            Some(Mistake::Truncates)
        );
        assert_eq!(recognised(17.5), None);
    }
}
