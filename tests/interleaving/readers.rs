//! Readers of a few lines each, side by side.

use redis::aio::MultiplexedConnection;
use workshop::arena::Schedule;
use workshop::services::redis::Server;

use super::{Arena, url};

/// Readers in one experiment, and messages that each of them handles.
pub const READERS: usize = 4;
pub const MESSAGES: usize = 40;

/// As often as an experiment is repeated.
pub const TIMES: usize = 50;

/// Lets the readers handle their messages, `TIMES` times with a new world each, and says how many messages are missing
/// in the end each time: `count` reads how many there are.
pub async fn missing<Handler, Done>(count: &[&str], handler: Handler) -> Vec<f64>
where
    Handler: Fn(MultiplexedConnection, usize) -> Done + Clone + Send + 'static,
    Done: Future<Output = redis::RedisResult<()>> + Send,
{
    let server = super::server().await;
    let mut missing = Vec::new();
    for _ in 0..TIMES {
        missing.push(once(&server, count, handler.clone()).await);
    }
    missing
}

async fn once<Handler, Done>(server: &Server, count: &[&str], handler: Handler) -> f64
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
            let patient = redis::AsyncConnectionConfig::new().set_response_timeout(None);
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
    arena.world.close().await;
    (READERS * MESSAGES) as f64 - counted
}
