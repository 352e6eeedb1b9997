//! What the proxy between a reader and Redis adds to a command, in a check's two schedules.
//!
//! The same load goes straight to the server and through the proxy in turn, round by round, in one run: what else the
//! machine is busy with falls on all of them alike. Printed is the mean of the rounds but for the slowest and the fastest, and
//! by how much it is longer than the direct way. Not the median: a connection has one of two speeds, the one half as fast again
//! as the other, depending on which of the machine's cores its ends happen to run, and a median jumps between them.
//!
//! A hop more costs two more wake-ups of a process, whoever makes it: the column `a hop` is a bare relay that copies bytes and
//! looks at none of them. What is printed behind the semicolon is the difference from it. What is only watched is understood in
//! the pauses of a conversation, which most of these loads make at their end alone; the longest one shows what it is to a client
//! that never pauses.
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

/// The loads.
const LOADS: [Load; 4] = [
    Load {
        connections: 1,
        pipeline: 1,
        commands: COMMANDS,
    },
    Load {
        connections: 4,
        pipeline: 1,
        commands: COMMANDS,
    },
    Load {
        connections: 1,
        pipeline: 100,
        commands: COMMANDS,
    },
    Load {
        connections: 4,
        pipeline: 1,
        commands: 10 * COMMANDS,
    },
];

/// Commands of each connection in a round: far fewer than a record holds, so that each of them is recorded.
const COMMANDS: usize = 2_000;

/// Rounds of a load of so many commands, and one before them, which does not count.
const ROUNDS: usize = 60;

/// The ways to the server, in the order of the columns.
const WAYS: [&str; 4] = ["direct", "a hop", "watching", "interleaving"];
const DIRECT: usize = 0;
const HOP: usize = 1;
const WATCHING: usize = 2;

fn main() {
    // `cargo bench` passes options of its own; `cargo test --benches` passes none and wants to be done soon.
    let in_short = !std::env::args().any(|argument| argument == "--bench");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(measure(in_short));
}

async fn measure(in_short: bool) {
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
        let commands = client.commands();
        let (rounds, commands) = match in_short {
            true => (1, commands / 20),
            false => (ROUNDS * COMMANDS / commands, commands),
        };
        for round in 0..=rounds {
            for (way, times) in times.iter_mut().enumerate() {
                let time = once(&server, way, &client, commands).await;
                // The first round warms everything up.
                if round > 0 {
                    times.push(time);
                }
            }
        }
        let times = times.map(middle_us);
        let percent = |time: f64, other: usize| (time / times[other] - 1.0) * 100.0;
        let cells = times.iter().enumerate().map(|(way, &time)| match way {
            DIRECT => format!("{time:.1} µs"),
            HOP => format!("{time:.1} µs ({:+.0} %)", percent(time, DIRECT)),
            _ => format!(
                "{time:.1} µs ({:+.0} %; {:+.1} %)",
                percent(time, DIRECT),
                percent(time, HOP)
            ),
        });
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

impl Client {
    /// How many commands each of its connections sends in a round.
    fn commands(&self) -> usize {
        match self {
            Self::Waiting(load) => load.commands,
            Self::Student(_) => COMMANDS,
        }
    }
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
        DIRECT => run(client, server.address(), commands).await,
        HOP => {
            let relay = relay::Relay::to(server.address()).await;
            run(client, relay.address, commands).await
        }
        _ => {
            let schedule = if way == WATCHING {
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

/// The mean of `times` without a tenth of them at either end, in microseconds.
fn middle_us(mut times: Vec<Duration>) -> f64 {
    times.sort();
    let tenth = times.len() / 10;
    let middle = &times[tenth..times.len() - tenth];
    let total: Duration = middle.iter().sum();
    total.as_secs_f64() * 1e6 / middle.len() as f64
}
