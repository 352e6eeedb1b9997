//! What passes through is what the real server says, to the byte.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use workshop::arena::{Contents, Event, Schedule};
use workshop::protocol::resp::Reply;

use super::{Arena, address, server};

const SOON: Duration = Duration::from_secs(20);

/// What goes through is the same in both.
const SCHEDULES: [Schedule; 2] = [Schedule::Watch, Schedule::Interleave];

/// What a client asks last, to know that everything before it has been answered.
const LAST: &str = "*2\r\n$4\r\nECHO\r\n$6\r\nmarker\r\n";
const LAST_ANSWER: &[u8] = b"$6\r\nmarker\r\n";

/// Sends `request` in pieces of so many bytes, and returns all that is answered: until the server closes the connection,
/// or has answered what is asked last. (To say that one is done would make Redis throw away what it has not sent yet.)
async fn answer(address: std::net::SocketAddr, request: &[u8], piece: usize) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut from, mut to) = stream.split();
    let request = [request, LAST.as_bytes()].concat();
    let sending = async {
        for piece in request.chunks(piece) {
            // A server that refuses what it was sent may close before it has read all of it.
            if to.write_all(piece).await.is_err() {
                return;
            }
        }
    };
    let mut answer = Vec::new();
    let reading = async {
        while !answer.ends_with(LAST_ANSWER) {
            if !matches!(from.read_buf(&mut answer).await, Ok(1..)) {
                return;
            }
        }
    };
    tokio::time::timeout(SOON, async { tokio::join!(sending, reading) })
        .await
        .unwrap();
    let end = answer.len()
        - if answer.ends_with(LAST_ANSWER) {
            LAST_ANSWER.len()
        } else {
            0
        };
    answer.truncate(end);
    answer
}

fn command(words: &[&str]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend(format!("${}\r\n{word}\r\n", word.len()).into_bytes());
    }
    bytes
}

fn pipeline(commands: &[&[&str]]) -> Vec<u8> {
    commands.iter().flat_map(|words| command(words)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_said_is_answered_as_by_the_server_itself() {
    let conversations: Vec<(&str, Vec<u8>)> = vec![
        (
            "a pipeline",
            pipeline(&[
                &["SET", "n", "41"],
                &["INCR", "n"],
                &["GET", "n"],
                &["GET", "none"],
                &["NO", "SUCH"],
            ]),
        ),
        (
            "a transaction",
            pipeline(&[
                &["WATCH", "n"],
                &["MULTI"],
                &["SET", "n", "1"],
                &["INCR", "n"],
                &["EXEC"],
                &["MULTI"],
                &["DISCARD"],
                &["EXEC"],
            ]),
        ),
        (
            "a script",
            pipeline(&[
                &[
                    "EVAL",
                    "return {KEYS[1], redis.call('SET', KEYS[1], ARGV[1])}",
                    "1",
                    "k",
                    "v",
                ],
                &["GET", "k"],
                &["EVALSHA", "none", "0"],
            ]),
        ),
        (
            "every type",
            pipeline(&[
                &["HSET", "h", "f", "1"],
                &["HGETALL", "h"],
                &["ZADD", "z", "1.5", "m"],
                &["ZRANGE", "z", "0", "-1", "WITHSCORES"],
                &["RPUSH", "l", "a", "b"],
                &["LRANGE", "l", "0", "-1"],
                &["SADD", "s", "x"],
                &["SMEMBERS", "s"],
                &["PFADD", "p", "x"],
                &["XADD", "x", "1-1", "f", "v"],
                &["XRANGE", "x", "-", "+"],
                &["OBJECT", "ENCODING", "h"],
            ]),
        ),
        (
            "RESP3",
            pipeline(&[
                &["SELECT", "1"],
                &["HSET", "h", "f", "1"],
                &["HGETALL", "h"],
                &["SMEMBERS", "none"],
                &["CONFIG", "GET", "databases"],
            ]),
        ),
        (
            "databases",
            pipeline(&[
                &["SELECT", "1"],
                &["SET", "only", "1"],
                &["SELECT", "99"],
                &["SELECT", "0"],
                &["GET", "only"],
            ]),
        ),
        (
            "typed by hand",
            b"PING\r\n\r\nSET n 5\r\nGET \"n\"\r\n*0\r\nECHO 'a b'\r\n".to_vec(),
        ),
        (
            "published messages",
            pipeline(&[
                &["SUBSCRIBE", "a", "b"],
                &["UNSUBSCRIBE", "a"],
                &["PING"],
                &["UNSUBSCRIBE"],
                &["GET", "none"],
            ]),
        ),
        (
            "no replies",
            pipeline(&[
                &["CLIENT", "REPLY", "SKIP"],
                &["SET", "a", "1"],
                &["GET", "a"],
                &["CLIENT", "REPLY", "OFF"],
                &["GET", "a"],
                &["CLIENT", "REPLY", "ON"],
            ]),
        ),
        ("garbage", b"*2\r\n$3\r\nGET\r\n:7\r\nPING\r\n".to_vec()),
        ("more garbage", (1..=255_u8).chain(*b"\r\nPING\r\n").collect()),
        ("an absurd length", b"*1\r\n$99999999999\r\n".to_vec()),
    ];
    let server = server().await;
    for schedule in SCHEDULES {
        let arena = Arena::open(&server, 2, schedule).await;
        for (what, request) in &conversations {
            for piece in [1, 7, 1 << 20] {
                arena.flush();
                let direct = answer(server.address(), request, piece).await;
                arena.flush();
                let through = answer(address(&arena.doors[0]), request, piece).await;
                assert_eq!(
                    String::from_utf8_lossy(&through),
                    String::from_utf8_lossy(&direct),
                    "{what}, in pieces of {piece}, {schedule:?}"
                );
                assert!(!direct.is_empty(), "{what} is answered");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hello_3_is_passed_on_and_pushes_are_no_replies() {
    for schedule in SCHEDULES {
        let server = server().await;
        let arena = Arena::open(&server, 1, schedule).await;
        let request = pipeline(&[
            &["HELLO", "3"],
            &["CLIENT", "TRACKING", "ON"],
            &["SET", "n", "1"],
            &["GET", "n"],
            &["INCR", "n"],
            &["GET", "n"],
        ]);
        let text = answer(address(&arena.doors[0]), &request, 1 << 20).await;
        let text = String::from_utf8_lossy(&text);
        assert!(
            text.starts_with('%') && text.contains(">2\r\n$10\r\ninvalidate"),
            "{text}"
        );
        let commands = arena.commands().await;
        let replies: Vec<_> = commands
            .iter()
            .map(|(_, command)| (command.name(), command.reply.clone()))
            .collect();
        assert_eq!(
            replies[5],
            ("GET".to_owned(), Some(Reply::Text("2".to_owned()))),
            "{replies:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_big_value_goes_through_in_pieces_both_ways() {
    for schedule in SCHEDULES {
        let server = server().await;
        let arena = Arena::open(&server, 1, schedule).await;
        let value = "x".repeat(20 << 20);
        let request = pipeline(&[&["SET", "big", &value], &["GET", "big"], &["STRLEN", "big"]]);
        let expected = format!("+OK\r\n${}\r\n{value}\r\n:{}\r\n", value.len(), value.len());
        let mut stream = TcpStream::connect(address(&arena.doors[0])).await.unwrap();
        let (mut from, mut to) = stream.split();
        let mut answer = vec![0; expected.len()];
        // The connection stays open: Redis throws away what it has not sent yet when its client says that it is done.
        let both = async { tokio::try_join!(to.write_all(&request), from.read_exact(&mut answer)) };
        tokio::time::timeout(SOON, both).await.unwrap().unwrap();
        assert!(answer == expected.as_bytes(), "something else came back");
        let commands = arena.commands().await;
        assert_eq!(commands.len(), 3);
        let (_, set) = &commands[0];
        assert_eq!(set.command[..2], ["SET", "big"]);
        assert_eq!((set.arguments, &set.writes[..]), (3, &["big".to_owned()][..]));
        let longest = commands
            .iter()
            .map(|(_, command)| format!("{command:?}").len())
            .max();
        assert!(
            longest < Some(3000),
            "the record holds the beginning of it: {longest:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_that_wait_are_waited_for() {
    for schedule in SCHEDULES {
        let server = server().await;
        let arena = Arena::open(&server, 2, schedule).await;
        let popping = tokio::spawn(answer_while_open(
            address(&arena.doors[0]),
            command(&["BLPOP", "list", "15"]),
        ));
        // Once the server knows of it, not after a while.
        let mut connection = crate::redis::connect(&format!("redis://{}/1", server.address()));
        crate::commands::student::wait_for("BLPOP", || {
            let clients: String = crate::redis::ask(&mut connection, &["CLIENT", "LIST"]).unwrap();
            clients.contains("cmd=blpop").then_some(())
        });
        let pushed = answer(address(&arena.doors[1]), &command(&["RPUSH", "list", "a"]), 100).await;
        assert_eq!(pushed, b":1\r\n");
        assert_eq!(popping.await.unwrap(), b"*2\r\n$4\r\nlist\r\n$1\r\na\r\n");
    }
}

/// Sends `request` and returns the first that is answered.
async fn answer_while_open(address: std::net::SocketAddr, request: Vec<u8>) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(&request).await.unwrap();
    let mut answer = vec![0; 1000];
    let length = tokio::time::timeout(SOON, stream.read(&mut answer))
        .await
        .unwrap()
        .unwrap();
    answer.truncate(length);
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_says_who_did_what_to_which_key() {
    let server = server().await;
    let arena = Arena::open(&server, 2, Schedule::Watch).await;
    let first = pipeline(&[
        &["SELECT", "1"],
        &["GET", "n"],
        &["MULTI"],
        &["SET", "n", "1"],
        &["HINCRBY", "h", "f", "2"],
        &["EXEC"],
        &["SET", "n", "2", "GET"],
        &["EVAL", "return 1", "2", "a", "b", "n"],
        &["MGET", "a", "b"],
        &["LPUSH", "n", "x"],
    ]);
    answer(address(&arena.doors[0]), &first, 1 << 20).await;
    answer(address(&arena.doors[1]), &command(&["GET", "n"]), 10).await;
    arena.world.record_redis_contents().await.unwrap();
    let contents = arena.recorder.so_far("test");
    let contents = contents.scenario("test").events().find_map(|event| match event {
        Event::RedisContents(contents) => Some(contents.clone()),
        _ => None,
    });
    let contents = contents.unwrap();
    assert!(contents.complete);
    assert_eq!(contents.keys["n"], Contents::String("2".into()));
    assert_eq!(
        contents.keys["h"],
        Contents::Hash([("f".into(), "2".into())].into())
    );

    let commands = arena.commands().await;
    let told: Vec<_> = commands
        .iter()
        .map(|(reader, command)| {
            let (reads, writes) = (command.reads.join(" "), command.writes.join(" "));
            format!(
                "{reader}/{} {} <{reads} >{writes}",
                command.database,
                command.name()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "1/0 SELECT < >",
            "1/1 GET <n >",
            "1/1 MULTI < >",
            "1/1 SET < >n",
            "1/1 HINCRBY <h >h",
            "1/1 EXEC <h >h n",
            "1/1 SET <n >n",
            "1/1 EVAL <a b >a b",
            "1/1 MGET <a b >",
            "1/1 LPUSH < >n",
            "1/1 ECHO < >",
            "2/0 GET <n >",
            "2/0 ECHO < >",
        ]
    );
    let replies: Vec<_> = commands
        .iter()
        .map(|(_, command)| command.reply.clone().unwrap())
        .collect();
    assert_eq!(replies[1], Reply::Nil);
    assert_eq!(
        replies[5],
        Reply::Many(vec![Reply::Text("OK".into()), Reply::Integer(2)])
    );
    assert!(matches!(&replies[9], Reply::Error { error } if error.starts_with("WRONGTYPE")));
    assert!(
        commands[..10]
            .iter()
            .all(|(_, command)| command.round_trip == commands[0].1.round_trip)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_command_goes_nowhere() {
    for schedule in SCHEDULES {
        let server = server().await;
        let arena = Arena::open(&server, 1, schedule).await;
        let mut stream = TcpStream::connect(address(&arena.doors[0])).await.unwrap();
        stream
            .write_all(b"*1\r\n$4\r\nPING\r\n*3\r\n$3\r\nSET\r\n$1\r\nn\r\n$10\r\nab")
            .await
            .unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        let reading = stream.read_to_end(&mut answer);
        tokio::time::timeout(SOON, reading).await.unwrap().unwrap();
        assert_eq!(answer, b"+PONG\r\n");
        let commands = arena.commands().await;
        assert_eq!(commands.len(), 1, "{commands:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_takes_its_connections_with_it() {
    for schedule in SCHEDULES {
        let server = server().await;
        let arena = Arena::open(&server, 1, schedule).await;
        let mut stream = TcpStream::connect(address(&arena.doors[0])).await.unwrap();
        stream.write_all(b"PING\r\n").await.unwrap();
        let mut pong = [0; 7];
        stream.read_exact(&mut pong).await.unwrap();
        let address = address(&arena.doors[0]);
        server.stop().await;
        let end = tokio::time::timeout(SOON, stream.read(&mut pong)).await.unwrap();
        assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
        // And whoever comes now is told so at once.
        let mut late = TcpStream::connect(address).await.unwrap();
        let end = tokio::time::timeout(SOON, late.read(&mut pong)).await.unwrap();
        assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
        tokio::time::timeout(SOON, arena.world.close()).await.unwrap();
    }
}
