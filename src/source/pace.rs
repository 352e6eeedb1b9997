//! Publishing so many messages a second, no matter how late the timer comes.

use std::time::Duration;

use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

/// The most messages a second that can be asked for.
const HIGHEST_RATE: f64 = 1e6;

/// How often messages are let go where the rate is high enough to have any: ten times a second looks like a flow, and an
/// idle workshop hardly wakes.
const TICK: Duration = Duration::from_millis(100);

/// The longest wait between two looks at the clock, which very low rates would stretch without end.
const LONGEST_TICK: Duration = Duration::from_secs(1);

/// How far a stream that could not run (a suspended machine, a stopped process) catches up; what lies further back is
/// never published.
const CATCH_UP: Duration = Duration::from_secs(1);

/// A clock for publishing at an even rate.
#[derive(Debug)]
pub struct Pace {
    rate_per_s: f64,
    interval: Interval,
    /// The time from which messages are counted, and how many have been due since.
    origin: Instant,
    counted: u64,
}

/// A rate at which nothing can be published.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "a rate of {rate_per_s} messages a second cannot be kept; give a number above 0 and up to {HIGHEST_RATE}"
)]
pub struct RateError {
    rate_per_s: f64,
}

impl Pace {
    /// Whether so many messages a second can be published.
    ///
    /// # Errors
    ///
    /// Where the rate is not above 0 and at most a million messages a second.
    pub fn check(rate_per_s: f64) -> Result<(), RateError> {
        // Written so that NaN fails it.
        if rate_per_s > 0.0 && rate_per_s <= HIGHEST_RATE {
            Ok(())
        } else {
            Err(RateError { rate_per_s })
        }
    }

    /// Starts to count, now, on the tokio runtime that the caller is on.
    ///
    /// # Errors
    ///
    /// As [`Pace::check`].
    pub fn new(rate_per_s: f64) -> Result<Pace, RateError> {
        Pace::check(rate_per_s)?;
        let gap = Duration::try_from_secs_f64(1.0 / rate_per_s).unwrap_or(LONGEST_TICK);
        let mut interval = interval(gap.clamp(TICK, LONGEST_TICK));
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Pace {
            rate_per_s,
            interval,
            origin: Instant::now(),
            counted: 0,
        })
    }

    /// Waits until messages are due and says how many, at least one. Cancel-safe.
    ///
    /// After a pause in which it was not asked, at most a second's worth is due at once (or a single message, where
    /// fewer than one a second are).
    pub async fn due(&mut self) -> u64 {
        loop {
            self.interval.tick().await;
            // Not the time that the tick was meant for, which a late one returns.
            let now = Instant::now();
            let total = (now.saturating_duration_since(self.origin).as_secs_f64() * self.rate_per_s) as u64;
            let due = total - self.counted;
            let most = (CATCH_UP.as_secs_f64() * self.rate_per_s).ceil() as u64;
            if due > most {
                (self.origin, self.counted) = (now, 0);
                return most;
            }
            if due > 0 {
                self.counted = total;
                return due;
            }
        }
    }
}
