//! The embedded course: what must be true of every section.
