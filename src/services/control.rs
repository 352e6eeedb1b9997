//! How commands talk to the background process: HTTP on the loopback interface, with a token that only the owner of
//! the workspace can read.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};

use super::state::LiveState;
use http_body_util::{BodyExt as _, Empty, Limited};

/// What the live workshop says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Status {
    /// The section that it was started for.
    pub section: u8,
    /// How many numbers of the section's stream have been published, over all restarts.
    pub published: u64,
    /// How many subscribers the pubsub has that are not the workshop's own.
    #[serde(default)]
    pub subscribers: u64,
    /// Each of its parts.
    pub parts: Vec<PartStatus>,
    /// What happened to its parts that a student should know.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Whether a part is gone for good, so that only a new workshop will have it again.
    #[serde(default)]
    pub broken: bool,
}

/// What one part says of itself. A count that makes no sense for a part is `None`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PartStatus {
    /// Its name: pubsub, simplequeue, bridge, stream, redis.
    pub part: String,
    /// Its URL, or what it connects.
    pub address: String,
    /// What it is doing.
    pub state: String,
    /// Messages that came in, or commands.
    pub messages_in: Option<u64>,
    /// Messages that went out.
    pub messages_out: Option<u64>,
    /// Messages that wait, or keys.
    pub depth: Option<u64>,
}

/// Whoever is not answered within this time is told so.
const TIME_LIMIT: Duration = Duration::from_secs(3);

/// Commands come one by one; more than this at once are somebody else's.
const MOST_CONNECTIONS: usize = 32;

/// No answer of ours is longer.
const LONGEST_ANSWER: usize = 1 << 20;

/// Answers orders on `listener` until it is dropped. An order to stop is passed on through `stop`.
pub async fn serve<F, S>(listener: TcpListener, token: String, status: F, stop: mpsc::Sender<()>)
where
    F: Fn() -> S + Send + Sync + 'static,
    S: Future<Output = Status> + Send,
{
    let orders = Arc::new(Orders { token, status, stop });
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // The connection, or a file for it, was not to be had: the next one may be.
            Err(_) => {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let orders = Arc::clone(&orders);
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let orders = Arc::clone(&orders);
                async move { Ok::<_, Infallible>(orders.answer(&request).await) }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(TIME_LIMIT)
                .keep_alive(false)
                .serve_connection(TokioIo::new(stream), service);
            // Whoever hangs up early does not want the answer.
            let _ = tokio::time::timeout(TIME_LIMIT, connection).await;
            drop(place);
        });
    }
}

struct Orders<F> {
    token: String,
    status: F,
    stop: mpsc::Sender<()>,
}

impl<F: Fn() -> S, S: Future<Output = Status>> Orders<F> {
    async fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let given = request.headers().get(AUTHORIZATION).map(|value| value.as_bytes());
        if given != Some(bearer(&self.token).as_bytes()) {
            return plain(
                StatusCode::UNAUTHORIZED,
                "the token of this workshop is missing\n",
            );
        }
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/status") => match serde_json::to_vec(&(self.status)().await) {
                Ok(text) => {
                    let mut response = Response::new(Full::new(text.into()));
                    let json = hyper::header::HeaderValue::from_static("application/json");
                    response.headers_mut().insert(CONTENT_TYPE, json);
                    response
                }
                Err(error) => plain(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
            },
            (&Method::POST, "/stop") => {
                // Full means that it is being stopped already.
                let _ = self.stop.try_send(());
                plain(StatusCode::OK, "stopping\n")
            }
            _ => plain(StatusCode::NOT_FOUND, "not found\n"),
        }
    }
}

fn plain(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::copy_from_slice(text.as_bytes())));
    *response.status_mut() = status;
    response
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

/// Gives orders to a live workshop.
#[derive(Debug)]
pub struct Client {
    address: SocketAddr,
    token: String,
}

/// A live workshop does not answer as it should.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Not in time.
    #[error("the live workshop did not answer within {} s", TIME_LIMIT.as_secs())]
    TimedOut,
    /// It cannot be reached.
    #[error("the live workshop cannot be reached at {address}: {source}")]
    Unreachable {
        /// Where it should be.
        address: SocketAddr,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It refuses, or says what we do not understand.
    #[error("the live workshop answered {0}")]
    Refused(String),
}

impl Client {
    /// For the live workshop that `state` tells of.
    pub fn of(state: &LiveState) -> Self {
        Self {
            address: state.control,
            token: state.token.clone(),
        }
    }

    /// Asks how it is.
    pub async fn status(&self) -> Result<Status, ControlError> {
        let text = self.request(Method::GET, "/status").await?;
        serde_json::from_slice(&text).map_err(|error| ControlError::Refused(format!("with {error}")))
    }

    /// How many subscribers it has that are not its own; none where it does not answer.
    pub async fn subscribers(&self) -> u64 {
        self.status().await.map_or(0, |status| status.subscribers)
    }

    /// Asks it to stop. It answers before it is gone.
    pub async fn stop(&self) -> Result<(), ControlError> {
        self.request(Method::POST, "/stop").await.map(drop)
    }

    async fn request(&self, method: Method, path: &str) -> Result<Bytes, ControlError> {
        match tokio::time::timeout(TIME_LIMIT, self.exchange(method, path)).await {
            Err(_) => Err(ControlError::TimedOut),
            Ok(Err(source)) => Err(ControlError::Unreachable {
                address: self.address,
                source,
            }),
            Ok(Ok((StatusCode::OK, text))) => Ok(text),
            Ok(Ok((status, _))) => Err(ControlError::Refused(status.to_string())),
        }
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
    ) -> Result<(StatusCode, Bytes), Box<dyn std::error::Error + Send + Sync>> {
        let stream = TcpStream::connect(self.address).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(hyper::header::HOST, self.address.to_string())
            .header(AUTHORIZATION, bearer(&self.token))
            .body(Empty::<Bytes>::new())?;
        let answer = async {
            let response = sender.send_request(request).await?;
            let status = response.status();
            let body = Limited::new(response.into_body(), LONGEST_ANSWER)
                .collect()
                .await?
                .to_bytes();
            Ok((status, body))
        };
        tokio::pin!(connection);
        tokio::select! {
            answer = answer => answer,
            // The connection does the reading; it ends before the answer only where it fails.
            Err(error) = &mut connection => Err(error.into()),
        }
    }
}
