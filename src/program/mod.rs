//! Running a student's program: process group, limits, bounded output, TERM then KILL.
