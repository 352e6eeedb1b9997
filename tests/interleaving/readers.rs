//! Readers of a few lines each, side by side.

use redis::aio::MultiplexedConnection;
use workshop::arena::{LostUpdate, Schedule};
use workshop::services::redis::Server;

use super::{Arena, url};

/// Readers in one experiment, and messages that each of them handles.
pub const READERS: usize = 4;
pub const MESSAGES: usize = 40;

/// As often as an experiment is repeated: one that shows it by chance only is found out, and the corpus of section 4 repeats
/// each kind with whole programs.
pub const TIMES: usize = 10;

/// What came of one experiment.
pub struct Outcome {
    /// How many messages are missing in the end.
    pub missing: f64,
    /// How one of them was lost, as the record shows it.
    pub lost: Option<LostUpdate>,
}

/// Lets the readers handle their messages, `TIMES` times with a new world each: `count` reads from the key at its end how
/// many were counted.
pub async fn outcomes<Handler, Done>(count: &[&str], handler: Handler) -> Vec<Outcome>
where
    Handler: Fn(MultiplexedConnection, usize) -> Done + Clone + Send + 'static,
    Done: Future<Output = redis::RedisResult<()>> + Send,
{
    let server = super::server().await;
    let mut outcomes = Vec::new();
    for _ in 0..TIMES {
        outcomes.push(once(&server, count, handler.clone()).await);
    }
    outcomes
}

async fn once<Handler, Done>(server: &Server, count: &[&str], handler: Handler) -> Outcome
where
    Handler: Fn(MultiplexedConnection, usize) -> Done + Clone + Send + 'static,
    Done: Future<Output = redis::RedisResult<()>> + Send,
{
    let arena = Arena::open(server, READERS, Schedule::Interleave).await;
    arena.flush();
    let readers = arena.doors.iter().map(|door| {
        let (url, handler) = (url(door), handler.clone());
        tokio::spawn(async move {
            let client = redis::Client::open(url).unwrap();
            // An answer may take longer than the client's half a second on a busy machine.
            let patient = redis::AsyncConnectionConfig::new()
                .set_connection_timeout(None)
                .set_response_timeout(None);
            let connection = client
                .get_multiplexed_async_connection_with_config(&patient)
                .await
                .unwrap();
            for message in 0..MESSAGES {
                handler(connection.clone(), message).await.unwrap();
            }
        })
    });
    for reader in readers.collect::<Vec<_>>() {
        reader.await.unwrap();
    }
    let mut connection = crate::redis::connect(&format!("redis://{}/1", server.address()));
    let counted: f64 = crate::redis::ask(&mut connection, count).unwrap();
    let history = arena.recorder.finish().unwrap();
    arena.world.close().await;
    let key = count.iter().find(|word| ["n", "h", "z"].contains(word)).unwrap();
    Outcome {
        missing: (READERS * MESSAGES) as f64 - counted,
        lost: LostUpdate::find(&history.scenario("test"), 1, key, None),
    }
}
