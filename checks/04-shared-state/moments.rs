//! The moments that the readers keep together: n, mean and m2 of each distribution.

use std::collections::BTreeMap;

use super::super::Outcome;
use super::causes::Cause;
use super::counts::whole;
use super::trace::Trace;
use crate::arena::{Contents, LostUpdate, RedisContents};

/// How far off a mean or an m2 may be, beside the size of the numbers that it is made of.
const PRECISION: f64 = 1e-9;

/// The moments of some integers, and the scale of what rounding costs any way of keeping them.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Moments {
    n: u64,
    mean: f64,
    m2: f64,
    /// The root of the mean square.
    size: f64,
}

impl Moments {
    /// Of numbers, with how often each came: the sums are exact.
    fn of(numbers: &BTreeMap<i64, u64>) -> Self {
        let (mut n, mut sum, mut squares) = (0_u64, 0_i128, 0_i128);
        for (number, count) in numbers {
            let (number, times) = (i128::from(*number), i128::from(*count));
            n += count;
            sum += number * times;
            squares += number * number * times;
        }
        let count = n.max(1) as f64;
        Self {
            n,
            mean: sum as f64 / count,
            m2: (squares * i128::from(n) - sum * sum) as f64 / count,
            size: (squares as f64 / count).sqrt(),
        }
    }
}

/// What is wrong with the moments of one distribution.
#[derive(Debug, Clone, PartialEq)]
pub enum Mistake {
    /// There is no such hash.
    Absent,
    /// A field is missing, or is no number.
    NoNumber(&'static str),
    /// Fewer numbers, or more, than there were.
    Count,
    /// Not the mean.
    Mean,
    /// The sum of squares divided by something.
    Variance,
    /// Not the sum of the squared distances.
    Squares,
}

/// Judges what four readers have kept.
pub fn judge(trace: &Trace, contents: &RedisContents) -> Outcome {
    let of = |name: &str| contents.keys.get(&format!("moments:{name}"));
    if trace.truth.histograms.keys().all(|name| of(name).is_none()) {
        return Outcome::fail(Cause::NoMoments);
    }
    for (name, numbers) in &trace.truth.histograms {
        let truth = Moments::of(numbers);
        if let Err((mistake, received)) = compare(truth, of(name)) {
            let key = format!("moments:{name}");
            let lost = (mistake == Mistake::Count)
                .then(|| LostUpdate::find(&trace.scenario, contents.database, &key, None))
                .flatten();
            let expected = format!("n {}, mean {}, m2 {} in {key}", truth.n, truth.mean, truth.m2);
            return Outcome::fail(Cause::Moments { key, mistake, lost }).with(expected, received);
        }
    }
    Outcome::pass("n, mean and m2 of each distribution")
}

fn compare(truth: Moments, kept: Option<&Contents>) -> Result<(), (Mistake, String)> {
    let Some(Contents::Hash(kept)) = kept else {
        return Err((Mistake::Absent, "no such hash".to_owned()));
    };
    let shown = || {
        let field = |name: &str| kept.get(name).map_or("missing", String::as_str).to_owned();
        format!("n {}, mean {}, m2 {}", field("n"), field("mean"), field("m2"))
    };
    let number = |name: &'static str| {
        let number = kept.get(name).and_then(|text| text.trim().parse::<f64>().ok());
        number
            .filter(|number| number.is_finite())
            .ok_or_else(|| (Mistake::NoNumber(name), shown()))
    };
    let (mean, m2) = (number("mean")?, number("m2")?);
    number("n")?;
    if kept.get("n").and_then(|n| whole(n)) != Some(i128::from(truth.n)) {
        return Err((Mistake::Count, shown()));
    }
    let near = |is: f64, should: f64, scale: f64| (is - should).abs() <= PRECISION * scale;
    let squares = truth.n as f64 * truth.size * truth.size;
    if !near(mean, truth.mean, truth.size) {
        return Err((Mistake::Mean, shown()));
    }
    if !near(m2, truth.m2, squares) {
        let divided = |by: f64| by > 0.0 && near(m2 * by, truth.m2, squares);
        let n = truth.n as f64;
        let mistake = if divided(n) || divided(n - 1.0) {
            Mistake::Variance
        } else {
            Mistake::Squares
        };
        return Err((mistake, shown()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten numbers whose moments are known by hand: mean 7, squared distances 144.
    fn ten() -> Moments {
        let ten = [
            (8, 1),
            (3, 1),
            (12, 1),
            (5, 1),
            (9, 1),
            (1, 1),
            (7, 2),
            (14, 1),
            (4, 1),
        ];
        Moments::of(&BTreeMap::from(ten))
    }

    fn compared(n: &str, mean: &str, m2: &str) -> Option<Mistake> {
        let fields = [("n", n), ("mean", mean), ("m2", m2)];
        let kept = fields.map(|(field, value)| (field.to_owned(), value.to_owned()));
        let kept = Contents::Hash(BTreeMap::from(kept));
        compare(ten(), Some(&kept)).err().map(|(mistake, _)| mistake)
    }

    #[test]
    fn the_moments_of_ten_numbers() {
        assert_eq!((ten().n, ten().mean, ten().m2), (10, 7.0, 144.0));
        assert_eq!(compared("10", "7", "144"), None);
        assert_eq!(compared("10.0", "7.0000000000000009", "144.00000000000003"), None);
    }

    #[test]
    fn each_mistake_has_a_name() {
        assert_eq!(compared("9", "7", "144"), Some(Mistake::Count));
        assert_eq!(compared("10", "7.001", "144"), Some(Mistake::Mean));
        assert_eq!(compared("10", "7", "143"), Some(Mistake::Squares));
        assert_eq!(compared("10", "7", "14.4"), Some(Mistake::Variance));
        assert_eq!(compared("10", "7", "16"), Some(Mistake::Variance));
        assert_eq!(compared("10", "seven", "144"), Some(Mistake::NoNumber("mean")));
        assert_eq!(compared("10", "7", "nan"), Some(Mistake::NoNumber("m2")));
        assert_eq!(
            compare(ten(), None).map_err(|(mistake, _)| mistake),
            Err(Mistake::Absent)
        );
    }
}
