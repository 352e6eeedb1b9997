//! What the readers are given. The same seed makes the same messages, on every machine.
//!
//! Numbers have four decimals, which every language prints as they came, and none comes twice in an experiment: so a
//! number says which message it was, in a printed line and in whatever envelope a reader puts it back.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use bytes::Bytes;
use rand::RngExt as _;
use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

pub use crate::protocol::envelope::Number;
use crate::protocol::envelope::value;
use crate::source;

/// Below it, a number fails the first time.
pub const LOW: Number = 1_000;

/// The time that the first message of every stream carries, in seconds since 1970.
const FIRST_TIME: f64 = 1_346_619_003.0;

const PLAIN: RangeInclusive<Number> = 1_001..=9_999;
const LOWS: RangeInclusive<Number> = 1..=999;
const NEGATIVES: RangeInclusive<Number> = -9_999..=-1;

/// How many messages the stream for the quarter has: so many that a third cannot be taken for a quarter (`extras.rs`).
pub const QUARTER_MESSAGES: usize = 5_000;

/// Numbers among which a tenth and more fail the first time, and two always. They come late enough, and early enough,
/// for others to be handled before and after.
pub fn ordinary(seed: u64) -> Vec<Number> {
    let mut draw = Draw::new(seed, 1);
    let mut middle = [draw.some(38, PLAIN), draw.some(10, LOWS), draw.some(2, NEGATIVES)].concat();
    middle.shuffle(&mut draw.generator);
    [draw.some(4, PLAIN), middle, draw.some(8, PLAIN)].concat()
}

/// Messages with junk among them, and the numbers in them. A number is the first, and numbers are the last ones.
pub fn with_junk(seed: u64) -> Vec<Bytes> {
    let mut draw = Draw::new(seed, 2);
    let mut junk: Vec<Bytes> = [
        &b"this is not JSON"[..],
        b"{}",
        b"[]",
        b"\"number\"",
        b"null",
        b"\xff\xfe\x00",
        b"{\"time\": 1346619003.5, \"num",
        b"{\"time\": 1346619003.6}",
        b"{\"time\": 1346619003.7, \"number\": \"many\"}",
        b"{\"time\": 1346619003.8, \"number\": null}",
        b"{\"time\": 1346619003.9, \"number\": []}",
        b"{\"time\": 1346619004.0, \"number\": {}}",
    ]
    .map(Bytes::from_static)
    .into();
    junk.shuffle(&mut draw.generator);
    let numbers = messages(0, &draw.some(2 * junk.len() + 6, PLAIN));
    let mut stream = Vec::new();
    for (index, message) in numbers.into_iter().enumerate() {
        stream.push(message);
        // After every second number, as long as there is any.
        if index % 2 == 0 {
            stream.extend(junk.pop());
        }
    }
    stream
}

/// So many numbers of those to share come before any that fails.
pub const SHARED_PLAIN: usize = 24;

/// Numbers to share.
pub fn shared(seed: u64) -> Vec<Number> {
    let mut draw = Draw::new(seed, 3);
    let mut rest = [draw.some(14, PLAIN), draw.some(6, LOWS)].concat();
    rest.shuffle(&mut draw.generator);
    [draw.some(SHARED_PLAIN, PLAIN), rest, draw.some(4, PLAIN)].concat()
}

/// Three portions: what the first reader handles, what it is killed over, and what is left to the second.
pub fn portions(seed: u64) -> [Vec<Number>; 3] {
    let mut draw = Draw::new(seed, 4);
    let mut last = [draw.some(10, PLAIN), draw.some(2, LOWS)].concat();
    last.shuffle(&mut draw.generator);
    [
        [draw.some(6, PLAIN), draw.some(3, LOWS), draw.some(3, PLAIN)].concat(),
        draw.some(10, PLAIN),
        last,
    ]
}

/// Numbers on both sides of the interval (0.5, 1), both its ends among them.
pub fn around_the_upper_half(seed: u64) -> Vec<Number> {
    let mut draw = Draw::new(seed, 5);
    let mut numbers = [
        vec![5_000, 10_000, 5_001, 9_999, 12_500],
        draw.some(40, 5_002..=9_998),
        draw.some(30, 1_001..=4_999),
        draw.some(8, LOWS),
        draw.some(2, -9_999..=-5_001),
    ]
    .concat();
    numbers.shuffle(&mut draw.generator);
    numbers
}

/// Whether the number lies in the open interval (0.5, 1).
pub fn in_upper_half(number: Number) -> bool {
    number > 5_000 && number < 10_000
}

/// Numbers spread evenly over (0, 1), in random order: a quarter of that range has a quarter of the numbers.
pub fn even(seed: u64) -> Vec<Number> {
    let mut draw = Draw::new(seed, 6);
    let width = 10_000 / QUARTER_MESSAGES as Number;
    let mut numbers: Vec<Number> = (0..QUARTER_MESSAGES as Number)
        .map(|cell| (cell * width + draw.generator.random_range(0..width)).max(1))
        .collect();
    numbers.shuffle(&mut draw.generator);
    numbers
}

/// The messages that carry `numbers`, the first of them at place `first` of its stream.
pub fn messages(first: usize, numbers: &[Number]) -> Vec<Bytes> {
    let message = |(index, number): (usize, &Number)| {
        source::message(FIRST_TIME + (first + index) as f64 / 100.0, value(*number))
    };
    numbers.iter().enumerate().map(message).collect()
}

/// Draws numbers, none of them twice.
struct Draw {
    generator: ChaCha8Rng,
    drawn: HashSet<Number>,
}

impl Draw {
    fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        // Each stream has numbers of its own, whichever others are drawn.
        generator.set_stream(stream);
        Self {
            generator,
            drawn: HashSet::new(),
        }
    }

    fn some(&mut self, count: usize, range: RangeInclusive<Number>) -> Vec<Number> {
        let mut numbers = Vec::new();
        while numbers.len() < count {
            let number = self.generator.random_range(range.clone());
            if self.drawn.insert(number) {
                numbers.push(number);
            }
        }
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::envelope::number;

    #[test]
    fn no_number_comes_twice_and_each_is_read_back() {
        for seed in 0..50 {
            for numbers in [
                ordinary(seed),
                shared(seed),
                portions(seed).concat(),
                around_the_upper_half(seed),
                even(seed),
            ] {
                let different: HashSet<_> = numbers.iter().collect();
                assert_eq!(different.len(), numbers.len(), "seed {seed}");
                for known in numbers {
                    assert_eq!(number(value(known)), Some(known));
                    let printed = format!("{:?}", value(known));
                    assert!(printed.len() <= "-0.1234".len(), "{printed}");
                }
            }
        }
    }

    #[test]
    fn a_quarter_of_the_range_is_a_quarter_of_the_even_numbers() {
        let numbers = even(7);
        for quarter in 0..4 {
            let range = quarter * 2_500..(quarter + 1) * 2_500;
            let count = numbers.iter().filter(|number| range.contains(*number)).count();
            assert_eq!(count, QUARTER_MESSAGES / 4);
        }
    }

    #[test]
    fn all_the_junk_is_there_and_numbers_come_after_it() {
        let stream = with_junk(7);
        let junk = |message: &Bytes| message.len() < 40 || !message.starts_with(b"{\"time\": 1346619003.");
        assert!(stream.iter().filter(|message| !junk(message)).count() >= 24);
        let different: HashSet<_> = stream.iter().collect();
        assert_eq!((stream.len(), different.len()), (42, 42));
    }

    #[test]
    fn other_numbers_are_not_ours() {
        for x in [0.04321, f64::NAN, f64::INFINITY, 1e300, 0.123_456] {
            assert_eq!(number(x), None, "{x}");
        }
        assert_eq!(number(0.0432), Some(432));
    }
}
