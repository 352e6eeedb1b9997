//! Programs that misbehave, under a real `workshop check`: each is bounded, its report says what is the matter, and nothing
//! of it stays.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::student::{Student, claim, flat, processes_mentioning};

/// A program that does something that no program should.
struct Row {
    section: &'static str,
    /// Its name, and its text. One ending in `.py` is run by Python, another by `sh`.
    name: &'static str,
    text: &'static str,
    /// The claim whose explanation has `words` in it, and its verdict.
    claim: &'static str,
    verdict: &'static str,
    words: &'static [&'static str],
}

const fn row(name: &'static str, text: &'static str, words: &'static [&'static str]) -> Row {
    Row {
        section: "3",
        name,
        text,
        claim: "reports",
        verdict: "fail",
        words,
    }
}

/// Children run the same script with an argument, so that they are found by its path.
const ROWS: &[Row] = &[
    row(
        "endless.sh",
        "exec yes",
        &["it printed more than 64 MiB, and was stopped"],
    ),
    row(
        "silent.sh",
        "exec sleep 600",
        &["never asked the queue", "SIMPLEQUEUE_URL", "10 s"],
    ),
    row(
        "fails.sh",
        "echo what is wrong >&2; exit 3",
        &["exit status 3", "| what is wrong"],
    ),
    row("succeeds.sh", "exit 0", &["exit status 0"]),
    row(
        "stubborn.sh",
        "trap '' TERM; while :; do sleep 0.1; done",
        &["never asked the queue"],
    ),
    row(
        "parent.sh",
        "[ $1 ] && exec sleep 600; sh $0 child & exit 0",
        &["exit status 0"],
    ),
    row(
        "daemon.py",
        "import os, sys, time\n\
         if os.fork(): os._exit(0)\n\
         os.setsid()\n\
         if os.fork(): os._exit(0)\n\
         time.sleep(600)\n",
        &["exit status 0"],
    ),
    row(
        "hungry.py",
        "kept = []\nwhile True: kept.append(b'x' * 50_000_000); print(len(kept), flush=True)\n",
        &["held more than 1 GiB of memory, and were stopped"],
    ),
    row(
        "bomb.sh",
        "[ $1 ] && exec sleep 600; i=0; while [ $i -lt 400 ]; do sh $0 child & i=$((i+1)); done; wait",
        &["had more than 250 processes, and they were stopped"],
    ),
    row(
        "sockets.py",
        "import os, socket, time, urllib.parse\n\
         address = urllib.parse.urlsplit(os.environ['SIMPLEQUEUE_URL'])\n\
         kept = []\n\
         try:\n\
         \x20   for _ in range(10_000): kept.append(socket.create_connection((address.hostname, address.port)))\n\
         except OSError: pass\n\
         time.sleep(600)\n",
        &["never asked the queue"],
    ),
    row(
        "binary.sh",
        "head -c 100000 /dev/urandom; exec sleep 600",
        &["never asked the queue"],
    ),
    row(
        "long.sh",
        "head -c 50000000 /dev/zero | tr '\\0' x; echo; exec sleep 600",
        &["never asked the queue"],
    ),
    row(
        "syntax.py",
        "import os\nfor x in :\n    pass\n",
        &["line 2", "for x in :", "SyntaxError"],
    ),
    row(
        "module.py",
        "import no_such_module\n",
        &["No module named 'no_such_module'"],
    ),
    row("reads.py", "input()\n", &["EOFError"]),
    row(
        "folder.py",
        "open('/tmp/no-such-folder/numbers.txt')\n",
        &["No such file or directory", "/tmp/no-such-folder/numbers.txt"],
    ),
    row("stopped.sh", "kill -STOP $$", &["never asked the queue"]),
    row(
        "by_hand.py",
        "import time, urllib.request\n\
         while True:\n\
         \x20   try: urllib.request.urlopen('http://127.0.0.1:1/get')\n\
         \x20   except OSError: time.sleep(0.2)\n",
        &["never asked the queue", "SIMPLEQUEUE_URL"],
    ),
    Row {
        section: "3",
        name: "keeps.py",
        text: "import os, urllib.request\n\
               kept = []\n\
               while True:\n\
               \x20   got = urllib.request.urlopen(os.environ['SIMPLEQUEUE_URL'] + '/mget?items=100').read()\n\
               \x20   kept += [b'x' * 1_000_000 for _ in got.splitlines()]\n",
        claim: "constant-memory",
        verdict: "fail",
        words: &["held more than 1 GiB of memory"],
    },
    Row {
        section: "4",
        name: "ends_redis.py",
        text: "import os, signal, socket, urllib.parse, urllib.request\n\
               address = urllib.parse.urlsplit(os.environ['REDIS_URL'])\n\
               redis = socket.create_connection((address.hostname, address.port))\n\
               redis.sendall(b'INFO server\\r\\n')\n\
               said = redis.recv(65536)\n\
               urllib.request.urlopen(os.environ['SIMPLEQUEUE_URL'] + '/get').read()\n\
               os.kill(int(said.split(b'process_id:')[1].split()[0]), signal.SIGKILL)\n\
               while True: redis.sendall(b'PING\\r\\n'); assert redis.recv(100)\n",
        claim: "one-reader",
        verdict: "could-not-tell",
        words: &["Redis of this experiment ended", "SIGKILL", "check again"],
    },
    Row {
        section: "2",
        name: "hungry.py",
        text: "kept = []\nwhile True: kept.append(b'x' * 50_000_000); print(len(kept), flush=True)\n",
        claim: "every-number",
        verdict: "fail",
        words: &["held more than 1 GiB of memory, and were stopped"],
    },
];

/// What is wrong with what came of `row`.
fn complaint(row: &Row) -> Option<String> {
    let student = Student::with_packages_of("03-online-statistics");
    let path = student.folder().join(row.name);
    std::fs::write(&path, row.text).unwrap();
    let interpreter = if row.name.ends_with(".py") {
        "python3"
    } else {
        "sh"
    };
    let (report, code) = student.check([row.section, "--", interpreter, path.to_str().unwrap()]);
    std::fs::remove_dir_all(report["run"].as_str().unwrap()).unwrap();
    let left = processes_mentioning(student.folder());
    if !left.is_empty() {
        return Some(format!("processes {left:?} are left"));
    }
    let Some(claim) = claim(&report, row.claim) else {
        return Some(format!("nothing is said of {}: {report:#}", row.claim));
    };
    let said = flat(claim["explanation"].as_str().unwrap_or_default());
    let missing: Vec<&&str> = row.words.iter().filter(|words| !said.contains(**words)).collect();
    let expected_code = if row.verdict == "fail" { 1 } else { 3 };
    let as_expected = claim["verdict"] == row.verdict && code == expected_code && missing.is_empty();
    (!as_expected).then(|| format!("exit code {code}, without {missing:?}: {claim:#}"))
}

#[test]
fn each_is_bounded_and_explained_and_leaves_nothing() {
    let (next, complaints) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while let Some(row) = ROWS.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(complaint) = complaint(row) {
                        let complaint = format!("section {}, {}: {complaint}", row.section, row.name);
                        complaints.lock().unwrap().push(complaint);
                    }
                }
            });
        }
    });
    let complaints = complaints.into_inner().unwrap();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
