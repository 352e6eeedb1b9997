//! What the sections whose readers share a Redis have in common: each experiment has a server of its own.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Trial;
use crate::arena::{Detail, Event, Schedule, World};
use crate::services::redis::{Installation, Port, Search, Server, locate};

/// How long it may take until it is known how a Redis ended that takes no connections any more.
const ENDING: Duration = Duration::from_secs(5);

/// The Redis to run, or why there is none.
pub async fn installation(trial: &Trial<'_>) -> Result<Installation, String> {
    let located = locate(&Search::of_environment(), &trial.guard, &|| ()).await;
    located.map_err(|missing| missing.to_string())
}

/// A world for `readers`, and how its Redis is to be used: several readers are to get in each other's way.
pub async fn open(
    trial: &Trial<'_>,
    scenario: &'static str,
    readers: usize,
) -> std::io::Result<(World, Schedule)> {
    let (recorder, detail) = (&trial.recorder, Detail::Messages);
    Ok(if readers > 1 {
        let world = World::open_in_step(recorder, scenario, detail).await?;
        (world, Schedule::Interleave)
    } else {
        let world = World::open(recorder, scenario, detail).await?;
        (world, Schedule::Watch)
    })
}

/// A Redis for `world`, whose doors then lead to it. Where there is none, the record says why.
pub async fn start(
    trial: &Trial<'_>,
    installation: Result<&Installation, &String>,
    scenario: &'static str,
    world: &mut World,
    schedule: Schedule,
) -> Option<Server> {
    let started = async {
        let installation = installation.map_err(Clone::clone)?;
        let server = Server::start(installation, Port::Free, &trial.guard)
            .await
            .map_err(|error| error.to_string())?;
        let used = world.use_redis(server.address(), schedule).await;
        used.map_err(|error| format!("The Redis of this check does not answer: {error}. Check again."))?;
        Ok(server)
    };
    let refused = |problem: String| trial.recorder.record(scenario, 0, Event::NoRedis { problem });
    started.await.map_err(refused).ok()
}

/// Closes the world of an experiment that is over, and stops its Redis: in this order, since what was said last is understood
/// at the end, and which keys it concerned only the server knows.
pub async fn close(trial: &Trial<'_>, scenario: &'static str, world: World, server: Option<Server>) {
    world.close().await;
    if let Some(server) = server {
        stop(trial, scenario, server).await;
    }
}

/// Stops a Redis. Where it has ended already, the record says so: without it no program, however right, could do what it
/// should.
async fn stop(trial: &Trial<'_>, scenario: &'static str, mut server: Server) {
    if TcpStream::connect(server.address()).await.is_err() {
        let status = match timeout(ENDING, server.ended()).await {
            Ok(status) => status.to_string(),
            Err(_) => "nobody knows how".to_owned(),
        };
        let problem = format!(
            "The Redis of this experiment ended while your programs were at work ({status}), so what they did cannot be \
             judged. Unless one of them ends it (SHUTDOWN, or a signal to its process), check again."
        );
        trial.recorder.record(scenario, 0, Event::NoRedis { problem });
    }
    server.stop().await;
}
