//! The companion page: what it answers over HTTP, and what a browser makes of it.

mod browser;
mod checks;
mod client;
mod events;
mod lessons;
mod refusals;
mod views;
