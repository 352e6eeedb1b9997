//! Programs that give Redis an administrator's commands, under a real `workshop check`: what came of it is told, and it
//! reaches no server but that of the check.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use workshop::services::redis::{Port, Server};

use super::own_redis::{dump, fill};
use super::redis::count_as_having_packages;
use super::student::{Student, claim, flat, processes_mentioning};
use crate::redis::{guard, installation};

/// Counts as it should, and gives Redis the command of its arguments after the first message.
const PROGRAM: &str = r#"
import os, sys
import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"])
command = sys.argv[1:]

def count(data):
    db.hincrby(f"histogram:{data['distribution']}", data["number"], 1)
    db.incr("messages")
    if command:
        told, command[:] = command[:], []
        db.execute_command(*told)
    return True

BaseReader(os.environ["SIMPLEQUEUE_URL"], {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
"#;

/// A command, the verdict on `one-reader`, and what its explanation has in it.
const ROWS: &[(&[&str], &str, &[&str])] = &[
    (
        &["FLUSHALL"],
        "fail",
        &["spoke to the server as a whole", "reader 1: FLUSHALL"],
    ),
    (
        &["CONFIG", "SET", "maxmemory", "1"],
        "fail",
        &["reader 1: CONFIG SET maxmemory 1", "OutOfMemoryError"],
    ),
    // These two are refused.
    (
        &["CONFIG", "SET", "dir", "/"],
        "fail",
        &["can't set protected config"],
    ),
    (&["DEBUG", "SLEEP", "60"], "fail", &["DEBUG command not allowed"]),
    (
        &["SHUTDOWN", "NOSAVE"],
        "could-not-tell",
        &["Redis of this experiment ended", "reader 1: SHUTDOWN NOSAVE"],
    ),
    (
        &["CLIENT", "PAUSE", "600000"],
        "fail",
        &["reader 1: CLIENT PAUSE 600000", "got no further for 10 s"],
    ),
    // The arena's own connection is one of those.
    (&["CLIENT", "KILL", "TYPE", "normal"], "pass", &[]),
    (
        &["EVAL", "while true do end", "0"],
        "fail",
        &["Redis never answered", "reader 1: EVAL \"while true do end\" 0"],
    ),
];

/// What is wrong with what came of a row.
fn complaint((command, verdict, words): &(&[&str], &str, &[&str])) -> Option<String> {
    let student = Student::with_packages_of("04-shared-state");
    let path = student.folder().join("reader.py");
    std::fs::write(&path, PROGRAM).unwrap();
    let program = ["4", "--", "python3", path.to_str().unwrap()];
    let (report, _) = student.check(program.iter().chain(*command));
    let left = processes_mentioning(student.folder());
    if !left.is_empty() {
        return Some(format!("processes {left:?} are left"));
    }
    let claim = claim(&report, "one-reader").unwrap();
    let said = flat(claim["explanation"].as_str().unwrap_or_default());
    let missing: Vec<&&str> = words.iter().filter(|words| !said.contains(**words)).collect();
    let as_expected = claim["verdict"] == *verdict && missing.is_empty();
    (!as_expected).then(|| format!("without {missing:?}: {claim:#}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_of_it_is_told_and_no_other_server_is_touched() {
    let theirs = Server::start(&installation().await, Port::Free, &guard())
        .await
        .unwrap();
    let theirs = theirs.address().to_string();
    let student = Student::started("1");
    count_as_having_packages(&student);
    student.says(["start", "4"]);
    let live = student.live()["redis"]["url"].as_str().unwrap().to_owned();
    let live = live.trim_start_matches("redis://").trim_end_matches("/1");
    let servers = [theirs.as_str(), live];
    servers.iter().for_each(|server| fill(server));
    let before = servers.map(dump);

    let (next, complaints) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while let Some(row) = ROWS.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(complaint) = complaint(row) {
                        complaints
                            .lock()
                            .unwrap()
                            .push(format!("{:?}, {complaint}", row.0));
                    }
                }
            });
        }
    });
    let complaints = complaints.into_inner().unwrap();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert_eq!(servers.map(dump), before);
    assert!(!Path::new("/dump.rdb").exists());
}
