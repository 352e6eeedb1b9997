//! Streams of numbers that publish, and the secret one of section 3.
