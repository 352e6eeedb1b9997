//! How many connections the programs under check may have open: what is left of this process's file descriptors.
//!
//! A program that opens thousands of connections must not take from the check itself what it needs to go on: a file for
//! each record, pipes for each program, sockets of other experiments.

use std::sync::{Arc, OnceLock};

use nix::sys::resource::{Resource, getrlimit};
use tokio::sync::Semaphore;

/// The most connections to one server that a program may have open at a time: several times what a right one has.
pub const MOST_CONNECTIONS: usize = 1000;

/// So many file descriptors are a check's own. It was seen to have 65 at the most.
const OWN: u64 = 128;

/// As many connections there are where the system allows so few descriptors that hardly any are left.
const LEAST: u64 = 32;

/// The descriptors that all connections of all experiments may take together.
pub(super) fn descriptors() -> Arc<Semaphore> {
    static DESCRIPTORS: OnceLock<Arc<Semaphore>> = OnceLock::new();
    let made = || {
        let allowed = getrlimit(Resource::RLIMIT_NOFILE).map_or(u64::MAX, |(soft, _)| soft);
        Arc::new(Semaphore::new(left_of(allowed)))
    };
    Arc::clone(DESCRIPTORS.get_or_init(made))
}

/// What is left for connections where a process may have `allowed` descriptors.
fn left_of(allowed: u64) -> usize {
    let left = allowed.saturating_sub(OWN).max(LEAST);
    usize::try_from(left).map_or(Semaphore::MAX_PERMITS, |left| left.min(Semaphore::MAX_PERMITS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_keeps_what_it_needs_itself() {
        assert_eq!(left_of(256), 128);
        assert_eq!(left_of(64), 32);
        assert_eq!(left_of(u64::MAX), Semaphore::MAX_PERMITS);
    }
}
