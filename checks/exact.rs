//! Mean and variance without rounding.
//!
//! A finite f64 is an integer times a power of two no smaller than 2^-1074, so a sum of f64s, or of their squares, is
//! an integer once scaled by 2^1074, or 2^2148. The truth that programs are judged against is made of these integers;
//! only the finished quotient is rounded, once, to the nearest f64.

use num_bigint::BigInt;
use num_rational::Ratio;
use num_traits::ToPrimitive as _;

/// The exponent of the smallest f64 above zero.
const SCALE: u32 = 1074;

/// Exact sums over some numbers.
#[derive(Debug, Clone, Default)]
pub struct ExactSums {
    count: u64,
    /// Sum of the numbers, times 2^1074.
    sum: BigInt,
    /// Sum of their squares, times 2^2148.
    squares: BigInt,
}

impl ExactSums {
    /// Adds a finite number. One that is not finite has no exact value and is a mistake of the caller's.
    pub fn add(&mut self, number: f64) {
        debug_assert!(number.is_finite());
        let scaled = scaled(number);
        self.squares += &scaled * &scaled;
        self.sum += scaled;
        self.count += 1;
    }

    /// Adds a partial result: `n` numbers with the given mean and M2 (the sum of squared distances from it), taken at
    /// their word: the squares that they stand for are M2 + n mean².
    pub fn add_partial(&mut self, n: u64, mean: f64, m2: f64) {
        let mean = scaled(mean);
        self.squares += (scaled(m2) << SCALE) + &mean * &mean * n;
        self.sum += mean * n;
        self.count += n;
    }

    /// How many numbers these are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their mean, to the nearest f64; `None` where there are none.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| quotient(self.sum.clone(), BigInt::from(self.count) << SCALE))
    }

    /// The sum of squared distances from the mean, to the nearest f64; `None` where there are none.
    pub fn m2(&self) -> Option<f64> {
        (self.count > 0).then(|| self.distances_over(1))
    }

    /// M2/(n-1), to the nearest f64; `None` for fewer than two numbers.
    pub fn sample_variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.distances_over(self.count - 1))
    }

    /// M2/n, to the nearest f64; `None` where there are no numbers.
    pub fn population_variance(&self) -> Option<f64> {
        (self.count > 0).then(|| self.distances_over(self.count))
    }

    /// M2 over `divisor`, where M2 = (n · squares - sum²) / n.
    fn distances_over(&self, divisor: u64) -> f64 {
        let n_m2 = &self.squares * self.count - &self.sum * &self.sum;
        quotient(n_m2, (BigInt::from(self.count) * divisor) << (2 * SCALE))
    }
}

/// `number` times 2^1074.
fn scaled(number: f64) -> BigInt {
    // IEEE 754: sign, 11 bits of exponent, 52 of fraction; exponent 0 has no hidden bit and means the same scale as 1.
    let bits = number.to_bits();
    let exponent = (bits >> 52) & 0x7ff;
    let fraction = bits & ((1 << 52) - 1);
    let mantissa = if exponent == 0 {
        fraction
    } else {
        fraction | 1 << 52
    };
    let magnitude = BigInt::from(mantissa) << exponent.saturating_sub(1);
    if number.is_sign_negative() {
        -magnitude
    } else {
        magnitude
    }
}

fn quotient(numerator: BigInt, denominator: BigInt) -> f64 {
    // Not reduced: the greatest common divisor would cost more than it saves.
    Ratio::new_raw(numerator, denominator)
        .to_f64()
        .expect("every ratio of integers has a nearest f64")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(numbers: &[f64]) -> ExactSums {
        let mut sums = ExactSums::default();
        numbers.iter().for_each(|number| sums.add(*number));
        sums
    }

    #[test]
    fn known_values() {
        // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squared distances 9+1+1+1+0+0+4+16 = 32.
        let known = sums(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
        assert_eq!(known.mean(), Some(5.0));
        assert_eq!(known.m2(), Some(32.0));
        assert_eq!(known.population_variance(), Some(4.0));
        assert_eq!(known.sample_variance(), Some(32.0 / 7.0));
    }

    #[test]
    fn nothing_and_one_number_have_no_sample_variance() {
        assert_eq!(sums(&[]).mean(), None);
        assert_eq!(sums(&[]).population_variance(), None);
        assert_eq!(sums(&[3.5]).sample_variance(), None);
        assert_eq!(sums(&[3.5]).population_variance(), Some(0.0));
    }

    #[test]
    fn nothing_cancels() {
        // In f64, 1e9 + 0.5 squared is not even representable; here the half survives.
        assert_eq!(sums(&[1e9, 1e9 + 0.5]).sample_variance(), Some(0.125));
        assert_eq!(sums(&[1e300, 1.0, -1e300]).mean(), Some(1.0 / 3.0));
        let smallest = f64::from_bits(1);
        assert_eq!(sums(&[smallest, -smallest, smallest]).mean(), Some(0.0));
        assert_eq!(sums(&[smallest]).mean(), Some(smallest));
    }

    #[test]
    fn partial_results_merge_to_the_whole() {
        let mut merged = ExactSums::default();
        merged.add_partial(2, 1.5, 0.5); // 1, 2
        merged.add_partial(0, 0.0, 0.0);
        merged.add_partial(3, 7.0, 2.0); // 6, 7, 8
        let whole = sums(&[1.0, 2.0, 6.0, 7.0, 8.0]);
        assert_eq!(
            (merged.count(), merged.mean(), merged.m2()),
            (5, whole.mean(), whole.m2())
        );
    }

    proptest::proptest! {
        #[test]
        fn shifting_moves_the_mean_and_leaves_the_variance(
            numbers in proptest::collection::vec(-1_000_000_i32..1_000_000, 2..40),
            shift in -1_000_000_i32..1_000_000,
        ) {
            let plain: Vec<f64> = numbers.iter().map(|n| f64::from(*n)).collect();
            let shifted: Vec<f64> = plain.iter().map(|n| n + f64::from(shift)).collect();
            proptest::prop_assert_eq!(sums(&plain).sample_variance(), sums(&shifted).sample_variance());
            let integer_sum: i64 = numbers.iter().map(|n| i64::from(*n)).sum();
            proptest::prop_assert_eq!(sums(&plain).mean(), Some(integer_sum as f64 / numbers.len() as f64));
        }
    }
}
