//! The wire: what the servers answer, to the byte, and how they bear what clients do to them.

mod access;
mod bridge;
mod commands;
mod metrics;
mod pubsub;
mod simplequeue;
mod strain;
mod websocket;
mod wire;
