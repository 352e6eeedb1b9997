//! pubsub, row by row of the contract.

use bytes::Bytes;
use workshop::server::pubsub::{Options, Published};

use super::wire::{self, Wire};

#[tokio::test]
async fn a_body_is_split_into_messages() {
    let pubsub = wire::pubsub(Options::default());
    let (mut plain, head) = Wire::subscribe(pubsub.address, "/sub?multipart=0").await;
    assert!(
        head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("content-type: application/json\r\n"),
        "{head}"
    );
    assert!(
        head.contains("transfer-encoding: chunked\r\n") && head.contains("date: "),
        "{head}"
    );
    assert_eq!(plain.body(2).await, "\r\n");

    for (body, messages, stream) in [
        ("hello", 1, "hello\n"),
        ("a\nb", 2, "a\nb\n"),
        ("a\nb\n", 2, "a\nb\n"),
        ("a\n\nb", 3, "a\n\nb\n"),
        ("\n", 1, "\n"),
        ("{\"x\": 1}\r\n", 1, "{\"x\": 1}\r\n"),
    ] {
        let reply = pubsub.ask("POST /pub", body.as_bytes()).await;
        assert_eq!(reply.status, 200);
        assert_eq!(
            reply.text(),
            format!("Published {messages} messages to 1 clients.\n"),
            "{body:?}"
        );
        assert_eq!(plain.body(stream.len()).await, stream, "{body:?}");
    }
    let reply = pubsub.ask("POST /pub", b"").await;
    assert_eq!(reply.text(), "Published 0 messages to 1 clients.\n");
    assert_eq!(
        pubsub.handle.publish(Bytes::from("x\ny")),
        Published {
            messages: 2,
            subscribers: 1
        }
    );
    assert_eq!(plain.body(4).await, "x\ny\n");
    pubsub.stop().await;
}

#[tokio::test]
async fn the_default_format_is_multipart() {
    let pubsub = wire::pubsub(Options::default());
    let (mut parts, head) = Wire::subscribe(pubsub.address, "/sub").await;
    assert!(
        head.contains("content-type: multipart/x-mixed-replace; boundary=xXPubSubXx\r\n"),
        "{head}"
    );
    assert_eq!(parts.body(14).await, "--xXPubSubXx\r\n");
    pubsub.ask("POST /pub", b"hello\n\nworld!").await;
    let expected = "content-type: */*\r\ncontent-length: 5\r\n\r\nhello\r\n--xXPubSubXx\r\n\
                    content-type: */*\r\ncontent-length: 0\r\n\r\n\r\n--xXPubSubXx\r\n\
                    content-type: */*\r\ncontent-length: 6\r\n\r\nworld!\r\n--xXPubSubXx\r\n";
    assert_eq!(parts.body(expected.len()).await, expected);
    pubsub.stop().await;
}

#[tokio::test]
async fn subscribers_get_what_is_published_while_they_are_there() {
    let pubsub = wire::pubsub(Options::default());
    assert_eq!(
        pubsub.ask("POST /pub", b"too early").await.text(),
        "Published 1 messages to 0 clients.\n"
    );
    let (mut first, _) = Wire::subscribe(pubsub.address, "/sub?multipart=0").await;
    first.body(2).await;
    pubsub.ask("POST /pub", b"one").await;
    let (mut second, _) = Wire::subscribe(pubsub.address, "/subscribe?x=1&multipart=0").await;
    second.body(2).await;
    assert_eq!(
        pubsub.ask("POST /publish", b"two").await.text(),
        "Published 1 messages to 2 clients.\n"
    );
    assert_eq!(first.body(8).await, "one\ntwo\n");
    assert_eq!(second.body(4).await, "two\n");
    drop(first);
    wire::until("the first is gone", || {
        pubsub.handle.stats().current_connections == 1
    })
    .await;
    assert_eq!(
        pubsub.ask("POST /pub", b"three").await.text(),
        "Published 1 messages to 1 clients.\n"
    );
    assert_eq!(second.body(6).await, "three\n");
    pubsub.stop().await;
}

#[tokio::test]
async fn stats_in_every_form() {
    let pubsub = wire::pubsub(Options::default());
    let empty = "Active connections: 0\nTotal connections: 0\nMessages received: 0\nMessages sent: 0\nKicked clients: 0\n";
    assert_eq!(pubsub.ask("GET /stats", b"").await.text(), empty);
    let (mut subscriber, _) = Wire::subscribe(pubsub.address, "/sub?multipart=0").await;
    subscriber.body(2).await;
    let (_other, _) = Wire::subscribe(pubsub.address, "/sub").await;
    pubsub.ask("POST /pub", b"a\nb\nc").await;

    let reply = pubsub.ask("GET /stats", b"").await;
    // Six messages sent: three to each of two. The total counts subscribers, not messages.
    let lines = "Active connections: 2\nTotal connections: 2\nMessages received: 3\nMessages sent: 6\nKicked clients: 0\n";
    assert_eq!(reply.text(), lines);
    for (name, value) in [
        ("X-PUBSUB-ACTIVE-CONNECTIONS", "2"),
        ("X-PUBSUB-TOTAL-CONNECTIONS", "2"),
        ("X-PUBSUB-MESSAGES-RECEIVED", "3"),
        ("X-PUBSUB-MESSAGES-SENT", "6"),
        ("X-PUBSUB-KICKED-CLIENTS", "0"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    let reply = pubsub.ask("GET /stats?format=json", b"").await;
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let json: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
    let expected = serde_json::json!({"current_connections": 2, "total_connections": 2, "messages_received": 3,
        "messages_sent": 6, "kicked_clients": 0});
    assert_eq!(json, expected);

    assert_eq!(
        pubsub.ask("GET /stats?reset=1", b"").await.text(),
        lines,
        "it answers first"
    );
    let after = "Active connections: 2\nTotal connections: 2\nMessages received: 0\nMessages sent: 0\nKicked clients: 0\n";
    assert_eq!(pubsub.ask("GET /stats", b"").await.text(), after);
    pubsub.stop().await;
}

#[tokio::test]
async fn clients_are_listed() {
    let pubsub = wire::pubsub(Options::default());
    assert_eq!(
        pubsub.ask("GET /clients", b"").await.text(),
        "no /sub connections\n"
    );
    let (_subscriber, _) = Wire::subscribe(pubsub.address, "/sub").await;
    let text = pubsub.ask("GET /clients", b"").await.text();
    let (peer, rest) = text.split_once(" connected at ").unwrap();
    assert!(peer.starts_with("127.0.0.1:"), "{text}");
    let (time, rest) = rest.split_once(". ").unwrap();
    jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M:%S", time).unwrap();
    assert_eq!(rest, "output buffer size:0\n");
    pubsub.stop().await;
}

#[tokio::test]
async fn head_of_a_stream_makes_no_subscriber() {
    let pubsub = wire::pubsub(Options::default());
    let reply = pubsub.ask("HEAD /sub?multipart=0", b"").await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (200, Some("application/json"))
    );
    assert_eq!(pubsub.ask("HEAD /stats?reset=1", b"").await.status, 200);
    let stats = pubsub.handle.stats();
    assert_eq!((stats.current_connections, stats.total_connections), (0, 0));
    pubsub.stop().await;
}

#[tokio::test]
async fn what_is_not_there_and_what_is_too_long() {
    let pubsub = wire::pubsub(Options {
        max_body_bytes: 10,
        ..Options::default()
    });
    let reply = pubsub.ask("GET /", b"").await;
    assert_eq!(reply.status, 404);
    assert!(
        reply.text().contains("/pub, /sub, /stats and /clients"),
        "{}",
        reply.text()
    );
    assert_eq!(pubsub.ask("PUT /pub", b"x").await.status, 405);
    assert_eq!(pubsub.ask("POST /pub", b"0123456789").await.status, 200);
    assert_eq!(pubsub.ask("POST /pub", b"0123456789a").await.status, 413);
    let mut chunked = pubsub.connect().await;
    chunked
        .send(b"POST /pub HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n")
        .await;
    assert_eq!(chunked.reply(false).await.status, 413);
    assert_eq!(pubsub.handle.stats().messages_received, 1);
    pubsub.stop().await;
}

#[tokio::test]
async fn an_http_1_0_subscriber_gets_a_stream_without_chunks() {
    let pubsub = wire::pubsub(Options::default());
    let mut wire = pubsub.connect().await;
    wire.send(b"GET /sub?multipart=0 HTTP/1.0\r\n\r\n").await;
    let head = wire.head().await;
    assert!(
        head.starts_with("HTTP/1.0 200 OK") && !head.contains("chunked"),
        "{head}"
    );
    assert_eq!(wire.take(2).await, b"\r\n");
    pubsub.ask("POST /pub", b"hello").await;
    assert_eq!(wire.take(6).await, b"hello\n");
    pubsub.stop().await;
    assert_eq!(wire.rest().await, b"");
}

#[tokio::test]
async fn shutdown_hands_out_what_is_owed_and_ends_every_stream() {
    let pubsub = wire::pubsub(Options::default());
    let mut subscribers = Vec::new();
    for _ in 0..20 {
        let (mut subscriber, _) = Wire::subscribe(pubsub.address, "/sub?multipart=0").await;
        subscriber.body(2).await;
        subscribers.push(subscriber);
    }
    pubsub.handle.publish(Bytes::from("last words"));
    pubsub.stop().await;
    for subscriber in &mut subscribers {
        assert_eq!(subscriber.body(11).await, "last words\n");
        assert_eq!(subscriber.chunk().await, b"", "the stream has an orderly end");
        assert_eq!(subscriber.rest().await, b"");
    }
}

/// Many publishers, many subscribers that come at different times: each sees every publisher's messages in order,
/// none lost and none doubled from the first on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn none_lost_none_doubled_order_kept() {
    const PUBLISHERS: usize = 4;
    const MESSAGES: usize = 500;
    let pubsub = wire::pubsub(Options::default());
    let mut subscribers = Vec::new();
    for _ in 0..30 {
        let (mut subscriber, _) = Wire::subscribe(pubsub.address, "/sub?multipart=0").await;
        subscriber.body(2).await;
        subscribers.push(subscriber);
    }
    let publishers: Vec<_> = (0..PUBLISHERS)
        .map(|publisher| {
            let address = pubsub.address;
            tokio::spawn(async move {
                let mut wire = Wire::connect(address).await;
                for number in 0..MESSAGES / 2 {
                    let body = format!(
                        "{publisher} {:0>4}\n{publisher} {:0>4}",
                        2 * number,
                        2 * number + 1
                    );
                    wire.request("POST /pub", body.as_bytes()).await;
                    assert_eq!(
                        wire.reply(false).await.text(),
                        "Published 2 messages to 30 clients.\n"
                    );
                }
            })
        })
        .collect();
    for publisher in publishers {
        publisher.await.unwrap();
    }
    for subscriber in &mut subscribers {
        let text = subscriber.body(PUBLISHERS * MESSAGES * 7).await;
        for publisher in 0..PUBLISHERS {
            let mine: Vec<&str> = text
                .lines()
                .filter_map(|line| line.strip_prefix(&format!("{publisher} ")))
                .collect();
            let expected: Vec<String> = (0..MESSAGES).map(|number| format!("{number:0>4}")).collect();
            assert_eq!(mine, expected);
        }
    }
    pubsub.stop().await;
}
