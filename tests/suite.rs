//! The whole test suite, one binary: each module tests what somebody sees from outside.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]

mod authors;
mod click_graph;
mod commands;
mod course;
mod graphs;
mod heed;
mod interleaving;
mod judging;
mod judging_readers;
mod layers;
mod lessons;
mod mutated_records;
mod page;
mod programs;
mod python_client;
mod redis;
mod rendering;
mod rust_client;
mod servers;
mod shared_state;
mod sources;
