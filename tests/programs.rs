//! Running programs that misbehave.
