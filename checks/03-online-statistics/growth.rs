//! How the memory of a process grows with the numbers that it has taken.
//!
//! Resident memory is not what a program keeps. An interpreter warms up, and a runtime that collects garbage lets it grow
//! before it does: V8, under a reader that keeps nothing, by some 50 MB over its first 250,000 numbers, in leaps with rests
//! between them. What tells the two apart is that a program that keeps each number never rests.

/// Resident bytes, seen after so many numbers taken: the least in each eighth of them, since garbage comes and goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Growth {
    taken: u64,
    least: [u64; EIGHTHS],
}

const EIGHTHS: usize = 8;

/// A number kept costs 8 bytes at the least. Between these two, in bytes a number, it is not for us to tell.
const GROWS: f64 = 6.5;
const FLAT: f64 = 5.5;

/// More bytes a number than this is garbage not yet collected, not numbers kept.
const GARBAGE: f64 = 600.0;

/// No eighth may fall below this part of the median one. A table that doubles leaps besides, which does not count.
const EVEN: f64 = 0.6;

/// After this many numbers no heap of a garbage collector is still filling as evenly as that. V8's small one, under a reader
/// with one connection, may do so for 230,000; it comes to rest before 350,000, and then half of the numbers are rest.
const CERTAIN: u64 = 600_000;

/// A program that has grown by more than this may be run by a collector of garbage, whose rests are long: flat is then what
/// is flat over this many numbers.
const COLLECTED: u64 = 8 << 20;
const LONG_REST: u64 = 400_000;

impl Growth {
    /// From samples of (numbers taken, resident bytes); `None` where an eighth of the numbers has none.
    pub fn of(samples: &[(u64, u64)]) -> Option<Self> {
        let taken = samples.last()?.0;
        let mut least = [None; EIGHTHS];
        for (got, bytes) in samples.iter().filter(|(got, _)| (1..=taken).contains(got)) {
            let eighth = &mut least[((got - 1) * EIGHTHS as u64 / taken) as usize];
            *eighth = Some(eighth.map_or(*bytes, |least: u64| least.min(*bytes)));
        }
        let mut found = [0; EIGHTHS];
        for (found, least) in found.iter_mut().zip(least) {
            *found = least?;
        }
        Some(Self { taken, least: found })
    }

    /// How many numbers had been taken at the end.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// Bytes a number from each eighth to the next, in ascending order. The first eighth is warming up.
    fn rates(&self) -> [f64; EIGHTHS - 2] {
        let eighth = self.taken as f64 / EIGHTHS as f64;
        let mut rates =
            std::array::from_fn(|at| (self.least[at + 2] as f64 - self.least[at + 1] as f64) / eighth);
        rates.sort_by(f64::total_cmp);
        rates
    }

    /// Bytes a number at which memory grows most of the time.
    pub fn rate(&self) -> f64 {
        let rates = self.rates();
        f64::midpoint(rates[rates.len() / 2 - 1], rates[rates.len() / 2])
    }

    /// Whether it grows as it does where each number is kept: without a rest.
    pub fn is_even(&self) -> bool {
        let rate = self.rate();
        (GROWS..GARBAGE).contains(&rate) && self.rates()[0] >= EVEN * rate
    }

    /// Whether it has grown like that for so long that nothing else can be behind it.
    pub fn is_certain(&self) -> bool {
        self.is_even() && self.taken >= CERTAIN
    }

    /// Bytes a number over the second half.
    pub fn late_rate(&self) -> f64 {
        let grown = self.least[EIGHTHS - 1] as f64 - self.least[EIGHTHS / 2 - 1] as f64;
        grown / (self.taken as f64 / 2.0)
    }

    /// Whether it has come to rest. A list that doubles (in JavaScript, times 1.5) rests too, but not for half of its
    /// numbers.
    pub fn is_flat(&self) -> bool {
        let early = self.least[EIGHTHS / 2 - 1].saturating_sub(self.least[1]);
        self.late_rate() < FLAT && (early < COLLECTED || self.taken >= LONG_REST)
    }
}

#[cfg(test)]
#[path = "growth_tests.rs"]
mod tests;
