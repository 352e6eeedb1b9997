//! The tutorial's servers: pubsub, simplequeue, and the bridge between them.

mod access;
mod bind;
pub mod bridge;
pub mod chunks;
pub mod client;
pub mod command;
mod connection;
mod console;
mod listen;
mod metrics;
pub mod pubsub;
mod reply;
mod request_log;
pub mod simplequeue;

pub use access::Access;
pub use bind::{BindError, Holder, bind};
pub use bridge::Bridge;
pub use connection::Connection;
pub use listen::Limits;
pub use pubsub::Pubsub;
pub use request_log::RequestLog;
pub use simplequeue::Simplequeue;

/// What another server of ours is built of.
pub(crate) use connection::Control;
pub(crate) use listen::{Handler, Terms, serve};
pub(crate) use reply::{JSON, Whole, read_body, sentence, typed};
