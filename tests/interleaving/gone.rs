//! A client that goes away while its write is held.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use workshop::arena::{Event, Schedule};

use super::{Arena, address, server};

const SOON: Duration = Duration::from_secs(20);

/// Sends a line, and waits for the answer, which must be `expected`.
async fn ask(stream: &mut TcpStream, line: &str, expected: &str) {
    stream.write_all(line.as_bytes()).await.unwrap();
    let mut answer = vec![0; expected.len()];
    let reading = stream.read_exact(&mut answer);
    tokio::time::timeout(SOON, reading).await.unwrap().unwrap();
    assert_eq!(String::from_utf8_lossy(&answer), expected, "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_had_sent_is_done_and_the_others_go_on() {
    let server = server().await;
    let arena = Arena::open(&server, 2, Schedule::Interleave).await;
    // The second one is there and may come to the same key: for its sake the write of the first is held.
    let mut second = TcpStream::connect(address(&arena.doors[1])).await.unwrap();
    ask(&mut second, "SELECT 1\r\n", "+OK\r\n").await;
    let mut first = TcpStream::connect(address(&arena.doors[0])).await.unwrap();
    ask(&mut first, "SELECT 1\r\n", "+OK\r\n").await;
    ask(&mut first, "GET n\r\n", "$-1\r\n").await;
    first.write_all(b"SET n 1\r\n").await.unwrap();
    drop(first);

    // A server does what it was sent, whether or not anybody waits for the answer.
    let mut past_the_proxy = crate::redis::connect(&format!("redis://{}/1", server.address()));
    let begun = Instant::now();
    loop {
        let n: Option<String> = crate::redis::ask(&mut past_the_proxy, &["GET", "n"]).unwrap();
        if n.as_deref() == Some("1") {
            break;
        }
        assert!(begun.elapsed() < SOON, "the write was dropped: {n:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    ask(&mut second, "GET n\r\n", "$1\r\n1\r\n").await;
    ask(&mut second, "SET n 2\r\n", "+OK\r\n").await;
    // Once the world is closed, all of it is in the record.
    let Arena { world, recorder, .. } = arena;
    tokio::time::timeout(SOON, world.close()).await.unwrap();
    let history = recorder.finish().unwrap();
    let scenario = history.scenario("test");
    let held = scenario.entries().find_map(|entry| match &entry.event {
        Event::RedisCommand(command) if entry.reader == 1 && command.name() == "SET" => Some(command.held_us),
        _ => None,
    });
    assert!(held.is_some_and(|held| held > 0), "its write was held: {held:?}");
}
