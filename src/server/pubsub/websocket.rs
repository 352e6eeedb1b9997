//! Subscribers that speak WebSocket (RFC 6455): a message of theirs for every message published.

use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::{SinkExt, StreamExt};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::{Method, Request, Response};
use hyper_tungstenite::tungstenite::error::ProtocolError;
use hyper_tungstenite::tungstenite::protocol::WebSocketConfig;
use hyper_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use hyper_tungstenite::tungstenite::{Message, Utf8Bytes, protocol::CloseFrame};
use hyper_tungstenite::{HyperWebsocket, is_upgrade_request};

use super::subscription::Subscription;
use crate::protocol::lines::LineReader;

/// The longest message that a subscriber may send, in bytes. None is expected.
const LONGEST_INCOMING: usize = 64 * 1024;
/// How long a subscriber has to answer a close.
const CLOSING: Duration = Duration::from_secs(2);

pub(super) fn is_wanted(request: &Request<Incoming>) -> bool {
    *request.method() == Method::GET && is_upgrade_request(request)
}

/// The reply that switches protocols, and what the connection then becomes.
pub(super) fn upgrade(
    request: Request<Incoming>,
) -> Result<(Response<Full<Bytes>>, HyperWebsocket), ProtocolError> {
    let config = WebSocketConfig::default()
        .max_message_size(Some(LONGEST_INCOMING))
        .max_frame_size(Some(LONGEST_INCOMING));
    hyper_tungstenite::upgrade(request, Some(config))
}

/// Sends what `subscription` is owed until either side ends it. `longest` bounds a message, in bytes.
pub(super) async fn run(socket: HyperWebsocket, mut subscription: Subscription, longest: usize) {
    // A client that is gone before the switch of protocols is no subscriber.
    let Ok(socket) = socket.await else { return };
    let (mut outgoing, mut incoming) = socket.split();
    let mut reader = LineReader::new(longest);
    loop {
        tokio::select! {
            data = subscription.next() => {
                let Some(mut data) = data else { break };
                let mut messages = Vec::new();
                for chunk in data.iter() {
                    if reader.push(chunk.clone(), |message| messages.push(message)).is_err() {
                        // No body is as long as that, so neither is a message.
                        return;
                    }
                }
                for message in messages {
                    if outgoing.feed(frame(message)).await.is_err() {
                        return;
                    }
                }
                if outgoing.flush().await.is_err() {
                    return;
                }
                // Counted as taken only now that it is with the socket.
                data.advance(data.remaining());
            }
            received = incoming.next() => match received {
                // Pings are answered, and a close is returned, by the library, as it reads on.
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return,
            },
        }
    }
    let close = CloseFrame {
        code: CloseCode::Away,
        reason: Utf8Bytes::from_static("the server ends the stream"),
    };
    if outgoing.send(Message::Close(Some(close))).await.is_ok() {
        let answered = async { while let Some(Ok(_)) = incoming.next().await {} };
        // Without an answer the connection just ends.
        let _ = tokio::time::timeout(CLOSING, answered).await;
    }
}

/// Text where it is UTF-8, as RFC 6455 demands of text, and binary where not.
fn frame(message: Bytes) -> Message {
    match Utf8Bytes::try_from(message.clone()) {
        Ok(text) => Message::Text(text),
        Err(_) => Message::Binary(message),
    }
}
