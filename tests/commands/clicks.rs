//! Clicks, from where they are published to the graph in Redis: the whole chain, and a capture in place of the stream.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use workshop::services::redis::{Port, Server};

use super::chain::{Chain, Process};
use super::packages::python_with;
use super::student::{Student, command_of, solution, text, wait_for};
use crate::redis::{ask, connect, guard, installation};
use crate::sources::clicks::real_clicks;

const SECTION: &str = "05-click-graph";

/// As many readers as share the queue.
const READERS: usize = 4;

/// Edges with their weights.
type Edges = BTreeMap<(String, String), u64>;

/// The graph of a file of clicks, by a few lines of Python that know nothing of ours.
const FIVE_LINES: &str = r#"
import collections, json, sys
clicks = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
edges = collections.Counter((c["r"], c["u"]) for c in clicks if c.get("r") and c.get("u"))
json.dump([[r, u, n] for (r, u), n in edges.items()], sys.stdout)
"#;

fn five_lines(file: &Path) -> Edges {
    let output = Command::new("python3")
        .args(["-c", FIVE_LINES])
        .arg(file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let edges: Vec<(String, String, u64)> = serde_json::from_slice(&output.stdout).unwrap();
    edges
        .into_iter()
        .map(|(from, to, weight)| ((from, to), weight))
        .collect()
}

/// The zsets in Redis, asked for one by one.
fn in_redis(url: &str) -> Edges {
    let mut connection = connect(url);
    let keys: Vec<String> = ask(&mut connection, &["KEYS", "*"]).unwrap();
    let mut edges = Edges::new();
    for from in keys {
        let members: Vec<(String, u64)> =
            ask(&mut connection, &["ZRANGE", &from, "0", "-1", "WITHSCORES"]).unwrap();
        edges.extend(
            members
                .into_iter()
                .map(|(to, weight)| ((from.clone(), to), weight)),
        );
    }
    edges
}

/// Publishes the clicks in `file`, which go through a pubsub, a bridge, a queue and four readers into a Redis; returns
/// the graph that stands there then.
async fn through_the_chain(student: &Student, file: &Path) -> Edges {
    let redis = Server::start(&installation().await, Port::Free, &guard())
        .await
        .unwrap();
    let url = format!("redis://{}/1", redis.address());
    let mut chain = Chain::new();
    chain.bridge();
    let python = python_with(&starter().join("../requirements.txt")).join("python3");
    let [_, program] = command_of(&solution(SECTION, "python").join("reader.py"));
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/python");
    let _readers: Vec<Process> = (0..READERS)
        .map(|_| {
            Process::start(
                Command::new(&python)
                    .arg(&program)
                    .env("PYTHONPATH", &client)
                    .env("SIMPLEQUEUE_URL", &chain.queue)
                    .env("REDIS_URL", &url),
            )
        })
        .collect();

    // No faster than a bridge that puts one message at a time can follow on a busy machine.
    let path = file.to_str().unwrap();
    let published = student.says(["publish", path, "--rate", "500", "--to", &chain.pubsub]);
    assert!(published.starts_with("Published 1,000 messages "), "{published}");
    let wanted: u64 = five_lines(file).values().sum();
    // A wrong graph of the right weight is told from the true one below; more than the weight is never waited away.
    wait_for("all clicks to be counted", || {
        (in_redis(&url).values().sum::<u64>() >= wanted).then_some(())
    });
    let edges = in_redis(&url);
    redis.stop().await;
    edges
}

fn starter() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons/05-click-graph/starter/python")
}

#[tokio::test(flavor = "multi_thread")]
async fn synthetic_clicks_come_through_the_chain_as_the_graph_that_they_are() {
    let student = Student::new();
    let chain = Chain::new();
    student.says([
        "publish",
        "clicks",
        "--seed",
        "7",
        "--limit",
        "1000",
        "--pace",
        "fastest",
        "--to",
        &chain.queue,
    ]);
    let file = student.folder().join("clicks.jsonl");
    fs::write(&file, chain.dump()).unwrap();
    let expected = five_lines(&file);
    assert!(expected.len() > 200, "{} edges", expected.len());
    assert_eq!(through_the_chain(&student, &file).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn real_clicks_come_through_the_chain_as_the_graph_that_they_are() {
    let Some(file) = real_clicks() else { return };
    assert_eq!(through_the_chain(&Student::new(), &file).await, five_lines(&file));
}

/// A student who can start section 5 without a Python of the workspace's own being made.
fn student_of_section_5() -> Student {
    let student = Student::new();
    let root = student.workspace();
    for folder in [".workshop", ".venv/bin", SECTION] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    fs::write(root.join(SECTION).join("requirements.txt"), "").unwrap();
    fs::write(root.join(".venv/bin/python3"), "").unwrap();
    let record = r#"{"made": true, "finished": true, "installed": [""]}"#;
    fs::write(root.join(".workshop/python.json"), record).unwrap();
    student
}

/// What has come into the queue of the live workshop, once it is at least `count` messages.
fn queue_of(student: &Student, count: usize) -> Vec<String> {
    let chain = Chain::live(student);
    wait_for("the messages to come", || {
        let lines: Vec<String> = chain.dump().lines().map(str::to_owned).collect();
        (lines.len() >= count).then_some(lines)
    })
}

const CAPTURE: [&str; 3] = [
    r#"{"t": 1331923247, "r": "direct", "u": "http:\/\/a.gov\/caf\u00e9"}"#,
    r#"{ "_heartbeat_": 1331923247 }"#,
    r#"{"t": 1331923247.02, "r": "http:\/\/b.gov\/?a=1&b=%20", "u": "http:\/\/ä.gov\/"}"#,
];

/// Whether `lines` are those of the capture, again and again.
fn assert_again_and_again(lines: &[String]) {
    for (line, expected) in lines.iter().zip(CAPTURE.iter().cycle()) {
        assert_eq!(line, expected, "of {lines:#?}");
    }
}

#[test]
fn a_capture_is_replayed_in_place_of_the_stream_again_and_again() {
    let student = student_of_section_5();
    let plain = student.folder().join("hour.jsonl");
    fs::write(&plain, CAPTURE.join("\n")).unwrap();
    let start = |file: &str, more: &[&str]| {
        student.says(["start", "5", "--replay", file].iter().chain(more));
    };
    // At its own pace: a round takes 0.02 s by its times.
    start("hour.jsonl", &[]);
    assert_again_and_again(&queue_of(&student, 2 * CAPTURE.len() + 1));
    let status = student.says(["status"]);
    let row = status.lines().find(|line| line.starts_with("stream")).unwrap();
    assert!(row.contains("at the recorded pace"), "{status}");
    assert!(row.contains("replaying hour.jsonl"), "{status}");

    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(CAPTURE.join("\n").as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    fs::write(student.folder().join("hour.gz"), &packed).unwrap();
    start("hour.gz", &["--rate", "300"]);
    assert_again_and_again(&queue_of(&student, 10));

    let mut child = student
        .command(["start", "5", "--replay", "-", "--rate", "300"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&packed).unwrap();
    assert!(child.wait().unwrap().success());
    assert_again_and_again(&queue_of(&student, 10));

    // And what the live workshop's Redis holds is the graph that is shown.
    let url = student.live()["redis"]["url"].as_str().unwrap().to_owned();
    ask::<()>(&mut connect(&url), &["ZADD", "direct", "830", "http://a.gov/"]).unwrap();
    let json: serde_json::Value = serde_json::from_str(&student.says(["graph", "--format", "json"])).unwrap();
    assert_eq!(json["links"][0]["weight"], 830.0);
}

#[test]
fn what_cannot_be_replayed_is_said_before_anything_is_started() {
    let student = student_of_section_5();
    fs::write(student.folder().join("empty.jsonl"), "\n").unwrap();
    for (file, sentence) in [
        ("nothing.jsonl", "cannot open nothing.jsonl: No such file"),
        ("empty.jsonl", "there is no message in "),
    ] {
        let output = student.workshop(["start", "5", "--replay", file]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(sentence), "{said}");
        assert!(!student.workspace().join(".workshop/live.json").exists());
    }
}
