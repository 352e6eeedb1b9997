//! What the record has of the student's chain, one link after the other.

use crate::arena::{ChainEvent, Counters, Event, Found, Scenario};

/// A server as it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Server<'a> {
    /// What it should be.
    pub part: &'a str,
    /// Its base URL.
    pub address: &'a str,
    /// Where that is from.
    pub from: &'a str,
    /// What is there.
    pub found: &'a Found,
}

/// What became of the probe.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Followed<'a> {
    /// The copies that lay in the queue at once.
    pub copies: u64,
    /// A message that has it inside.
    pub altered: Option<&'a str>,
    /// The queue before.
    pub before: Counters,
    /// The queue at the end.
    pub after: Counters,
}

/// All that was seen of the chain.
#[derive(Debug, Default)]
pub struct Link<'a> {
    /// The live workshop runs this section, whose chain is not the student's.
    pub of_another_section: Option<u8>,
    /// The pubsub.
    pub pubsub: Option<Server<'a>>,
    /// The queue.
    pub queue: Option<Server<'a>>,
    /// How many subscribe to the pubsub.
    pub subscribers: Option<u64>,
    /// How many messages of the pubsub were probes of earlier checks.
    pub earlier_probes: u64,
    /// The probe, once it was published.
    pub probe: Option<&'a str>,
    /// What became of it.
    pub followed: Option<Followed<'a>>,
    /// A server did not go on answering.
    pub lost: Option<&'a str>,
    /// The check itself stood still meanwhile.
    pub stood_still: bool,
}

impl<'a> Link<'a> {
    /// Reads the record.
    pub fn of(scenario: &Scenario<'a>) -> Self {
        let mut link = Self::default();
        for event in scenario.events() {
            match event {
                Event::Standstill => link.stood_still = true,
                Event::Chain(seen) => link.note(seen),
                _ => {}
            }
        }
        link
    }

    fn note(&mut self, seen: &'a ChainEvent) {
        match seen {
            ChainEvent::OfAnotherSection { live } => self.of_another_section = Some(*live),
            ChainEvent::Asked {
                part,
                address,
                from,
                found,
            } => {
                let server = Some(Server {
                    part,
                    address,
                    from,
                    found,
                });
                match part.as_str() {
                    "pubsub" => self.pubsub = server,
                    _ => self.queue = server,
                }
            }
            ChainEvent::Subscribers { count } => self.subscribers = Some(*count),
            ChainEvent::EarlierProbes { count } => self.earlier_probes = *count,
            ChainEvent::Probed { probe } => self.probe = Some(probe),
            ChainEvent::Followed {
                copies,
                altered,
                before,
                after,
            } => {
                self.followed = Some(Followed {
                    copies: *copies,
                    altered: altered.as_deref(),
                    before: *before,
                    after: *after,
                });
            }
            ChainEvent::Lost { problem } => self.lost = Some(problem),
        }
    }
}
