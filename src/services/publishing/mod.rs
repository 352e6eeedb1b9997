//! Publishing a stream to servers of the tutorial's kind, ours or any other.

mod destination;

use std::time::Duration;

use bytes::{BufMut as _, Bytes, BytesMut};
use futures_util::future::try_join_all;
use tokio::time::Instant;

use crate::server::client::{Connection, Error};
pub use destination::{Destination, DestinationError};
use destination::{Framing, Refusal};

/// How long a destination that was there may be gone.
const GIVE_UP_AFTER: Duration = Duration::from_secs(30);

/// Pauses between two attempts.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What a publisher tells while it runs.
#[derive(Debug)]
pub enum Trouble<'event> {
    /// The destination does not answer; it is tried again.
    Gone {
        /// Where the messages go.
        destination: &'event Destination,
        /// What went wrong.
        error: &'event Error,
    },
    /// It answers again.
    Back {
        /// Where the messages go.
        destination: &'event Destination,
    },
}

/// Posts batches to several destinations, each over a connection that is kept.
///
/// Every message is taken by every destination, in order. A batch whose answer was lost is sent again, so that a
/// message may arrive twice, but none is lost.
#[derive(Debug)]
pub struct Publisher {
    outlets: Vec<Outlet>,
}

/// A destination, and the way to it.
#[derive(Debug)]
struct Outlet {
    destination: Destination,
    connection: Option<Connection>,
    /// How many messages were sent again although they may have arrived.
    perhaps_twice: u64,
}

impl Publisher {
    /// Posts to these.
    pub fn new(destinations: Vec<Destination>) -> Publisher {
        let outlet = |destination| Outlet {
            destination,
            connection: None,
            perhaps_twice: 0,
        };
        Publisher {
            outlets: destinations.into_iter().map(outlet).collect(),
        }
    }

    /// Posts `batch` everywhere, and returns when all have taken it.
    ///
    /// # Errors
    ///
    /// Where a destination refuses it, or stays away for half a minute.
    pub async fn publish(
        &mut self,
        batch: &[Bytes],
        tell: &(dyn Fn(Trouble<'_>) + Sync),
    ) -> Result<(), DestinationError> {
        let posts = self.outlets.iter_mut().map(|outlet| outlet.publish(batch, tell));
        try_join_all(posts).await?;
        Ok(())
    }

    /// How many messages may have arrived twice somewhere, because an answer was lost.
    pub fn perhaps_twice(&self) -> u64 {
        self.outlets.iter().map(|outlet| outlet.perhaps_twice).sum()
    }
}

impl Outlet {
    async fn publish(
        &mut self,
        batch: &[Bytes],
        tell: &(dyn Fn(Trouble<'_>) + Sync),
    ) -> Result<(), DestinationError> {
        match self.destination.framing() {
            Framing::Lines => {
                let mut body = BytesMut::new();
                for message in batch {
                    body.put_slice(message);
                    body.put_u8(b'\n');
                }
                self.post(body.freeze(), batch.len() as u64, tell).await
            }
            Framing::OneByOne => {
                for message in batch {
                    self.post(message.clone(), 1, tell).await?;
                }
                Ok(())
            }
        }
    }

    /// Posts until it is taken.
    async fn post(
        &mut self,
        body: Bytes,
        messages: u64,
        tell: &(dyn Fn(Trouble<'_>) + Sync),
    ) -> Result<(), DestinationError> {
        let mut gone_since = None;
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match self.attempt(body.clone(), messages).await {
                Ok(()) => {
                    if gone_since.is_some() {
                        tell(Trouble::Back {
                            destination: &self.destination,
                        });
                    }
                    return Ok(());
                }
                Err(Refusal::ForGood(error)) => return Err(error),
                Err(Refusal::ForNow(error)) => error,
            };
            self.connection = None;
            let now = Instant::now();
            let since = *gone_since.get_or_insert_with(|| {
                tell(Trouble::Gone {
                    destination: &self.destination,
                    error: &error,
                });
                now
            });
            if now.duration_since(since) >= GIVE_UP_AFTER {
                return Err(DestinationError::StayedAway {
                    url: self.destination.to_string(),
                    seconds: GIVE_UP_AFTER.as_secs(),
                    last: Box::new(error),
                });
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn attempt(&mut self, body: Bytes, messages: u64) -> Result<(), Refusal> {
        // One that the server has closed meanwhile, as servers do with those that were idle, is no trouble.
        let kept = self
            .connection
            .take()
            .filter(|connection| !connection.is_closed());
        let mut connection = match kept {
            Some(connection) => connection,
            None => self.destination.connect().await.map_err(Refusal::ForNow)?,
        };
        let posted = self.destination.post(&mut connection, body).await;
        match &posted {
            Ok(()) => self.connection = Some(connection),
            // It may have been taken all the same.
            Err(Refusal::ForNow(_)) => self.perhaps_twice += messages,
            Err(Refusal::ForGood(_)) => {}
        }
        posted
    }
}
