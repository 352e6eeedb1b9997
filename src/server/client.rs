//! A small HTTP/1.1 client: every wait has an end, every body a longest length.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderMap, HeaderValue};
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not an address that this client can ask.
    #[error("{url:?} is no URL of the form http://HOST:PORT/PATH")]
    BadUrl {
        /// What was given.
        url: String,
    },
    /// Nobody answers at that address.
    #[error("cannot connect to {address}: {source}")]
    Connect {
        /// Host and port.
        address: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The connection ended, or what came over it was not HTTP.
    #[error("no answer from {address}: {source}")]
    Broken {
        /// Host and port.
        address: String,
        /// What went wrong.
        source: hyper::Error,
    },
    /// It took longer than allowed.
    #[error("no answer from {address} within {} ms", .limit.as_millis())]
    TimedOut {
        /// Host and port.
        address: String,
        /// How long it could have taken.
        limit: Duration,
    },
    /// The answer is longer than allowed.
    #[error("the answer from {address} is longer than {limit} bytes")]
    TooLong {
        /// Host and port.
        address: String,
        /// How long it could have been, in bytes.
        limit: usize,
    },
}

/// How long an exchange may take, and how long its answer may be.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// From the first packet to the last byte of the answer.
    pub time: Duration,
    /// Of the body of the answer, in bytes.
    pub body: usize,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            time: Duration::from_secs(5),
            body: 16 * 1024 * 1024,
        }
    }
}

/// What a server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The body as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// An `http://` URL that has been found usable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    address: String,
    path: String,
}

impl Url {
    /// Reads `http://HOST[:PORT][/PATH]`; without a port it is 80.
    pub fn parse(url: &str) -> Result<Url, Error> {
        let bad = || Error::BadUrl { url: url.to_owned() };
        let uri: Uri = url.parse().map_err(|_| bad())?;
        let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(bad)?;
        if uri.scheme_str() != Some("http") || url.contains('@') {
            return Err(bad());
        }
        // `localhost:99999` has no port that fits, and must not become port 80 for that.
        let has_port = uri
            .authority()
            .is_some_and(|authority| authority.as_str().len() > host.len());
        if has_port && uri.port_u16().is_none() {
            return Err(bad());
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Ok(Url {
            address: format!("{host}:{}", uri.port_u16().unwrap_or(80)),
            path: path.to_owned(),
        })
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Path and query.
    pub fn path(&self) -> &str {
        &self.path
    }
}

/// Asks for `url`.
pub async fn get(url: &str, bounds: Bounds) -> Result<Answer, Error> {
    once(url, Method::GET, Bytes::new(), bounds).await
}

/// Sends `body` to `url`.
pub async fn post(url: &str, body: Bytes, bounds: Bounds) -> Result<Answer, Error> {
    once(url, Method::POST, body, bounds).await
}

async fn once(url: &str, method: Method, body: Bytes, bounds: Bounds) -> Result<Answer, Error> {
    let url = Url::parse(url)?;
    let exchange = async {
        let mut connection = Connection::open(url.address(), bounds.time).await?;
        connection.send(method, url.path(), body, bounds).await
    };
    within(url.address(), bounds.time, exchange).await
}

/// A connection that is kept for one request after another.
#[derive(Debug)]
pub struct Connection {
    address: String,
    host: HeaderValue,
    sender: http1::SendRequest<Full<Bytes>>,
    /// Moves the bytes; ends with this value.
    _driver: JoinSet<()>,
}

impl Connection {
    /// Connects to `address`, a host and a port, within `limit`. Must be called inside a tokio runtime.
    pub async fn open(address: &str, limit: Duration) -> Result<Connection, Error> {
        within(address, limit, async {
            let connect = |source| Error::Connect {
                address: address.to_owned(),
                source,
            };
            let stream = TcpStream::connect(address).await.map_err(connect)?;
            stream.set_nodelay(true).map_err(connect)?;
            let (sender, connection) = http1::handshake(TokioIo::new(stream))
                .await
                .map_err(|source| broken(address, source))?;
            let mut driver = JoinSet::new();
            driver.spawn(async move {
                // The request that was under way when it broke reports it.
                let _ = connection.await;
            });
            let host = HeaderValue::from_str(address).map_err(|_| Error::BadUrl {
                url: format!("http://{address}/"),
            })?;
            Ok(Connection {
                address: address.to_owned(),
                host,
                sender,
                _driver: driver,
            })
        })
        .await
    }

    /// Whether the server has closed the connection, as far as is known.
    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// One request and its whole answer.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
        bounds: Bounds,
    ) -> Result<Answer, Error> {
        let address = self.address.clone();
        within(&address, bounds.time, async {
            let response = self.begin(method, path, body).await?;
            let (head, body) = response.into_parts();
            let body = collect(body, &address, bounds.body).await?;
            Ok(Answer {
                status: head.status,
                headers: head.headers,
                body,
            })
        })
        .await
    }

    /// One request, and its answer as soon as the head of that has come. The body must be read before the next one.
    pub async fn begin(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Response<Incoming>, Error> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, self.host.clone())
            .body(Full::new(body))
            .map_err(|_| Error::BadUrl {
                url: format!("http://{}{path}", self.address),
            })?;
        // Waits until the connection is known to be free, or known to be closed before anything has been sent.
        self.sender
            .ready()
            .await
            .map_err(|source| broken(&self.address, source))?;
        self.sender
            .send_request(request)
            .await
            .map_err(|source| broken(&self.address, source))
    }
}

fn broken(address: &str, source: hyper::Error) -> Error {
    Error::Broken {
        address: address.to_owned(),
        source,
    }
}

async fn collect(mut body: Incoming, address: &str, limit: usize) -> Result<Bytes, Error> {
    let too_long = || Error::TooLong {
        address: address.to_owned(),
        limit,
    };
    if body.size_hint().lower() > limit as u64 {
        return Err(too_long());
    }
    let mut collected = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|source| broken(address, source))?.into_data() else {
            continue;
        };
        if collected.len() + data.len() > limit {
            return Err(too_long());
        }
        collected.extend_from_slice(&data);
    }
    Ok(collected.freeze())
}

async fn within<T>(
    address: &str,
    limit: Duration,
    exchange: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    match tokio::time::timeout(limit, exchange).await {
        Ok(result) => result,
        Err(_) => Err(Error::TimedOut {
            address: address.to_owned(),
            limit,
        }),
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_split_into_address_and_path() {
        let url = Url::parse("http://localhost:8080/sub?multipart=0").unwrap();
        assert_eq!(
            (url.address(), url.path()),
            ("localhost:8080", "/sub?multipart=0")
        );
        let url = Url::parse("http://[::1]").unwrap();
        assert_eq!((url.address(), url.path()), ("[::1]:80", "/"));
    }

    #[test]
    fn what_is_no_http_url_is_named() {
        for bad in [
            "",
            "localhost:8080",
            "https://localhost/",
            "http://",
            "http://a:99999/",
            "http://u@h/",
            "/x",
        ] {
            let error = Url::parse(bad).unwrap_err();
            assert!(error.to_string().contains(&format!("{bad:?}")), "{error}");
        }
    }
}
