//! Redis as a student's programs reach it in an arena: byte for byte the real one, with a record of who did what, and
//! with readers that meet.

mod gone;
mod lost;
mod order;
mod readers;
mod right;
mod wire;

use std::net::SocketAddr;

use workshop::arena::{Detail, Door, Event, Recorder, RedisCommand, Schedule, World};
use workshop::services::redis::{Port, Server};

use crate::redis::{guard, installation};

/// A server for one test.
pub async fn server() -> Server {
    Server::start(&installation().await, Port::Free, &guard())
        .await
        .unwrap()
}

/// A world that uses a server.
pub struct Arena {
    server: SocketAddr,
    pub world: World,
    pub doors: Vec<Door>,
    recorder: Recorder,
    _folder: tempfile::TempDir,
}

/// The database that `REDIS_URL` names, and where it is.
pub fn address(door: &Door) -> SocketAddr {
    let url = url(door);
    let address = url.strip_prefix("redis://").unwrap().strip_suffix("/1").unwrap();
    address.parse().unwrap()
}

pub fn url(door: &Door) -> String {
    let (_, url) = door
        .environment
        .iter()
        .find(|(name, _)| name == "REDIS_URL")
        .unwrap();
    url.clone()
}

impl Arena {
    pub async fn open(server: &Server, readers: usize, schedule: Schedule) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let recorder = Recorder::begin(&folder.path().join("record.jsonl")).unwrap();
        let mut world = World::open(&recorder, "test", Detail::Messages).await.unwrap();
        world.use_redis(server.address(), schedule).await.unwrap();
        let mut doors = Vec::new();
        for _ in 0..readers {
            doors.push(world.door().await.unwrap());
        }
        Self {
            server: server.address(),
            world,
            doors,
            recorder,
            _folder: folder,
        }
    }

    /// Empties the server, past the proxy.
    pub fn flush(&self) {
        let mut connection = crate::redis::connect(&format!("redis://{}/1", self.server));
        crate::redis::ask::<()>(&mut connection, &["FLUSHALL"]).unwrap();
    }

    /// What the record says of Redis, with the reader that did it, once the world is closed: then all of it is there.
    pub async fn commands(self) -> Vec<(u8, RedisCommand)> {
        self.world.close().await;
        let history = self.recorder.finish().unwrap();
        let scenario = history.scenario("test");
        scenario
            .entries()
            .filter_map(|entry| match &entry.event {
                Event::RedisCommand(command) => Some((entry.reader, command.clone())),
                _ => None,
            })
            .collect()
    }
}
