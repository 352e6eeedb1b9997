//! Redis beside our servers, measured by its own `redis-benchmark`, where both are installed.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::measured::{Measurement, Server};

/// LPUSH, RPOP and PUBLISH of 100 bytes over 16 connections; nothing, if Redis is not there.
pub fn measure(count: usize) -> Vec<Measurement> {
    let found = |program: &str| Command::new(program).arg("--version").output().is_ok();
    if !found("redis-server") || !found("redis-benchmark") {
        eprintln!("redis-server and redis-benchmark are not installed: no comparison with Redis");
        return Vec::new();
    }
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
        .to_string();
    let redis = Server::start_silent(
        Path::new("redis-server"),
        &["--port", &port, "--save", "", "--appendonly", "no"],
    );
    let start = Instant::now();
    while std::net::TcpStream::connect(format!("127.0.0.1:{port}")).is_err() {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "redis-server does not answer"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    let message = "m".repeat(100);
    [
        ("LPUSH", vec!["lpush", "list", &message]),
        ("RPOP", vec!["rpop", "list"]),
        ("PUBLISH", vec!["publish", "channel", &message]),
    ]
    .into_iter()
    .map(|(name, command)| {
        let count_argument = count.to_string();
        let before = redis.processor();
        let start = Instant::now();
        let mut benchmark = Command::new("redis-benchmark");
        benchmark
            .args(["-p", &port, "-c", "16", "-n", &count_argument, "-q"])
            .args(command);
        assert!(benchmark.output().unwrap().status.success());
        let elapsed = start.elapsed();
        let processor = redis
            .processor()
            .zip(before)
            .map(|(after, before)| after - before);
        Measurement::new(&format!("redis, {name}"), count, elapsed, processor)
    })
    .collect()
}
