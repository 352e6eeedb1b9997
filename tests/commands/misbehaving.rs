//! Programs that misbehave, under a real `workshop check`: each is bounded, its report says what is the matter, and nothing
//! of it stays.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::student::{Student, claim, flat, processes_mentioning};

/// As many checks as are made at the same time: most of each is waiting.
const AT_A_TIME: usize = 2;

/// A program that does something that no program should.
struct Row {
    section: &'static str,
    /// Its name, and its text. One ending in `.py` is run by Python, another by `sh`.
    name: &'static str,
    text: &'static str,
    /// The claim whose explanation has `words` in it, or what is remarked besides, and its verdict.
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

/// Starts more processes than it may.
const BOMB: &str =
    "[ $1 ] && exec sleep 600; i=0; while [ $i -lt 400 ]; do sh $0 child & i=$((i+1)); done; wait";

/// Asks where nobody is, and says so again and again.
const TELLS: &str = "import time, urllib.request\n\
                     while True:\n\
                     \x20   try: urllib.request.urlopen('http://127.0.0.1:1/get')\n\
                     \x20   except OSError: print('no connection, trying again', flush=True); time.sleep(0.2)\n";

/// Children run the same script with an argument, so that they are found by its path.
const ROWS: &[Row] = &[
    row(
        "endless.sh",
        "exec yes $(printf %0999d 7)",
        &[
            "took more of this machine than it may",
            "it printed more than 64 MiB or 1000000 lines, and was stopped",
        ],
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
        &["never asked the queue", "did not end when it was asked to"],
    ),
    row(
        "parent.sh",
        "[ $1 ] && exec sleep 600; sh $0 child & exit 0",
        &["exit status 0", "left processes behind when it ended"],
    ),
    row(
        "daemon.py",
        "import os, sys, time\n\
         if os.fork(): os._exit(0)\n\
         os.setsid()\n\
         if os.fork(): os._exit(0)\n\
         time.sleep(600)\n",
        &["exit status 0", "left processes behind when it ended"],
    ),
    row(
        "hungry.py",
        "kept = []\nwhile True: kept.append(b'x' * 50_000_000); print(len(kept), flush=True)\n",
        &[
            "took more of this machine than it may",
            "held more than 1 GiB of memory, and were stopped",
        ],
    ),
    row(
        "bomb.sh",
        BOMB,
        &[
            "took more of this machine than it may",
            "had more than 250 processes, and they were stopped",
        ],
    ),
    row(
        "buffered.sh",
        "exec env -u PYTHONUNBUFFERED python3 -c '\n\
         import os, urllib.request\n\
         n = 0\n\
         while True:\n\
         \x20   got = urllib.request.urlopen(os.environ[\"SIMPLEQUEUE_URL\"] + \"/get\").read()\n\
         \x20   n += bool(got)\n\
         \x20   if got and n % 100 == 0: print(\"{\\\"n\\\": %d, \\\"mean\\\": 0, \\\"variance\\\": 1}\" % n)\n' $0",
        &[
            "took numbers from the queue, and printed nothing on standard output",
            "that waits in a buffer of its own",
            "print(..., flush=True)",
        ],
    ),
    row(
        "flushed_at_the_end.sh",
        "exec env -u PYTHONUNBUFFERED python3 -c '\n\
         import os, signal, sys, urllib.request\n\
         signal.signal(signal.SIGTERM, lambda *_: sys.exit())\n\
         n = 0\n\
         while True:\n\
         \x20   got = urllib.request.urlopen(os.environ[\"SIMPLEQUEUE_URL\"] + \"/get\").read()\n\
         \x20   n += bool(got)\n\
         \x20   if got and n % 100 == 0: print(\"{\\\"n\\\": %d, \\\"mean\\\": 0, \\\"variance\\\": 1}\" % n)\n' $0",
        &[
            "printed nothing with an n until it was asked to end",
            "print(..., flush=True)",
        ],
    ),
    row(
        "binary.sh",
        "head -c 100000 /dev/urandom; exec sleep 600",
        &["never asked the queue"],
    ),
    row(
        "noise.sh",
        "while :; do head -c 1000 /dev/urandom; sleep 0.1; done",
        &["never asked the queue", "got no further for 10 s"],
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
    row("tells.py", TELLS, &["never asked the queue", "SIMPLEQUEUE_URL"]),
    Row {
        section: "2",
        name: "tells.py",
        text: TELLS,
        claim: "every-number",
        verdict: "fail",
        words: &["never asked the queue", "SIMPLEQUEUE_URL"],
    },
    Row {
        section: "4",
        name: "tells.py",
        text: TELLS,
        claim: "one-reader",
        verdict: "fail",
        words: &["SIMPLEQUEUE_URL and REDIS_URL", "got no further for 10 s"],
    },
    // As much that it is over its limit before its memory is first looked at, however slow the machine is.
    Row {
        section: "3",
        name: "keeps.py",
        text: "import os, urllib.request\n\
               kept = []\n\
               while True:\n\
               \x20   got = urllib.request.urlopen(os.environ['SIMPLEQUEUE_URL'] + '/mget?items=100').read()\n\
               \x20   kept += [b'x' * 4_000_000 for _ in got.splitlines()]\n",
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
        words: &[
            "took more of this machine than it may",
            "held more than 1 GiB of memory, and were stopped",
        ],
    },
    Row {
        section: "4",
        name: "bomb.sh",
        text: BOMB,
        claim: "one-reader",
        verdict: "fail",
        words: &[
            "took more of this machine than it may",
            "had more than 250 processes, and they were stopped",
        ],
    },
    Row {
        section: "5",
        name: "bomb.sh",
        text: BOMB,
        claim: "graph-exact",
        verdict: "fail",
        words: &[
            "took more of this machine than it may",
            "had more than 250 processes, and they were stopped",
        ],
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
    let check = || {
        let (report, code) = student.check([row.section, "--", interpreter, path.to_str().unwrap()]);
        std::fs::remove_dir_all(report["run"].as_str().unwrap()).unwrap();
        (report, code)
    };
    let (mut report, mut code) = check();
    // A machine that is too busy to tell says so; that is no answer.
    for _ in 0..2 {
        if claim(&report, row.claim)
            .is_none_or(|claim| claim["verdict"] == row.verdict || claim["verdict"] == "fail")
        {
            break;
        }
        (report, code) = check();
    }
    let left = processes_mentioning(student.folder());
    if !left.is_empty() {
        return Some(format!("processes {left:?} are left"));
    }
    let Some(claim) = claim(&report, row.claim) else {
        return Some(format!("nothing is said of {}: {report:#}", row.claim));
    };
    let explanation = claim["explanation"].as_str().unwrap_or_default();
    let said = flat(&format!("{explanation}\n{}", report["remarks"]));
    // What was stopped before it asked for anything is not to be told to ask.
    if said.contains("took more of this machine") && said.contains("SIMPLEQUEUE_URL") {
        return Some(format!("two reasons: {said}"));
    }
    let missing: Vec<&&str> = row.words.iter().filter(|words| !said.contains(**words)).collect();
    let expected_code = if row.verdict == "fail" { 1 } else { 3 };
    let as_expected = claim["verdict"] == row.verdict && code == expected_code && missing.is_empty();
    (!as_expected).then(|| format!("exit code {code}, without {missing:?}: {claim:#}"))
}

#[test]
fn each_is_bounded_and_explained_and_leaves_nothing() {
    let (next, complaints) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
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
