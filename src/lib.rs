//! The library behind the `workshop` command and the tutorial's own `pubsub`, `simplequeue` and `ps_to_http`.
//!
//! Layers, left to right; a module uses only what stands to its left:
//! `protocol, lesson -> render -> graph, server, source, program, workspace -> services -> arena -> checks -> page ->
//! verify -> cli -> commands`.

pub mod arena;
#[path = "../checks/mod.rs"]
pub mod checks;
pub mod cli;
pub mod commands;
pub mod graph;
pub mod lesson;
pub mod page;
pub mod program;
pub mod protocol;
pub mod render;
pub mod server;
pub mod services;
pub mod source;
pub mod verify;
pub mod workspace;
