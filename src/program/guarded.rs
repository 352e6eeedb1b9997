//! A program that is watched from before it starts until it is gone.

use super::guard::Guard;
use super::{Command, Limits, Program, SpawnError};

/// A program that ends when this process does, however that ends. Dropping it kills it.
#[derive(Debug)]
pub struct Guarded {
    /// The program itself.
    pub program: Program,
    guard: Guard,
}

impl Guarded {
    /// Starts a program under `guard`, on the tokio runtime that the caller is on.
    ///
    /// # Errors
    ///
    /// Where it cannot be started. Nothing runs then.
    pub fn spawn(command: Command, limits: Limits, guard: &Guard) -> Result<Self, SpawnError> {
        let program = guard.spawn(command, limits)?;
        Ok(Self {
            program,
            guard: guard.clone(),
        })
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // Where the guard is gone, it watches nothing.
        let _ = self.guard.release(&self.program);
    }
}
