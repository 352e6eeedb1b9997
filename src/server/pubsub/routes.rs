//! What a pubsub answers to which request.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};

use super::hub::Format;
use super::subscription::{Reply, Subscription};
use super::{Observer, Pubsub, Stats, websocket};
use crate::protocol::{multipart, query};
use crate::server::connection::{Control, Phase};
use crate::server::console;
use crate::server::listen::Handler;
use crate::server::metrics::{self, counter, gauge};
use crate::server::reply::{JSON, Whole, read_body, sentence, text, typed};

/// A pubsub as one listener offers it.
pub(super) struct Routes {
    pubsub: Pubsub,
    observer: Arc<dyn Observer>,
    closing: Arc<AtomicBool>,
}

impl Routes {
    pub fn new(pubsub: Pubsub, observer: Arc<dyn Observer>) -> Routes {
        Routes {
            pubsub,
            observer,
            closing: Arc::default(),
        }
    }

    async fn publish(&self, request: Request<Incoming>, control: &Control) -> Response<Reply> {
        let limit = self.pubsub.options.max_body_bytes;
        let body = match read_body(request.into_body(), limit, control).await {
            Ok(body) => body,
            Err(error) => return error.reply(),
        };
        self.observer.publishing(&body);
        let published = self.pubsub.hub.publish(&body);
        let line = format!(
            "Published {} messages to {} clients.\n",
            published.messages, published.subscribers
        );
        text(StatusCode::OK, Bytes::from(line))
    }

    fn subscription(&self, format: Format, control: &Arc<Control>) -> Subscription {
        control.enter(Phase::Stream);
        let (hub, closing) = (Arc::clone(&self.pubsub.hub), Arc::clone(&self.closing));
        Subscription::new(hub, format, control, Arc::clone(&self.observer), closing)
    }

    fn subscribe_websocket(&self, request: Request<Incoming>, control: &Arc<Control>) -> Response<Reply> {
        match websocket::upgrade(request) {
            Ok((response, socket)) => {
                let subscription = self.subscription(Format::Plain, control).already_open();
                let longest = self.pubsub.options.max_body_bytes;
                control.continue_with(websocket::run(socket, subscription, longest));
                response.map(|_| Reply::from(Whole::default()))
            }
            Err(error) => sentence(
                StatusCode::BAD_REQUEST,
                format!("this is no WebSocket handshake: {error}"),
            ),
        }
    }

    fn subscribe(&self, request: &Request<Incoming>, control: &Arc<Control>) -> Response<Reply> {
        let format = match query::parameter(request.uri().query(), "multipart").as_deref() {
            Some(b"0") => Format::Plain,
            _ => Format::Multipart,
        };
        let body = if request.method() == Method::HEAD {
            Reply::Endless
        } else {
            Reply::Subscription(self.subscription(format, control))
        };
        let mut response = Response::new(body);
        let content_type = match format {
            Format::Plain => JSON,
            Format::Multipart => HeaderValue::from_static(multipart::CONTENT_TYPE),
        };
        response.headers_mut().insert(CONTENT_TYPE, content_type);
        response
    }

    fn stats(&self, request: &Request<Incoming>) -> Response<Reply> {
        let stats = self.pubsub.hub.stats();
        let query = request.uri().query();
        let mut response = if query::parameter(query, "format").as_deref() == Some(b"json") {
            typed(StatusCode::OK, JSON, Bytes::from(json(&stats)))
        } else {
            text(StatusCode::OK, Bytes::from(lines(&stats)))
        };
        let headers = response.headers_mut();
        for (name, value) in [
            ("x-pubsub-active-connections", stats.current_connections),
            ("x-pubsub-total-connections", stats.total_connections),
            ("x-pubsub-messages-received", stats.messages_received),
            ("x-pubsub-messages-sent", stats.messages_sent),
            ("x-pubsub-kicked-clients", stats.kicked_clients),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        }
        let reset = query::parameter(query, "reset").as_deref() == Some(b"1");
        if reset && request.method() != Method::HEAD {
            self.pubsub.hub.reset_stats();
        }
        response
    }

    fn metrics(&self) -> Response<Reply> {
        let stats = self.pubsub.hub.stats();
        metrics::reply(&[
            gauge(
                "pubsub_subscribers",
                "Subscribers now.",
                stats.current_connections,
            ),
            counter(
                "pubsub_subscribers_total",
                "Subscribers since the start.",
                stats.total_connections,
            ),
            counter(
                "pubsub_messages_received_total",
                "Messages published.",
                stats.messages_received,
            ),
            counter(
                "pubsub_messages_sent_total",
                "Messages, once for each subscriber.",
                stats.messages_sent,
            ),
            counter(
                "pubsub_kicked_clients_total",
                "Subscribers dropped as too slow.",
                stats.kicked_clients,
            ),
            gauge(
                "pubsub_kept_bytes",
                "Bytes kept for subscribers, each once.",
                self.pubsub.hub.kept_bytes(),
            ),
        ])
    }

    fn clients(&self) -> Response<Reply> {
        let mut lines = String::new();
        for client in self.pubsub.clients() {
            let since = client.connected_at.strftime("%Y-%m-%d %H:%M:%S");
            // Writing into a string cannot fail.
            let _ = writeln!(
                lines,
                "{} connected at {since}. output buffer size:{}",
                client.peer, client.pending_bytes
            );
        }
        if lines.is_empty() {
            lines.push_str("no /sub connections\n");
        }
        text(StatusCode::OK, Bytes::from(lines))
    }
}

fn lines(stats: &Stats) -> String {
    format!(
        "Active connections: {}\nTotal connections: {}\nMessages received: {}\nMessages sent: {}\nKicked clients: {}\n",
        stats.current_connections,
        stats.total_connections,
        stats.messages_received,
        stats.messages_sent,
        stats.kicked_clients
    )
}

/// The original's spacing, so that programs which compare text still can.
fn json(stats: &Stats) -> String {
    format!(
        "{{\"current_connections\": {},\"total_connections\": {},\"messages_received\": {},\"messages_sent\": {},\
         \"kicked_clients\": {}}}\n",
        stats.current_connections,
        stats.total_connections,
        stats.messages_received,
        stats.messages_sent,
        stats.kicked_clients
    )
}

impl Handler for Routes {
    type Body = Reply;

    async fn answer(&self, request: Request<Incoming>, control: &Arc<Control>) -> Response<Reply> {
        self.observer.requested();
        if !matches!(*request.method(), Method::GET | Method::POST | Method::HEAD) {
            return sentence(
                StatusCode::METHOD_NOT_ALLOWED,
                "a pubsub answers GET, POST and HEAD",
            );
        }
        let path = request.uri().path();
        if path.starts_with("/pub") {
            if request.method() == Method::HEAD {
                return text(StatusCode::OK, Bytes::new());
            }
            self.publish(request, control).await
        } else if path.starts_with("/sub") && websocket::is_wanted(&request) {
            self.subscribe_websocket(request, control)
        } else if path.starts_with("/sub") {
            self.subscribe(&request, control)
        } else if path.starts_with("/stats") {
            self.stats(&request)
        } else if path.starts_with("/metrics") {
            self.metrics()
        } else if path == "/clients" {
            self.clients()
        } else {
            let routes = "a pubsub has /pub, /sub, /stats and /clients";
            sentence(
                StatusCode::NOT_FOUND,
                format!("there is no {path} here: {routes}"),
            )
        }
    }

    fn drain(&self) {
        self.closing.store(true, Ordering::Release);
        self.pubsub.hub.wake_all();
    }

    fn crowded(&self, connections: usize) {
        self.observer.crowded(connections);
    }

    fn warn(&self, sentence: &str) {
        console::warn(format_args!("pubsub: {sentence}"));
    }
}
