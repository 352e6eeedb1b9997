//! Sees what the clients of the live servers do.

use bytes::Bytes;

use super::journal::Journal;
use super::readers::Readers;
use crate::server::chunks::Chunks;
use crate::server::{Connection, pubsub, simplequeue};

/// Tells the readers and the journal of what it sees.
#[derive(Debug, Clone, Default)]
pub(super) struct Witness {
    pub readers: Readers,
    pub journal: Journal,
}

impl pubsub::Observer for Witness {
    fn publishing(&self, messages: &Chunks) {
        self.journal.published(messages);
    }
}

impl simplequeue::Observer for Witness {
    fn put(&self, message: &Bytes) {
        self.journal.put(message);
    }

    fn dropped(&self, message: &Bytes) {
        self.journal.dropped(message);
    }

    fn got(&self, connection: &Connection, messages: &[Bytes]) {
        if let Some(reader) = self.readers.got(connection.peer(), messages.len()) {
            self.journal.got(reader, messages);
        }
    }
}
