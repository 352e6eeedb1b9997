//! Reading the pubsub: subscribe, take messages out of the stream, subscribe again when it ends.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Response, StatusCode};
use tokio::time::Instant;

use super::backoff::Backoff;
use super::{Event, Intake, Shared};
use crate::protocol::lines::LineReader;
use crate::protocol::multipart::PartReader;
use crate::server::client::{Connection, Url};

/// How a pubsub takes its leave of a subscriber that is too slow. It is no message.
const KICKED: &[u8] = b"ERROR_TOO_SLOW. kicked for having ";

/// Reads until there has been silence for too long, if there is a limit to that, else for ever.
pub(super) async fn read(sources: Vec<Url>, intake: Intake, shared: Shared) {
    let mut source = Source {
        intake,
        heard_at: Instant::now(),
        backoff: Backoff::default(),
        shared,
    };
    let first = rand::random_range(0..sources.len());
    for url in sources.iter().cycle().skip(first) {
        let address = url.address().to_owned();
        source.shared.say(&Event::Connecting {
            address: address.clone(),
            path: url.path().to_owned(),
        });
        let end = source.subscribe(url).await;
        let was_connected = source.shared.counters.connected.swap(false, Ordering::Relaxed);
        let End::Lost(reason) = end else {
            return source.silent();
        };
        source.shared.say(&Event::SourceLost {
            address,
            reason,
            was_connected,
        });
        let wait = source.backoff.failed();
        if source.unless_silent(tokio::time::sleep(wait)).await.is_none() {
            return source.silent();
        }
    }
}

struct Source {
    intake: Intake,
    heard_at: Instant,
    backoff: Backoff,
    shared: Shared,
}

enum End {
    Lost(String),
    Silence,
}

impl Source {
    fn silent(&self) {
        let seconds = self.shared.options.max_silence.unwrap_or_default().as_secs();
        self.shared.say(&Event::Silence { seconds });
    }

    /// What `event` gives, or `None` if the silence has become too long before it.
    async fn unless_silent<T>(&self, event: impl Future<Output = T>) -> Option<T> {
        match self.shared.options.max_silence {
            Some(silence) => tokio::time::timeout_at(self.heard_at + silence, event).await.ok(),
            None => Some(event.await),
        }
    }

    async fn subscribe(&mut self, url: &Url) -> End {
        let limit = self.shared.options.request_timeout;
        // The connection lives as long as the stream that is read from it.
        let (_connection, response) = match self.unless_silent(open(url, limit)).await {
            Some(Ok(opened)) => opened,
            Some(Err(reason)) => return End::Lost(reason),
            None => return End::Silence,
        };
        self.shared.counters.connected.store(true, Ordering::Relaxed);
        self.shared.say(&Event::Connected {
            address: url.address().to_owned(),
        });
        let longest = self.shared.options.max_message_bytes;
        let mut messages = Messages::new(&response, longest);
        let mut body = response.into_body();
        loop {
            let frame = match self.unless_silent(body.frame()).await {
                Some(Some(Ok(frame))) => frame,
                Some(Some(Err(error))) => return End::Lost(error.to_string()),
                Some(None) => return End::Lost(messages.farewell()),
                None => return End::Silence,
            };
            let Ok(data) = frame.into_data() else { continue };
            let read = match messages.push(data) {
                Ok(read) => read,
                Err(reason) => return End::Lost(reason),
            };
            if !read.is_empty() {
                self.heard_at = Instant::now();
                self.backoff.succeeded();
                self.intake.accept(read).await;
            }
        }
    }
}

async fn open(url: &Url, limit: Duration) -> Result<(Connection, Response<Incoming>), String> {
    let opening = async {
        let mut connection = Connection::open(url.address(), limit)
            .await
            .map_err(|error| error.to_string())?;
        let response = connection.begin(Method::GET, url.path(), Bytes::new()).await;
        let response = response.map_err(|error| error.to_string())?;
        match response.status() {
            StatusCode::OK => Ok((connection, response)),
            status => Err(format!("it answered {status} to {}", url.path())),
        }
    };
    match tokio::time::timeout(limit, opening).await {
        Ok(opened) => opened,
        Err(_) => Err(format!("no answer within {} ms", limit.as_millis())),
    }
}

/// The messages in a stream of either format.
struct Messages {
    reader: Reader,
    first: bool,
    /// The last message so far, if it looks like a notice of having been kicked: it is one if the stream ends here.
    notice: Option<Bytes>,
}

enum Reader {
    Lines(LineReader),
    Parts(PartReader),
}

impl Messages {
    fn new(response: &Response<Incoming>, longest: usize) -> Messages {
        let multipart = response
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|content_type| content_type.as_bytes().starts_with(b"multipart/"));
        let reader = if multipart {
            Reader::Parts(PartReader::new(longest))
        } else {
            Reader::Lines(LineReader::new(longest))
        };
        Messages {
            reader,
            first: true,
            notice: None,
        }
    }

    /// The messages that `data` completes. Empty ones, which no queue would store, are left out.
    fn push(&mut self, data: Bytes) -> Result<Vec<Bytes>, String> {
        let mut messages: Vec<Bytes> = self.notice.take().into_iter().collect();
        let mut take = |message: Bytes| {
            // A plain stream opens with an empty line that ends in CR LF.
            let opening = std::mem::take(&mut self.first) && message == "\r";
            if !message.is_empty() && !opening {
                messages.push(message);
            }
        };
        match &mut self.reader {
            Reader::Lines(reader) => reader.push(data, &mut take).map_err(|error| error.to_string())?,
            Reader::Parts(reader) => reader.push(&data, &mut take).map_err(|error| error.to_string())?,
        }
        // The notice may follow on a message that was cut off.
        if messages
            .last()
            .is_some_and(|last| memchr::memmem::find(last, KICKED).is_some())
        {
            self.notice = messages.pop();
        }
        Ok(messages)
    }

    /// Why a stream ended that ended here.
    fn farewell(self) -> String {
        match self.notice {
            Some(notice) => {
                let start = memchr::memmem::find(&notice, KICKED).unwrap_or(0);
                format!("it said {}", String::from_utf8_lossy(&notice[start..]))
            }
            None => "it ended the stream".to_owned(),
        }
    }
}
