//! The bridge between a pubsub and HTTP destinations that misbehave.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use workshop::server::bridge::{Bridge, Error, Event, Options, StatsHandle, Summary};
use workshop::server::{pubsub, simplequeue};

use super::wire::{self, Running};

struct Bridged {
    stats: StatsHandle,
    events: Arc<Mutex<Vec<Event>>>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<Summary, Error>>,
}

impl Bridged {
    fn new(options: Options) -> Bridged {
        let events = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&events);
        let bridge = Bridge::new(options)
            .unwrap()
            .on_event(move |event| seen.lock().unwrap().push(event.clone()));
        let stats = bridge.stats();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async { bridge.run(async { drop(stopped.await) }).await });
        Bridged {
            stats,
            events,
            stop: Some(stop),
            task,
        }
    }

    async fn connected(self) -> Bridged {
        let stats = self.stats.clone();
        wire::until("the bridge subscribes", || stats.now().connected).await;
        self
    }

    async fn stop(mut self) -> Result<Summary, Error> {
        drop(self.stop.take());
        wire::in_time("the bridge ends", self.task).await.unwrap()
    }

    fn saw(&self, matches: impl Fn(&Event) -> bool) -> bool {
        self.events.lock().unwrap().iter().any(matches)
    }
}

fn from_to(pubsub: &Running<workshop::server::Pubsub>, destination: String) -> Options {
    Options {
        pubsub_urls: vec![pubsub.url("/sub?multipart=0")],
        destination_get_urls: vec![destination],
        ..Options::default()
    }
}

fn numbers(range: std::ops::Range<usize>) -> String {
    range.map(|n| format!("{n}\n")).collect()
}

#[tokio::test]
async fn every_message_arrives_once_and_in_order() {
    for stream in ["/sub?multipart=0", "/sub"] {
        let pubsub = wire::pubsub(pubsub::Options::default());
        let queue = wire::simplequeue(simplequeue::Options::default());
        let mut options = from_to(&pubsub, queue.url("/put?data=%s"));
        options.pubsub_urls = vec![pubsub.url(stream)];
        let bridge = Bridged::new(options).connected().await;
        for start in (0..1000).step_by(100) {
            pubsub.handle.publish(Bytes::from(numbers(start..start + 100)));
        }
        wire::until("all arrive", || queue.handle.depth() == 1000).await;
        assert_eq!(
            queue.ask("GET /dump", b"").await.text(),
            numbers(0..1000),
            "{stream}"
        );
        let stats = bridge.stats.now();
        assert_eq!((stats.received, stats.delivered, stats.pending), (1000, 1000, 0));
        let summary = bridge.stop().await.unwrap();
        assert_eq!(
            summary,
            Summary {
                received: 1000,
                delivered: 1000,
                dropped: 0,
                failed_attempts: 0
            }
        );
        pubsub.stop().await;
        queue.stop().await;
    }
}

#[tokio::test]
async fn every_kind_of_message_arrives_as_it_was() {
    let pubsub = wire::pubsub(pubsub::Options::default());
    let queue = wire::simplequeue(simplequeue::Options::default());
    let bridge = Bridged::new(from_to(&pubsub, queue.url("/put?data=%s")))
        .connected()
        .await;
    let long = "x".repeat(100_000);
    let messages = [
        "a",
        "{\"x\": \"a b&c=d%20+\"}",
        "\u{fc}\u{0}\u{1}",
        "trailing \r",
        " ",
        &long,
        "z",
    ];
    for message in messages {
        // One by one, so that each is delivered by a request of its own.
        let depth = queue.handle.depth();
        pubsub.handle.publish(Bytes::from(message.to_owned()));
        wire::until("it arrives", || queue.handle.depth() == depth + 1).await;
    }
    for message in messages {
        assert_eq!(queue.handle.get().unwrap(), message);
    }
    bridge.stop().await.unwrap();
}

#[tokio::test]
async fn round_robin_takes_turns_and_without_it_all_get_all() {
    for round_robin in [true, false] {
        let pubsub = wire::pubsub(pubsub::Options::default());
        let first = wire::simplequeue(simplequeue::Options::default());
        let second = wire::simplequeue(simplequeue::Options::default());
        let mut options = from_to(&pubsub, first.url("/put?data=%s"));
        options.destination_post_urls = vec![second.url("/put")];
        options.round_robin = round_robin;
        let bridge = Bridged::new(options).connected().await;
        pubsub.handle.publish(Bytes::from("1\n2\n3\n4\n5"));
        let (expected_first, expected_second) = if round_robin {
            ("1\n3\n5\n", "2\n4\n")
        } else {
            ("1\n2\n3\n4\n5\n", "1\n2\n3\n4\n5\n")
        };
        let lengths = |text: &str| text.lines().count();
        wire::until("all arrive", || {
            first.handle.depth() == lengths(expected_first)
                && second.handle.depth() == lengths(expected_second)
        })
        .await;
        assert_eq!(first.ask("GET /dump", b"").await.text(), expected_first);
        assert_eq!(second.ask("GET /dump", b"").await.text(), expected_second);
        bridge.stop().await.unwrap();
    }
}

#[tokio::test]
async fn a_destination_that_is_down_gets_everything_when_it_is_back() {
    let pubsub = wire::pubsub(pubsub::Options::default());
    let listener = wire::free_listener();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let bridge = Bridged::new(from_to(&pubsub, format!("http://{address}/put?data=%s")))
        .connected()
        .await;
    pubsub.handle.publish(Bytes::from(numbers(0..50)));
    wire::until("it notices", || {
        bridge.saw(|event| matches!(event, Event::DestinationFailing { .. }))
    })
    .await;
    assert_eq!(bridge.stats.now().pending, 50);

    let listener = workshop::server::bind(address.ip(), address.port()).unwrap();
    let queue = wire::simplequeue_on(listener, simplequeue::Options::default());
    wire::until("all arrive", || queue.handle.depth() == 50).await;
    assert_eq!(queue.ask("GET /dump", b"").await.text(), numbers(0..50));
    wire::until("it says so", || {
        bridge.saw(|event| matches!(event, Event::DestinationBack { .. }))
    })
    .await;
    assert!(bridge.stop().await.unwrap().failed_attempts > 0);
}

#[tokio::test]
async fn a_pubsub_that_comes_back_is_subscribed_to_again() {
    let pubsub = wire::pubsub(pubsub::Options::default());
    let queue = wire::simplequeue(simplequeue::Options::default());
    let bridge = Bridged::new(from_to(&pubsub, queue.url("/put?data=%s")))
        .connected()
        .await;
    pubsub.handle.publish(Bytes::from("before"));
    let address = pubsub.address;
    pubsub.stop().await;
    wire::until("it notices", || !bridge.stats.now().connected).await;
    let lost = |event: &Event| {
        matches!(
            event,
            Event::SourceLost {
                was_connected: true,
                ..
            }
        )
    };
    wire::until("it says what that means", || bridge.saw(lost)).await;

    let listener = workshop::server::bind(address.ip(), address.port()).unwrap();
    let pubsub = wire::pubsub_on(listener, pubsub::Options::default());
    wire::until("it subscribes again", || {
        pubsub.handle.stats().current_connections == 1
    })
    .await;
    pubsub.handle.publish(Bytes::from("after"));
    wire::until("it arrives", || queue.handle.depth() == 2).await;
    assert_eq!(queue.ask("GET /dump", b"").await.text(), "before\nafter\n");
    bridge.stop().await.unwrap();
}

#[tokio::test]
async fn the_next_pubsub_is_tried_after_a_failure() {
    let gone = wire::free_listener().local_addr().unwrap();
    let pubsub = wire::pubsub(pubsub::Options::default());
    let queue = wire::simplequeue(simplequeue::Options::default());
    let mut options = from_to(&pubsub, queue.url("/put?data=%s"));
    options.pubsub_urls.push(format!("http://{gone}/sub?multipart=0"));
    let bridge = Bridged::new(options).connected().await;
    pubsub.handle.publish(Bytes::from("hello"));
    wire::until("it arrives", || queue.handle.depth() == 1).await;
    bridge.stop().await.unwrap();
}

#[tokio::test]
async fn why_a_stream_is_given_up_is_told() {
    let lost = async |bridge: Bridged, reason: &str| {
        wire::until(reason, || {
            bridge.saw(|event| matches!(event, Event::SourceLost { reason: told, .. } if told == reason))
        })
        .await;
        bridge.stop().await.unwrap();
    };
    let queue = wire::simplequeue(simplequeue::Options::default());
    let pubsub = wire::pubsub(pubsub::Options::default());
    for stream in ["/sub?multipart=0", "/sub"] {
        let mut options = from_to(&pubsub, queue.url("/put?data=%s"));
        options.pubsub_urls = vec![pubsub.url(stream)];
        options.max_message_bytes = 100;
        let bridge = Bridged::new(options).connected().await;
        wire::until("the pubsub knows of it", || {
            pubsub.handle.stats().current_connections == 1
        })
        .await;
        pubsub.handle.publish(Bytes::from("x".repeat(101)));
        lost(bridge, "a message is longer than the 100 bytes allowed").await;
        wire::until("the pubsub forgets it", || {
            pubsub.handle.stats().current_connections == 0
        })
        .await;
    }
    pubsub.stop().await;

    // The kernel takes the connection, and nobody answers.
    let silent = wire::free_listener();
    let url = format!("http://{}/sub", silent.local_addr().unwrap());
    let bridge = Bridged::new(Options {
        pubsub_urls: vec![url],
        destination_get_urls: vec![queue.url("/put?data=%s")],
        request_timeout: Duration::from_millis(50),
        ..Options::default()
    });
    lost(bridge, "no answer within 50 ms").await;
    queue.stop().await;
}

#[tokio::test]
async fn silence_ends_it() {
    let pubsub = wire::pubsub(pubsub::Options::default());
    let queue = wire::simplequeue(simplequeue::Options::default());
    let mut options = from_to(&pubsub, queue.url("/put?data=%s"));
    options.max_silence = Some(Duration::from_millis(100));
    let bridge = Bridged::new(options);
    let events = Arc::clone(&bridge.events);
    wire::in_time("the end", bridge.task).await.unwrap().unwrap();
    assert!(matches!(
        events.lock().unwrap().last(),
        Some(Event::Silence { .. })
    ));
}

#[tokio::test]
async fn what_cannot_be_delivered_by_the_end_is_reported() {
    let pubsub = wire::pubsub(pubsub::Options::default());
    let gone = wire::free_listener().local_addr().unwrap();
    let mut options = from_to(&pubsub, format!("http://{gone}/put?data=%s"));
    options.drain_timeout = Duration::from_millis(50);
    let bridge = Bridged::new(options).connected().await;
    pubsub.handle.publish(Bytes::from("a\nb\nc"));
    wire::until("it has read them", || bridge.stats.now().received == 3).await;
    let error = bridge.stop().await.unwrap_err();
    assert!(
        matches!(error, Error::Undelivered { undelivered: 3, .. }),
        "{error}"
    );
}

/// A destination that answers each request with the next status of its script, and notes what it was asked.
async fn scripted(statuses: &'static [u16]) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = wire::free_listener();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    tokio::spawn(async move {
        let mut statuses = statuses.iter().copied().chain(std::iter::repeat(200));
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            // One request a connection, to have every one of them connect anew.
            while !head.ends_with(b"\r\n\r\n") && stream.read_buf(&mut head).await.unwrap() > 0 {}
            let head = String::from_utf8(head).unwrap();
            noted
                .lock()
                .unwrap()
                .push(head.split(' ').nth(1).unwrap().to_owned());
            let status = statuses.next().unwrap();
            let reply =
                format!("HTTP/1.1 {status} Scripted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(reply.as_bytes()).await.unwrap();
        }
    });
    (format!("http://{address}/take?m=%s&end"), asked)
}

#[tokio::test]
async fn a_destination_that_fails_is_asked_again_before_the_next_message() {
    let pubsub = wire::pubsub(pubsub::Options::default());
    let (url, asked) = scripted(&[200, 500, 503, 200, 404]).await;
    let bridge = Bridged::new(from_to(&pubsub, url)).connected().await;
    pubsub.handle.publish(Bytes::from("a\nb\nc"));
    wire::until("all arrive", || bridge.stats.now().delivered == 3).await;
    let expected = ["a", "b", "b", "b", "c", "c"].map(|message| format!("/take?m={message}&end"));
    assert_eq!(*asked.lock().unwrap(), expected);
    let summary = bridge.stop().await.unwrap();
    assert_eq!(
        summary,
        Summary {
            received: 3,
            delivered: 3,
            dropped: 0,
            failed_attempts: 3
        }
    );
}

#[tokio::test]
async fn past_its_bound_it_stops_reading_and_loses_nothing() {
    let pubsub = wire::pubsub(pubsub::Options::default());
    let listener = wire::free_listener();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut options = from_to(&pubsub, format!("http://{address}/put?data=%s"));
    options.max_pending_bytes = 100_000;
    let bridge = Bridged::new(options).connected().await;
    let line = format!("{}\n", "x".repeat(999));
    // More than the sockets between hold, so that the rest has to wait in the pubsub.
    for _ in 0..200 {
        pubsub.handle.publish(Bytes::from(line.repeat(100)));
    }
    wire::until("it finds nobody there", || {
        bridge.saw(|event| matches!(event, Event::DestinationFailing { .. }))
    })
    .await;
    let waiting = bridge.stats.now().pending;
    assert!(waiting > 0 && waiting < 1000, "{waiting} of 20000 messages");
    // It stays so: a destination that is down for long must not fill the memory.
    wire::until("it tries a few times", || bridge.stats.now().failed_attempts > 3).await;
    assert!(bridge.stats.now().pending < 1000);
    assert!(
        pubsub.handle.clients()[0].pending_bytes > 1_000_000,
        "{:?}",
        pubsub.handle.clients()
    );
    let listener = workshop::server::bind(address.ip(), address.port()).unwrap();
    let queue = wire::simplequeue_on(listener, simplequeue::Options::default());
    wire::until("all arrive", || queue.handle.depth() == 20_000).await;
    bridge.stop().await.unwrap();
}

#[tokio::test]
async fn a_bridge_that_was_kicked_says_so_and_delivers_no_notice() {
    let pubsub = wire::pubsub(pubsub::Options {
        max_pending_bytes: 1_000_000,
        ..pubsub::Options::default()
    });
    let listener = wire::free_listener();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut options = from_to(&pubsub, format!("http://{address}/put?data=%s"));
    options.max_pending_bytes = 100_000;
    let bridge = Bridged::new(options).connected().await;
    let line = format!("{}\n", "x".repeat(999));
    wire::in_time("the kick", async {
        while pubsub.handle.stats().kicked_clients == 0 {
            pubsub.handle.publish(Bytes::from(line.repeat(100)));
            tokio::task::yield_now().await;
        }
    })
    .await;
    let listener = workshop::server::bind(address.ip(), address.port()).unwrap();
    let queue = wire::simplequeue_on(listener, simplequeue::Options::default());
    wire::until("it says so", || {
        bridge.saw(
            |event| matches!(event, Event::SourceLost { reason, .. } if reason.contains("ERROR_TOO_SLOW")),
        )
    })
    .await;
    wire::until("it subscribes again", || {
        bridge.stats.now().connected && bridge.stats.now().pending == 0
    })
    .await;
    pubsub.handle.publish(Bytes::from("after"));
    wire::until("that arrives", || {
        bridge.stats.now().pending == 0 && bridge.stats.now().received > 0
    })
    .await;
    wire::until("the last is the new one", || {
        std::iter::from_fn(|| queue.handle.get())
            .inspect(|message| {
                assert!(
                    message == "after" || message.iter().all(|&byte| byte == b'x'),
                    "{message:?}"
                );
            })
            .last()
            .is_some_and(|last| last == "after")
    })
    .await;
    bridge.stop().await.unwrap();
}

#[tokio::test]
async fn a_message_too_long_for_any_url_is_left_out_and_said() {
    let pubsub = wire::pubsub(pubsub::Options::default());
    let (url, asked) = scripted(&[]).await;
    let bridge = Bridged::new(from_to(&pubsub, url)).connected().await;
    pubsub
        .handle
        .publish(Bytes::from(format!("a\n{}\nb", "x".repeat(70_000))));
    wire::until("the others arrive", || bridge.stats.now().delivered == 2).await;
    assert_eq!(*asked.lock().unwrap(), ["/take?m=a&end", "/take?m=b&end"]);
    assert!(bridge.saw(|event| matches!(event, Event::Undeliverable { .. })));
    let stats = bridge.stats.now();
    assert_eq!((stats.dropped, stats.pending), (1, 0));
    bridge.stop().await.unwrap();
}

/// A batch that is refused is taken apart: what is wrong with one message must not hold up the others for longer than
/// it has to, and what is right with them must not depend on how they were put together.
#[tokio::test]
async fn a_batch_that_is_refused_is_sent_one_by_one() {
    let pubsub = wire::pubsub(pubsub::Options::default());
    let queue = wire::simplequeue(simplequeue::Options {
        max_body_bytes: 1500,
        ..Default::default()
    });
    let bridge = Bridged::new(from_to(&pubsub, queue.url("/put?data=%s")))
        .connected()
        .await;
    let messages: String = ["a", "b", "c"].map(|letter| letter.repeat(1000) + "\n").concat();
    pubsub.handle.publish(Bytes::from(messages.clone()));
    wire::until("all arrive", || queue.handle.depth() == 3).await;
    assert_eq!(queue.ask("GET /dump", b"").await.text(), messages);
    bridge.stop().await.unwrap();
}

#[tokio::test]
async fn a_pause_between_deliveries_loses_and_reorders_nothing() {
    let pubsub = wire::pubsub(pubsub::Options::default());
    let queue = wire::simplequeue(simplequeue::Options::default());
    let mut options = from_to(&pubsub, queue.url("/put?data=%s"));
    // So long that a second pause would be past every deadline: what came during the first goes out together.
    let pause = wire::DEADLINE / 10;
    options.pause = pause;
    options.drain_timeout = wire::DEADLINE;
    let bridge = Bridged::new(options).connected().await;
    let begun = std::time::Instant::now();
    pubsub.handle.publish(Bytes::from("0"));
    wire::until("the first arrives at once", || queue.handle.depth() == 1).await;
    for number in 1..20 {
        pubsub.handle.publish(Bytes::from(number.to_string()));
        wire::until("it is read", || bridge.stats.now().received == number + 1).await;
    }
    let depth = queue.handle.depth();
    // On a machine so slow that the pause is over by now there is nothing to see.
    assert!(
        depth == 1 || begun.elapsed() >= pause,
        "{depth}: the others wait for the pause to end"
    );
    wire::until("they arrive together", || queue.handle.depth() == 20).await;
    assert_eq!(queue.ask("GET /dump", b"").await.text(), numbers(0..20));
    bridge.stop().await.unwrap();
}
