//! The tutorial's commands, run as a student runs them.

use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};

use bytes::Bytes;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use workshop::server::{pubsub, simplequeue};

use super::wire::{self, Wire};

const PUBSUB: &str = env!("CARGO_BIN_EXE_pubsub");
const SIMPLEQUEUE: &str = env!("CARGO_BIN_EXE_simplequeue");
const PS_TO_HTTP: &str = env!("CARGO_BIN_EXE_ps_to_http");

/// A command that is running; killed if the test ends first.
struct Started {
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
    errors: ChildStderr,
}

impl Started {
    fn new(program: &str, arguments: &[&str]) -> Started {
        let mut command = Command::new(program);
        command.args(arguments).kill_on_drop(true).stdin(Stdio::null());
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        let errors = child.stderr.take().unwrap();
        Started {
            child,
            output,
            errors,
        }
    }

    async fn line(&mut self) -> String {
        let line = wire::in_time("a line of output", self.output.next_line()).await;
        line.unwrap().expect("a line before the end of the output")
    }

    /// Reads the start-up lines of a server up to its address.
    async fn start(&mut self) -> (Vec<String>, SocketAddr) {
        let mut lines = Vec::new();
        loop {
            let line = self.line().await;
            if let Some(address) = line.strip_prefix("listening on ") {
                return (lines, address.parse().unwrap());
            }
            lines.push(line);
        }
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id().expect("it runs")).unwrap();
        kill(Pid::from_raw(pid), signal).unwrap();
    }

    /// Waits for the end; gives the exit status, what is left of the output, and the standard error.
    async fn end(mut self) -> (ExitStatus, String, String) {
        let (mut output, mut errors) = (String::new(), String::new());
        let ending = async {
            while let Some(line) = self.output.next_line().await.unwrap() {
                output.push_str(&line);
                output.push('\n');
            }
            self.errors.read_to_string(&mut errors).await.unwrap();
            self.child.wait().await.unwrap()
        };
        let status = wire::in_time("the end of the command", ending).await;
        (status, output, errors)
    }
}

async fn ask(address: SocketAddr, method_and_path: &str, body: &[u8]) -> wire::Reply {
    let mut wire = Wire::connect(address).await;
    wire.request(method_and_path, body).await;
    wire.reply(false).await
}

/// What `curl` prints; the tutorial's own commands are run word for word.
async fn curl(command: &str) -> String {
    let running = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .output();
    let output = wire::in_time(command, running).await.unwrap();
    assert!(
        output.status.success(),
        "{command}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn the_first_section_as_the_slides_show_it() {
    let mut pubsub = Started::new(PUBSUB, &["--port=0"]);
    let (lines, pubsub_address) = pubsub.start().await;
    let callback = |path: &str| format!("registering callback for path \"{path}\"");
    assert_eq!(lines, ["/pub*", "/sub*", "/stats*", "/clients"].map(callback));
    let pubsub_url = format!("http://localhost:{}", pubsub_address.port());
    assert_eq!(
        curl(&format!("curl -s \"{pubsub_url}/stats\"")).await,
        "Active connections: 0\nTotal connections: 0\nMessages received: 0\nMessages sent: 0\nKicked clients: 0\n"
    );

    let mut queue = Started::new(SIMPLEQUEUE, &["--port=0"]);
    let (lines, queue_address) = queue.start().await;
    assert_eq!(
        lines,
        ["/put*", "/get*", "/mget*", "/mput*", "/dump*", "/stats*"].map(callback)
    );
    let queue_url = format!("localhost:{}", queue_address.port());
    let stats = |puts, gets, depth, high, bytes| {
        format!(
            "puts:{puts}\ngets:{gets}\ndepth:{depth}\ndepth_high_water:{high}\nbytes:{bytes}\noverflow:0\n"
        )
    };
    assert_eq!(
        curl(&format!("curl -s {queue_url}/stats")).await,
        stats(0, 0, 0, 0, 0)
    );

    let destination = format!(
        "--destination-get-url=http://127.0.0.1:{}/put?data=%s",
        queue_address.port()
    );
    let source = format!(
        "--pubsub-url=http://127.0.0.1:{}/sub?multipart=0",
        pubsub_address.port()
    );
    let mut bridge = Started::new(PS_TO_HTTP, &[&destination, &source]);
    assert_eq!(
        bridge.line().await,
        format!("connecting to http://{pubsub_address}/sub?multipart=0")
    );
    wire::in_time("the subscription", async {
        while !curl(&format!("curl -s {pubsub_url}/stats"))
            .await
            .starts_with("Active connections: 1\n")
        {}
    })
    .await;

    assert_eq!(
        curl(&format!("echo \"H3110\" | curl -s -d@- \"{pubsub_url}/pub\"")).await,
        "Published 1 messages to 1 clients.\n"
    );
    wire::in_time("the message", async {
        while curl(&format!("curl -s \"{queue_url}/stats\"")).await != stats(1, 0, 1, 1, 5) {}
    })
    .await;
    assert_eq!(curl(&format!("curl -s \"{queue_url}/get\"")).await, "H3110");
    assert_eq!(
        curl(&format!("curl -s \"{queue_url}/stats\"")).await,
        stats(1, 1, 0, 1, 0)
    );

    for (name, command) in [("bridge", bridge), ("queue", queue), ("pubsub", pubsub)] {
        command.signal(Signal::SIGTERM);
        let (status, _, errors) = command.end().await;
        assert_eq!(status.code(), Some(0), "{name}: {errors}");
    }
}

#[tokio::test]
async fn a_bridge_says_once_that_the_pubsub_is_away_and_once_that_it_is_back() {
    let place = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = place.local_addr().unwrap();
    drop(place);
    let source = format!("--pubsub-url=http://{address}/sub?multipart=0");
    let destination = "--destination-get-url=http://127.0.0.1:1/put?data=%s";
    let mut bridge = Started::new(PS_TO_HTTP, &[destination, &source]);
    assert_eq!(
        bridge.line().await,
        format!("connecting to http://{address}/sub?multipart=0")
    );
    // It asks again and again: whoever listens counts how often, and hangs up.
    let listener = tokio::net::TcpListener::bind(address).await.unwrap();
    for _ in 0..4 {
        drop(wire::in_time("another attempt", listener.accept()).await.unwrap());
    }
    drop(listener);
    let port = format!("--port={}", address.port());
    let mut pubsub = Started::new(PUBSUB, &[&port]);
    pubsub.start().await;
    wire::in_time("the subscription", async {
        while !curl(&format!("curl -s http://{address}/stats"))
            .await
            .starts_with("Active connections: 1\n")
        {}
    })
    .await;
    bridge.signal(Signal::SIGTERM);
    let (_, output, errors) = bridge.end().await;
    assert_eq!(output, "", "that it connects is said once");
    let lines: Vec<&str> = errors.lines().collect();
    assert!(errors.contains("no subscription to"), "{errors}");
    // It is refused, and hung up on at one moment or another: each reason is told once.
    let told: std::collections::HashSet<&str> = lines.iter().copied().collect();
    assert_eq!(told.len(), lines.len(), "{errors}");
    assert_eq!(
        lines.iter().filter(|line| line.contains("connected to")).count(),
        1,
        "{errors}"
    );
    pubsub.signal(Signal::SIGTERM);
    pubsub.end().await;
}

#[tokio::test]
async fn a_port_in_use_is_named_with_who_holds_it() {
    let taken = wire::pubsub(pubsub::Options::default());
    let port = format!("--port={}", taken.address.port());
    for program in [PUBSUB, SIMPLEQUEUE] {
        let (status, output, errors) = Started::new(program, &[&port]).end().await;
        assert_eq!(status.code(), Some(1));
        assert_eq!(output, "", "nothing is announced");
        let last = errors.lines().last().unwrap();
        assert!(
            last.contains(&format!(
                "port {} of 127.0.0.1 is already in use",
                taken.address.port()
            )),
            "{last}"
        );
        #[cfg(target_os = "linux")]
        assert!(
            last.contains(&format!("(process {})", std::process::id())),
            "{last}"
        );
    }
    taken.stop().await;
}

#[tokio::test]
async fn a_command_line_that_is_wrong_is_one_line_and_exit_code_1() {
    let cases: [(&str, &[&str], &str); 7] = [
        (
            PUBSUB,
            &["--no-such-option"],
            "pubsub: unexpected argument '--no-such-option' found",
        ),
        (
            SIMPLEQUEUE,
            &["--max_depth=many"],
            "simplequeue: invalid value 'many' for '--max-depth <MESSAGES>'",
        ),
        (
            PUBSUB,
            &["--port=66062"],
            "pubsub: invalid value '66062' for '--port <PORT>'",
        ),
        (
            PUBSUB,
            &["--port"],
            "pubsub: a value is required for '--port <PORT>'",
        ),
        (
            SIMPLEQUEUE,
            &["--daemon"],
            "simplequeue: unexpected argument '--daemon' found",
        ),
        (
            PS_TO_HTTP,
            &[],
            "ps_to_http: a bridge needs --destination-get-url",
        ),
        (
            PS_TO_HTTP,
            &["--destination-get-url=http://localhost/put"],
            "ps_to_http: --destination-get-url=",
        ),
    ];
    for (program, arguments, expected) in cases {
        let (status, output, errors) = Started::new(program, arguments).end().await;
        assert_eq!((status.code(), output.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(
            errors.starts_with(expected) && errors.lines().count() == 1,
            "{arguments:?}: {errors}"
        );
    }
}

#[tokio::test]
async fn help_and_version_go_to_standard_output() {
    for program in [PUBSUB, SIMPLEQUEUE, PS_TO_HTTP] {
        for option in ["--help", "--version"] {
            let (status, output, errors) = Started::new(program, &[option]).end().await;
            assert_eq!((status.code(), errors.as_str()), (Some(0), ""), "{option}");
            assert!(
                output.contains("workshop")
                    || output.contains(env!("CARGO_PKG_VERSION"))
                    || output.contains("--")
            );
        }
    }
}

#[tokio::test]
async fn every_spelling_of_an_option_works() {
    for limit in [&["--max-depth=1"][..], &["--max_depth=1"], &["--max_depth", "1"]] {
        let mut queue = Started::new(SIMPLEQUEUE, &[&["--port", "0"], limit].concat());
        let (_, address) = queue.start().await;
        ask(address, "POST /mput", b"a\nb").await;
        assert_eq!(ask(address, "GET /dump", b"").await.text(), "b\n", "{limit:?}");
        queue.signal(Signal::SIGINT);
        assert_eq!(queue.end().await.0.code(), Some(0));
    }
}

#[tokio::test]
async fn requests_are_logged_in_the_originals_format() {
    let mut queue = Started::new(SIMPLEQUEUE, &["--port=0", "--enable-logging"]);
    let (_, address) = queue.start().await;
    ask(address, "GET /put?data=x", b"").await;
    ask(address, "POST /put", b"two\nlines").await;
    ask(address, "GET /nothing", b"").await;
    for expected in [
        "] 200 GET /put?data=x ",
        "] 200 POST /put?two\\nlines ",
        "] 404 GET /nothing ",
    ] {
        let line = queue.line().await;
        assert!(line.contains(expected), "{line}");
        let severity = if expected.contains("404") { "[W " } else { "[I " };
        assert!(line.starts_with(severity), "{line}");
        let time: String = line.chars().skip(3).take(15).collect();
        jiff::civil::DateTime::strptime("%y%m%d %H:%M:%S", &time).unwrap();
        let taken = line.rsplit(' ').next().unwrap().strip_suffix("ms").unwrap();
        assert!(taken.parse::<f64>().unwrap() >= 0.0, "{line}");
    }
}

#[tokio::test]
async fn sighup_reopens_the_overflow_log_and_the_end_saves_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("overflow.log");
    let rotated = folder.path().join("rotated.log");
    let option = format!("--overflow-log={}", path.display());
    let mut queue = Started::new(SIMPLEQUEUE, &["--port=0", "--max-depth=2", &option]);
    let (_, address) = queue.start().await;
    ask(address, "POST /mput", b"a\nb\nc").await;
    std::fs::rename(&path, &rotated).unwrap();
    queue.signal(Signal::SIGHUP);
    wire::until("the log is opened anew", || path.exists()).await;
    ask(address, "POST /mput", b"d").await;
    queue.signal(Signal::SIGTERM);
    assert_eq!(queue.end().await.0.code(), Some(0));
    assert_eq!(std::fs::read_to_string(rotated).unwrap(), "a\n");
    assert_eq!(std::fs::read_to_string(path).unwrap(), "b\nc\nd\n");
}

#[tokio::test]
async fn a_bridge_asked_to_stop_delivers_what_it_has_read() {
    let pubsub = wire::pubsub(pubsub::Options::default());
    // The destination is not there until the bridge has been asked to stop.
    let listener = wire::free_listener();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let destination = format!("--destination_get_url=http://{address}/put?data=%s");
    let source = format!("--pubsub_url={}", pubsub.url("/sub?multipart=0"));
    let bridge = Started::new(PS_TO_HTTP, &[&destination, &source]);
    wire::until("it subscribes", || pubsub.handle.stats().current_connections == 1).await;
    pubsub.handle.publish(Bytes::from("1\n2\n3"));
    wire::until("it has read", || {
        pubsub
            .handle
            .clients()
            .iter()
            .all(|client| client.pending_bytes == 0)
    })
    .await;
    bridge.signal(Signal::SIGTERM);
    wire::until("it stops reading", || {
        pubsub.handle.stats().current_connections == 0
    })
    .await;
    let listener = workshop::server::bind(address.ip(), address.port()).unwrap();
    let queue = wire::simplequeue_on(listener, simplequeue::Options::default());
    let (status, _, errors) = bridge.end().await;
    assert_eq!(status.code(), Some(0), "{errors}");
    assert_eq!(queue.ask("GET /dump", b"").await.text(), "1\n2\n3\n");
    queue.stop().await;
}

/// With no file descriptor left, those who are connected are served, it is said once, and it ends when some close.
#[tokio::test]
async fn file_descriptors_run_out_and_come_back() {
    let command = format!("ulimit -n 32; exec {SIMPLEQUEUE} --port=0");
    let mut queue = Started::new("sh", &["-c", &command]);
    let (_, address) = queue.start().await;
    let mut first = Wire::connect(address).await;
    first.request("POST /put", b"x").await;
    first.reply(false).await;
    let mut crowd = Vec::new();
    for _ in 0..60 {
        crowd.push(Wire::connect(address).await);
    }
    for _ in 0..3 {
        first.request("GET /stats", b"").await;
        assert_eq!(first.reply(false).await.status, 200);
    }
    // The kernel took this connection; the server has not been able to.
    let mut late = Wire::connect(address).await;
    late.request("GET /get", b"").await;
    drop(crowd);
    assert_eq!(late.reply(false).await.text(), "x");
    queue.signal(Signal::SIGTERM);
    let (status, _, errors) = queue.end().await;
    assert_eq!(status.code(), Some(0));
    let said = errors
        .lines()
        .filter(|line| line.contains("cannot accept connections for now"))
        .count();
    assert_eq!(said, 1, "{errors}");
}

/// The bound that a subscriber's memory is held to: 100 of them stop reading while 200 MB are published.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_hundred_stalled_subscribers_cost_less_than_150_mb() {
    let mut pubsub = Started::new(PUBSUB, &["--port=0"]);
    let (_, address) = pubsub.start().await;
    let mut stalled = Vec::new();
    for number in 0..100 {
        let path = if number % 2 == 0 {
            "/sub?multipart=0"
        } else {
            "/sub"
        };
        stalled.push(Wire::subscribe(address, path).await.0);
    }
    let (mut healthy, _) = Wire::subscribe(address, "/sub?multipart=0").await;
    healthy.body(2).await;
    let mut publisher = Wire::connect(address).await;
    let line = [vec![b'x'; 999], vec![b'\n']].concat();
    let body = line.repeat(1000);
    for _ in 0..200 {
        publisher.request("POST /pub", &body).await;
        assert_eq!(publisher.reply(false).await.status, 200);
        // Neither the publisher nor a subscriber that reads waits for those that do not.
        assert_eq!(healthy.body(body.len()).await.len(), body.len());
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", pubsub.child.id().unwrap())).unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap()
        .trim();
    let kilobytes: u64 = peak.strip_suffix(" kB").unwrap().trim().parse().unwrap();
    println!("{kilobytes} kB at its greatest");
    assert!(kilobytes < 150_000, "{kilobytes} kB at its greatest");

    let stats = ask(address, "GET /stats", b"").await.text();
    assert!(
        stats.contains("Active connections: 1\n") && stats.contains("Kicked clients: 100\n"),
        "{stats}"
    );
    for mut subscriber in stalled {
        let rest = subscriber.rest().await;
        assert!(memchr::memmem::rfind(&rest, b"ERROR_TOO_SLOW. kicked for having ").is_some());
    }
}

#[tokio::test]
async fn a_reader_of_the_log_that_goes_away_does_not_end_the_server() {
    let mut queue = Started::new(SIMPLEQUEUE, &["--port=0", "--enable-logging"]);
    let (_, address) = queue.start().await;
    let Started {
        child,
        output,
        errors,
    } = queue;
    drop((output, errors));
    for _ in 0..3 {
        assert_eq!(ask(address, "GET /stats", b"").await.status, 200);
    }
    drop(child);
}
