//! The Rust client library, against a real queue.

use std::cell::RefCell;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use simplehttp_reader::{Envelope, Reader, RequeueWithoutBackoff, Stopper};

use super::commands::student::wait_for;

/// So long that a test which waits for it has failed.
const FOREVER: Duration = Duration::from_secs(1000);

/// A running `simplequeue`.
struct Queue {
    child: Child,
    address: String,
}

impl Queue {
    fn start() -> Self {
        Self::on(0)
    }

    fn on(port: u16) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_simplequeue"))
            .arg(format!("--port={port}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let place = lines.find_map(|line| Some(line.unwrap().strip_prefix("listening on ")?.to_owned()));
        let address = format!("http://{}", place.expect("it ended before it listened"));
        Self { child, address }
    }

    fn ask(&self, what: &str, body: Option<&str>) -> String {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--fail"]);
        if body.is_some() {
            curl.args(["--data-binary", "@-"]);
        }
        curl.arg(format!("{}{what}", self.address));
        let mut curl = curl.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        curl.stdin
            .take()
            .unwrap()
            .write_all(body.unwrap_or_default().as_bytes())
            .unwrap();
        let output = curl.wait_with_output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    }

    fn put(&self, messages: &[&str]) {
        self.ask("/mput", Some(&messages.join("\n")));
    }

    /// What is in the queue; nothing is taken.
    fn dump(&self) -> Vec<String> {
        self.ask("/dump", None).lines().map(str::to_owned).collect()
    }

    fn parsed(&self) -> Vec<Value> {
        self.dump()
            .iter()
            .map(|message| serde_json::from_str(message).unwrap())
            .collect()
    }

    fn reader<'a>(&self, stopper: &Stopper) -> Reader<'a> {
        Reader::new(&self.address)
            .stopper(stopper)
            .sleeptime_queue_empty(Duration::from_millis(5))
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn now() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs_f64()
}

#[test]
fn every_message_comes_once_and_in_order() {
    for items in [0, 1, 7, 100] {
        let (queue, stopper) = (Queue::start(), Stopper::new().unwrap());
        let messages: Vec<String> = (0..50).map(|n| json!({"n": n}).to_string()).collect();
        queue.put(&messages.iter().map(String::as_str).collect::<Vec<_>>());
        let mut seen = Vec::new();
        let task = |data: &Value| {
            seen.push(data["n"].as_i64().unwrap());
            if seen.len() == 50 {
                stopper.stop();
            }
            Ok(())
        };
        queue
            .reader(&stopper)
            .task("see", task)
            .mget_items(items)
            .run()
            .unwrap();
        assert_eq!(seen, (0..50).collect::<Vec<_>>(), "mget_items({items})");
        assert_eq!(queue.dump(), [""; 0]);
    }
}

#[test]
fn junk_stops_nothing_and_is_not_put_back() {
    let (queue, stopper) = (Queue::start(), Stopper::new().unwrap());
    queue.put(&["hello", "17", "{}", "[1]", "{\"n\": NaN}", "{\"n\": 1}"]);
    let mut seen = Vec::new();
    let task = |data: &Value| {
        seen.push(data.clone());
        stopper.stop();
        Ok(())
    };
    queue
        .reader(&stopper)
        .task("see", task)
        .mget_items(3)
        .run()
        .unwrap();
    assert_eq!(seen, [json!({"n": 1})]);
    assert_eq!(queue.dump(), [""; 0]);
}

#[test]
fn only_the_task_that_failed_is_left_and_it_waits_longer_each_time() {
    for (tries, wait) in [(0, 90.0), (2, 270.0)] {
        let (queue, stopper) = (Queue::start(), Stopper::new().unwrap());
        // More digits than a number in memory holds.
        let data = r#"{"n": 0.1234567890123456789012345}"#;
        match tries {
            0 => queue.put(&[data]),
            tries => queue.put(&[&format!(
                r#"{{"data": {data}, "tries": {tries}, "retry_on": 5, "started": 1700000000}}"#
            )]),
        }
        let before = now();
        queue
            .reader(&stopper)
            .task("good", |_| Ok(()))
            .task("bad", |_| {
                stopper.stop();
                Err("not today".into())
            })
            .run()
            .unwrap();
        let dump = queue.dump();
        assert!(dump[0].contains(data), "{dump:?}");
        let envelope = &queue.parsed()[0];
        assert_eq!(envelope["tries"], tries + 1);
        assert_eq!(envelope["tasks_left"], json!(["bad"]));
        let retry_on = envelope["retry_on"].as_f64().unwrap();
        assert!((before + wait..now() + wait).contains(&retry_on), "{envelope}");
        if tries > 0 {
            assert_eq!(envelope["started"], 1_700_000_000);
        }
    }
}

#[test]
fn a_message_that_failed_comes_back_to_the_task_that_failed() {
    let (queue, stopper) = (Queue::start(), Stopper::new().unwrap());
    queue.put(&["{\"n\": 1}"]);
    let calls = RefCell::new(Vec::new());
    let reader = queue.reader(&stopper).requeue_delay(Duration::from_millis(20));
    reader
        .sleeptime_requeue(Duration::from_millis(5))
        .task("good", |_| {
            calls.borrow_mut().push("good");
            Ok(())
        })
        .task("shaky", |data| {
            assert_eq!(data, &json!({"n": 1}));
            calls.borrow_mut().push("shaky");
            match calls.borrow().len() {
                2 => Err("an error".into()),
                3 => panic!("a panic is a failure too"),
                _ => {
                    stopper.stop();
                    Ok(())
                }
            }
        })
        .run()
        .unwrap();
    assert_eq!(calls.into_inner(), ["good", "shaky", "shaky", "shaky"]);
    assert_eq!(queue.dump(), [""; 0]);
}

#[test]
fn after_max_tries_a_message_is_given_up() {
    let (queue, stopper) = (Queue::start(), Stopper::new().unwrap());
    queue.put(&["{\"n\": 1}"]);
    let (mut tries, mut given_up) = (0, Vec::<Envelope>::new());
    queue
        .reader(&stopper)
        .max_tries(3)
        .requeue_delay(Duration::ZERO)
        .task("bad", |_| {
            tries += 1;
            Err("never".into())
        })
        .giveup(|envelope| {
            given_up.push(envelope.clone());
            stopper.stop();
        })
        .run()
        .unwrap();
    assert_eq!(tries, 3);
    assert_eq!(
        (given_up.len(), &given_up[0].data, given_up[0].tries),
        (1, &json!({"n": 1}), 3)
    );
    assert_eq!(given_up[0].tasks_left, ["bad"]);
    assert!((now() - given_up[0].started).abs() < 120.0);
    assert_eq!(queue.dump(), [""; 0]);
}

#[test]
fn requeue_without_backoff_is_due_at_once() {
    let (queue, stopper) = (Queue::start(), Stopper::new().unwrap());
    queue.put(&["{\"n\": 1}"]);
    let task = |_: &Value| {
        stopper.stop();
        Err(RequeueWithoutBackoff.into())
    };
    queue.reader(&stopper).task("later", task).run().unwrap();
    let envelope = &queue.parsed()[0];
    assert_eq!(
        (&envelope["retry_on"], &envelope["tries"]),
        (&Value::Null, &json!(1))
    );
}

#[test]
fn preprocess_and_validate_decide_what_the_tasks_get() {
    let (queue, stopper) = (Queue::start(), Stopper::new().unwrap());
    queue.put(&["{\"n\": 1}", "{\"n\": 2}", "{\"n\": 3}", "{\"n\": 4}"]);
    let mut seen = Vec::new();
    queue
        .reader(&stopper)
        .preprocess(|data| (data["n"] != 1).then(|| json!(data["n"].as_i64().unwrap() * 10)))
        .validate(|ten| *ten != 20)
        .task("see", |ten| {
            seen.push(ten.as_i64().unwrap());
            if seen.len() == 2 {
                stopper.stop();
            }
            Ok(())
        })
        .run()
        .unwrap();
    assert_eq!(seen, [30, 40]);
    assert_eq!(queue.dump(), [""; 0]);
}

#[test]
fn what_is_not_due_goes_back_untouched_and_holds_nothing_up() {
    for items in [0, 10] {
        let (queue, stopper) = (Queue::start(), Stopper::new().unwrap());
        let later = format!(
            r#"{{"data":  {{"n": 0}}, "tries": 1, "retry_on": {}, "started": 1700000000}}"#,
            now() + 1000.0
        );
        queue.put(&[&later, "{\"n\": 1}"]);
        let task = |data: &Value| {
            assert_eq!(data["n"], 1);
            stopper.stop();
            Ok(())
        };
        let reader = queue.reader(&stopper).sleeptime_requeue(FOREVER);
        reader.mget_items(items).task("see", task).run().unwrap();
        assert_eq!(queue.dump(), [later], "mget_items({items})");
    }
}

#[test]
fn python_and_rust_understand_what_the_other_puts_back() {
    let (queue, stopper) = (Queue::start(), Stopper::new().unwrap());
    queue.put(&["{\"n\": 0.5}"]);
    let python = |tasks: &str| {
        let program = format!(
            "from pysimplehttp.BaseReader import BaseReader\ndef t(d):\n  reader.stop()\n  return d != {{'n': 0.5}}\n\
             reader = BaseReader('{}', {tasks}, requeue_delay=0)\nreader.run()",
            queue.address
        );
        let status = Command::new("python3")
            .args(["-c", &program])
            .env(
                "PYTHONPATH",
                concat!(env!("CARGO_MANIFEST_DIR"), "/clients/python"),
            )
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .status();
        assert!(status.unwrap().success());
    };
    python("{'t': t, 'u': lambda d: True}");
    let task = |data: &Value| {
        assert_eq!(data, &json!({"n": 0.5}));
        stopper.stop();
        Err("once more".into())
    };
    let reader = queue.reader(&stopper).requeue_delay(Duration::ZERO);
    let not_left = |_: &Value| -> Result<(), _> { panic!("Python has done it") };
    reader.task("u", not_left).task("t", task).run().unwrap();
    python("{'t': t}");
    let envelope = &queue.parsed()[0];
    assert_eq!(
        (&envelope["data"], &envelope["tries"]),
        (&json!({"n": 0.5}), &json!(3))
    );
    assert_eq!(envelope["tasks_left"], json!(["t"]));
}

#[test]
fn a_queue_that_comes_back_is_read_again() {
    let first = Queue::start();
    let port: u16 = first.address.rsplit(':').next().unwrap().parse().unwrap();
    let stopper = Stopper::new().unwrap();
    first.put(&["{\"n\": 0}"]);
    let (mut first, mut second, mut seen) = (Some(first), None, Vec::new());
    let reader = first.as_ref().unwrap().reader(&stopper);
    reader
        .sleeptime_failed_queue(Duration::from_millis(5))
        .task("see", |data| {
            seen.push(data["n"].as_i64().unwrap());
            first.take();
            if second.is_none() {
                let queue = Queue::on(port);
                queue.put(&["{\"n\": 1}"]);
                second = Some(queue);
            } else {
                stopper.stop();
            }
            Ok(())
        })
        .run()
        .unwrap();
    assert_eq!(seen, [0, 1]);
}

#[test]
fn what_makes_no_sense_is_refused_at_once() {
    let reader = || Reader::new("http://127.0.0.1:1").task("t", |_| Ok(()));
    for (reader, part) in [
        (
            Reader::new("http://127.0.0.1:1"),
            "task must be called at least once",
        ),
        (Reader::new("https://x").task("t", |_| Ok(())), "http:// only"),
        (reader().max_tries(0), "max_tries must be 1 or more"),
        (
            reader().mget_items(100_001),
            "mget_items must be from 0 to 100000",
        ),
        (reader().timeout(Duration::ZERO), "timeout must be more than 0"),
        (
            reader().requeue_delay(Duration::MAX),
            "requeue_delay must be a million seconds",
        ),
    ] {
        let error = reader.run().expect_err(part);
        assert!(
            error.to_string().contains(part) && format!("{error:?}").contains(part),
            "{error}"
        );
    }
}

/// What the reader below reads, and how much of it at once.
const QUEUE: &str = "WORKSHOP_TEST_QUEUE";
const ITEMS: &str = "WORKSHOP_TEST_ITEMS";

#[test]
#[ignore = "the tests below run it in a process of its own, where it can be sent signals"]
fn a_reader_by_itself() {
    let [queue, items] =
        [QUEUE, ITEMS].map(|name| std::env::var(name).expect("only the tests below run this"));
    let stopper = Stopper::new().unwrap();
    let ended = Reader::new(queue)
        .stopper(&stopper)
        .mget_items(items.parse().unwrap())
        .sleeptime_queue_empty(FOREVER)
        .task("print", |data| {
            println!("\n{data}");
            if data["wait"] == true {
                let mut told = String::new();
                std::io::stdin().read_line(&mut told)?;
                // A signal that was sent has not come yet: another thread than this one may get it.
                while told == "signalled\n" && !stopper.is_requested() {
                    std::thread::yield_now();
                }
                println!("\n{data}");
            }
            Ok(())
        })
        .run();
    eprintln!("ended: {ended:?}");
    std::process::exit(if ended.is_ok() { 0 } else { 7 });
}

struct ByItself {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl ByItself {
    fn start(queue: &Queue, items: u32) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "rust_client::a_reader_by_itself",
                "--ignored",
                "--nocapture",
            ])
            .env(QUEUE, &queue.address)
            .env(ITEMS, items.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next line that a task has printed.
    fn line(&mut self) -> Value {
        let mut lines = self.lines.by_ref().map(Result::unwrap);
        let line = lines
            .find(|line| line.starts_with('{'))
            .expect("it printed no more");
        serde_json::from_str(&line).unwrap()
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().try_into().unwrap()), signal).unwrap();
    }

    /// Waits for its end: its exit status, none where a signal ended it, and its standard error.
    fn end(mut self) -> (Option<i32>, String) {
        let status = wait_for("the reader to end", || self.child.try_wait().unwrap());
        let mut said = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        (status.code(), said)
    }
}

const HELD: [&str; 3] = ["{\"n\":  1, \"wait\": true}", "{\"n\":  2}", "{\"n\":  3}"];

#[test]
fn a_signal_lets_the_message_in_hand_be_finished_and_the_rest_go_back() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let queue = Queue::start();
        queue.put(&HELD);
        let mut reader = ByItself::start(&queue, 10);
        assert_eq!(reader.line()["n"], 1);
        reader.signal(signal);
        reader
            .child
            .stdin
            .take()
            .unwrap()
            .write_all(b"signalled\n")
            .unwrap();
        assert_eq!(reader.line()["n"], 1, "it is finished");
        let (status, said) = reader.end();
        assert_eq!(status, Some(0), "{said}");
        assert_eq!(queue.dump(), HELD[1..], "{said}");
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let queue = Queue::start();
    queue.put(&HELD);
    let mut reader = ByItself::start(&queue, 10);
    assert_eq!(reader.line()["n"], 1);
    reader.signal(Signal::SIGINT);
    // Sent until it is gone: two that come together are one.
    let begun = Instant::now();
    while reader.child.try_wait().unwrap().is_none() {
        reader.signal(Signal::SIGINT);
        assert!(begun.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(reader.end().0, None);
}

#[test]
fn a_signal_ends_a_pause() {
    let queue = Queue::start();
    queue.put(&["{\"n\": 1}"]);
    let mut reader = ByItself::start(&queue, 0);
    assert_eq!(reader.line()["n"], 1);
    // It found the queue empty, and sleeps.
    wait_for("a second get", || {
        queue.ask("/stats", None).contains("gets:2").then_some(())
    });
    reader.signal(Signal::SIGTERM);
    let (status, said) = reader.end();
    assert_eq!(status, Some(0), "{said}");
}

#[test]
fn where_nobody_reads_what_is_not_done_goes_back_unchanged() {
    let queue = Queue::start();
    queue.put(&HELD);
    let mut reader = ByItself::start(&queue, 10);
    assert_eq!(reader.line()["n"], 1);
    let ByItself { mut child, lines } = reader;
    drop(lines);
    child.stdin.take().unwrap().write_all(b"\n").unwrap();
    let status = wait_for("the reader to end", || child.try_wait().unwrap());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(status.code(), Some(7), "{said}");
    assert!(said.contains("nobody reads standard output any more"), "{said}");
    assert_eq!(queue.dump(), HELD, "{said}");
}
