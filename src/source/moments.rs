//! What is known of a distribution beforehand: its moments, and how far from them an estimate may be.
//!
//! The closed forms are those of Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* (2nd edition,
//! volumes 1 and 2; the chapter is named at each), where a fourth moment is often given as the kurtosis, the fourth
//! central moment divided by the squared variance. The triangular distribution is in Evans, Hastings and Peacock,
//! *Statistical Distributions*.

use std::f64::consts::PI;

use super::Distribution::{self, *};

/// The Euler-Mascheroni constant, to the nearest f64.
const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

impl Distribution {
    /// The mean, in the unit of the numbers.
    pub fn mean(&self) -> f64 {
        match *self {
            Normal { mean, .. } => mean,
            Uniform { low, high } => (low + high) / 2.0,
            Exponential { location, scale } => location + scale,
            Gamma {
                location,
                scale,
                shape,
            } => location + scale * shape,
            LogNormal {
                location,
                scale,
                sigma,
            } => location + scale * (sigma * sigma / 2.0).exp(),
            Laplace { location, .. } | Logistic { location, .. } | StudentT { location, .. } => location,
            Gumbel { location, scale } => location + scale * EULER_GAMMA,
            Triangular { low, mode, high } => (low + mode + high) / 3.0,
        }
    }

    /// The variance, in the squared unit of the numbers.
    pub fn variance(&self) -> f64 {
        match *self {
            Normal {
                standard_deviation, ..
            } => standard_deviation.powi(2),
            Uniform { low, high } => (high - low).powi(2) / 12.0,
            Exponential { scale, .. } => scale.powi(2),
            Gamma { scale, shape, .. } => scale.powi(2) * shape,
            LogNormal { scale, sigma, .. } => {
                let squared = sigma * sigma;
                scale.powi(2) * squared.exp_m1() * squared.exp()
            }
            Laplace { scale, .. } => 2.0 * scale.powi(2),
            Logistic { scale, .. } => (PI * scale).powi(2) / 3.0,
            StudentT {
                scale,
                degrees_of_freedom,
                ..
            } => scale.powi(2) * degrees_of_freedom / (degrees_of_freedom - 2.0),
            Gumbel { scale, .. } => (PI * scale).powi(2) / 6.0,
            // The textbooks' a² + b² + c² - ab - ac - bc over 18, without its cancellation far from zero.
            Triangular { low, mode, high } => ((high - low).powi(2) - (mode - low) * (high - mode)) / 18.0,
        }
    }

    /// The fourth central moment, in the unit of the numbers to the fourth power.
    pub fn fourth_central_moment(&self) -> f64 {
        self.kurtosis() * self.variance().powi(2)
    }

    /// The standardised fourth moment, 3 for a normal distribution.
    fn kurtosis(&self) -> f64 {
        match *self {
            // Chapter 13.
            Normal { .. } => 3.0,
            // Chapter 26.
            Uniform { .. } => 9.0 / 5.0,
            // Chapter 19.
            Exponential { .. } => 9.0,
            // Chapter 17.
            Gamma { shape, .. } => 3.0 + 6.0 / shape,
            // Chapter 14, with the ω that is used there.
            LogNormal { sigma, .. } => {
                let omega = (sigma * sigma).exp();
                omega.powi(4) + 2.0 * omega.powi(3) + 3.0 * omega.powi(2) - 3.0
            }
            // Chapter 24.
            Laplace { .. } => 6.0,
            // Chapter 23.
            Logistic { .. } => 21.0 / 5.0,
            // Chapter 28.
            StudentT {
                degrees_of_freedom, ..
            } => 3.0 + 6.0 / (degrees_of_freedom - 4.0),
            // Chapter 22.
            Gumbel { .. } => 27.0 / 5.0,
            // The same for every mode.
            Triangular { .. } => 12.0 / 5.0,
        }
    }

    /// The standard error of the mean of `n` independent numbers, in their unit: √(σ²/n). Infinite for none.
    pub fn mean_standard_error(&self, n: u64) -> f64 {
        (self.variance() / n as f64).sqrt()
    }

    /// The standard error of the sample variance of `n` independent numbers, in their squared unit:
    /// √((μ₄ − σ⁴(n−3)/(n−1)) / n). Infinite for fewer than two, which have no sample variance.
    ///
    /// From Mood, Graybill and Boes, *Introduction to the Theory of Statistics*, 3rd edition, chapter VI, theorem 2.
    pub fn variance_standard_error(&self, n: u64) -> f64 {
        if n < 2 {
            return f64::INFINITY;
        }
        let n = n as f64;
        ((self.fourth_central_moment() - self.variance().powi(2) * (n - 3.0) / (n - 1.0)) / n).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The density of a distribution at `x`, from its definition.
    fn density(distribution: &Distribution, x: f64) -> f64 {
        match *distribution {
            Normal {
                mean,
                standard_deviation: s,
            } => (-((x - mean) / s).powi(2) / 2.0).exp() / (s * (2.0 * PI).sqrt()),
            Uniform { low, high } => 1.0 / (high - low),
            Exponential { location, scale } => (-(x - location) / scale).exp() / scale,
            // For whole shapes: Γ(k) = (k - 1)!.
            Gamma {
                location,
                scale,
                shape,
            } => {
                let z = (x - location) / scale;
                let factorial: f64 = (1..shape as u32).map(f64::from).product();
                z.powf(shape - 1.0) * (-z).exp() / (factorial * scale)
            }
            LogNormal {
                location,
                scale,
                sigma,
            } => {
                let z = (x - location) / scale;
                (-(z.ln() / sigma).powi(2) / 2.0).exp() / (z * scale * sigma * (2.0 * PI).sqrt())
            }
            Laplace { location, scale } => (-((x - location) / scale).abs()).exp() / (2.0 * scale),
            Logistic { location, scale } => {
                let z = ((x - location) / (2.0 * scale)).cosh();
                1.0 / (4.0 * scale * z * z)
            }
            // For 7 degrees of freedom: Γ(4) / (√(7π) Γ(7/2)), where Γ(7/2) = 15√π/8.
            StudentT { location, scale, .. } => {
                let z = (x - location) / scale;
                let constant = 6.0 / ((7.0 * PI).sqrt() * 15.0 * PI.sqrt() / 8.0);
                constant * (1.0 + z * z / 7.0).powi(-4) / scale
            }
            Gumbel { location, scale } => {
                let z = (x - location) / scale;
                (-z - (-z).exp()).exp() / scale
            }
            Triangular { low, mode, high } => match x < mode {
                true => 2.0 * (x - low) / ((high - low) * (mode - low)),
                false => 2.0 * (high - x) / ((high - low) * (high - mode)),
            },
        }
    }

    /// The integral of `f` from `low` to `high`, by Simpson's rule on the line bent by x = tan t: that turns tails that
    /// fall like a power into a finite interval.
    fn integral(low: f64, high: f64, middle: f64, width: f64, f: impl Fn(f64) -> f64) -> f64 {
        let bent = |x: f64| ((x - middle) / width).atan();
        let (from, to) = (bent(low), bent(high));
        let panels = 200_000;
        let step = (to - from) / f64::from(panels);
        let at = |i: i32| {
            let t = from + step * f64::from(i);
            let value = f(middle + width * t.tan()) * width / t.cos().powi(2);
            if value.is_finite() { value } else { 0.0 }
        };
        let inner: f64 = (1..panels)
            .map(|i| at(i) * if i % 2 == 0 { 2.0 } else { 4.0 })
            .sum();
        (at(0) + inner + at(panels)) * step / 3.0
    }

    /// Where the density is not smooth, and the ends of the support.
    fn pieces(distribution: &Distribution) -> Vec<f64> {
        let infinity = f64::INFINITY;
        match *distribution {
            Uniform { low, high } => vec![low, high],
            Triangular { low, mode, high } => vec![low, mode, high],
            Laplace { location, .. } => vec![-infinity, location, infinity],
            Exponential { location, .. } | Gamma { location, .. } | LogNormal { location, .. } => {
                vec![location, infinity]
            }
            Normal { .. } | Logistic { .. } | StudentT { .. } | Gumbel { .. } => vec![-infinity, infinity],
        }
    }

    fn moment(distribution: &Distribution, f: impl Fn(f64) -> f64) -> f64 {
        let (middle, width) = (distribution.mean(), distribution.variance().sqrt());
        let weighed = |x: f64| match density(distribution, x) {
            // Beyond what an f64 can tell from nothing; f may be infinite there.
            density if density > 0.0 => f(x) * density,
            _ => 0.0,
        };
        pieces(distribution)
            .windows(2)
            .map(|ends| integral(ends[0], ends[1], middle, width, weighed))
            .sum()
    }

    fn assert_close(actual: f64, expected: f64, what: &str, distribution: &Distribution) {
        let error = (actual - expected).abs() / expected.abs().max(1e-3);
        assert!(
            error < 1e-6,
            "{what} of the {distribution}: {actual}, by integration {expected}"
        );
    }

    #[test]
    fn moments_are_the_integrals_that_define_them() {
        for distribution in [
            Normal {
                mean: 3.0,
                standard_deviation: 0.7,
            },
            Uniform { low: -2.0, high: 5.0 },
            Exponential {
                location: -4.0,
                scale: 1.5,
            },
            Gamma {
                location: 1.0,
                scale: 2.0,
                shape: 3.0,
            },
            LogNormal {
                location: -1.0,
                scale: 2.0,
                sigma: 0.4,
            },
            Laplace {
                location: 2.0,
                scale: 0.5,
            },
            Logistic {
                location: -3.0,
                scale: 1.2,
            },
            StudentT {
                location: 10.0,
                scale: 2.0,
                degrees_of_freedom: 7.0,
            },
            Gumbel {
                location: 0.5,
                scale: 2.5,
            },
            Triangular {
                low: -1.0,
                mode: 0.0,
                high: 4.0,
            },
        ] {
            let mean = distribution.mean();
            assert_close(moment(&distribution, |_| 1.0), 1.0, "mass", &distribution);
            assert_close(mean, moment(&distribution, |x| x), "mean", &distribution);
            let variance = moment(&distribution, |x| (x - mean).powi(2));
            assert_close(distribution.variance(), variance, "variance", &distribution);
            let fourth = moment(&distribution, |x| (x - mean).powi(4));
            assert_close(
                distribution.fourth_central_moment(),
                fourth,
                "fourth central moment",
                &distribution,
            );
        }
    }

    #[test]
    fn standard_errors_are_what_all_samples_of_a_fair_coin_show() {
        // A coin with sides -1 and 1 has σ² = 1 and μ₄ = 1. No family is a coin, so the formula is turned round here:
        // over all 2ⁿ samples, the variance of the sample variance is (1 - (n-3)/(n-1))/n = 2/(n(n-1)).
        for n in 2..=10u32 {
            let variances = (0..1u32 << n).map(|sample| {
                let sum = 2.0 * f64::from(sample.count_ones()) - f64::from(n);
                (f64::from(n) - sum * sum / f64::from(n)) / f64::from(n - 1)
            });
            let spread =
                variances.map(|variance| (variance - 1.0).powi(2)).sum::<f64>() / f64::from(1u32 << n);
            let n = f64::from(n);
            assert!((spread - (1.0 - (n - 3.0) / (n - 1.0)) / n).abs() < 1e-12);
        }
    }

    #[test]
    fn standard_errors_of_a_normal_stream_are_the_known_ones() {
        // For a normal distribution the sample variance is σ²/(n-1) times a chi-squared number with n-1 degrees of
        // freedom, the variance of which is 2(n-1).
        let normal = Normal {
            mean: 1.0,
            standard_deviation: 3.0,
        };
        for n in [2u64, 3, 10, 1_000_000] {
            assert!((normal.mean_standard_error(n) - 3.0 / (n as f64).sqrt()).abs() < 1e-12);
            let known = 9.0 * (2.0 / (n as f64 - 1.0)).sqrt();
            assert!(
                (normal.variance_standard_error(n) / known - 1.0).abs() < 1e-12,
                "{n}"
            );
        }
        assert_eq!(normal.mean_standard_error(0), f64::INFINITY);
        assert_eq!(normal.variance_standard_error(1), f64::INFINITY);
    }
}
