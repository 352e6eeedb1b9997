//! The course that travels inside the binary: sections, their lessons, starters, solutions and client libraries.
