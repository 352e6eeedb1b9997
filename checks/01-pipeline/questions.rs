//! The questions of `answers.toml`: what each experiment is, and how its outcome is read from what was observed.

use super::chain;

/// A question, and the experiment that answers it.
#[derive(Debug)]
pub struct Question {
    /// Its name in `answers.toml` and in the record.
    pub name: &'static str,
    /// What is done, in a sentence.
    pub experiment: &'static str,
    /// What may be answered.
    pub kind: Kind,
    /// What comes out of it, as far as these servers work as they promise. Nothing is judged by this: where an experiment
    /// comes out otherwise, something is wrong with the experiment, and nobody's prediction is.
    pub promised: &'static str,
    /// Why it comes out that way, once it is predicted.
    pub lesson: &'static str,
    /// What of the observations is the outcome.
    pub outcome: fn(&[Observation]) -> Option<String>,
}

/// What may be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Number,
    /// One of these words.
    Word(&'static [&'static str]),
}

/// Something observed: its name and its value.
pub type Observation<'a> = (&'a str, &'a str);

/// What the record calls the parts of this check.
pub const SCENARIOS: &[&str] = &[
    chain::SCENARIO,
    TWO_READERS,
    TWO_QUEUES,
    NO_SUBSCRIBER,
    SLOW_SUBSCRIBER,
    SLOW_READER,
    FIRST_OUT,
    PUT_TWICE,
    READER_DIES,
];

/// Names of questions.
pub const TWO_READERS: &str = "two_readers";
pub const TWO_QUEUES: &str = "two_queues";
pub const NO_SUBSCRIBER: &str = "no_subscriber";
pub const SLOW_SUBSCRIBER: &str = "slow_subscriber";
pub const SLOW_READER: &str = "slow_reader";
pub const FIRST_OUT: &str = "first_out";
pub const PUT_TWICE: &str = "put_twice";
pub const READER_DIES: &str = "reader_dies";

/// Every question, in the order of `answers.toml`.
pub const QUESTIONS: &[Question] = &[
    Question {
        name: TWO_READERS,
        experiment: "100 messages lie in one queue; two readers take them until it is empty.",
        kind: Kind::Number,
        promised: "100",
        lesson: "A queue gives each message to one reader only. Readers of one queue share the work.",
        outcome: |observed| value(observed, "together"),
    },
    Question {
        name: TWO_QUEUES,
        experiment: "One pubsub, two bridges, each to a queue of its own; 100 messages are published.",
        kind: Kind::Number,
        promised: "100",
        lesson: "A pubsub gives each subscriber a copy of every message. Subscribers share nothing.",
        outcome: |observed| {
            let a = value(observed, "queue A")?;
            (value(observed, "queue B")? == a).then_some(a)
        },
    },
    Question {
        name: NO_SUBSCRIBER,
        experiment: "100 messages are published while nobody subscribes; then a bridge does, and 10 more are published.",
        kind: Kind::Number,
        promised: "10",
        lesson: "A pubsub keeps nothing: who was not there when a message was published never sees it.",
        outcome: |observed| value(observed, "in the queue"),
    },
    Question {
        name: SLOW_SUBSCRIBER,
        experiment: "A subscriber stops reading, beside one that reads on, at a pubsub that keeps 128 kB for each.",
        kind: Kind::Word(&["kicked", "waits", "skips"]),
        promised: "kicked",
        lesson: "Past its limit a pubsub ends the connection of whoever does not keep up; nobody else waits for it.",
        outcome: slow_subscriber,
    },
    Question {
        name: SLOW_READER,
        experiment: "100 messages go through pubsub, bridge and queue; the reader takes 30 and stops.",
        kind: Kind::Word(&["pubsub", "bridge", "queue", "lost"]),
        promised: "queue",
        lesson: "The queue is where messages wait for a slow reader; it needs memory for each that waits.",
        outcome: |observed| {
            let mut places = ["pubsub", "bridge", "queue"].into_iter();
            let left = count(observed, "published")?.checked_sub(count(observed, "read")?)?;
            let place = places.find(|place| count(observed, place) == Some(left));
            Some(place.unwrap_or("lost").to_owned())
        },
    },
    Question {
        name: FIRST_OUT,
        experiment: "\"first\", \"second\" and \"third\" are put into a queue, in this order; one message is fetched.",
        kind: Kind::Word(&["first", "second", "third"]),
        promised: "first",
        lesson: "First in, first out: it is a queue and not a stack.",
        outcome: |observed| value(observed, "fetched"),
    },
    Question {
        name: PUT_TWICE,
        experiment: "The same message is put into a queue twice.",
        kind: Kind::Number,
        promised: "2",
        lesson: "A queue does not look into messages: what is put twice comes out twice.",
        outcome: |observed| value(observed, "in the queue"),
    },
    Question {
        name: READER_DIES,
        experiment: "10 messages lie in a queue; a reader fetches one and dies before it has done anything with it.",
        kind: Kind::Number,
        promised: "9",
        lesson: "Fetched is gone: a queue knows nothing of what becomes of a message. With this reader it is lost.",
        outcome: |observed| value(observed, "left in the queue"),
    },
];

fn value(observed: &[Observation<'_>], what: &str) -> Option<String> {
    let (_, value) = observed.iter().find(|(name, _)| *name == what)?;
    Some((*value).to_owned())
}

fn count(observed: &[Observation<'_>], what: &str) -> Option<u64> {
    value(observed, what)?.parse().ok()
}

/// The publisher waited where not all that it published was answered; else the slow one was kicked or skipped some.
fn slow_subscriber(observed: &[Observation<'_>]) -> Option<String> {
    let published = count(observed, "published")?;
    let outcome = if count(observed, "answered")? < published {
        "waits"
    } else if count(observed, "kicked")? == 1 && count(observed, "read by the other")? == published {
        "kicked"
    } else {
        "skips"
    };
    Some(outcome.to_owned())
}
