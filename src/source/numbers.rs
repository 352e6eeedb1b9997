//! A stream of numbers that is the same for the same seed, and the messages that carry it.

use std::time::SystemTime;

use bytes::Bytes;
use rand::SeedableRng;
use rand_chacha::ChaCha12Rng;

use super::{Distribution, ParameterError, Sampler};

/// An endless stream of independent numbers from one distribution, determined by its seed.
///
/// The random bits are the same on every machine; the numbers may differ in their last digit between machines whose
/// mathematical libraries round a logarithm differently.
#[derive(Debug, Clone)]
pub struct Numbers {
    sampler: Sampler,
    random: ChaCha12Rng,
}

impl Numbers {
    /// The stream of that distribution and seed.
    ///
    /// # Errors
    ///
    /// Where the parameters of the distribution make none.
    pub fn new(distribution: &Distribution, seed: u64) -> Result<Numbers, ParameterError> {
        let sampler = distribution.sampler()?;
        // The seed is the key as it stands: how a library spreads it may change from release to release.
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        Ok(Numbers {
            sampler,
            random: ChaCha12Rng::from_seed(key),
        })
    }

    /// The next number.
    pub fn draw(&mut self) -> f64 {
        self.sampler.sample(&mut self.random)
    }
}

impl Iterator for Numbers {
    type Item = f64;

    fn next(&mut self) -> Option<f64> {
        Some(self.draw())
    }
}

/// The message that carries the number `x`, published `time_s` seconds after the epoch: `{"time": t, "number": x}`.
///
/// Both are written with the fewest digits that read back as the same f64, always as a fraction or with an exponent so
/// that no language takes them for integers. JSON has no infinities and no NaN: those become `null`.
pub fn message(time_s: f64, x: f64) -> Bytes {
    Bytes::from(format!(r#"{{"time": {}, "number": {}}}"#, json(time_s), json(x)))
}

/// An endless stream of messages, each made at the moment that it is asked for.
pub type Messages = Box<dyn Iterator<Item = Bytes> + Send>;

impl Numbers {
    /// The messages that carry these numbers, each with the time at which it is made.
    pub fn messages(self) -> Messages {
        Box::new(self.map(|x| message(now_s(), x)))
    }
}

/// Seconds since 1970, to the microsecond.
pub(super) fn now_s() -> f64 {
    let elapsed = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    elapsed.as_micros() as f64 / 1e6
}

fn json(x: f64) -> String {
    if x.is_finite() {
        format!("{x:?}")
    } else {
        "null".into()
    }
}
