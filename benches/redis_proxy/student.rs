//! A program as students write it: Python, and the client of section 4.
//!
//! The interpreter is `WORKSHOP_PYTHON`, or `python3`; it has to have the package `redis`.

use std::fmt;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

/// Counts, in the ways that the lesson of section 4 shows.
const PROGRAM: &str = "
import sys, time, redis
address, commands, pipeline = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
server = redis.Redis.from_url(address)
server.ping()
begun = time.perf_counter()
for _ in range(commands // pipeline):
    if pipeline == 1:
        server.hincrby('bench:histogram', 7)
    else:
        with server.pipeline(transaction=False) as batch:
            for _ in range(pipeline):
                batch.hincrby('bench:histogram', 7)
            batch.execute()
print((time.perf_counter() - begun) / (commands // pipeline))
";

/// One that sends so many commands at once.
#[derive(Debug, Clone)]
pub struct Student {
    python: String,
    pipeline: usize,
}

/// A Python that has the client.
pub fn interpreter() -> Result<String, String> {
    let python = std::env::var("WORKSHOP_PYTHON").unwrap_or_else(|_| "python3".into());
    match Command::new(&python).args(["-c", "import redis"]).output() {
        Ok(output) if output.status.success() => Ok(python),
        Ok(_) => Err(format!(
            "{python} has no package redis; name a Python that has in WORKSHOP_PYTHON"
        )),
        Err(error) => Err(format!("{python} cannot be run: {error}")),
    }
}

/// Each kind of them.
pub fn all(python: &str) -> impl Iterator<Item = Student> {
    [1, 100].into_iter().map(|pipeline| Student {
        python: python.to_owned(),
        pipeline,
    })
}

impl fmt::Display for Student {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pipeline {
            1 => formatter.write_str("Python, one at a time"),
            pipeline => write!(formatter, "Python, {pipeline} in a pipeline"),
        }
    }
}

impl Student {
    /// Sends `commands`. Returns the time that a round trip took, on average.
    pub fn run(&self, address: SocketAddr, commands: usize) -> Duration {
        let output = Command::new(&self.python)
            .args(["-c", PROGRAM, &format!("redis://{address}/1")])
            .args([commands, self.pipeline].map(|number| number.to_string()))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let seconds = String::from_utf8(output.stdout).unwrap();
        Duration::from_secs_f64(seconds.trim().parse().unwrap())
    }
}
