//! For those who write the course: whether its lessons tell the truth.

mod follow;
mod script;
mod terminal;
mod wildcard;

pub use follow::follow;
pub use script::{ScriptError, Step, Typed, steps};
pub use terminal::Terminal;
pub use wildcard::Wildcard;
