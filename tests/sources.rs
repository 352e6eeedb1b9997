//! Streams of numbers and the secret.
