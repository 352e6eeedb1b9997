//! simplequeue, row by row of the contract.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use workshop::server::Simplequeue;
use workshop::server::simplequeue::{Observer, Options};

use super::wire::{self, Wire};

/// Method and path, body, expected status, expected body.
type Step = (&'static str, &'static str, u16, &'static str);

async fn play(case: &str, options: Options, steps: &[Step]) {
    let queue = wire::simplequeue(options);
    for (number, &(request, body, status, expected)) in steps.iter().enumerate() {
        let reply = queue.ask(request, body.as_bytes()).await;
        let got = (reply.status, reply.text());
        assert_eq!(
            got,
            (status, expected.to_owned()),
            "{case}, step {}: {request}",
            number + 1
        );
        assert!(reply.header("date").is_some(), "{case}: {}", reply.head);
    }
    queue.stop().await;
}

#[tokio::test]
async fn every_row_of_the_contract() {
    let missing = "missing data\n";
    let bad_items = "number of items must be > 0\n";
    let cases: &[(&str, &[Step])] = &[
        ("an empty queue", &[("GET /get", "", 200, "")]),
        (
            "put and get",
            &[
                ("GET /put?data=hello", "", 200, ""),
                ("GET /get", "", 200, "hello"),
            ],
        ),
        (
            "first in, first out",
            &[
                ("GET /put?data=1", "", 200, ""),
                ("POST /put", "2", 200, ""),
                ("GET /get", "", 200, "1"),
                ("POST /get", "", 200, "2"),
            ],
        ),
        (
            "in a query, + is a space and % escapes",
            &[
                ("GET /put?data=a+b%2Bc%26", "", 200, ""),
                ("GET /get", "", 200, "a b+c&"),
            ],
        ),
        (
            "a body is taken raw",
            &[
                ("POST /put", "data=abc+%41", 200, ""),
                ("GET /get", "", 200, "data=abc+%41"),
            ],
        ),
        (
            "data wins over the body",
            &[
                ("POST /put?data=query", "body", 200, ""),
                ("GET /get", "", 200, "query"),
                ("GET /get", "", 200, ""),
            ],
        ),
        (
            "neither",
            &[
                ("GET /put", "", 400, missing),
                ("POST /put?x=1", "", 400, missing),
            ],
        ),
        (
            "an empty message is not stored",
            &[("GET /put?data=", "", 400, missing), ("GET /dump", "", 200, "")],
        ),
        (
            "8-bit clean",
            &[
                ("GET /put?data=a%00b%01", "", 200, ""),
                ("GET /get", "", 200, "a\0b\u{1}"),
            ],
        ),
        (
            "bad escapes stand for themselves",
            &[("GET /put?data=5%&x", "", 200, ""), ("GET /get", "", 200, "5%")],
        ),
        (
            "mput: a message a line, empty ones skipped",
            &[
                ("POST /mput", "a\n\nb\n", 200, ""),
                ("GET /dump", "", 200, "a\nb\n"),
            ],
        ),
        (
            "mput: the other way, and another separator",
            &[
                ("GET /mput?data=a%7Cb%0Ac&separator=%7C", "", 200, ""),
                ("GET /mget?items=2&separator=;", "", 200, "a;b\nc"),
            ],
        ),
        ("mput: neither", &[("POST /mput", "", 400, missing)]),
        (
            "mget: as many as asked for",
            &[
                ("POST /mput", "a\nb\nc", 200, ""),
                ("GET /mget?items=2", "", 200, "a\nb"),
            ],
        ),
        (
            "mget: fewer than asked for end with the separator",
            &[
                ("POST /mput", "a\nb", 200, ""),
                ("GET /mget?items=3&separator=--", "", 200, "a--b--"),
            ],
        ),
        ("mget: none", &[("GET /mget?items=3", "", 200, "")]),
        (
            "mget: no number",
            &[
                ("GET /mget?items=0", "", 400, bad_items),
                ("GET /mget?items=-1", "", 400, bad_items),
                ("GET /mget?items=two", "", 400, bad_items),
                ("GET /mget?items=", "", 400, bad_items),
            ],
        ),
        (
            "dump takes nothing",
            &[
                ("POST /mput", "a\nb", 200, ""),
                ("GET /dump", "", 200, "a\nb\n"),
                ("GET /dump", "", 200, "a\nb\n"),
            ],
        ),
        (
            "stats count messages, and empty gets too",
            &[
                (
                    "GET /stats",
                    "",
                    200,
                    "puts:0\ngets:0\ndepth:0\ndepth_high_water:0\nbytes:0\noverflow:0\n",
                ),
                ("POST /mput", "aa\nb\nc", 200, ""),
                ("GET /get", "", 200, "aa"),
                (
                    "GET /stats",
                    "",
                    200,
                    "puts:3\ngets:1\ndepth:2\ndepth_high_water:3\nbytes:2\noverflow:0\n",
                ),
                ("GET /mget?items=9", "", 200, "b\nc\n"),
                ("GET /get", "", 200, ""),
                (
                    "GET /stats?format=json",
                    "",
                    200,
                    "{\"puts\": 3,\"gets\": 4,\"depth\": 0,\"depth_high_water\": 3,\"bytes\": 0,\"overflow\": 0}\n",
                ),
            ],
        ),
        (
            "reset leaves what is in the queue",
            &[
                ("POST /mput", "a\nb", 200, ""),
                ("GET /stats?reset=1", "", 200, ""),
                (
                    "GET /stats",
                    "",
                    200,
                    "puts:0\ngets:0\ndepth:2\ndepth_high_water:0\nbytes:2\noverflow:0\n",
                ),
                (
                    "GET /stats?reset=0",
                    "",
                    200,
                    "puts:0\ngets:0\ndepth:2\ndepth_high_water:0\nbytes:2\noverflow:0\n",
                ),
            ],
        ),
        (
            "routes match by prefix",
            &[
                ("GET /put_it_there?data=a", "", 200, ""),
                ("GET /getter", "", 200, "a"),
                ("GET /stats/x?reset=1", "", 200, ""),
            ],
        ),
        (
            "unknown paths, and exit unless it is enabled",
            &[
                (
                    "GET /",
                    "",
                    404,
                    "there is no / here: a simplequeue has /put, /get, /mput, /mget, /dump and /stats\n",
                ),
                (
                    "GET /exit",
                    "",
                    404,
                    "there is no /exit here: a simplequeue has /put, /get, /mput, /mget, /dump and /stats\n",
                ),
            ],
        ),
        (
            "other methods",
            &[(
                "DELETE /get",
                "",
                405,
                "a simplequeue answers GET, POST and HEAD\n",
            )],
        ),
    ];
    for (case, steps) in cases {
        play(case, Options::default(), steps).await;
    }
}

#[tokio::test]
async fn limits_and_separators_of_the_options() {
    let options = Options {
        max_depth: Some(2),
        ..Options::default()
    };
    play(
        "max-depth drops the oldest and counts it",
        options,
        &[
            ("POST /mput", "a\nb\nc", 200, ""),
            (
                "GET /stats",
                "",
                200,
                "puts:3\ngets:0\ndepth:2\ndepth_high_water:3\nbytes:2\noverflow:1\n",
            ),
            ("GET /dump", "", 200, "b\nc\n"),
        ],
    )
    .await;
    let options = Options {
        max_bytes: Some(4),
        ..Options::default()
    };
    play(
        "max-bytes",
        options,
        &[
            ("POST /mput", "aaa\nbb\nc", 200, ""),
            ("GET /dump", "", 200, "bb\nc\n"),
        ],
    )
    .await;
    let options = Options {
        max_mget: Some(2),
        ..Options::default()
    };
    play(
        "max-mget: the rest stays, and none was missing",
        options,
        &[
            ("POST /mput", "a\nb\nc", 200, ""),
            ("GET /mget?items=9", "", 200, "a\nb"),
            ("GET /get", "", 200, "c"),
        ],
    )
    .await;
    let options = Options {
        mput_item_sep: b"|".to_vec(),
        mget_item_sep: b", ".to_vec(),
        ..Options::default()
    };
    play(
        "separators",
        options,
        &[
            ("POST /mput", "a|b", 200, ""),
            ("GET /mget?items=2", "", 200, "a, b"),
        ],
    )
    .await;
    let options = Options {
        max_body_bytes: 10,
        ..Options::default()
    };
    let too_long = "the body is longer than the 10 bytes that --max-body-bytes allows\n";
    play(
        "a body at and past the limit",
        options,
        &[
            ("POST /put", "0123456789", 200, ""),
            ("POST /put", "0123456789a", 413, too_long),
            ("GET /get", "", 200, "0123456789"),
        ],
    )
    .await;
}

#[tokio::test]
async fn head_shows_and_changes_nothing() {
    let queue = wire::simplequeue(Options::default());
    queue.handle.put(Bytes::from("hello"));
    for (path, length) in [
        ("/get", Some("5")),
        ("/mget?items=1", None),
        ("/dump", Some("6")),
        ("/put?data=x", None),
    ] {
        let reply = queue.ask(&format!("HEAD {path}"), b"").await;
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(reply.header("content-length"), length, "{path}: {}", reply.head);
    }
    assert_eq!(queue.ask("HEAD /nothing", b"").await.status, 404);
    assert_eq!(queue.handle.get(), Some(Bytes::from("hello")));
    assert_eq!(queue.handle.depth(), 0);
    queue.stop().await;
}

#[tokio::test]
async fn types_of_replies() {
    let queue = wire::simplequeue(Options::default());
    let reply = queue.ask("GET /stats", b"").await;
    assert_eq!(reply.header("content-type"), Some("text/plain; charset=utf-8"));
    let reply = queue.ask("GET /stats?format=json", b"").await;
    assert_eq!(reply.header("content-type"), Some("application/json"));
    serde_json::from_slice::<serde_json::Value>(&reply.body).unwrap();
    queue.stop().await;
}

#[tokio::test]
async fn connections_are_kept_and_http_1_0_ones_are_closed() {
    let queue = wire::simplequeue(Options::default());
    let mut wire = queue.connect().await;
    for _ in 0..3 {
        wire.request("POST /put", b"x").await;
        assert_eq!(wire.reply(false).await.status, 200);
    }
    // Requests sent together are answered in their order.
    wire.send(
        b"GET /get HTTP/1.1\r\nHost: localhost\r\n\r\nGET /stats?reset=1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    )
    .await;
    assert_eq!(wire.reply(false).await.text(), "x");
    assert_eq!(wire.reply(false).await.text(), "");

    let mut old = queue.connect().await;
    old.send(b"GET /get HTTP/1.0\r\n\r\n").await;
    let all = String::from_utf8(old.rest().await).unwrap();
    assert!(
        all.starts_with("HTTP/1.0 200 OK\r\n") && all.ends_with("\r\n\r\nx"),
        "{all}"
    );

    let mut kept = queue.connect().await;
    for _ in 0..2 {
        kept.send(b"GET /get HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            .await;
        assert_eq!(kept.reply(false).await.status, 200);
    }
    queue.stop().await;
}

#[tokio::test]
async fn a_chunked_body_is_a_body() {
    let queue = wire::simplequeue(Options::default());
    let mut wire = queue.connect().await;
    wire.send(b"POST /put HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        .await;
    wire.send(b"4\r\ndefg\r\n0\r\n\r\n").await;
    assert_eq!(wire.reply(false).await.status, 200);
    assert_eq!(queue.handle.get(), Some(Bytes::from("abcdefg")));
    queue.stop().await;
}

#[tokio::test]
async fn exit_stops_the_server_where_it_is_enabled() {
    let queue = wire::simplequeue(Options {
        enable_exit: true,
        ..Options::default()
    });
    assert_eq!(queue.ask("GET /exit", b"").await.status, 200);
    // Nobody else asks it to.
    wire::in_time("stopping", async {
        while tokio::net::TcpStream::connect(queue.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    queue.stop().await;
}

#[tokio::test]
async fn large_answers_arrive_whole() {
    let queue = wire::simplequeue(Options::default());
    let messages: Vec<String> = (0..400)
        .map(|n| format!("{n:0>width$}", width = 10 + n * 20))
        .collect();
    let body = messages.join("\n");
    assert_eq!(queue.ask("POST /mput", body.as_bytes()).await.status, 200);
    assert_eq!(queue.ask("GET /dump", b"").await.text(), format!("{body}\n"));
    assert_eq!(queue.ask("GET /mget?items=400", b"").await.text(), body);
    queue.stop().await;
}

#[derive(Default)]
struct Recorder {
    reader: &'static str,
    events: Arc<Mutex<Vec<String>>>,
}

impl Recorder {
    fn note(&self, what: String) {
        self.events
            .lock()
            .unwrap()
            .push(format!("{} {what}", self.reader));
    }
}

impl Observer for Recorder {
    fn put(&self, message: &Bytes) {
        self.note(format!("put {}", String::from_utf8_lossy(message)));
    }
    fn got(&self, _connection: &workshop::server::Connection, messages: &[Bytes]) {
        self.note(format!("got {messages:?}"));
    }
}

#[tokio::test]
async fn observers_of_two_listeners_see_one_order() {
    let queue = Simplequeue::new(Options::default()).unwrap();
    let events = Arc::new(Mutex::new(Vec::new()));
    let mut addresses = Vec::new();
    for reader in ["a", "b"] {
        let listener = wire::free_listener();
        addresses.push(listener.local_addr().unwrap());
        let observer = Arc::new(Recorder {
            reader,
            events: Arc::clone(&events),
        });
        tokio::spawn(
            queue
                .clone()
                .serve_observed(listener, observer, std::future::pending()),
        );
    }
    let steps = [
        (0, "POST /mput", "1\n2\n3"),
        (1, "GET /get", ""),
        (0, "GET /mget?items=9", ""),
        (1, "GET /get", ""),
    ];
    for (reader, request, body) in steps {
        let mut wire = Wire::connect(addresses[reader]).await;
        wire.request(request, body.as_bytes()).await;
        wire.reply(false).await;
    }
    let seen = events.lock().unwrap().clone();
    let expected = [
        "a put 1",
        "a put 2",
        "a put 3",
        "b got [b\"1\"]",
        "a got [b\"2\", b\"3\"]",
        "b got []",
    ];
    assert_eq!(seen, expected);
}
