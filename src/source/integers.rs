//! A stream of small integers from several named distributions, for readers that count them together.

use bytes::Bytes;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;
use rand_distr::{Binomial, Distribution as _, Geometric, Poisson};

use super::Messages;

/// The families of the stream, in the order of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// Heads among ten throws of a fair coin.
    Binomial,
    /// Throws in vain before a success that comes with probability 0.3.
    Geometric,
    /// Events in a time in which four are usual.
    Poisson,
    /// The difference between two such counts, with three usual in each: negative as often as positive.
    Skellam,
    /// A fair die.
    Uniform,
}

const FAMILIES: [Family; 5] = [
    Family::Binomial,
    Family::Geometric,
    Family::Poisson,
    Family::Skellam,
    Family::Uniform,
];

/// An endless stream of independent integers, each from one of several named distributions, determined by its seed.
#[derive(Debug, Clone)]
pub struct Integers {
    random: ChaCha12Rng,
}

impl Integers {
    /// The stream of that seed.
    pub fn new(seed: u64) -> Self {
        // The seed is the key as it stands, as for `Numbers`.
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        Self {
            random: ChaCha12Rng::from_seed(key),
        }
    }

    /// The messages that carry these integers: `{"distribution": name, "number": integer}`.
    pub fn messages(self) -> Messages {
        Box::new(self.map(|(name, integer)| integer_message(name, integer)))
    }
}

impl Iterator for Integers {
    /// The name of a distribution, and an integer drawn from it.
    type Item = (&'static str, i64);

    fn next(&mut self) -> Option<Self::Item> {
        let family = FAMILIES[self.random.random_range(0..FAMILIES.len())];
        Some((family.name(), family.sample(&mut self.random)))
    }
}

/// The message that carries `integer` of the distribution `name`, which must need no escaping in JSON.
pub fn integer_message(name: &str, integer: i64) -> Bytes {
    Bytes::from(format!(r#"{{"distribution": "{name}", "number": {integer}}}"#))
}

impl Family {
    fn name(self) -> &'static str {
        match self {
            Self::Binomial => "binomial",
            Self::Geometric => "geometric",
            Self::Poisson => "poisson",
            Self::Skellam => "skellam",
            Self::Uniform => "uniform",
        }
    }

    fn sample(self, random: &mut ChaCha12Rng) -> i64 {
        // The constants are in range, and the draws far below the bounds of an i64.
        let poisson = |mean: f64, random: &mut ChaCha12Rng| {
            Poisson::new(mean).expect("a positive mean").sample(random) as i64
        };
        match self {
            Self::Binomial => Binomial::new(10, 0.5)
                .expect("a probability")
                .sample(random)
                .cast_signed(),
            Self::Geometric => {
                let geometric = Geometric::new(0.3).expect("a probability above 0");
                geometric.sample(random).cast_signed()
            }
            Self::Poisson => poisson(4.0, random),
            Self::Skellam => poisson(3.0, random) - poisson(3.0, random),
            Self::Uniform => random.random_range(1..=6),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn each_distribution_has_its_mean() {
        let mut sums: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for (name, integer) in Integers::new(7).take(100_000) {
            let (count, sum) = sums.entry(name).or_default();
            *count += 1.0;
            *sum += integer as f64;
        }
        // Means and variances by the textbook; six standard errors leave nothing to chance.
        let expected = [
            ("binomial", 5.0, 2.5),
            ("geometric", 7.0 / 3.0, 0.7 / 0.09),
            ("poisson", 4.0, 4.0),
            ("skellam", 0.0, 6.0),
            ("uniform", 3.5, 35.0 / 12.0),
        ];
        assert_eq!(sums.len(), expected.len());
        for (name, mean, variance) in expected {
            let (count, sum) = sums[name];
            let off = (sum / count - mean).abs();
            assert!(off < 6.0 * f64::sqrt(variance / count), "{name} is off by {off}");
        }
    }

    #[test]
    fn a_seed_is_a_stream_and_a_message_is_json() {
        let messages = |seed| Integers::new(seed).messages().take(20).collect::<Vec<_>>();
        assert_eq!(messages(1), messages(1));
        assert_ne!(messages(1), messages(2));
        let message: serde_json::Value =
            serde_json::from_slice(&integer_message("skellam", -3)).expect("it is JSON");
        assert_eq!(
            message,
            serde_json::json!({"distribution": "skellam", "number": -3})
        );
    }
}
