//! The tutorial's commands, run as a student runs them.
