//! A chain of servers and bridges that a student laid, and what goes through it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::student::{Student, text, wait_for};

/// The tutorial's commands, built by cargo for this test.
const PUBSUB: &str = env!("CARGO_BIN_EXE_pubsub");
const SIMPLEQUEUE: &str = env!("CARGO_BIN_EXE_simplequeue");
const PS_TO_HTTP: &str = env!("CARGO_BIN_EXE_ps_to_http");

/// A process that runs until it is dropped.
pub struct Process(Child);

impl Process {
    /// Starts `command`, whose output nobody reads.
    pub fn start(command: &mut Command) -> Self {
        Self(
            command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap(),
        )
    }

    /// Starts a server, and returns it with the address it says that it listens on.
    fn server(command: &mut Command) -> (Self, String) {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines
            .map(Result::unwrap)
            .find_map(|line| line.strip_prefix("listening on ").map(str::to_owned))
            .expect("a server says where it listens");
        (Self(child), format!("http://{address}"))
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A pubsub and a queue, and the bridges that were laid between them.
pub struct Chain {
    pub pubsub: String,
    pub queue: String,
    _servers: Vec<Process>,
    pub bridges: Vec<Process>,
}

impl Chain {
    /// Two servers of their own, and nothing between them.
    pub fn new() -> Self {
        let (pubsub_process, pubsub) = Process::server(Command::new(PUBSUB).arg("--port=0"));
        let (queue_process, queue) = Process::server(Command::new(SIMPLEQUEUE).arg("--port=0"));
        Self {
            pubsub,
            queue,
            _servers: vec![pubsub_process, queue_process],
            bridges: Vec::new(),
        }
    }

    /// Two servers that are none of ours, with the ways of the originals.
    pub fn of_others() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/commands/other_servers.py");
        let server = |kind: &str| Process::server(Command::new("python3").arg("-u").arg(&script).arg(kind));
        let ((pubsub_process, pubsub), (queue_process, queue)) = (server("pubsub"), server("simplequeue"));
        Self {
            pubsub,
            queue,
            _servers: vec![pubsub_process, queue_process],
            bridges: Vec::new(),
        }
    }

    /// The servers of the student's live workshop.
    pub fn live(student: &Student) -> Self {
        let live = student.live();
        let url = |part: &str| format!("http://{}", live[part].as_str().unwrap());
        Self {
            pubsub: url("pubsub"),
            queue: url("simplequeue"),
            _servers: Vec::new(),
            bridges: Vec::new(),
        }
    }

    /// Lays one more bridge, and waits until it is connected.
    pub fn bridge(&mut self) {
        let queue = self.queue.clone();
        self.bridge_to(&queue);
    }

    /// Lays one more bridge, to another queue.
    pub fn bridge_to(&mut self, queue: &str) {
        let mut command = Command::new(PS_TO_HTTP);
        command
            .arg(format!("--destination-get-url={queue}/put?data=%s"))
            .arg(format!("--pubsub-url={}/sub?multipart=0", self.pubsub));
        self.bridge_by(&mut command);
    }

    /// Starts `command`, which is to be one more subscriber, and waits until it is connected.
    pub fn bridge_by(&mut self, command: &mut Command) {
        let before = self.subscribers();
        command
            .env("PUBSUB_URL", &self.pubsub)
            .env("SIMPLEQUEUE_URL", &self.queue);
        self.bridges.push(Process::start(command));
        wait_for("the bridge to subscribe", || {
            (self.subscribers() > before).then_some(())
        });
    }

    fn subscribers(&self) -> u64 {
        let stats = curl(&[&format!("{}/stats", self.pubsub)]);
        stats
            .lines()
            .find_map(|line| line.strip_prefix("Active connections: "))
            .unwrap()
            .parse()
            .unwrap()
    }

    /// Publishes `message`, and waits until it has come into the queue.
    pub fn publish_through(&self, message: &str) {
        self.publish(message);
        wait_for("the message to come into the queue", || {
            self.dump().contains(message).then_some(())
        });
    }

    /// Publishes `message`.
    pub fn publish(&self, message: &str) {
        curl(&["-d", message, &format!("{}/pub", self.pubsub)]);
    }

    /// Fetches a message; empty where there is none.
    pub fn fetch(&self) -> String {
        curl(&[&format!("{}/get", self.queue)])
    }

    /// All that is in the queue.
    pub fn dump(&self) -> String {
        curl(&[&format!("{}/dump", self.queue)])
    }

    /// A counter of the queue.
    pub fn counter(&self, name: &str) -> u64 {
        let stats = curl(&[&format!("{}/stats", self.queue)]);
        let counted = |line: &str| line.strip_prefix(name)?.strip_prefix(':')?.parse().ok();
        stats.lines().find_map(counted).unwrap()
    }
}

/// What `curl` prints.
pub fn curl(arguments: &[&str]) -> String {
    let output = Command::new("curl")
        .args(["-sS", "--max-time", "60"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// An address of this machine at which nobody listens.
pub fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// Answers every request with `body` until the test ends, and says at which address.
pub fn answering(body: &'static str) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines
                .next()
                .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
            {}
            let head = format!("HTTP/1.0 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
            // Whoever does not want the answer goes without it.
            let _ = stream.write_all(&[head.as_bytes(), body.as_bytes()].concat());
        }
    });
    address
}
