//! What a program never asked that was to read a queue and to write to Redis.

use std::fmt;

use super::ending::End;

/// Whom it never asked, and how it ended.
#[derive(Debug, Clone, PartialEq)]
pub enum NeverAsked {
    /// The queue, for messages.
    Queue(End),
    /// Redis: it was sent no command.
    Redis(End),
    /// Neither of them.
    Either(End),
}

impl fmt::Display for NeverAsked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Queue(end) => write!(
                formatter,
                "It never asked the queue for anything. Does it read SIMPLEQUEUE_URL from its environment? What \
                 happened: {end}"
            ),
            Self::Redis(end) => write!(
                formatter,
                "It never connected to Redis: no command came. Does it read REDIS_URL from its environment? An address \
                 that is written into a program leads to another Redis, or to none. What happened: {end}"
            ),
            Self::Either(end) => write!(
                formatter,
                "It asked neither the queue nor Redis for anything. Does it read SIMPLEQUEUE_URL and REDIS_URL from its \
                 environment? What happened: {end}"
            ),
        }
    }
}
