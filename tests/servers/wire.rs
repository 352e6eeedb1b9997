//! A client that hides nothing: requests are written as they stand, replies are read byte by byte, and every wait
//! ends.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use workshop::server;

/// Long enough for a machine under load; a test that waits for it has failed.
pub const DEADLINE: Duration = Duration::from_secs(30);

pub async fn in_time<T>(what: &str, event: impl Future<Output = T>) -> T {
    match tokio::time::timeout(DEADLINE, event).await {
        Ok(value) => value,
        Err(_) => panic!("{what}: not within {DEADLINE:?}"),
    }
}

/// Polls `condition` until it holds. For what shows only in counters; there is no event to wait for.
pub async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    in_time(what, async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}

pub fn free_listener() -> TcpListener {
    server::bind(Ipv4Addr::LOCALHOST.into(), 0).unwrap()
}

/// A server under test, with the handle by which the test looks inside.
pub struct Running<H> {
    pub address: SocketAddr,
    pub handle: H,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
}

impl<H> Running<H> {
    /// Asks it to stop and waits until it has drained.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        in_time("draining", self.task).await.unwrap().unwrap();
    }

    pub async fn connect(&self) -> Wire {
        Wire::connect(self.address).await
    }

    /// One request on a connection of its own.
    pub async fn ask(&self, method_and_path: &str, body: &[u8]) -> Reply {
        let mut wire = self.connect().await;
        wire.request(method_and_path, body).await;
        wire.reply(method_and_path.starts_with("HEAD")).await
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

pub fn pubsub(options: server::pubsub::Options) -> Running<server::Pubsub> {
    pubsub_on(free_listener(), options)
}

pub fn pubsub_on(listener: TcpListener, options: server::pubsub::Options) -> Running<server::Pubsub> {
    let handle = server::Pubsub::new(options);
    let (stop, stopped) = oneshot::channel::<()>();
    let address = listener.local_addr().unwrap();
    let serving = handle.clone().serve(listener, async { drop(stopped.await) });
    Running {
        address,
        handle,
        stop: Some(stop),
        task: tokio::spawn(serving),
    }
}

pub fn simplequeue(options: server::simplequeue::Options) -> Running<server::Simplequeue> {
    simplequeue_on(free_listener(), options)
}

pub fn simplequeue_on(
    listener: TcpListener,
    options: server::simplequeue::Options,
) -> Running<server::Simplequeue> {
    let handle = server::Simplequeue::new(options).unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let address = listener.local_addr().unwrap();
    let serving = handle.clone().serve(listener, async { drop(stopped.await) });
    Running {
        address,
        handle,
        stop: Some(stop),
        task: tokio::spawn(serving),
    }
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

pub struct Wire {
    stream: TcpStream,
    /// Read from the socket and not yet looked at.
    buffer: Vec<u8>,
}

impl Wire {
    pub async fn connect(address: SocketAddr) -> Wire {
        let stream = in_time("connecting", TcpStream::connect(address)).await.unwrap();
        Wire {
            stream,
            buffer: Vec::new(),
        }
    }

    pub async fn send(&mut self, bytes: &[u8]) {
        in_time("sending", self.stream.write_all(bytes)).await.unwrap();
    }

    /// Sends until the other side stops taking it.
    pub async fn send_what_fits(&mut self, bytes: &[u8]) {
        let _ = in_time("sending", self.stream.write_all(bytes)).await;
    }

    pub async fn request(&mut self, method_and_path: &str, body: &[u8]) {
        let mut request = format!("{method_and_path} HTTP/1.1\r\nHost: localhost\r\n").into_bytes();
        if !body.is_empty() {
            request.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
        }
        request.extend_from_slice(b"\r\n");
        request.extend_from_slice(body);
        self.send(&request).await;
    }

    /// Whether there was more; false at the end of the connection.
    async fn read_more(&mut self) -> bool {
        let read = in_time("reading", self.stream.read_buf(&mut self.buffer)).await;
        // A reset is an end, too.
        read.unwrap_or(0) > 0
    }

    async fn take_through(&mut self, end: &[u8]) -> Vec<u8> {
        loop {
            if let Some(at) = memchr::memmem::find(&self.buffer, end) {
                return self.buffer.drain(..at + end.len()).collect();
            }
            assert!(
                self.read_more().await,
                "the connection ended after {:?}",
                self.text_so_far()
            );
        }
    }

    pub async fn take(&mut self, count: usize) -> Vec<u8> {
        while self.buffer.len() < count {
            assert!(
                self.read_more().await,
                "the connection ended after {:?}",
                self.text_so_far()
            );
        }
        self.buffer.drain(..count).collect()
    }

    fn text_so_far(&self) -> String {
        String::from_utf8_lossy(&self.buffer[..self.buffer.len().min(500)]).into_owned()
    }

    pub async fn head(&mut self) -> String {
        String::from_utf8(self.take_through(b"\r\n\r\n").await).unwrap()
    }

    /// A reply with a length.
    pub async fn reply(&mut self, to_head: bool) -> Reply {
        let head = self.head().await;
        let status = head.split_whitespace().nth(1).unwrap().parse().unwrap();
        let mut reply = Reply {
            status,
            head,
            body: Vec::new(),
        };
        if !to_head {
            let length = reply
                .header("content-length")
                .expect("a reply has a content-length");
            reply.body = self.take(length.parse().unwrap()).await;
        }
        reply
    }

    /// The next piece of a chunked body; empty at its end.
    pub async fn chunk(&mut self) -> Vec<u8> {
        let size = String::from_utf8(self.take_through(b"\r\n").await).unwrap();
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        let chunk = self.take(size).await;
        assert_eq!(self.take(2).await, b"\r\n");
        chunk
    }

    /// The next `length` bytes of a chunked body, however it is cut into chunks.
    pub async fn body(&mut self, length: usize) -> String {
        let mut body = Vec::new();
        while body.len() < length {
            let chunk = self.chunk().await;
            assert!(
                !chunk.is_empty(),
                "the body ended after {:?}",
                String::from_utf8_lossy(&body)
            );
            body.extend_from_slice(&chunk);
        }
        assert_eq!(body.len(), length, "{:?}", String::from_utf8_lossy(&body));
        String::from_utf8(body).unwrap()
    }

    /// All that comes until the connection ends.
    pub async fn rest(&mut self) -> Vec<u8> {
        while self.read_more().await {}
        std::mem::take(&mut self.buffer)
    }

    pub async fn subscribe(address: SocketAddr, path: &str) -> (Wire, String) {
        let mut wire = Wire::connect(address).await;
        wire.request(&format!("GET {path}"), b"").await;
        let head = wire.head().await;
        (wire, head)
    }
}
