//! Drawing the distribution of a secret stream.

use rand::{Rng, RngExt};

use super::Distribution;

/// How many standard deviations the mean may be from zero. The further, the worse a naive variance fares; a secret is
/// to be estimated well by everyone whose algorithm is right.
const FARTHEST_MEAN: f64 = 20.0;

/// A distribution of any family, its mean 1 to 50 away from zero on either side, its standard deviation 0.5 to 20, its
/// kurtosis at most 9. None of its parameters is round.
pub(super) fn distribution(rng: &mut impl Rng) -> Distribution {
    let mean = rng.random_range(1.0..50.0) * if rng.random() { 1.0 } else { -1.0 };
    let least: f64 = f64::max(0.5, f64::abs(mean) / FARTHEST_MEAN);
    // Even in its logarithm: small and large ones are equally likely.
    let deviation = rng.random_range(least.ln()..20f64.ln()).exp();
    let standard = standard(rng);
    let factor = deviation / standard.variance().sqrt();
    standard.affine(mean - factor * standard.mean(), factor)
}

/// A distribution of any family, of a shape whose kurtosis lets the variance be estimated in an afternoon.
fn standard(rng: &mut impl Rng) -> Distribution {
    let (location, scale) = (0.0, 1.0);
    match rng.random_range(0..10) {
        0 => Distribution::Normal {
            mean: location,
            standard_deviation: scale,
        },
        1 => Distribution::Uniform { low: 0.0, high: 1.0 },
        2 => Distribution::Exponential { location, scale },
        3 => Distribution::Gamma {
            location,
            scale,
            shape: rng.random_range(1.2..8.0),
        },
        4 => Distribution::LogNormal {
            location,
            scale,
            sigma: rng.random_range(0.15..0.5),
        },
        5 => Distribution::Laplace { location, scale },
        6 => Distribution::Logistic { location, scale },
        7 => Distribution::StudentT {
            location,
            scale,
            degrees_of_freedom: rng.random_range(6.5..20.0),
        },
        8 => Distribution::Gumbel { location, scale },
        _ => Distribution::Triangular {
            low: 0.0,
            mode: rng.random_range(0.1..0.9),
            high: 1.0,
        },
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test that cannot go on should stop where it stands"
    )]
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha12Rng;
    use std::collections::HashMap;

    #[test]
    fn every_secret_can_be_estimated_and_every_family_is_drawn() {
        let mut rng = ChaCha12Rng::seed_from_u64(1);
        let mut drawn: HashMap<String, u32> = HashMap::new();
        let mut negative = 0;
        for _ in 0..5_000 {
            let distribution = distribution(&mut rng);
            distribution.check().unwrap();
            let (mean, deviation) = (distribution.mean(), distribution.variance().sqrt());
            // The ends may be missed by a rounding.
            assert!((0.999..50.001).contains(&mean.abs()), "{distribution:?}");
            assert!((0.499..20.001).contains(&deviation), "{distribution:?}");
            assert!(mean.abs() / deviation < 20.001, "{distribution:?}");
            assert!(
                distribution.fourth_central_moment() <= 9.001 * deviation.powi(4),
                "{distribution:?}"
            );
            negative += u32::from(mean < 0.0);
            let family = serde_json::to_value(distribution).unwrap()["family"].to_string();
            *drawn.entry(family).or_default() += 1;
        }
        // 500 are expected of each family, with a standard deviation of 21; 2500 negative ones, with one of 35.
        assert_eq!(drawn.len(), 10);
        assert!(
            drawn.values().all(|drawn| (350..650).contains(drawn)),
            "{drawn:?}"
        );
        assert!((2250..2750).contains(&negative), "{negative}");
    }
}
