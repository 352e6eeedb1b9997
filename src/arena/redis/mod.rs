//! A Redis between the readers of one world: each reaches it through a proxy of its own, which passes everything on byte
//! for byte, records each command, and may hold writes back until they meet those of another reader.

mod contents;
mod conversation;
mod keys;
mod record;
mod schedule;
mod scheduled;
mod watched;

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::recorder::Recorder;
use super::room;
use super::witness::{Taken, Witness};
use keys::CommandTable;
pub use record::{Contents, RedisCommand, RedisContents};
pub use schedule::Schedule;
use schedule::Scheduler;

/// How long the arena waits for an answer of the server's.
const LONGEST_ANSWER: Duration = Duration::from_secs(30);

/// How long to wait after the machine has refused a connection for want of something.
const AFTER_A_REFUSAL: Duration = Duration::from_millis(50);

/// The Redis of one world.
#[derive(Debug)]
pub(super) struct Redis {
    server: SocketAddr,
    commands: Arc<CommandTable>,
    /// Where they are only watched, there is none.
    scheduler: Option<Arc<Scheduler>>,
    connections: Arc<AtomicU32>,
}

/// What the connections of one reader have in common.
pub(super) struct Reader {
    scenario: &'static str,
    number: u8,
    recorder: Recorder,
    commands: Arc<CommandTable>,
    scheduler: Option<Arc<Scheduler>>,
}

impl Redis {
    /// The server at `server`, used by `schedule`.
    pub async fn at(server: SocketAddr, schedule: Schedule) -> redis::RedisResult<Self> {
        Ok(Self {
            server,
            commands: Arc::new(CommandTable::of(server).await?),
            scheduler: (schedule == Schedule::Interleave).then(Arc::default),
            connections: Arc::default(),
        })
    }

    /// Serves the reader of `witness` at `listener` until `stopped` says so, and returns when the record has everything.
    pub fn serve(
        &self,
        listener: TcpListener,
        witness: Arc<Witness>,
        taken: watch::Receiver<Taken>,
        stopped: watch::Receiver<bool>,
    ) -> impl Future<Output = ()> + Send + 'static {
        if let Some(scheduler) = &self.scheduler {
            scheduler.expect(witness.reader, taken);
        }
        let reader = Arc::new(Reader {
            scenario: witness.scenario,
            number: witness.reader,
            recorder: witness.recorder.clone(),
            commands: Arc::clone(&self.commands),
            scheduler: self.scheduler.clone(),
        });
        accept(
            listener,
            self.server,
            reader,
            witness,
            Arc::clone(&self.connections),
            stopped,
        )
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

async fn accept(
    listener: TcpListener,
    server: SocketAddr,
    reader: Arc<Reader>,
    witness: Arc<Witness>,
    numbers: Arc<AtomicU32>,
    stopped: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    let mut end = pin!(until_true(stopped.clone()));
    loop {
        tokio::select! {
            () = &mut end => break,
            accepted = listener.accept() => match accepted {
                Ok((client, _)) => {
                    let both_ends = room::descriptors().try_acquire_many_owned(2);
                    let (Ok(both_ends), true) = (both_ends, connections.len() < room::MOST_CONNECTIONS) else {
                        witness.has_no_room(connections.len() + 1);
                        continue;
                    };
                    let number = numbers.fetch_add(1, Ordering::Relaxed) + 1;
                    let connecting = connect(Arc::clone(&reader), number, client, server, stopped.clone());
                    connections.spawn(async move {
                        let _both_ends = both_ends;
                        connecting.await;
                    });
                }
                Err(_) => tokio::time::sleep(AFTER_A_REFUSAL).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    while connections.join_next().await.is_some() {}
}

/// One connection. That it breaks is the program's to notice: both its ends are closed.
async fn connect(
    reader: Arc<Reader>,
    number: u32,
    client: TcpStream,
    server: SocketAddr,
    stopped: watch::Receiver<bool>,
) {
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    // The proxy sends what it has at once; to wait for more would make every request slower.
    if client
        .set_nodelay(true)
        .and_then(|()| server.set_nodelay(true))
        .is_err()
    {
        return;
    }
    match reader.scheduler.clone() {
        None => watched::pass_on(reader, number, client, server, stopped).await,
        Some(scheduler) => tokio::select! {
            _ = scheduled::pass_on(&reader, &scheduler, number, client, server) => {}
            () = until_true(stopped) => {}
        },
    }
}

/// Waits until it is so, or nobody is left to say so.
async fn until_true(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
