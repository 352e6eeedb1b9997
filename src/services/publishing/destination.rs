//! Where messages are posted to, and how.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use hyper::{Method, StatusCode};

use crate::server::client::{self, Bounds, Connection, Error, Url};

/// How long a connection and an answer may take, and how long an answer may be.
const BOUNDS: Bounds = Bounds {
    time: Duration::from_secs(10),
    body: 64 * 1024,
};

/// How much of an answer is shown.
const SHOWN: usize = 200;

/// Why nothing can be posted there.
#[derive(Debug, thiserror::Error)]
pub enum DestinationError {
    /// Not a URL.
    #[error("{0}")]
    BadUrl(Error),
    /// Nobody answers there.
    #[error("{0}; start a server there, or correct the URL")]
    Http(Error),
    /// Something answers, but neither a pubsub nor a queue.
    #[error(
        "{url} answers, but neither as a pubsub nor as a queue ({found}); give the path that takes messages too, as in \
         {url}/pub"
    )]
    Unknown {
        /// What was given.
        url: String,
        /// What `/stats` answered.
        found: String,
    },
    /// It does not take the messages, and would not another time.
    #[error("{url} does not take the messages: it answered {status} {answer:?}")]
    Refused {
        /// Where they were posted.
        url: String,
        /// The status.
        status: StatusCode,
        /// The beginning of the answer.
        answer: String,
    },
    /// It was there, and is gone.
    #[error("{url} stayed away for {seconds} s: {last}; start it again, and publish anew")]
    StayedAway {
        /// Where they were posted.
        url: String,
        /// For how long it was tried.
        seconds: u64,
        /// The last attempt.
        last: Box<Error>,
    },
}

/// Why a single attempt failed.
pub(super) enum Refusal {
    /// Worth another attempt.
    ForNow(Error),
    /// Not worth one.
    ForGood(DestinationError),
}

/// How many messages go into a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// As many as there are, a line each.
    Lines,
    /// One.
    OneByOne,
}

/// A place to post messages to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    address: String,
    path: String,
    framing: Framing,
}

impl fmt::Display for Destination {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "http://{}{}", self.address, self.path)
    }
}

impl Destination {
    /// The destination that `url` means: with a path as it is given; without one, the server is asked for its
    /// `/stats`, and `/pub` of a pubsub or `/mput` of a queue is meant.
    ///
    /// Messages go a line each to a `/pub`, and to an `/mput` that was given no separator; one a request to all else.
    ///
    /// # Errors
    ///
    /// Where it is no URL, nobody answers there, or what answers is neither a pubsub nor a queue.
    pub async fn find(url: &str) -> Result<Destination, DestinationError> {
        let parsed = Url::parse(url).map_err(DestinationError::BadUrl)?;
        let address = parsed.address().to_owned();
        if parsed.path() != "/" {
            let destination = Destination {
                address,
                framing: framing(parsed.path()),
                path: parsed.path().to_owned(),
            };
            // That nobody is there is better said before the stream begins.
            destination.connect().await.map_err(DestinationError::Http)?;
            return Ok(destination);
        }
        let stats = client::get(&format!("http://{address}/stats"), BOUNDS)
            .await
            .map_err(DestinationError::Http)?;
        let path = if stats.text().starts_with("Active connections:") {
            "/pub"
        } else if stats.text().starts_with("puts:") {
            // The separator, since the server may have been started with another one.
            "/mput?separator=%0A"
        } else {
            return Err(DestinationError::Unknown {
                url: url.trim_end_matches('/').to_owned(),
                found: format!("/stats answered {}", stats.status),
            });
        };
        Ok(Destination {
            address,
            path: path.to_owned(),
            framing: Framing::Lines,
        })
    }

    pub(super) fn framing(&self) -> Framing {
        self.framing
    }

    pub(super) async fn connect(&self) -> Result<Connection, Error> {
        Connection::open(&self.address, BOUNDS.time).await
    }

    pub(super) async fn post(&self, connection: &mut Connection, body: Bytes) -> Result<(), Refusal> {
        let answer = connection
            .send(Method::POST, &self.path, body, BOUNDS)
            .await
            .map_err(Refusal::ForNow)?;
        if answer.status.is_success() {
            return Ok(());
        }
        Err(Refusal::ForGood(DestinationError::Refused {
            url: self.to_string(),
            status: answer.status,
            answer: beginning(&answer.text()),
        }))
    }
}

fn framing(path: &str) -> Framing {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    match path.rsplit('/').next() {
        Some("pub") => Framing::Lines,
        Some("mput") if !query.contains("separator=") => Framing::Lines,
        _ => Framing::OneByOne,
    }
}

fn beginning(text: &str) -> String {
    text.trim().chars().take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_splits_lines_gets_several() {
        for (path, expected) in [
            ("/pub", Framing::Lines),
            ("/behind/a/proxy/pub", Framing::Lines),
            ("/mput", Framing::Lines),
            ("/mput?separator=%7C", Framing::OneByOne),
            ("/put", Framing::OneByOne),
            ("/public", Framing::OneByOne),
            ("/ingest?to=/pub", Framing::OneByOne),
        ] {
            assert_eq!(framing(path), expected, "{path}");
        }
    }
}
