//! What a lesson looks like in a terminal, in colour, without, and in a pipe.
