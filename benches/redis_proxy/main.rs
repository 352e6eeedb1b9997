//! What the proxy between a reader and Redis adds to a command, in a check's two schedules.
//!
//! The same load goes straight to the server and through the proxy in turn, round by round, in one run: what else the
//! machine is busy with falls on all of them alike. Printed is the median of the rounds, and by how much it is longer than
//! the direct way. A hop more costs two more wake-ups of a process, whoever makes it: the column `a hop` is a bare relay that
//! copies bytes and looks at none of them, so that the difference between the two is what following and recording costs.
#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on should stop where it stands"
)]

mod load;
mod relay;
mod student;

use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use workshop::arena::{Detail, Door, Recorder, Schedule, World};
use workshop::program::guard::Guard;
use workshop::services::redis::{Port, Search, Server, locate};

use load::Load;
use student::Student;

/// The loads: so many connections, and so many commands sent at once by each.
const LOADS: [Load; 3] = [
    Load {
        connections: 1,
        pipeline: 1,
    },
    Load {
        connections: 4,
        pipeline: 1,
    },
    Load {
        connections: 1,
        pipeline: 100,
    },
];

/// Commands of each connection in a round: far fewer than a record holds, so that each of them is recorded.
const COMMANDS: usize = 2_000;

/// Rounds of each load, the first of which does not count.
const ROUNDS: usize = 21;

/// The ways to the server, in the order of the columns.
const WAYS: [&str; 4] = ["direct", "a hop", "watching", "interleaving"];

fn main() {
    // `cargo bench` passes options of its own; `cargo test --benches` passes none and wants to be done soon.
    let (rounds, commands) = if std::env::args().any(|argument| argument == "--bench") {
        (ROUNDS, COMMANDS)
    } else {
        (2, 100)
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(measure(rounds, commands));
}

async fn measure(rounds: usize, commands: usize) {
    let guard = Guard::start(Path::new(env!("CARGO_BIN_EXE_workshop"))).unwrap();
    let installation = locate(&Search::of_environment(), &guard, &|| ())
        .await
        .unwrap_or_else(|missing| panic!("{missing}"));
    let server = Server::start(&installation, Port::Free, &guard).await.unwrap();
    println!("| load | {} |", WAYS.join(" | "));
    println!("|---|{}", "--:|".repeat(WAYS.len()));
    let clients = LOADS.into_iter().map(Client::Waiting);
    let clients: Vec<Client> = match student::interpreter() {
        Ok(python) => clients
            .chain(student::all(&python).map(Client::Student))
            .collect(),
        Err(missing) => {
            eprintln!("without the rows of a student's program: {missing}");
            clients.collect()
        }
    };
    for client in clients {
        let mut times: [Vec<Duration>; WAYS.len()] = Default::default();
        for round in 0..rounds {
            for (way, times) in times.iter_mut().enumerate() {
                let time = once(&server, way, &client, commands).await;
                // The first round warms everything up.
                if round > 0 {
                    times.push(time);
                }
            }
        }
        let medians: Vec<f64> = times.iter_mut().map(|times| median_us(times)).collect();
        let cells = medians
            .iter()
            .map(|median| format!("{median:.1} µs ({:+.0} %)", (median / medians[0] - 1.0) * 100.0));
        println!("| {client} | {} |", cells.collect::<Vec<_>>().join(" | "));
    }
    server.stop().await;
}

/// Who asks.
#[derive(Debug, Clone)]
enum Client {
    /// One that does nothing but wait for the answer.
    Waiting(Load),
    /// A program such as students write.
    Student(Student),
}

impl fmt::Display for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting(load) => load.fmt(formatter),
            Self::Student(student) => student.fmt(formatter),
        }
    }
}

/// One round of `client` on one way: the time that a round trip of a connection took, on average.
async fn once(server: &Server, way: usize, client: &Client, commands: usize) -> Duration {
    match way {
        0 => run(client, server.address(), commands).await,
        1 => {
            let relay = relay::Relay::to(server.address()).await;
            run(client, relay.address, commands).await
        }
        _ => {
            let schedule = if way == 2 {
                Schedule::Watch
            } else {
                Schedule::Interleave
            };
            let folder = tempfile::tempdir().unwrap();
            let recorder = Recorder::begin(&folder.path().join("record.jsonl")).unwrap();
            let mut world = World::open(&recorder, "bench", Detail::Counts).await.unwrap();
            world.use_redis(server.address(), schedule).await.unwrap();
            let door = world.door().await.unwrap();
            let time = run(client, address(&door), commands).await;
            world.close().await;
            recorder.finish().unwrap();
            time
        }
    }
}

async fn run(client: &Client, address: SocketAddr, commands: usize) -> Duration {
    let client = client.clone();
    tokio::task::spawn_blocking(move || match client {
        Client::Waiting(load) => load.run(address, commands),
        Client::Student(student) => student.run(address, commands),
    })
    .await
    .unwrap()
}

fn address(door: &Door) -> SocketAddr {
    let (_, url) = door
        .environment
        .iter()
        .find(|(name, _)| name == "REDIS_URL")
        .unwrap();
    let address = url.strip_prefix("redis://").unwrap().strip_suffix("/1").unwrap();
    address.parse().unwrap()
}

fn median_us(times: &mut [Duration]) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e6
}
