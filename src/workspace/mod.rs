//! The student's folder: what is in it, where it is, and what it remembers.
