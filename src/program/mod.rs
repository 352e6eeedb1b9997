//! Running a student's program: process group, limits, bounded output, TERM then KILL.
//!
//! A program that is run here may hang, fork, flood standard output, ignore SIGTERM, leave children behind or exit at
//! once: each of these is bounded in time and memory, and each is told apart in [`Output`] and [`Exit`]. Unix only.

mod command;
mod error;
mod excess;
mod executable;
mod exit;
mod group;
pub mod guard;
mod guarded;
mod killer;
mod leftovers;
mod lines;
mod processes;
mod running;
mod standard_error;
mod starting;
mod starvation;

pub use command::{Command, Limits, Mark};
pub use error::SpawnError;
pub use executable::find;
pub use exit::{Exit, Reason, Status};
pub use guarded::Guarded;
pub use killer::Killer;
pub use leftovers::VARIABLE as MARK_VARIABLE;
pub use nix::sys::signal::Signal;
pub use running::{Output, Program, resident_bytes, signal_now};
pub use starting::let_starting_children_go_on;
