//! Servers and bridges of our own, for one experiment.

use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use hyper::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::server::bridge::{self, StatsHandle};
use crate::server::client::{self, Bounds, Connection};
use crate::server::{self, Bridge, Pubsub, Simplequeue, pubsub, simplequeue};

/// No step of an experiment takes longer, however busy the machine.
const STEP: Duration = Duration::from_secs(20);

/// How often something that is waited for is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// The servers of one experiment; they end when it is dropped.
#[derive(Debug, Default)]
pub struct Apparatus {
    running: JoinSet<()>,
}

/// A pubsub, and where it listens.
#[derive(Debug, Clone)]
pub struct PubsubHere {
    /// The server itself.
    pub server: Pubsub,
    /// Host and port.
    pub address: String,
}

/// A queue, and where it listens.
#[derive(Debug, Clone)]
pub struct QueueHere {
    /// The server itself.
    pub server: Simplequeue,
    /// Host and port.
    pub address: String,
}

impl Apparatus {
    /// A pubsub without subscribers.
    pub fn pubsub(&mut self, options: pubsub::Options) -> anyhow::Result<PubsubHere> {
        let listener = server::bind(Ipv4Addr::LOCALHOST.into(), 0)?;
        let address = listener.local_addr()?.to_string();
        let server = Pubsub::new(options);
        let serving = server.clone().serve(listener, std::future::pending());
        // One that fails answers no more, and the experiment says so.
        self.running.spawn(async { drop(serving.await) });
        Ok(PubsubHere { server, address })
    }

    /// An empty queue.
    pub fn queue(&mut self) -> anyhow::Result<QueueHere> {
        let listener = server::bind(Ipv4Addr::LOCALHOST.into(), 0)?;
        let address = listener.local_addr()?.to_string();
        let server = Simplequeue::new(simplequeue::Options::default())?;
        let serving = server.clone().serve(listener, std::future::pending());
        self.running.spawn(async { drop(serving.await) });
        Ok(QueueHere { server, address })
    }

    /// A bridge between the two, once its subscription stands.
    pub async fn bridge(&mut self, pubsub: &PubsubHere, queue: &QueueHere) -> anyhow::Result<StatsHandle> {
        let before = pubsub.server.stats().current_connections;
        let bridge = Bridge::new(bridge::Options {
            pubsub_urls: vec![format!("http://{}/sub?multipart=0", pubsub.address)],
            destination_get_urls: vec![format!("http://{}/put?data=%s", queue.address)],
            ..bridge::Options::default()
        })?;
        let stats = bridge.stats();
        let running = bridge.run(std::future::pending());
        self.running.spawn(async { drop(running.await) });
        until("the bridge to subscribe", || {
            stats.now().connected && pubsub.server.stats().current_connections > before
        })
        .await?;
        Ok(stats)
    }
}

impl PubsubHere {
    /// Publishes `messages` as a POST does. Returns when that is answered.
    pub async fn publish(&self, messages: &[String]) -> anyhow::Result<()> {
        let url = format!("http://{}/pub", self.address);
        let answer = client::post(&url, messages.join("\n").into(), bounds()).await?;
        if !answer.status.is_success() {
            bail!("a POST to {url} was answered with {}", answer.status);
        }
        Ok(())
    }
}

impl QueueHere {
    /// Puts `messages`, each with a request of its own.
    pub async fn put(&self, messages: &[String]) -> anyhow::Result<()> {
        let mut connection = Connection::open(&self.address, STEP).await?;
        for message in messages {
            let body = Bytes::copy_from_slice(message.as_bytes());
            connection.send(Method::POST, "/put", body, bounds()).await?;
        }
        Ok(())
    }

    /// A reader of the queue, not asking yet.
    pub async fn reader(&self) -> anyhow::Result<Reader> {
        let connection = Connection::open(&self.address, STEP).await?;
        Ok(Reader { connection })
    }
}

/// One that takes messages from a queue. Dropped, it is gone with whatever it took.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
}

impl Reader {
    /// Takes one message; `None` where the queue is empty.
    pub async fn get(&mut self) -> anyhow::Result<Option<String>> {
        let answer = self
            .connection
            .send(Method::GET, "/get", Bytes::new(), bounds())
            .await?;
        Ok(Some(answer.text()).filter(|text| !text.is_empty()))
    }

    /// Takes one after another until the queue is empty; says how many.
    pub async fn get_all(mut self) -> anyhow::Result<u64> {
        let mut count = 0;
        while self.get().await?.is_some() {
            count += 1;
        }
        Ok(count)
    }
}

/// A subscriber of a pubsub, connected and welcomed.
#[derive(Debug)]
pub struct Subscriber {
    stream: TcpStream,
}

impl Subscriber {
    /// Subscribes. The system keeps as little as it can for one that does not read, where `narrow` is set.
    pub async fn connect(pubsub: &PubsubHere, narrow: bool) -> anyhow::Result<Self> {
        let before = pubsub.server.stats().current_connections;
        let socket = TcpSocket::new_v4()?;
        if narrow {
            socket.set_recv_buffer_size(4096)?;
        }
        let connecting = socket.connect(pubsub.address.parse()?);
        let mut stream = in_time("a connection to the pubsub", connecting).await??;
        let request = format!(
            "GET /sub?multipart=0 HTTP/1.0\r\nHost: {}\r\n\r\n",
            pubsub.address
        );
        stream.write_all(request.as_bytes()).await?;
        until("the pubsub to take a subscriber", || {
            pubsub.server.stats().current_connections > before
        })
        .await?;
        Ok(Self { stream })
    }

    /// Reads until `wanted` has come by.
    pub async fn read_past(&mut self, wanted: &str) -> anyhow::Result<()> {
        let wanted = wanted.as_bytes();
        let mut tail: Vec<u8> = Vec::new();
        let mut piece = vec![0; 64 << 10];
        while memchr::memmem::find(&tail, wanted).is_none() {
            let reading = self.stream.read(&mut piece);
            let length = in_time("a message for the subscriber", reading).await??;
            if length == 0 {
                bail!("the pubsub ended the connection of a subscriber that reads");
            }
            // What is wanted may lie across two pieces.
            let kept = tail.len().saturating_sub(wanted.len());
            tail.drain(..kept);
            tail.extend_from_slice(&piece[..length]);
        }
        Ok(())
    }
}

/// Waits until `condition` holds.
pub async fn until(what: &str, mut condition: impl FnMut() -> bool) -> anyhow::Result<()> {
    let deadline = Instant::now() + STEP;
    while !condition() {
        if Instant::now() >= deadline {
            bail!("waited {} s in vain for {what}", STEP.as_secs());
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

async fn in_time<T>(what: &str, waited_for: impl Future<Output = T>) -> anyhow::Result<T> {
    tokio::time::timeout(STEP, waited_for)
        .await
        .with_context(|| format!("waited {} s in vain for {what}", STEP.as_secs()))
}

fn bounds() -> Bounds {
    Bounds {
        time: STEP,
        body: 1 << 20,
    }
}
