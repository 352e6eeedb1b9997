//! The live workshop: a background process with the servers and the stream of one section.
//!
//! [`launch`] starts it and waits until every part answers; [`live`] is the process itself; [`control`] is how the two
//! talk; [`state`] is what is on disk: a lock that the kernel lets go when the process is gone, however it went, and a
//! file that says where it is. [`redis`] finds a Redis server and runs a private one.

mod companion;
pub mod control;
pub mod journal;
pub mod launch;
pub mod live;
pub mod packages;
mod parts;
mod ports;
pub mod published;
pub mod publishing;
pub mod python;
mod readers;
pub mod redis;
pub mod state;
mod stream;
mod token;
pub mod tool;
mod witness;
pub mod zsets;

pub use companion::{Companion, Ended, Live, Serving};
pub use control::{Client, ControlError, PartStatus, Status};
pub use journal::Journal;
pub use live::LiveOptions;
pub use parts::Parts;
pub use readers::{Reader, Readers};
pub use stream::Published;
pub use token::token;
