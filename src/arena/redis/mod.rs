//! A Redis between the readers of one world: each reaches it through a proxy of its own, which passes everything on byte
//! for byte, records each command, and may hold writes back until they meet those of another reader.

mod connection;
mod contents;
mod keys;
mod record;
mod schedule;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::recorder::Recorder;
use super::witness::Taken;
use keys::CommandTable;
pub use record::{Contents, RedisCommand, RedisContents};
pub use schedule::Schedule;
use schedule::Scheduler;

/// As many connections of one reader as are served at a time; more wait until one closes.
const MOST_CONNECTIONS: usize = 1024;

/// How long the arena waits for an answer of the server's.
const LONGEST_ANSWER: Duration = Duration::from_secs(30);

/// How long to wait after the machine has refused a connection for want of something.
const AFTER_A_REFUSAL: Duration = Duration::from_millis(50);

/// The Redis of one world.
#[derive(Debug)]
pub(super) struct Redis {
    server: SocketAddr,
    commands: Arc<CommandTable>,
    scheduler: Arc<Scheduler>,
    connections: Arc<AtomicU32>,
}

/// What the connections of one reader have in common.
pub(super) struct Reader {
    scenario: &'static str,
    number: u8,
    recorder: Recorder,
    commands: Arc<CommandTable>,
    scheduler: Arc<Scheduler>,
}

impl Redis {
    /// The server at `server`, used by `schedule`.
    pub async fn at(server: SocketAddr, schedule: Schedule) -> redis::RedisResult<Self> {
        Ok(Self {
            server,
            commands: Arc::new(CommandTable::of(server).await?),
            scheduler: Arc::new(Scheduler::new(schedule)),
            connections: Arc::default(),
        })
    }

    /// Serves `reader` at `listener`, for as long as the future is polled.
    pub fn serve(
        &self,
        listener: TcpListener,
        scenario: &'static str,
        reader: u8,
        recorder: Recorder,
        taken: watch::Receiver<Taken>,
    ) -> impl Future<Output = ()> + Send + 'static {
        self.scheduler.expect(reader, taken);
        let reader = Arc::new(Reader {
            scenario,
            number: reader,
            recorder,
            commands: Arc::clone(&self.commands),
            scheduler: Arc::clone(&self.scheduler),
        });
        accept(listener, self.server, reader, Arc::clone(&self.connections))
    }

    /// What stands in `database`.
    pub async fn contents(&self, database: u32) -> redis::RedisResult<RedisContents> {
        contents::read(self.server, database).await
    }
}

/// A connection of the arena's own to `database`, with as much patience as a busy machine may need: the client's own half
/// a second would make an experiment fail for nothing.
pub async fn connect_to(
    server: SocketAddr,
    database: u32,
) -> redis::RedisResult<redis::aio::MultiplexedConnection> {
    let client = redis::Client::open(format!("redis://{server}/{database}"))?;
    let patient = redis::AsyncConnectionConfig::new()
        .set_connection_timeout(Some(LONGEST_ANSWER))
        .set_response_timeout(Some(LONGEST_ANSWER));
    client
        .get_multiplexed_async_connection_with_config(&patient)
        .await
}

async fn accept(listener: TcpListener, server: SocketAddr, reader: Arc<Reader>, numbers: Arc<AtomicU32>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < MOST_CONNECTIONS => match accepted {
                Ok((client, _)) => {
                    let number = numbers.fetch_add(1, Ordering::Relaxed) + 1;
                    let reader = Arc::clone(&reader);
                    connections.spawn(async move {
                        // A connection that breaks is the program's to notice: both its ends are closed.
                        let _ = connect(&reader, number, client, server).await;
                    });
                }
                Err(_) => tokio::time::sleep(AFTER_A_REFUSAL).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connect(reader: &Reader, number: u32, client: TcpStream, server: SocketAddr) -> io::Result<()> {
    let server = TcpStream::connect(server).await?;
    connection::pass_on(reader, number, client, server).await
}
