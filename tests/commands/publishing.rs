//! `publish`: a stream to servers of the tutorial's kind.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use workshop::services::publishing::{Destination, Publisher};

use super::student::{Student, text, wait_for};

/// One of the tutorial's servers, in a process of its own; killed at the end.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn queue() -> Server {
        Server::start(env!("CARGO_BIN_EXE_simplequeue"), 0)
    }

    fn pubsub() -> Server {
        Server::start(env!("CARGO_BIN_EXE_pubsub"), 0)
    }

    fn start(program: &str, port: u16) -> Server {
        let mut child = Command::new(program)
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let address = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .find_map(|line| line.unwrap().strip_prefix("listening on ").map(str::to_owned))
            .expect("the server says where it listens");
        Server {
            child,
            url: format!("http://{address}"),
        }
    }

    fn get(&self, path: &str) -> String {
        let output = Command::new("curl")
            .args(["-sS", "--max-time", "20", &format!("{}{path}", self.url)])
            .output()
            .unwrap();
        assert!(output.status.success(), "{path}: {}", text(&output.stderr));
        text(&output.stdout)
    }

    fn stats(&self) -> Value {
        serde_json::from_str(&self.get("/stats?format=json")).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn file(student: &Student, name: &str, contents: &[u8]) -> PathBuf {
    let path = student.folder().join(name);
    std::fs::write(&path, contents).unwrap();
    path
}

fn compressed(contents: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(contents).unwrap();
    encoder.finish().unwrap()
}

const CAPTURE: &str =
    "{\"t\": 1, \"u\": \"http:\\/\\/a\"}\n{\"_heartbeat_\": 2}\r\n\n{\"u\": \"é\"}\nnot JSON & 100% +";
const MESSAGES: &str =
    "{\"t\": 1, \"u\": \"http:\\/\\/a\"}\n{\"_heartbeat_\": 2}\n{\"u\": \"é\"}\nnot JSON & 100% +\n";

#[test]
fn a_capture_arrives_as_it_is_whatever_it_comes_from() {
    let student = Student::new();
    let plain = file(&student, "hour.jsonl", CAPTURE.as_bytes());
    let packed = file(&student, "hour.gz", &compressed(CAPTURE.as_bytes()));
    for path in [&plain, &packed] {
        // A path is used as it is, and a server alone is asked what it is.
        for place in ["", "/", "/put", "/mput"] {
            let queue = Server::queue();
            let to = format!("{}{place}", queue.url);
            let said = student.says([
                "publish",
                path.to_str().unwrap(),
                "--pace",
                "fastest",
                "--to",
                &to,
            ]);
            assert!(
                said.starts_with("Published 4 messages to http://127.0.0.1:"),
                "{said}"
            );
            assert_eq!(queue.get("/dump"), MESSAGES, "{to}");
        }
    }
    let queue = Server::queue();
    let mut child = student
        .command(["publish", "-", "--rate", "1000", "--to", &queue.url])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(&compressed(CAPTURE.as_bytes()))
        .unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(queue.get("/dump"), MESSAGES);
}

#[test]
fn every_destination_gets_every_message_in_order() {
    let student = Student::new();
    let (first, second, pubsub) = (Server::queue(), Server::queue(), Server::pubsub());
    let put = format!("{}/put", second.url);
    let to = ["--to", &first.url, "--to", &put, "--to", &pubsub.url];
    let said = student.says(
        ["publish", "counts", "--pace", "fastest", "--limit", "2500"]
            .iter()
            .chain(&to),
    );
    assert!(said.starts_with("Published 2,500 messages to "), "{said}");
    let expected: String = (0..2500).map(|count| format!("{count}\n")).collect();
    assert_eq!(first.get("/dump"), expected);
    assert_eq!(second.get("/dump"), expected);
    assert_eq!(pubsub.stats()["messages_received"], 2500);
}

#[test]
fn a_seed_is_a_stream_and_another_seed_another() {
    let student = Student::new();
    for stream in ["clicks", "integers", "edges"] {
        let published = |seed: &str| {
            let queue = Server::queue();
            let fixed = [
                "publish", stream, "--pace", "fastest", "--limit", "50", "--to", &queue.url,
            ];
            student.says(fixed.iter().chain(&["--seed", seed]));
            queue.get("/dump")
        };
        let one = published("1");
        assert_eq!(one.lines().count(), 50, "{one}");
        assert!(
            one.lines()
                .all(|line| serde_json::from_str::<Value>(line).is_ok()),
            "{one}"
        );
        assert_eq!(one, published("1"));
        assert_ne!(one, published("2"));
    }
    let queue = Server::queue();
    let said = student.says([
        "publish", "edges", "--limit", "1", "--rate", "100", "--to", &queue.url,
    ]);
    let seed = said.split("`--seed ").nth(1).unwrap().split('`').next().unwrap();
    student.says([
        "publish", "edges", "--limit", "1", "--rate", "100", "--to", &queue.url, "--seed", seed,
    ]);
    let dump: Vec<String> = queue.get("/dump").lines().map(str::to_owned).collect();
    assert_eq!(dump[0], dump[1], "the seed that it names gives the same stream");
}

#[test]
fn numbers_have_the_mean_and_the_variance_asked_for() {
    let student = Student::new();
    let queue = Server::queue();
    let moments = ["--mean", "-40", "--variance", "4"];
    let fixed = [
        "publish", "numbers", "--pace", "fastest", "--limit", "4000", "--seed", "9",
    ];
    student.says(fixed.iter().chain(&moments).chain(&["--to", &queue.url]));
    let numbers: Vec<f64> = queue
        .get("/dump")
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["number"]
                .as_f64()
                .unwrap()
        })
        .collect();
    let n = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / n;
    let variance = numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    // Five standard errors; that of the variance of normal numbers is the variance times sqrt(2/n).
    assert!((mean + 40.0).abs() < 5.0 * (4.0 / n).sqrt(), "{mean}");
    assert!(
        (variance - 4.0).abs() < 5.0 * 4.0 * (2.0 / n).sqrt(),
        "{variance}"
    );
}

#[test]
fn a_capture_keeps_its_own_pace_unless_told_otherwise() {
    let student = Student::new();
    let path = file(
        &student,
        "slow.jsonl",
        b"{\"t\": 100}\n{\"t\": 100.7}\n{\"t\": 100.3}\n{\"t\": 101.2}\n",
    );
    let queue = Server::queue();
    let begun = Instant::now();
    student.says(["publish", path.to_str().unwrap(), "--to", &queue.url]);
    assert!(begun.elapsed().as_secs_f64() >= 1.2, "{:?}", begun.elapsed());
    assert_eq!(queue.stats()["depth"], 4);
    // Again and again, and no faster for it: the next round begins where the last one ended.
    let begun = Instant::now();
    student.says([
        "publish",
        path.to_str().unwrap(),
        "--loop",
        "--limit",
        "8",
        "--to",
        &queue.url,
    ]);
    assert!(begun.elapsed().as_secs_f64() >= 2.4, "{:?}", begun.elapsed());
    assert_eq!(queue.stats()["depth"], 12);
}

#[test]
fn lines_that_are_too_long_are_left_out_and_named() {
    let student = Student::new();
    let mut contents = b"first\n".to_vec();
    contents.extend(vec![b'x'; 70_000]);
    contents.extend(b"\nlast\n");
    let path = file(&student, "long.jsonl", &contents);
    let queue = Server::queue();
    let said = student.says(["publish", path.to_str().unwrap(), "--to", &queue.url]);
    assert!(
        said.contains("1 line was left out, longer than 64 KiB (line 2)."),
        "{said}"
    );
    assert_eq!(queue.get("/dump"), "first\nlast\n");
}

/// Publishes counts until it is stopped.
fn publishing(student: &Student, to: &str) -> Child {
    student
        .command(["publish", "counts", "--rate", "500", "--to", to])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn stop(child: Child, signal: Signal) -> Output {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn an_interrupt_ends_it_with_the_count() {
    let student = Student::new();
    for (signal, expected) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let queue = Server::queue();
        let child = publishing(&student, &queue.url);
        wait_for("messages", || {
            (queue.stats()["puts"].as_u64()? >= 100).then_some(())
        });
        let output = stop(child, signal);
        assert_eq!(code(&output), expected, "{}", text(&output.stderr));
        let puts = queue.stats()["puts"].as_u64().unwrap();
        assert!(
            text(&output.stdout).starts_with(&format!("Published {puts} messages to ")),
            "{puts}: {}",
            text(&output.stdout)
        );
    }
}

#[test]
fn a_server_that_comes_back_gets_what_it_missed() {
    let student = Student::new();
    let queue = Server::queue();
    let (url, port) = (
        queue.url.clone(),
        queue.url.rsplit(':').next().unwrap().parse().unwrap(),
    );
    let mut child = publishing(&student, &url);
    wait_for("messages", || (queue.stats()["puts"].as_u64()? > 0).then_some(()));
    let mut errors = BufReader::new(child.stderr.take().unwrap()).lines();
    drop(queue);
    let taken = errors.next().unwrap().unwrap();
    assert!(
        taken.starts_with(&format!("{url}/mput")) && taken.contains("is tried again"),
        "{taken}"
    );
    let queue = Server::start(env!("CARGO_BIN_EXE_simplequeue"), port);
    let back = errors.next().unwrap().unwrap();
    assert!(back.ends_with("answers again"), "{back}");
    wait_for("more messages", || {
        (queue.stats()["puts"].as_u64()? > 50).then_some(())
    });
    let output = stop(child, Signal::SIGINT);
    let counts: Vec<u64> = queue
        .get("/dump")
        .lines()
        .map(|line| line.parse().unwrap())
        .collect();
    // No hole in what came after, whatever was taken before.
    assert!(counts.windows(2).all(|pair| pair[1] == pair[0] + 1), "{counts:?}");
    assert!(
        counts[0] > 0,
        "the stream goes on and does not begin again: {}",
        text(&output.stdout)
    );
}

/// On a clock of its own, which no pause holds up.
#[tokio::test]
async fn a_server_that_stays_away_is_given_up_and_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = format!("http://{}/pub", listener.local_addr().unwrap());
    let destination = Destination::find(&to).await.unwrap();
    drop(listener);
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    let gone = Publisher::new(vec![destination])
        .publish(&[Bytes::from("1")], &|_| ())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        begun.elapsed() >= Duration::from_secs(30),
        "{:?}",
        begun.elapsed()
    );
    assert!(
        gone.starts_with(&format!("{to} stayed away for 30 s: "))
            && gone.ends_with("; start it again, and publish anew"),
        "{gone}"
    );
}

/// Reads a request from `stream` up to the end of its body, which is one byte and a newline.
fn read_request(stream: &mut TcpStream) {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n0\n") {
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "{}", text(&request));
        request.push(byte[0]);
    }
}

#[test]
fn a_message_whose_answer_was_lost_is_sent_again_and_counted() {
    let student = Student::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = format!("http://{}/pub", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        // The first connection is to see whether somebody is there.
        drop(listener.accept().unwrap());
        let (mut lost, _) = listener.accept().unwrap();
        read_request(&mut lost);
        drop(lost);
        let (mut answered, _) = listener.accept().unwrap();
        read_request(&mut answered);
        answered
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
    });
    let said = student.says(["publish", "counts", "--limit", "1", "--to", &to]);
    server.join().unwrap();
    assert!(said.starts_with("Published 1 message to "), "{said}");
    assert!(said.contains("\n1 of them may have arrived twice"), "{said}");
}

#[test]
fn without_a_destination_it_goes_to_the_live_workshop() {
    let student = Student::started("1");
    let pubsub = format!("http://{}", student.live()["pubsub"].as_str().unwrap());
    let said = student.says(["publish", "edges", "--limit", "5", "--rate", "1000"]);
    assert!(
        said.starts_with(&format!("Published 5 messages to {pubsub}/pub ")),
        "{said}"
    );
}

#[test]
fn a_section_without_clicks_replays_nothing() {
    let student = Student::new();
    let path = file(&student, "hour.jsonl", CAPTURE.as_bytes());
    let output = student.workshop(["start", "3", "--replay", path.to_str().unwrap()]);
    assert_eq!(code(&output), 2);
    assert!(
        text(&output.stderr).contains("`workshop publish FILE`"),
        "{}",
        text(&output.stderr)
    );
    assert!(!Path::new(&student.workspace()).exists(), "nothing was begun");
}
