//! Subscribers that speak WebSocket, as a client library of others' sees them.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;
use workshop::server::pubsub::Options;

use super::wire;

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn connect(pubsub: &wire::Running<workshop::server::Pubsub>) -> Socket {
    let url = format!("ws://{}/sub", pubsub.address);
    wire::in_time("the handshake", tokio_tungstenite::connect_async(url))
        .await
        .unwrap()
        .0
}

async fn next(socket: &mut Socket) -> Message {
    wire::in_time("a message", socket.next()).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_message_for_every_message() {
    let pubsub = wire::pubsub(Options::default());
    let mut socket = connect(&pubsub).await;
    assert_eq!(
        pubsub.ask("POST /pub", b"one\n\n{\"x\": 2}").await.text(),
        "Published 3 messages to 1 clients.\n"
    );
    assert_eq!(next(&mut socket).await, Message::text("one"));
    assert_eq!(next(&mut socket).await, Message::text(""));
    assert_eq!(next(&mut socket).await, Message::text("{\"x\": 2}"));
    let long = "x".repeat(300_000);
    pubsub.handle.publish(Bytes::from(long.clone()));
    assert_eq!(next(&mut socket).await, Message::text(long));
    pubsub.handle.publish(Bytes::from_static(b"\xff\xfe"));
    assert_eq!(next(&mut socket).await, Message::binary(&b"\xff\xfe"[..]));
    pubsub.stop().await;
}

#[tokio::test]
async fn pings_are_answered_and_a_close_ends_the_subscription() {
    let pubsub = wire::pubsub(Options::default());
    let mut socket = connect(&pubsub).await;
    wire::in_time(
        "sending",
        socket.send(Message::Ping(Bytes::from("are you there"))),
    )
    .await
    .unwrap();
    assert_eq!(
        next(&mut socket).await,
        Message::Pong(Bytes::from("are you there"))
    );
    assert_eq!(pubsub.handle.stats().current_connections, 1);
    wire::in_time("closing", socket.close(None)).await.unwrap();
    assert!(matches!(next(&mut socket).await, Message::Close(_)));
    wire::until("it is gone", || pubsub.handle.stats().current_connections == 0).await;
    pubsub.stop().await;
}

#[tokio::test]
async fn shutdown_delivers_what_is_owed_then_closes() {
    let pubsub = wire::pubsub(Options::default());
    let mut socket = connect(&pubsub).await;
    pubsub.handle.publish(Bytes::from("last words"));
    let reading = tokio::spawn(async move {
        let mut seen = Vec::new();
        while let Some(Ok(message)) = wire::in_time("the close", socket.next()).await {
            seen.push(message);
        }
        seen
    });
    pubsub.stop().await;
    let seen = reading.await.unwrap();
    assert_eq!(seen[0], Message::text("last words"));
    assert!(matches!(seen[1], Message::Close(Some(_))), "{seen:?}");
}

#[tokio::test]
async fn a_handshake_that_is_none_is_refused() {
    let pubsub = wire::pubsub(Options::default());
    let mut wire = pubsub.connect().await;
    wire.send(b"GET /sub HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        .await;
    let reply = wire.reply(false).await;
    assert_eq!(reply.status, 400);
    assert!(
        reply.text().starts_with("this is no WebSocket handshake: "),
        "{}",
        reply.text()
    );
    assert_eq!(pubsub.handle.stats().total_connections, 0);
    pubsub.stop().await;
}
