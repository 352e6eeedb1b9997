//! Who is refused: web pages of other origins, and names that are none of this machine's.

use bytes::Bytes;
use workshop::server::{Access, simplequeue};

use super::wire::{self, Reply, Running};

async fn ask_with(server: &Running<workshop::server::Simplequeue>, request: &str) -> Reply {
    let mut wire = server.connect().await;
    wire.send(format!("{request}\r\n\r\n").as_bytes()).await;
    wire.reply(false).await
}

#[tokio::test]
async fn a_page_of_another_origin_is_refused_and_takes_nothing() {
    let access = Access {
        option: Some("--allow-origin"),
        ..Access::default()
    };
    let queue = wire::simplequeue(simplequeue::Options {
        access,
        ..simplequeue::Options::default()
    });
    queue.handle.put(Bytes::from("mine"));
    let request = format!(
        "GET /get HTTP/1.1\r\nHost: {}\r\nOrigin: http://evil.example",
        queue.address
    );
    let reply = ask_with(&queue, &request).await;
    assert_eq!(reply.status, 403);
    assert!(
        reply.text().contains("--allow-origin=http://evil.example"),
        "{}",
        reply.text()
    );
    assert_eq!(queue.handle.depth(), 1);

    let reply = ask_with(&queue, "GET /get HTTP/1.1\r\nHost: rebound.example:8081").await;
    assert_eq!(reply.status, 403);
    assert_eq!(
        reply.text(),
        "this server listens on this machine only, and \"rebound.example:8081\" is no name of it; use localhost or \
         127.0.0.1\n"
    );
    assert_eq!(queue.handle.depth(), 1);

    let request = format!(
        "GET /get HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}",
        queue.address
    );
    assert_eq!(ask_with(&queue, &request).await.text(), "mine");
    queue.stop().await;
}

#[tokio::test]
async fn an_origin_that_is_named_may_ask_and_read() {
    let access = Access {
        allow_origins: vec!["http://localhost:3000".to_owned()],
        ..Access::default()
    };
    let queue = wire::simplequeue(simplequeue::Options {
        access,
        ..simplequeue::Options::default()
    });
    let headers = "HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:3000";
    let reply = ask_with(&queue, &format!("GET /stats {headers}")).await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.header("access-control-allow-origin"),
        Some("http://localhost:3000")
    );
    assert_eq!(reply.header("vary"), Some("Origin"));

    // What a browser sends ahead of a POST that is not a plain form.
    let mut wire = queue.connect().await;
    let preflight = format!("OPTIONS /put {headers}\r\nAccess-Control-Request-Method: POST\r\n\r\n");
    wire.send(preflight.as_bytes()).await;
    let head = wire.head().await;
    assert!(head.starts_with("HTTP/1.1 204 "), "{head}");
    assert!(
        head.contains("access-control-allow-methods: GET, POST, HEAD\r\n"),
        "{head}"
    );
    queue.stop().await;
}
