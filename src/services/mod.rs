//! The live workshop: bring up, watch, stop.
