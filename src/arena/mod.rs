//! A fresh world for one check, and the record of what happened in it.
//!
//! A [`World`] has servers of its own on free ports; a [`Session`] runs one program in it and waits for what the
//! program does; everything that happens goes into a [`Recorder`], whose [`History`] alone is judged.

mod chain;
mod columns;
mod connections;
mod history;
mod interleaving;
mod lost_update;
mod operations;
mod patience;
mod recorder;
mod redis;
mod room;
mod session;
#[cfg(test)]
mod short_history;
mod together;
mod turns;
mod whole;
mod witness;
mod world;

pub use chain::{ChainEvent, Counters, Found};
pub use columns::{Row, columns, redis_line};
pub use history::{Comparison, Delivered, Entry, Event, History, HistoryError, Scenario};
pub use interleaving::{Interleaving, Step, busiest_key};
pub use lost_update::{LostUpdate, Remedy};
pub use operations::Kind;
pub use patience::{Impatience, Patience};
pub use recorder::Recorder;
pub use redis::{Contents, RedisCommand, RedisContents, Schedule, connect_to as connect_to_redis};
pub use room::MOST_CONNECTIONS;
pub use session::{Ending, Seen, Session, SessionLimits};
pub use together::wait_together;
pub use whole::WholeRecord;
pub use witness::Taken;
pub use world::{Detail, Door, World};
