//! How long to wait for a program that does nothing.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

const TICK: Duration = Duration::from_millis(50);

/// A tick this late means that the arena itself stood still: it was suspended, or the machine was. Programs that waited
/// for its servers may have given up on them by then.
const STANDSTILL: Duration = Duration::from_secs(2);

/// Counts the time in which nothing happened, on a machine that had time to spare: a tick that comes late, because
/// the machine is busy or was suspended, counts for one tick and no more, and time in which the program itself was
/// starved of processors does not count.
#[derive(Debug)]
pub struct Patience {
    interval: tokio::time::Interval,
    idle: Duration,
    starved: Duration,
    limit: Duration,
    deadline: Instant,
    last: Instant,
}

impl Patience {
    /// Waits for `limit` without progress, and for `whole` all in all.
    pub fn new(limit: Duration, whole: Duration) -> Self {
        let mut interval = interval(TICK);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            interval,
            idle: Duration::ZERO,
            starved: Duration::ZERO,
            limit,
            deadline: Instant::now() + whole,
            last: Instant::now(),
        }
    }

    /// How long nothing has happened.
    pub fn idle(&self) -> Duration {
        self.idle
    }

    /// Whether it is over: nothing has happened for as long as it lasts.
    pub fn is_over(&self) -> bool {
        self.idle >= self.limit
    }

    /// Something happened: waiting begins anew.
    pub fn progress(&mut self) {
        self.idle = Duration::ZERO;
    }

    /// The program that is waited for was starved for so long in all. What came to it since this was last said was no time
    /// in which it did nothing.
    pub fn starved(&mut self, in_all: Duration) {
        let since = in_all.saturating_sub(std::mem::replace(&mut self.starved, in_all));
        self.idle = self.idle.saturating_sub(since);
    }

    /// Waits for the next tick, and says how patience ran out if it did, or that this process stood still. Cancel-safe.
    pub async fn tick(&mut self) -> Option<Impatience> {
        self.interval.tick().await;
        self.idle += TICK;
        let now = Instant::now();
        let gap = now.duration_since(std::mem::replace(&mut self.last, now));
        if gap >= STANDSTILL {
            // What the programs did meanwhile is not to be counted against them.
            self.deadline += gap;
            Some(Impatience::Standstill)
        } else if now >= self.deadline {
            Some(Impatience::Whole)
        } else if self.is_over() {
            Some(Impatience::Idle)
        } else {
            None
        }
    }
}

/// How patience ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Impatience {
    /// Nothing happened for too long.
    Idle,
    /// Things went on happening, for too long.
    Whole,
    /// It did not run out; but nobody was there to wait.
    Standstill,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How patience runs out with a program that does nothing and is starved for `percent` of the time, and after how many
    /// seconds.
    async fn run_out(percent: u32) -> (Impatience, u64) {
        let begin = Instant::now();
        let mut patience = Patience::new(Duration::from_secs(10), Duration::from_secs(60));
        loop {
            patience.starved(begin.elapsed() * percent / 100);
            if let Some(impatience) = patience.tick().await {
                return (impatience, begin.elapsed().as_secs());
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn time_in_which_a_program_was_starved_is_not_idle() {
        assert_eq!(run_out(0).await, (Impatience::Idle, 9));
        let (impatience, seconds) = run_out(50).await;
        assert!(
            impatience == Impatience::Idle && (19..=20).contains(&seconds),
            "{seconds}"
        );
        assert_eq!(run_out(95).await, (Impatience::Whole, 60));
    }
}
