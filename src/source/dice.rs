//! Random choices by whole numbers alone, which come out the same on every machine.

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;

/// A source of choices that its seed determines, on every machine and with every release of a library: the bits are
/// ChaCha12's, and no floating-point function has a say.
#[derive(Debug, Clone)]
pub(super) struct Dice {
    random: ChaCha12Rng,
}

impl Dice {
    /// The choices of that seed.
    pub(super) fn new(seed: u64) -> Dice {
        // As for `Numbers`: the seed is the key as it stands.
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        Dice {
            random: ChaCha12Rng::from_seed(key),
        }
    }

    /// 64 random bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.random.next_u64()
    }

    /// A whole number from 0 to `end`, which is left out. Its bias, at most `end` in 2^64, is nothing that any stream
    /// of ours is long enough to show.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        scale(self.bits(), end)
    }

    /// One of `choices`, which are not empty.
    pub(super) fn pick<'c, T>(&mut self, choices: &'c [T]) -> &'c T {
        pick(self.bits(), choices)
    }

    /// True in `parts` of 10,000 cases.
    pub(super) fn in_ten_thousand(&mut self, parts: u64) -> bool {
        self.below(10_000) < parts
    }
}

/// Where `bits` falls when all that they can be is laid out over 0 to `end`.
pub(super) fn scale(bits: u64, end: u64) -> u64 {
    ((u128::from(bits) * u128::from(end)) >> 64) as u64
}

/// The one of `choices` that `bits` stand for.
pub(super) fn pick<T>(bits: u64, choices: &[T]) -> &T {
    &choices[scale(bits, choices.len() as u64) as usize]
}

/// Well mixed bits for a number: the finaliser of SplitMix64 (Steele, Lea and Flood, *Fast splittable pseudorandom
/// number generators*, 2014). What is made of it needs no memory: the same number always gives the same.
pub(super) fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_stay_within_their_bounds_and_reach_them() {
        let mut dice = Dice::new(1);
        let drawn: Vec<u64> = (0..1000).map(|_| dice.below(6)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&0), Some(&5)));
        assert_eq!(scale(u64::MAX, 7), 6);
        assert_eq!(scale(0, 7), 0);
    }

    #[test]
    fn mixing_is_that_of_splitmix64() {
        // The first output of the reference implementation for the state 0.
        assert_eq!(mixed(0), 0xe220_a839_7b1d_cdaf);
    }
}
