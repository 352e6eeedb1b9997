//! Servers in processes of their own, and what a load costs them.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What a load came to.
pub struct Measurement {
    name: String,
    operations: usize,
    elapsed: Duration,
    /// Processor time of the server's main thread, which is the one that serves; where the system tells.
    processor: Option<Duration>,
}

impl Measurement {
    pub fn new(name: &str, operations: usize, elapsed: Duration, processor: Option<Duration>) -> Measurement {
        Measurement {
            name: name.to_owned(),
            operations,
            elapsed,
            processor,
        }
    }

    fn rate(&self) -> f64 {
        self.operations as f64 / self.elapsed.as_secs_f64()
    }

    /// What one core could do if it did nothing else.
    fn rate_of_a_core(&self) -> Option<f64> {
        Some(self.operations as f64 / self.processor?.as_secs_f64())
    }
}

/// A child process, on the first processor where there is `taskset`; killed at the end.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts a server that says `listening on ADDRESS`.
    pub fn start(program: &Path, arguments: &[&str]) -> Server {
        let mut server = Server::start_silent(program, arguments);
        let lines = BufReader::new(server.child.stdout.take().unwrap()).lines();
        let address = lines
            .map_while(Result::ok)
            .find_map(|line| Some(line.strip_prefix("listening on ")?.to_owned()));
        server.address = address.expect("a server says where it listens").parse().unwrap();
        server
    }

    /// Starts something that listens nowhere.
    pub fn start_silent(program: &Path, arguments: &[&str]) -> Server {
        let pinned = Command::new("taskset").arg("--version").output().is_ok();
        let mut command = if pinned {
            Command::new("taskset")
        } else {
            Command::new(program)
        };
        if pinned {
            command.args(["-c", "0"]).arg(program);
        }
        let child = command
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Server {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        }
    }

    pub fn processor(&self) -> Option<Duration> {
        // Its first number is nanoseconds on a processor: proc_pid_schedstat in the kernel's sched-stats.rst.
        let text = std::fs::read_to_string(format!("/proc/{}/schedstat", self.child.id())).ok()?;
        Some(Duration::from_nanos(
            text.split_whitespace().next()?.parse().ok()?,
        ))
    }

    /// Runs `load`, which has the server do `operations`.
    pub async fn measured(
        &self,
        name: &str,
        operations: usize,
        load: impl Future<Output = ()>,
    ) -> Measurement {
        let (before, start) = (self.processor(), Instant::now());
        load.await;
        let elapsed = start.elapsed();
        let processor = self.processor().zip(before).map(|(after, before)| after - before);
        eprintln!("{name}: {:.2} s", elapsed.as_secs_f64());
        Measurement::new(name, operations, elapsed, processor)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The measurements as a Markdown table.
pub fn table(rows: &[Measurement]) -> String {
    let mut text =
        String::from("| work | a second | server's µs each | a second, if a core did nothing else |\n");
    text.push_str("|---|--:|--:|--:|\n");
    for row in rows {
        let (each, alone) = match row.rate_of_a_core() {
            Some(rate) => (format!("{:.2}", 1e6 / rate), format!("{rate:.0}")),
            None => ("?".to_owned(), "?".to_owned()),
        };
        text.push_str(&format!(
            "| {} | {:.0} | {each} | {alone} |\n",
            row.name,
            row.rate()
        ));
    }
    text
}
