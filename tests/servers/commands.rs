//! The tutorial's commands, run as a student runs them.

use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};

use bytes::Bytes;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
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
    errors: BufReader<ChildStderr>,
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
        let errors = BufReader::new(child.stderr.take().unwrap());
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

    /// What it says next on its standard error.
    async fn complaint(&mut self) -> String {
        let mut line = String::new();
        wire::in_time("a line of standard error", self.errors.read_line(&mut line))
            .await
            .unwrap();
        line
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
    let mut bridge = Started::new(PS_TO_HTTP, &[&destination, &source]);
    wire::until("it subscribes", || pubsub.handle.stats().current_connections == 1).await;
    pubsub.handle.publish(Bytes::from("1\n2\n3"));
    // All three came at once, and it has tried to hand on the first.
    let complaint = bridge.complaint().await;
    assert!(complaint.contains(&address.to_string()), "{complaint}");
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

#[tokio::test]
async fn a_bridge_says_what_it_loses_and_what_it_cannot_deliver() {
    let pubsub = wire::pubsub(pubsub::Options::default());
    let listener = wire::free_listener();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let destination = format!("--destination-get-url=http://{address}/put?data=%s");
    let source = format!("--pubsub-url={}", pubsub.url("/sub?multipart=0"));
    let mut bridge = Started::new(PS_TO_HTTP, &[&destination, &source]);
    wire::until("it subscribes", || pubsub.handle.stats().current_connections == 1).await;
    pubsub.handle.publish(Bytes::from("1"));
    let complaint = bridge.complaint().await;
    assert!(
        complaint.starts_with(&format!(
            "ps_to_http: cannot deliver to {address}, will keep trying: cannot connect to {address}: Connection refused"
        )),
        "{complaint}"
    );
    let listener = workshop::server::bind(address.ip(), address.port()).unwrap();
    let queue = wire::simplequeue_on(listener, simplequeue::Options::default());
    assert_eq!(
        bridge.complaint().await,
        format!("ps_to_http: delivering to {address} again\n")
    );
    let lost = pubsub.address;
    pubsub.stop().await;
    assert_eq!(
        bridge.complaint().await,
        format!(
            "ps_to_http: lost the pubsub at {lost}: it ended the stream; connecting again, what is published meanwhile is lost\n"
        )
    );
    bridge.signal(Signal::SIGTERM);
    assert_eq!(bridge.end().await.0.code(), Some(0));
    queue.stop().await;
}

#[tokio::test]
async fn a_bridge_with_a_wrong_path_says_what_the_servers_answer_to_it() {
    let pubsub = wire::pubsub(pubsub::Options::default());
    let queue = wire::simplequeue(simplequeue::Options::default());
    let destination = format!("--destination-get-url={}", queue.url("/store?data=%s"));
    let source = format!("--pubsub-url={}", pubsub.url("/feed"));
    let mut bridge = Started::new(PS_TO_HTTP, &[&destination, &source]);
    assert_eq!(
        bridge.complaint().await,
        format!(
            "ps_to_http: no subscription to the pubsub at {}: it answered 404 Not Found to /feed; will keep trying\n",
            pubsub.address
        )
    );
    bridge.signal(Signal::SIGTERM);
    assert_eq!(bridge.end().await.0.code(), Some(0));

    let source = format!("--pubsub-url={}", pubsub.url("/sub"));
    let mut bridge = Started::new(PS_TO_HTTP, &[&destination, &source]);
    wire::until("it subscribes", || pubsub.handle.stats().current_connections == 1).await;
    pubsub.handle.publish(Bytes::from("1"));
    let complaint = bridge.complaint().await;
    let expected = format!(
        "ps_to_http: cannot deliver to {}, will keep trying: it answered 404 Not Found to 1 message(s): there is no /store here",
        queue.address
    );
    assert!(complaint.starts_with(&expected), "{complaint}");
    bridge.signal(Signal::SIGTERM);
    let (status, _, errors) = bridge.end().await;
    assert_eq!(
        (status.code(), errors.as_str()),
        (
            Some(1),
            "ps_to_http: 1 of the messages that were read could not be delivered within 5 s of the end, and are lost\n"
        )
    );
    pubsub.stop().await;
    queue.stop().await;
}

#[tokio::test]
async fn a_bridge_names_the_message_that_no_url_can_hold_and_goes_on() {
    let pubsub = wire::pubsub(pubsub::Options::default());
    let queue = wire::simplequeue(simplequeue::Options::default());
    // Not the plain `/put?data=%s`, for which a queue is given a long message as a body.
    let destination = format!("--destination-get-url={}", queue.url("/put?by=bridge&data=%s"));
    let source = format!("--pubsub-url={}", pubsub.url("/sub?multipart=0"));
    let mut bridge = Started::new(PS_TO_HTTP, &[&destination, &source]);
    wire::until("it subscribes", || pubsub.handle.stats().current_connections == 1).await;
    pubsub
        .handle
        .publish(Bytes::from(format!("{}\nshort", "x".repeat(70_000))));
    assert_eq!(
        bridge.complaint().await,
        format!(
            "ps_to_http: left out a message for {}: its URL would have {} bytes, more than servers take; use \
             --destination-post-url\n",
            queue.address,
            70_000 + "/put?by=bridge&data=".len()
        )
    );
    wire::until("the next one arrives", || queue.handle.depth() == 1).await;
    assert_eq!(queue.ask("GET /dump", b"").await.text(), "short\n");
    bridge.signal(Signal::SIGTERM);
    assert_eq!(bridge.end().await.0.code(), Some(0));
    pubsub.stop().await;
    queue.stop().await;
}

#[tokio::test]
async fn a_bridge_says_that_silence_ended_it() {
    let pubsub = wire::pubsub(pubsub::Options::default());
    let source = format!("--pubsub-url={}", pubsub.url("/sub?multipart=0"));
    let destination = "--destination-get-url=http://127.0.0.1:1/put?data=%s";
    let bridge = Started::new(PS_TO_HTTP, &[destination, &source, "--max-silence=1"]);
    let (status, _, errors) = bridge.end().await;
    assert_eq!(
        (status.code(), errors.as_str()),
        (Some(0), "ps_to_http: no message for 1 s, ending\n")
    );
    pubsub.stop().await;
}

/// A pubsub of another make: its stream is in parts, and the second has no length.
#[tokio::test]
async fn a_bridge_says_what_is_wrong_with_a_stream_that_it_cannot_read() {
    let listener = wire::free_listener();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") && stream.read_buf(&mut head).await.unwrap() > 0 {}
        let answer = "HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
                      --b\r\nContent-Type: text/plain\r\n\r\nx";
        stream.write_all(answer.as_bytes()).await.unwrap();
        // Open until the bridge has hung up.
        while stream.read_buf(&mut head).await.unwrap_or(0) > 0 {}
    });
    let source = format!("--pubsub-url=http://{address}/sub");
    let destination = "--destination-get-url=http://127.0.0.1:1/put?data=%s";
    let mut bridge = Started::new(PS_TO_HTTP, &[destination, &source]);
    let complaint = bridge.complaint().await;
    assert!(
        complaint.starts_with(&format!(
            "ps_to_http: lost the pubsub at {address}: a part has no usable content-length; its head is "
        )) && complaint.contains("text/plain"),
        "{complaint}"
    );
    bridge.signal(Signal::SIGTERM);
    assert_eq!(bridge.end().await.0.code(), Some(0));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_overflow_log_on_a_full_disk_is_complained_of_once() {
    let mut queue = Started::new(
        SIMPLEQUEUE,
        &["--port=0", "--max-depth=1", "--overflow-log=/dev/full"],
    );
    let (_, address) = queue.start().await;
    for message in [b"a", b"b", b"c"] {
        assert_eq!(ask(address, "POST /put", message).await.status, 200);
    }
    queue.signal(Signal::SIGTERM);
    let (status, _, errors) = queue.end().await;
    assert_eq!(status.code(), Some(0));
    let complaints: Vec<&str> = errors
        .lines()
        .filter(|line| line.starts_with("simplequeue: "))
        .collect();
    assert_eq!(
        complaints,
        [
            "simplequeue: cannot write to the overflow log /dev/full, messages that belong in it are lost until this is \
             mended: No space left on device (os error 28)"
        ],
        "{errors}"
    );
}

#[tokio::test]
async fn an_overflow_log_that_cannot_be_opened_anew_stays_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = (folder.path().join("before"), folder.path().join("after"));
    std::fs::create_dir(&before).unwrap();
    let path = before.join("overflow.log");
    let option = format!("--overflow-log={}", path.display());
    let mut queue = Started::new(SIMPLEQUEUE, &["--port=0", "--max-depth=1", &option]);
    let (_, address) = queue.start().await;
    std::fs::rename(&before, &after).unwrap();
    queue.signal(Signal::SIGHUP);
    let complaint = loop {
        let line = queue.complaint().await;
        if line.starts_with("simplequeue: ") {
            break line;
        }
    };
    assert!(
        complaint.starts_with(&format!(
            "simplequeue: cannot open the overflow log {}: No such file or directory",
            path.display()
        )) && complaint.ends_with("; the file that was open stays in use\n"),
        "{complaint}"
    );
    ask(address, "POST /mput", b"a\nb").await;
    queue.signal(Signal::SIGTERM);
    assert_eq!(queue.end().await.0.code(), Some(0));
    assert_eq!(
        std::fs::read_to_string(after.join("overflow.log")).unwrap(),
        "a\nb\n"
    );
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
