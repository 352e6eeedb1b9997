//! The record has everything in the order in which it happened, however fast what was seen is passed on.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use workshop::arena::{Event, Schedule};

use super::{Arena, address, server};

/// As often as the reader turns from the queue to Redis and back.
const TURNS: usize = 300;

/// Sends `request`, and reads the answer until it ends with `end`.
async fn ask(stream: &mut TcpStream, request: &str, end: &str) {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(end.as_bytes()) {
        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0, "{request}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_upon_a_reply_stands_behind_it() {
    let server = server().await;
    for schedule in [Schedule::Watch, Schedule::Interleave] {
        let arena = Arena::open(&server, 1, schedule).await;
        let door = &arena.doors[0];
        let (_, queue) = door
            .environment
            .iter()
            .find(|(name, _)| name == "SIMPLEQUEUE_URL")
            .unwrap();
        let mut queue = TcpStream::connect(queue.trim_start_matches("http://"))
            .await
            .unwrap();
        let mut redis = TcpStream::connect(address(door)).await.unwrap();
        let pipeline = "INCR n\r\n".repeat(50) + "ECHO done\r\n";
        for turn in 0..TURNS {
            ask(&mut redis, &pipeline, "$4\r\ndone\r\n").await;
            let put = format!("GET /put?data={turn} HTTP/1.1\r\nHost: localhost\r\n\r\n");
            ask(&mut queue, &put, "\r\n\r\n").await;
        }
        let Arena { world, recorder, .. } = arena;
        world.close().await;
        let history = recorder.finish().unwrap();
        let scenario = history.scenario("test");
        let told: Vec<&str> = scenario
            .events()
            .filter_map(|event| match event {
                Event::RedisCommand(command) if command.command[0] == "ECHO" => Some("ECHO"),
                Event::RedisCommand(_) => Some("INCR"),
                Event::Put { .. } => Some("put"),
                _ => None,
            })
            .collect();
        let turn = [vec!["INCR"; 50], vec!["ECHO", "put"]].concat();
        assert!(
            told.len() == TURNS * turn.len() && told.chunks(turn.len()).all(|told| told == turn),
            "{schedule:?}: {told:?}"
        );
        let times: Vec<u64> = scenario.entries().map(|entry| entry.at_us).collect();
        assert!(times.is_sorted(), "{schedule:?}");
    }
}
