//! How long to wait after failures: hardly after one, long after many.

use std::time::Duration;

/// What the first failure adds.
const FIRST_STEP: Duration = Duration::from_millis(10);

/// The longest pause.
const LONGEST: Duration = Duration::from_secs(120);

/// A pause that doubles with each failure and halves with each success.
///
/// Something that fails again and again (a database that is down, say) gets worse when it is asked as fast as possible.
/// A single failure, on the other hand, is no reason to stop working.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    pause: Duration,
}

impl Backoff {
    pub fn failure(&mut self) {
        self.pause = (2 * self.pause).clamp(FIRST_STEP, LONGEST);
    }

    pub fn success(&mut self) {
        let halved = self.pause / 2;
        self.pause = if halved < FIRST_STEP {
            Duration::ZERO
        } else {
            halved
        };
    }

    /// How long to wait now.
    pub fn pause(&self) -> Duration {
        self.pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_with_failures_up_to_two_minutes_and_shrinks_with_successes() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.pause(), Duration::ZERO);
        let grown: Vec<u128> = (0..3)
            .map(|_| {
                backoff.failure();
                backoff.pause().as_millis()
            })
            .collect();
        assert_eq!(grown, [10, 20, 40]);
        backoff.success();
        assert_eq!(backoff.pause(), Duration::from_millis(20));
        (0..2).for_each(|_| backoff.success());
        assert_eq!(backoff.pause(), Duration::ZERO);
        (0..50).for_each(|_| backoff.failure());
        assert_eq!(backoff.pause(), LONGEST);
    }
}
