//! A real Redis for whoever needs one, without anybody having to install it.
//!
//! [`locate`] finds a server that is installed, or fetches Valkey once; [`Server`] runs a private one, which keeps
//! nothing and goes when this process goes; [`Foreign`] is a server of the student's own, which is only ever talked to.

mod fetch;
mod foreign;
mod installation;
mod live;
mod report;
mod server;

pub use fetch::{VERSION as FETCHED_VERSION, pip_command};
pub use foreign::{Foreign, ForeignError};
pub(super) use foreign::{wants_password, without_password};
pub use installation::{Installation, Kind, Missing, OLDEST, Origin, Search, locate, present};
pub use live::{Choice, Keeper, LOG_MARK, Part, Place};
pub use report::{Report, ReportError};
pub use server::{Port, Server, StartError};

/// The database that students' programs use: whatever else is on a server, it is in another.
pub const DATABASE: i64 = 1;

/// The port of the tutorial.
pub const PORT: u16 = 6379;
