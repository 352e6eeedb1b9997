//! `/metrics`: the counters in Prometheus' text format.

use workshop::server::{pubsub, simplequeue};

use super::wire;

/// The samples of an exposition, each announced by a HELP and a TYPE line of its own.
fn samples(text: &str) -> Vec<(String, String, u64)> {
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len() % 3, 0, "{text}");
    let sample = |three: &[&str]| {
        let (name, value) = three[2].split_once(' ').unwrap();
        assert!(
            three[0]
                .strip_prefix("# HELP ")
                .unwrap()
                .starts_with(&format!("{name} ")),
            "{three:?}"
        );
        let kind = three[1].strip_prefix(&format!("# TYPE {name} ")).unwrap();
        (name.to_owned(), kind.to_owned(), value.parse().unwrap())
    };
    lines.chunks(3).map(sample).collect()
}

fn value(text: &str, name: &str) -> (String, u64) {
    let all = samples(text);
    let (_, kind, value) = all
        .iter()
        .find(|(sample, _, _)| sample == name)
        .unwrap_or_else(|| panic!("{name}: {text}"));
    (kind.clone(), *value)
}

#[tokio::test]
async fn a_pubsub_shows_its_counters() {
    let pubsub = wire::pubsub(pubsub::Options::default());
    let (mut subscriber, _) = wire::Wire::subscribe(pubsub.address, "/sub?multipart=0").await;
    subscriber.body(2).await;
    pubsub.ask("POST /pub", b"a\nb\nc").await;
    let reply = pubsub.ask("GET /metrics", b"").await;
    assert_eq!(
        reply.header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    let text = reply.text();
    assert_eq!(
        value(&text, "pubsub_messages_received_total"),
        ("counter".into(), 3)
    );
    assert_eq!(value(&text, "pubsub_messages_sent_total"), ("counter".into(), 3));
    assert_eq!(value(&text, "pubsub_subscribers"), ("gauge".into(), 1));
    pubsub.stop().await;
}

#[tokio::test]
async fn a_queue_shows_its_counters() {
    let queue = wire::simplequeue(simplequeue::Options {
        max_depth: Some(2),
        ..simplequeue::Options::default()
    });
    for message in ["one", "two", "three"] {
        queue.ask("POST /put", message.as_bytes()).await;
    }
    queue.ask("GET /get", b"").await;
    let text = queue.ask("GET /metrics", b"").await.text();
    assert_eq!(value(&text, "simplequeue_puts_total"), ("counter".into(), 3));
    assert_eq!(value(&text, "simplequeue_gets_total"), ("counter".into(), 1));
    assert_eq!(value(&text, "simplequeue_depth"), ("gauge".into(), 1));
    assert_eq!(value(&text, "simplequeue_bytes"), ("gauge".into(), 5));
    assert_eq!(value(&text, "simplequeue_overflow_total"), ("counter".into(), 1));
    queue.stop().await;
}
