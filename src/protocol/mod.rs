//! Messages and text formats of the tutorial's servers: pure functions and bounded parsers, no I/O.
