//! The tutorial's servers: pubsub, simplequeue, and the bridge between them.

mod bind;
pub mod bridge;
pub mod chunks;
pub mod client;
pub mod command;
mod connection;
mod listen;
pub mod pubsub;
mod reply;
pub mod simplequeue;

pub use bind::{BindError, Holder, bind};
pub use bridge::Bridge;
pub use listen::Limits;
pub use pubsub::Pubsub;
pub use simplequeue::Simplequeue;
