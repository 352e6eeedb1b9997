//! The streams that a program is tried on. The same seed makes the same numbers, on every machine.
//!
//! They are random, but not left to chance: each is drawn again until it has what makes mistakes show (both signs,
//! an outlier, numbers that are not nearly equal), so that a verdict does not depend on the seed.

use bytes::Bytes;
use rand::RngExt as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use super::super::exact::ExactSums;
use crate::source::{self, Distribution};

/// A stream to be tried on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Normal, of no particular mean and deviation.
    Ordinary,
    /// Two equal numbers first.
    First,
    /// Mean 1e9, deviation 1.
    LargeOffset,
    /// Flat.
    Uniform,
    /// Skewed.
    Exponential,
    /// With numbers far from all the others.
    HeavyTailed,
    /// Long, for the memory.
    Long,
}

/// Draws tried before what is asked for is taken to be impossible; a thousandth of it is enough.
const MOST_DRAWS: usize = 10_000;

/// The time that the first message of every stream carries, in seconds since 1970.
const FIRST_TIME: f64 = 1_346_619_003.0;

impl Stream {
    /// The numbers of the stream.
    pub fn numbers(self, seed: u64) -> Vec<f64> {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        // Each stream has numbers of its own, whichever others are drawn.
        generator.set_stream(self as u64 + 1);
        let mut numbers = Vec::new();
        for _ in 0..MOST_DRAWS {
            numbers = self.draw(&mut generator);
            if self.shows_mistakes(&numbers) {
                break;
            }
        }
        numbers
    }

    fn draw(self, generator: &mut ChaCha8Rng) -> Vec<f64> {
        let standard_deviation = generator.random_range(0.5..20.0);
        let location = standard_deviation * generator.random_range(-1.0..1.0);
        let (distribution, count) = match self {
            // More than a thousand, and nobody knows how many: a window, or a count that is expected, shows.
            Self::Ordinary => (
                Distribution::Normal {
                    mean: location,
                    standard_deviation,
                },
                generator.random_range(11..=15) * 100,
            ),
            Self::First => (
                Distribution::Normal {
                    mean: location,
                    standard_deviation,
                },
                100,
            ),
            Self::LargeOffset => (
                Distribution::Normal {
                    mean: 1e9,
                    standard_deviation: 1.0,
                },
                300,
            ),
            Self::Uniform => (
                Distribution::Uniform {
                    low: location,
                    high: location + standard_deviation,
                },
                200,
            ),
            Self::Exponential => (
                Distribution::Exponential {
                    location,
                    scale: standard_deviation,
                },
                200,
            ),
            Self::HeavyTailed => (
                Distribution::StudentT {
                    location,
                    scale: standard_deviation,
                    degrees_of_freedom: 4.1,
                },
                400,
            ),
            Self::Long => (
                Distribution::Normal {
                    mean: location,
                    standard_deviation,
                },
                1000,
            ),
        };
        let sampler = distribution.sampler().expect("the parameters above are in range");
        let mut numbers: Vec<f64> = (0..count).map(|_| sampler.sample(generator)).collect();
        match self {
            Self::First => numbers[1] = numbers[0],
            // The same number twice is two numbers.
            Self::Ordinary => {
                numbers[37] = numbers[11];
                numbers[612] = numbers[611];
            }
            _ => {}
        }
        numbers
    }

    fn shows_mistakes(self, numbers: &[f64]) -> bool {
        let distance = (numbers[0] - numbers[if self == Self::First { 2 } else { 1 }]).abs();
        match self {
            Self::Ordinary | Self::First => {
                let head = &numbers[..10];
                head.iter().any(|x| *x < 0.0) && head.iter().any(|x| *x > 0.0) && distance > 0.1
            }
            Self::LargeOffset => distance > 0.5,
            Self::HeavyTailed => {
                let centre = median(numbers);
                let spread = median(&numbers.iter().map(|x| (x - centre).abs()).collect::<Vec<_>>());
                numbers.iter().any(|x| (x - centre).abs() > 15.0 * spread) && has_late_outlier(numbers)
            }
            Self::Uniform | Self::Exponential | Self::Long => true,
        }
    }
}

/// The message that carries the number at `index` of a stream.
pub fn message(index: u64, number: f64) -> Bytes {
    source::message(FIRST_TIME + index as f64 / 100.0, number)
}

/// Whether, after a hundred others, a number comes that is more than five of their deviations away from their mean: one that
/// comes before a program knows what is usual is not clipped by it either.
fn has_late_outlier(numbers: &[f64]) -> bool {
    let mut before = ExactSums::default();
    for (place, number) in numbers.iter().enumerate() {
        if place >= 100
            && let (Some(mean), Some(variance)) = (before.mean(), before.population_variance())
            && (number - mean).abs() > 5.0 * variance.sqrt()
        {
            return true;
        }
        before.add(*number);
    }
    false
}

fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Stream; 7] = [
        Stream::Ordinary,
        Stream::First,
        Stream::LargeOffset,
        Stream::Uniform,
        Stream::Exponential,
        Stream::HeavyTailed,
        Stream::Long,
    ];

    #[test]
    fn every_seed_makes_streams_that_show_mistakes() {
        // The last once made an outlier among the first thirty numbers, and none later.
        for seed in (0..100).chain([398_901_235]) {
            for stream in ALL {
                let numbers = stream.numbers(seed);
                assert!(stream.shows_mistakes(&numbers), "{stream:?} of seed {seed}");
                assert!(numbers.iter().all(|number| number.is_finite()));
            }
        }
    }

    #[test]
    fn a_seed_is_a_stream() {
        for stream in ALL {
            assert_eq!(stream.numbers(7), stream.numbers(7));
            assert_ne!(stream.numbers(7), stream.numbers(8));
        }
    }
}
