//! Load from one thread over plain sockets, so that the server has more to do than its client.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// A connection that asks one thing after another.
struct Asker {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Asker {
    async fn connect(address: SocketAddr) -> Asker {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Asker {
            stream,
            buffer: Vec::with_capacity(1 << 16),
        }
    }

    /// Sends a request and reads its reply, which has a length. Gives the body.
    async fn ask(&mut self, request: &[u8]) -> String {
        self.stream.write_all(request).await.unwrap();
        self.buffer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await.unwrap();
            assert!(read > 0, "the server closed the connection");
            let Some(end) = memmem::find(&self.buffer, b"\r\n\r\n") else {
                continue;
            };
            let head = std::str::from_utf8(&self.buffer[..end]).unwrap();
            assert!(head.contains(" 200 OK"), "{head}");
            let (_, length) = head.split_once("content-length: ").expect("a reply has a length");
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            if self.buffer.len() >= end + 4 + length {
                return String::from_utf8_lossy(&self.buffer[end + 4..]).into_owned();
            }
        }
    }
}

/// `count` times the same request, over several connections at once.
pub async fn requests(address: SocketAddr, connections: usize, count: usize, request: &str) {
    let mut tasks = JoinSet::new();
    for connection in 0..connections {
        let request = request.as_bytes().to_vec();
        let share = count / connections + usize::from(connection < count % connections);
        tasks.spawn(async move {
            let mut asker = Asker::connect(address).await;
            for _ in 0..share {
                asker.ask(&request).await;
            }
        });
    }
    tasks.join_all().await;
}

/// Publishes `messages` of `bytes`, `batch` in a POST, each POST after the reply to the last.
pub async fn publish(address: SocketAddr, messages: usize, batch: usize, bytes: usize) {
    let mut asker = Asker::connect(address).await;
    let mut left = messages;
    while left > 0 {
        let now = batch.min(left);
        let body = vec!["m".repeat(bytes); now].join("\n");
        let request = format!(
            "POST /pub HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        // The same request for as long as it is the same batch.
        while left >= now {
            asker.ask(request.as_bytes()).await;
            left -= now;
        }
    }
}

/// Asks for `/stats` until the number after `name` is `value`.
pub async fn wait_for(address: SocketAddr, name: &str, value: usize, limit: Duration) {
    let start = Instant::now();
    let mut asker = Asker::connect(address).await;
    loop {
        let stats = asker.ask(b"GET /stats HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
        let found = stats
            .lines()
            .find_map(|line| line.strip_prefix(name)?.trim().parse::<usize>().ok());
        if found == Some(value) {
            return;
        }
        assert!(start.elapsed() < limit, "{name} {value} was not reached: {stats}");
        // Asked a thousand times a second at most, so that asking costs the server nothing.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Subscribers that count what they get.
pub struct Readers(Vec<TcpStream>);

impl Readers {
    pub async fn connect(address: SocketAddr, count: usize) -> Readers {
        let mut readers = Vec::new();
        for _ in 0..count {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream
                .write_all(b"GET /sub?multipart=0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
                .await
                .unwrap();
            let mut opening = Vec::new();
            while memmem::find(&opening, b"\r\n\r\n2\r\n\r\n\r\n").is_none() {
                assert!(
                    stream.read_buf(&mut opening).await.unwrap() > 0,
                    "no subscription"
                );
            }
            readers.push(stream);
        }
        Readers(readers)
    }

    /// Publishes, and ends when every reader has every byte of every message, and not one more.
    pub async fn deliver(self, address: SocketAddr, messages: usize, batch: usize, bytes: usize) {
        let expected = messages * bytes;
        let mut tasks = JoinSet::new();
        for mut reader in self.0 {
            tasks.spawn(async move {
                let mut seen = 0;
                let mut buffer = vec![0; 1 << 18];
                while seen < expected {
                    let read = reader.read(&mut buffer).await.unwrap();
                    assert!(read > 0, "a subscription ended");
                    seen += memchr::memchr_iter(b'm', &buffer[..read]).count();
                }
                assert_eq!(seen, expected);
            });
        }
        publish(address, messages, batch, bytes).await;
        tasks.join_all().await;
    }
}
