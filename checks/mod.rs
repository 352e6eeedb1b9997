//! The checks: one folder a section, each a `gather` that drives the arena and a pure `judge` of the record.
