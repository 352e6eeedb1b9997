//! The messages that readers are tried on. The same seed makes the same messages, on every machine.

use bytes::Bytes;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::source;

/// Distributions that the live stream has, too.
const KNOWN: [&str; 3] = ["binomial", "poisson", "skellam"];

/// Some that it has not: a program must not count on names that it has seen.
const UNKNOWN: [&str; 4] = ["hypergeometric", "logarithmic", "rademacher", "zipf"];

/// As many readers as share a queue.
pub const READERS: usize = 4;

/// As many times in a row as a message comes for each reader.
const EACH: usize = 5;

/// As many runs of one message as there are: of different ones first, and then some of them again.
const DIFFERENT: usize = 12;
const AGAIN: usize = 8;

/// A distribution, and an integer that is said to be from it.
pub type Draw = (&'static str, i64);

/// For one reader: several distributions in turn, and numbers of all kinds, such as mistakes show at.
pub fn for_one(seed: u64) -> Vec<Draw> {
    let mut random = generator(seed, 1);
    let names = names(&mut random);
    let count = random.random_range(200..=270);
    let mut draws: Vec<Draw> = (0..count)
        .map(|_| {
            let name = *names.choose(&mut random).expect("there are some");
            // Small ones are more frequent.
            let high = random.random_range(0..=9);
            (name, random.random_range(-2..=high))
        })
        .collect();
    for name in names {
        draws.extend([
            (name, 0),
            (name, 0),
            (name, -7),
            (name, 12),
            (name, 12),
            (name, 123_456_789),
        ]);
    }
    // Not so many that they come out even, in tens, say, or in hundreds.
    if draws.len().is_multiple_of(10) {
        draws.push((names[0], 3));
    }
    draws.shuffle(&mut random);
    draws
}

/// For several readers at once: few different messages, and each of them so often in a row that all the readers have it
/// in hand at the same time.
pub fn for_four(seed: u64) -> Vec<Draw> {
    let mut random = generator(seed, 2);
    let names = names(&mut random);
    let mut different: Vec<Draw> = names
        .iter()
        .flat_map(|name| (-1..=5).map(|number| (*name, number)))
        .collect();
    different.shuffle(&mut random);
    different.truncate(DIFFERENT);
    let mut again = different.clone();
    again.shuffle(&mut random);
    different.extend(&again[..AGAIN]);
    different
        .into_iter()
        .flat_map(|draw| std::iter::repeat_n(draw, READERS * EACH))
        .collect()
}

/// The message that carries a draw.
pub fn message((name, number): Draw) -> Bytes {
    source::integer_message(name, number)
}

fn generator(seed: u64, stream: u64) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(stream);
    generator
}

fn names(random: &mut ChaCha8Rng) -> [&'static str; 3] {
    let known = random.random_range(0..KNOWN.len());
    let other = (known + random.random_range(1..KNOWN.len())) % KNOWN.len();
    let unknown = random.random_range(0..UNKNOWN.len());
    [KNOWN[known], KNOWN[other], UNKNOWN[unknown]]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_seed_makes_what_mistakes_show_at() {
        for seed in 0..200 {
            let one = for_one(seed);
            assert!((218..=289).contains(&one.len()) && !one.len().is_multiple_of(10));
            let names: BTreeSet<&str> = one.iter().map(|(name, _)| *name).collect();
            assert_eq!(names.len(), 3);
            assert!(names.iter().any(|name| UNKNOWN.contains(name)));
            let four = for_four(seed);
            assert_eq!(four.len(), 400);
            assert_eq!(four.iter().collect::<BTreeSet<_>>().len(), DIFFERENT);
        }
        assert_eq!(for_one(7), for_one(7));
        assert_ne!(for_four(7), for_four(8));
    }
}
