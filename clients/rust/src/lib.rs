//! A reader: takes message after message from a simplequeue and gives each one to your functions.
//!
//! ```no_run
//! use simplehttp_reader::Reader;
//!
//! fn main() -> Result<(), simplehttp_reader::Error> {
//!     Reader::new("http://localhost:8081")
//!         .task("print", |data| {
//!             println!("{data}");
//!             Ok(()) // done; an error puts the message back, to be tried again
//!         })
//!         .mget_items(100)
//!         .run() // until Ctrl-C or SIGTERM
//! }
//! ```
//!
//! What goes back into the queue is understood by readers written with the Python library `pysimplehttp`, and what
//! those put back is understood here.

mod address;
mod backoff;
mod connection;
mod error;
mod message;
mod reader;
mod stop;
mod waiting;

pub use error::{Error, RequeueWithoutBackoff, TaskError};
pub use message::Envelope;
pub use reader::Reader;
pub use serde_json::{self, json, Value};
pub use stop::Stopper;
