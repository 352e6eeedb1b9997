//! The stream of section 2: numbers, and what a reader must not stumble over.

use bytes::Bytes;
use rand::RngExt as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha12Rng;

use super::numbers::{Messages, message, now_s};

/// One message in so many carries a negative number, and one in so many no number at all.
const NEGATIVE_EVERY: u32 = 25;
const JUNK_EVERY: u32 = 50;

/// What is among the numbers: not JSON, JSON that is no object, an empty one, and one with something else in the place
/// of the number.
const JUNK: [&str; 4] = ["this is not JSON", "[]", "{}", r#"{"number": "many"}"#];

/// An endless stream of messages, determined by its seed but for the times in it: numbers between 0 and 1, uniform and
/// with four decimals, some negative ones between -1 and 0, and now and then a message without a number.
pub fn mixed(seed: u64) -> Messages {
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    Box::new(std::iter::repeat_with(move || next(&mut random)))
}

fn next(random: &mut ChaCha12Rng) -> Bytes {
    if random.random_ratio(1, JUNK_EVERY) {
        return Bytes::from_static(JUNK[random.random_range(0..JUNK.len())].as_bytes());
    }
    let number = f64::from(random.random_range(1..10_000)) / 10_000.0;
    let sign = if random.random_ratio(1, NEGATIVE_EVERY) {
        -1.0
    } else {
        1.0
    };
    message(now_s(), sign * number)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn there_is_some_of_everything_and_mostly_numbers_between_0_and_1() {
        let messages: Vec<Bytes> = mixed(7).take(10_000).collect();
        let numbers: Vec<f64> = messages
            .iter()
            .filter_map(|message| {
                serde_json::from_slice::<Value>(message)
                    .ok()?
                    .get("number")?
                    .as_f64()
            })
            .collect();
        let count = |wanted: fn(f64) -> bool| numbers.iter().filter(|number| wanted(**number)).count();
        // Expected: 200 without a number, 392 negative, and of the others (9,408) a tenth below 0.1; within six
        // standard deviations, each of them a little less than the square root.
        assert!((120..280).contains(&(messages.len() - numbers.len())));
        assert!((270..510).contains(&count(|number| number < 0.0)));
        assert!((760..1120).contains(&count(|number| (0.0..0.1).contains(&number))));
        assert!(numbers.iter().all(|number| number.abs() < 1.0));
        for junk in JUNK {
            assert!(messages.iter().any(|message| message == junk), "{junk}");
        }
    }
}
