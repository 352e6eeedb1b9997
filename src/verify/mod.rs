//! For those who write a course: whether its parts agree, and its lessons tell the truth.

mod claims;
mod finding;
mod folders;
mod follow;
mod inspect;
mod lock;
mod programs;
mod script;
mod specimens;
mod starters;
mod terminal;
mod text;
mod wildcard;

pub use finding::Finding;
pub use follow::follow;
pub use inspect::inspect;
pub use lock::one_at_a_time;
pub use programs::Bench;
pub use script::{ScriptError, Step, Typed, steps};
pub use specimens::{Specimen, interpreter, specimens};
pub use terminal::Terminal;
pub use text::{text_faults, too_long};
pub use wildcard::Wildcard;
