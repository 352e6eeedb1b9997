//! The wire: what the servers answer.
