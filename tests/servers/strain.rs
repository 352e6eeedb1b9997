//! What clients can do to a server that they should not: each gets an error or nothing, and the rest are served.

use std::time::Duration;

use bytes::Bytes;
use tokio::net::TcpSocket;
use workshop::server::{Limits, pubsub, simplequeue};

use super::wire::{self, Wire};

fn limits(limits: Limits) -> simplequeue::Options {
    simplequeue::Options {
        limits,
        ..simplequeue::Options::default()
    }
}

#[tokio::test]
async fn a_subscriber_that_does_not_read_is_kicked_and_the_others_are_not() {
    const LIMIT: usize = 1024 * 1024;
    let pubsub = wire::pubsub(pubsub::Options {
        max_pending_bytes: LIMIT,
        ..pubsub::Options::default()
    });
    let (mut healthy, _) = Wire::subscribe(pubsub.address, "/sub?multipart=0").await;
    healthy.body(2).await;
    let mut stalled = Vec::new();
    for path in ["/sub?multipart=0", "/sub"] {
        stalled.push(Wire::subscribe(pubsub.address, path).await.0);
    }
    let body = Bytes::from(vec![b'x'; 99_999]);
    let mut published = 0;
    // Past the limit and whatever the sockets between take in.
    while pubsub.handle.stats().kicked_clients < 2 {
        published += 1;
        assert!(
            published < 5000,
            "500 MB published and nobody kicked: {:?}",
            pubsub.handle.clients()
        );
        pubsub.handle.publish(body.clone());
        assert_eq!(healthy.body(body.len() + 1).await.len(), 100_000);
    }
    assert_eq!(pubsub.handle.stats().current_connections, 1);
    for mut subscriber in stalled {
        let rest = subscriber.rest().await;
        let text = String::from_utf8_lossy(&rest[rest.len().saturating_sub(200)..]).into_owned();
        let (_, notice) = text
            .split_once("ERROR_TOO_SLOW. kicked for having ")
            .expect("a notice at the end");
        let (pending, end) = notice.split_once(" pending bytes\n").unwrap();
        // An orderly end of the body, and of the connection.
        assert_eq!(end, "\r\n0\r\n\r\n");
        let pending: usize = pending.parse().unwrap();
        // The check happens before a POST is stored, so the one that found it may come on top.
        assert!(pending > LIMIT && pending < LIMIT + 400_000, "{pending}");
    }
    pubsub.stop().await;
}

#[tokio::test]
async fn a_publisher_that_dies_in_mid_body_publishes_nothing() {
    let pubsub = wire::pubsub(pubsub::Options::default());
    let (mut subscriber, _) = Wire::subscribe(pubsub.address, "/sub?multipart=0").await;
    subscriber.body(2).await;
    let mut dying = pubsub.connect().await;
    dying
        .send(b"POST /pub HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf a mess")
        .await;
    drop(dying);
    pubsub.ask("POST /pub", b"whole").await;
    assert_eq!(subscriber.body(6).await, "whole\n");
    assert_eq!(pubsub.handle.stats().messages_received, 1);
    pubsub.stop().await;
}

#[tokio::test]
async fn ten_thousand_connections_opened_and_dropped() {
    let pubsub = wire::pubsub(pubsub::Options::default());
    let (mut subscriber, _) = Wire::subscribe(pubsub.address, "/sub?multipart=0").await;
    subscriber.body(2).await;
    let dropping = async {
        for number in 0..10_000 {
            let socket = TcpSocket::new_v4().unwrap();
            // Reset, not closed, so that ten thousand ports are not kept waiting afterwards.
            socket.set_zero_linger().unwrap();
            let stream = socket.connect(pubsub.address).await.unwrap();
            // Some with half a request, some as subscribers.
            match number % 3 {
                0 => drop(stream.try_write(b"GET /stats HTT")),
                1 => drop(stream.try_write(b"GET /sub HTTP/1.1\r\nHost: localhost\r\n\r\n")),
                _ => {}
            }
        }
    };
    wire::in_time("ten thousand connections", dropping).await;
    wire::until("only one is left", || {
        pubsub.handle.stats().current_connections == 1
    })
    .await;
    pubsub.ask("POST /pub", b"still here").await;
    assert_eq!(subscriber.body(11).await, "still here\n");
    pubsub.stop().await;
}

#[tokio::test]
async fn a_head_that_does_not_come_times_out_and_an_idle_connection_does_not() {
    let queue = wire::simplequeue(limits(Limits {
        head_timeout: Duration::from_millis(500),
        ..Limits::default()
    }));
    let mut idle = queue.connect().await;
    idle.request("GET /get", b"").await;
    idle.reply(false).await;

    let mut silent = queue.connect().await;
    let mut slow = queue.connect().await;
    slow.send(b"GET /get HTTP/1.1\r\nHost: local").await;
    for wire in [&mut silent, &mut slow] {
        let reply = String::from_utf8(wire.rest().await).unwrap();
        assert!(reply.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{reply}");
        assert!(
            reply.ends_with("\r\n\r\nthe head of the request did not arrive within the time\n"),
            "{reply}"
        );
    }
    // It has been idle for as long as the others were slow.
    idle.request("GET /get", b"").await;
    assert_eq!(idle.reply(false).await.status, 200);
    queue.stop().await;
}

#[tokio::test]
async fn a_body_that_stands_still_is_given_up() {
    let queue = wire::simplequeue(limits(Limits {
        stall_timeout: Duration::from_millis(500),
        ..Limits::default()
    }));
    let mut wire = queue.connect().await;
    wire.send(b"POST /put HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf")
        .await;
    assert_eq!(wire.rest().await, b"");
    assert_eq!(queue.handle.depth(), 0);
    queue.stop().await;
}

#[tokio::test]
async fn what_is_no_request_gets_an_error() {
    let queue = wire::simplequeue(simplequeue::Options::default());
    let huge_header = format!(
        "GET /get HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n",
        "x".repeat(200_000)
    );
    let many_headers = format!(
        "GET /get HTTP/1.1\r\nHost: localhost\r\n{}\r\n",
        "X: y\r\n".repeat(1000)
    );
    let long_url = format!(
        "GET /put?data={} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "x".repeat(200_000)
    );
    let cases: [(&str, &[u8], &str); 8] = [
        ("garbage", b"\x00\xff\x80 hello\r\n\r\n", "HTTP/1.1 400 "),
        (
            "TLS",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
            "HTTP/1.1 400 ",
        ),
        ("no version", b"GET /get\r\n\r\n", "HTTP/1.1 400 "),
        (
            "a length that is none",
            b"POST /put HTTP/1.1\r\nContent-Length: x\r\n\r\n",
            "HTTP/1.1 400 ",
        ),
        (
            "two lengths",
            b"POST /put HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "HTTP/1.1 400 ",
        ),
        ("a huge header", huge_header.as_bytes(), "HTTP/1.1 431 "),
        ("many headers", many_headers.as_bytes(), "HTTP/1.1 431 "),
        ("a long URL", long_url.as_bytes(), "HTTP/1.1 4"),
    ];
    for (case, request, expected) in cases {
        let mut wire = queue.connect().await;
        // The server may answer and close before it has all.
        wire.send_what_fits(request).await;
        let reply = String::from_utf8_lossy(&wire.rest().await).into_owned();
        assert!(reply.starts_with(expected), "{case}: {reply:?}");
    }
    let mut half = queue.connect().await;
    half.send(b"GET /g").await;
    drop(half);
    let mut bad_chunk = queue.connect().await;
    bad_chunk
        .send(b"POST /put HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
        .await;
    assert_eq!(bad_chunk.reply(false).await.status, 400);
    assert_eq!(queue.handle.stats().puts, 0);
    assert_eq!(queue.ask("GET /get", b"").await.status, 200);
    queue.stop().await;
}

#[tokio::test]
async fn more_connections_than_allowed_wait_their_turn() {
    let queue = wire::simplequeue(limits(Limits {
        max_connections: 2,
        ..Limits::default()
    }));
    let (first, second) = (queue.connect().await, queue.connect().await);
    let mut third = queue.connect().await;
    third.request("POST /put", b"x").await;
    drop(first);
    assert_eq!(third.reply(false).await.status, 200);
    drop(second);
    queue.stop().await;
}

#[tokio::test]
async fn a_client_that_does_not_take_its_reply_does_not_hold_up_the_end() {
    let options = limits(Limits {
        drain_timeout: Duration::from_millis(200),
        ..Limits::default()
    });
    let queue = wire::simplequeue(options);
    queue.handle.put(Bytes::from(vec![b'x'; 50_000_000]));
    let mut wire = queue.connect().await;
    wire.request("GET /dump", b"").await;
    wire.head().await;
    queue.stop().await;
}
