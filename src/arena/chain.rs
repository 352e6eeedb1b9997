//! What can be seen of a chain of pubsub, bridge and queue from outside, over the HTTP that it speaks with everyone.

use serde::{Deserialize, Serialize};

/// Something seen of a chain that somebody else runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "chain", rename_all = "kebab-case")]
pub enum ChainEvent {
    /// It was not looked at: the live workshop runs another section, whose chain it built itself.
    OfAnotherSection {
        /// That section.
        live: u8,
    },
    /// A server was asked for its counters, before anything was done to the chain.
    Asked {
        /// What should be there: `pubsub` or `simplequeue`.
        part: String,
        /// Its base URL.
        address: String,
        /// Where that address is from, in words.
        from: String,
        /// What is there.
        found: Found,
    },
    /// How many subscribers the pubsub had, once there was one or it had been waited for.
    Subscribers {
        /// How many.
        count: u64,
    },
    /// How many of the messages that the pubsub has received were probes of earlier checks.
    EarlierProbes {
        /// How many.
        count: u64,
    },
    /// The pubsub took a message that is like no other.
    Probed {
        /// The message.
        probe: String,
    },
    /// What became of the probe.
    Followed {
        /// How many copies of it lay in the queue at once.
        copies: u64,
        /// A message that has it inside, and is not it.
        altered: Option<String>,
        /// The counters of the queue before it was published.
        before: Counters,
        /// The counters of the queue at the end.
        after: Counters,
    },
    /// A server that had answered did not do so again, or not as it should.
    Lost {
        /// In a sentence.
        problem: String,
    },
}

/// What was found at an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "found", rename_all = "kebab-case")]
pub enum Found {
    /// A pubsub.
    Pubsub {
        /// Subscribers now.
        subscribers: u64,
        /// Messages received since it started, or since its counters were reset.
        received: u64,
    },
    /// A queue.
    Simplequeue(Counters),
    /// Nobody listens there.
    Nobody {
        /// What the system said.
        problem: String,
    },
    /// Something listens and does not answer.
    Silent {
        /// In words.
        problem: String,
    },
    /// Something answers that is neither.
    SomethingElse {
        /// The beginning of what it answered.
        answer: String,
    },
}

/// The counters of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Messages put, since it started or since its counters were reset.
    pub puts: u64,
    /// Messages got, and gets that found the queue empty, since then.
    pub gets: u64,
    /// Messages in the queue.
    pub depth: u64,
    /// Messages that were dropped because there were too many.
    pub overflow: u64,
}
