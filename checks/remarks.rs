//! What there is to say of a program's manners: no claim depends on it, and whoever wrote it would want to know.

use crate::arena::{Event, History};

/// A sentence or two on each thing that programs of the check did and should not do, from the record alone.
pub fn remarks(history: &History) -> Vec<String> {
    let happened = |wanted: Event| history.entries().iter().any(|entry| entry.event == wanted);
    let mut remarks = Vec::new();
    if happened(Event::IgnoredTermination) {
        remarks.push(
            "Your program did not end when it was asked to, with SIGTERM: 10 s later it was killed, and what it had in \
             hand was lost. The check took that much longer."
                .to_owned(),
        );
    }
    if happened(Event::LeftChildren) {
        remarks.push(
            "Your program left processes behind when it ended; they were killed. Whatever starts a process should wait \
             for its end, or bring it about."
                .to_owned(),
        );
    }
    remarks
}
