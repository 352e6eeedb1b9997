//! How long a program has been kept from working, because others had the processors.
//!
//! Linux counts for each thread how long it has run and how long it was ready to run and did not (the run delay, in
//! `schedstat`; see "Scheduler Statistics" in the kernel's documentation). Other systems do not tell: there no program
//! seems to be starved.

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

use super::group::Member;
use super::processes::{self, State};

/// What a thread has had of the processors since it began, and how long it waited for one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Share {
    ran: Duration,
    /// Up to when it last got a processor: what it waits now is added then.
    waited: Duration,
    /// Whether it runs, or would if it got a processor.
    is_ready: bool,
}

/// The shares of a program's threads, by the number of the thread.
pub(super) type Shares = HashMap<i32, Share>;

/// Adds up how long a program was starved, from its threads' shares at one time and another.
#[derive(Debug, Default)]
pub(super) struct Starvation {
    before: Shares,
    total: Duration,
}

impl Starvation {
    /// Takes in what the shares are by now.
    ///
    /// A thread that had a processor for as long as it waited for one is not starved: it gets on, at half its speed. The
    /// one that fares worst counts, for the others may wait for it. `since_last` has passed since the last time.
    pub(super) fn note(&mut self, now: Shares, since_last: Duration) {
        let lost = |(thread, share): (&i32, &Share)| {
            let before = self.before.get(thread).copied().unwrap_or_default();
            let waited = share.waited.saturating_sub(before.waited);
            if share.is_ready && before.is_ready && share.ran == before.ran {
                return since_last.max(waited);
            }
            waited.saturating_sub(share.ran.saturating_sub(before.ran))
        };
        self.total += now.iter().map(lost).max().unwrap_or_default();
        self.before = now;
    }

    /// How long it was starved in all.
    pub(super) fn total(&self) -> Duration {
        self.total
    }
}

/// The shares of all threads of `members`. Takes some milliseconds.
pub(super) fn shares(members: &[Member]) -> Shares {
    let threads = |member: &Member| {
        let threads = fs::read_dir(format!("/proc/{}/task", member.pid));
        threads.into_iter().flatten().flatten()
    };
    let share = |thread: fs::DirEntry| {
        let number = thread.file_name().to_str()?.parse().ok()?;
        let read = |name| fs::read_to_string(thread.path().join(name)).ok();
        let mut share = parse(&read("schedstat")?)?;
        share.is_ready = processes::parse(number, &read("stat")?)?.state == State::Ready;
        Some((number, share))
    };
    members.iter().flat_map(threads).filter_map(share).collect()
}

/// Understands a `schedstat` file: nanoseconds run, nanoseconds waited, and how often it ran.
fn parse(schedstat: &str) -> Option<Share> {
    let mut nanoseconds = schedstat.split_ascii_whitespace().map(str::parse);
    let mut next = || Some(Duration::from_nanos(nanoseconds.next()?.ok()?));
    Some(Share {
        ran: next()?,
        waited: next()?,
        is_ready: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(threads: &[(i32, u64, u64)]) -> Shares {
        let share = |(thread, ran, waited): &(i32, u64, u64)| {
            let (ran, waited) = (Duration::from_millis(*ran), Duration::from_millis(*waited));
            (
                *thread,
                Share {
                    ran,
                    waited,
                    is_ready: false,
                },
            )
        };
        threads.iter().map(share).collect()
    }

    fn starved_for(looks: &[&[(i32, u64, u64)]]) -> u128 {
        let mut starvation = Starvation::default();
        looks
            .iter()
            .for_each(|look| starvation.note(shares(look), Duration::ZERO));
        starvation.total().as_millis()
    }

    #[test]
    fn a_thread_that_waits_longer_than_it_runs_is_starved() {
        assert_eq!(starved_for(&[&[(1, 0, 100)]]), 100);
        assert_eq!(starved_for(&[&[(1, 10, 100)], &[(1, 20, 200)]]), 180);
        assert_eq!(starved_for(&[&[(1, 500, 20)], &[(1, 510, 120)]]), 90);
    }

    #[test]
    fn one_that_sleeps_or_has_half_a_processor_is_not() {
        assert_eq!(starved_for(&[&[(1, 20, 3)], &[(1, 20, 3)]]), 0);
        assert_eq!(starved_for(&[&[(1, 100, 100)], &[(1, 200, 200)]]), 0);
    }

    #[test]
    fn the_thread_that_fares_worst_counts() {
        let first: &[_] = &[(1, 50, 0), (2, 0, 50)];
        assert_eq!(
            starved_for(&[first, &[(1, 100, 0), (2, 0, 100), (3, 0, 10)]]),
            100
        );
        // One that has ended takes nothing back.
        assert_eq!(starved_for(&[first, &[(1, 100, 0)]]), 50);
    }

    #[test]
    fn one_that_waits_all_the_while_is_starved_before_the_system_has_counted_it() {
        let mut starvation = Starvation::default();
        let waiting = Share {
            ran: Duration::from_millis(5),
            waited: Duration::from_millis(7),
            is_ready: true,
        };
        for _ in 0..3 {
            starvation.note(HashMap::from([(1, waiting)]), Duration::from_millis(150));
        }
        assert_eq!(starvation.total().as_millis(), 2 + 300);
    }

    #[test]
    fn a_schedstat_has_nanoseconds() {
        let share = Share {
            ran: Duration::from_micros(58),
            waited: Duration::from_millis(3),
            is_ready: false,
        };
        assert_eq!(parse("58000 3000000 12\n"), Some(share));
        assert_eq!(parse("58000"), None);
        assert_eq!(parse("many few 12"), None);
    }
}
