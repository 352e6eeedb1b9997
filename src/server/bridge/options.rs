//! What a bridge connects, checked before anything is connected.

use std::time::Duration;

use crate::protocol::query;
use crate::server::client::{self, Url};

/// Which pubsub a bridge reads, and where it delivers.
#[derive(Debug, Clone)]
pub struct Options {
    /// Streams to subscribe to, such as `http://127.0.0.1:8080/sub?multipart=0`. One at a time: at random the first,
    /// then after each failure the next.
    pub pubsub_urls: Vec<String>,
    /// Destinations asked with GET; each has a `%s`, for which the escaped message stands in.
    pub destination_get_urls: Vec<String>,
    /// Destinations that get the message as the body of a POST.
    pub destination_post_urls: Vec<String>,
    /// Whether the destinations take turns. If not, each gets every message.
    pub round_robin: bool,
    /// The bridge ends after this long without a message.
    pub max_silence: Option<Duration>,
    /// Bytes that may wait for delivery. Past it the bridge stops reading. A message counts for some bytes more than
    /// it has.
    pub max_pending_bytes: usize,
    /// The longest message, in bytes. A stream with a longer one is given up and subscribed to again.
    pub max_message_bytes: usize,
    /// The least time from one delivery to the next, to the same destination. What comes meanwhile goes out together
    /// where that is possible; what comes after a longer silence goes out at once. Zero: no pause, the fastest.
    pub pause: Duration,
    /// How long one delivery may take before it counts as failed.
    pub request_timeout: Duration,
    /// How long what is pending at the end may take.
    pub drain_timeout: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            pubsub_urls: Vec::new(),
            destination_get_urls: Vec::new(),
            destination_post_urls: Vec::new(),
            round_robin: false,
            max_silence: None,
            max_pending_bytes: 32 * 1024 * 1024,
            max_message_bytes: 64 * 1024 * 1024,
            pause: Duration::ZERO,
            request_timeout: Duration::from_secs(10),
            drain_timeout: Duration::from_secs(5),
        }
    }
}

/// Why a bridge cannot be built from its options.
#[derive(Debug, thiserror::Error)]
pub enum OptionsError {
    /// No stream to read.
    #[error("a bridge needs --pubsub-url, such as http://127.0.0.1:8080/sub?multipart=0")]
    NoSource,
    /// Nowhere to deliver.
    #[error(
        "a bridge needs --destination-get-url, such as \"http://127.0.0.1:8081/put?data=%s\", or --destination-post-url"
    )]
    NoDestination,
    /// A destination that would be sent the same request for every message.
    #[error("--destination-get-url={url:?} must contain a %s, which the message replaces")]
    NoPlaceholder {
        /// What was given.
        url: String,
    },
    /// Not a URL, or not one that can be asked.
    #[error("--{option}: {source}")]
    BadUrl {
        /// The option it was given with.
        option: &'static str,
        /// What is wrong with it.
        source: client::Error,
    },
}

/// Where messages go.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub url: Url,
    pub asks_with_get: bool,
}

impl Target {
    /// The path that delivers `message` with GET.
    pub fn path_for(&self, message: &[u8]) -> String {
        self.url.path().replace("%s", &query::encode(message))
    }

    /// Whether the request means nothing but "put this message", so that a queue can be asked to `/mput` instead.
    pub fn is_plain_put(&self) -> bool {
        self.url.path()
            == if self.asks_with_get {
                "/put?data=%s"
            } else {
                "/put"
            }
    }
}

/// Options that have been found usable.
#[derive(Debug)]
pub(super) struct Plan {
    pub sources: Vec<Url>,
    pub targets: Vec<Target>,
}

impl Options {
    pub(super) fn plan(&self) -> Result<Plan, OptionsError> {
        let parse = |option, urls: &[String]| -> Result<Vec<Url>, OptionsError> {
            let parsed = urls.iter().map(|url| Url::parse(url)).collect::<Result<_, _>>();
            parsed.map_err(|source| OptionsError::BadUrl { option, source })
        };
        let sources = parse("pubsub-url", &self.pubsub_urls)?;
        let gets = parse("destination-get-url", &self.destination_get_urls)?;
        for (url, given) in gets.iter().zip(&self.destination_get_urls) {
            if !url.path().contains("%s") {
                return Err(OptionsError::NoPlaceholder { url: given.clone() });
            }
        }
        let posts = parse("destination-post-url", &self.destination_post_urls)?;
        let target = |asks_with_get| move |url| Target { url, asks_with_get };
        let targets: Vec<Target> = gets
            .into_iter()
            .map(target(true))
            .chain(posts.into_iter().map(target(false)))
            .collect();
        match (sources.is_empty(), targets.is_empty()) {
            (_, true) => Err(OptionsError::NoDestination),
            (true, _) => Err(OptionsError::NoSource),
            _ => Ok(Plan { sources, targets }),
        }
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use super::*;

    fn target(url: &str) -> Target {
        Target {
            url: Url::parse(url).unwrap(),
            asks_with_get: true,
        }
    }

    #[test]
    fn the_message_stands_in_for_the_placeholder() {
        let path = target("http://localhost/put?data=%s&x=1").path_for(b"a b&c\xff");
        assert_eq!(path, "/put?data=a%20b%26c%FF&x=1");
    }

    #[test]
    fn only_a_bare_put_may_be_batched() {
        assert!(target("http://localhost:8081/put?data=%s").is_plain_put());
        assert!(!target("http://localhost:8081/put?data=%s&to=x").is_plain_put());
        assert!(!target("http://localhost:8081/put?data=x%s").is_plain_put());
        assert!(!target("http://localhost:8081/queue/put?data=%s").is_plain_put());
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let mut options = Options::default();
        assert!(matches!(options.plan(), Err(OptionsError::NoDestination)));
        options.destination_get_urls = vec!["http://localhost/put".to_owned()];
        assert!(matches!(options.plan(), Err(OptionsError::NoPlaceholder { .. })));
        options.destination_get_urls = vec!["http://localhost/put?data=%s".to_owned()];
        assert!(matches!(options.plan(), Err(OptionsError::NoSource)));
        options.pubsub_urls = vec!["localhost:8080".to_owned()];
        let error = options.plan().unwrap_err().to_string();
        assert!(
            error.contains("--pubsub-url") && error.contains("localhost:8080"),
            "{error}"
        );
    }
}
