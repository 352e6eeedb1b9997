//! Who sends whom where: the catalogue of (referrer, target) pairs, and how often each comes.
//!
//! A few heavy pairs stand for themselves. The rest is a long tail, whose pair number k comes with a probability in
//! proportion to 1/(k + 40), a law of Zipf with a flattened top (Mandelbrot's): with so many pairs and that top, 3,440
//! clicks show as many different pairs as an hour of real ones does, and hardly one of them twice as often as its
//! neighbour. Nothing is remembered, so an endless stream costs no more memory than a short one.

use super::super::dice::{Dice, mixed};

/// How often each heavy pair comes, in 10,000 clicks, and whether it has no referring page.
const HEAVY: [(u64, bool); 20] = [
    (2430, true),
    (450, false),
    (300, false),
    (220, true),
    (157, false),
    (125, true),
    (105, true),
    (90, false),
    (80, false),
    (70, false),
    (60, true),
    (55, false),
    (50, true),
    (48, false),
    (45, true),
    (42, false),
    (40, true),
    (38, false),
    (36, false),
    (34, false),
];

/// How many pairs the tail has, and how flat it begins.
const TAIL_PAIRS: u64 = 20_000;
const FLATNESS: u64 = 40;

/// 8 of 29 tail pairs have no referring page, which with the heavy ones makes 46 % of the clicks.
const DIRECT_OF_29: u64 = 8;

/// A pair of a referrer and a target, by their numbers in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Pair {
    /// The referring page; `None` where the visitor came directly.
    pub(super) referrer: Option<u64>,
    /// The page that was asked for.
    pub(super) target: u64,
}

/// Draws pairs.
#[derive(Debug, Clone)]
pub(super) struct Pairs {
    /// Of each tail pair, its weight and those of all before it.
    tail: Vec<u64>,
}

impl Pairs {
    pub(super) fn new() -> Pairs {
        let tail = (0..TAIL_PAIRS)
            .scan(0, |sum, number| {
                // In units so small that the rounding does not show.
                *sum += (1 << 40) / (number + FLATNESS);
                Some(*sum)
            })
            .collect();
        Pairs { tail }
    }

    pub(super) fn draw(&self, dice: &mut Dice) -> Pair {
        let mut at = dice.below(10_000);
        for (number, &(weight, is_direct)) in (0_u64..).zip(&HEAVY) {
            if at < weight {
                return pair(number, is_direct);
            }
            at -= weight;
        }
        let all = self.tail.last().copied().unwrap_or(1);
        let at = dice.below(all);
        let number = self.tail.partition_point(|&sum| sum <= at) as u64;
        let is_direct = number * 12 % 29 < DIRECT_OF_29;
        pair(HEAVY.len() as u64 + number, is_direct)
    }
}

/// Pair `number` of the catalogue. Without a referrer it is told from the others by its target, so that two numbers
/// never mean the same pair; with one, by its referrer, and popular targets have several.
fn pair(number: u64, is_direct: bool) -> Pair {
    if is_direct {
        return Pair {
            referrer: None,
            target: number,
        };
    }
    let bits = mixed(number);
    // A product of three is small more often than not, and 0 most often: page 1 is linked to from everywhere, a few
    // others from many places, and most from one.
    let target = 1 + (bits & 0xf) * (bits >> 4 & 0xf) * (bits >> 8 & 0xf);
    Pair {
        referrer: Some(number),
        target: if number < HEAVY.len() as u64 {
            number
        } else {
            target
        },
    }
}
