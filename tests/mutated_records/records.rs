//! The records to begin with: those of right and of wrong programs, made by real checks.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use workshop::arena::{Entry, History};
use workshop::checks::{self, Check, Contract, Verdict, overall};
use workshop::lesson;

use crate::authors::{Course, example};
use crate::commands::student::{Student, solution, text};

/// The real record of a program under check, and what the check came to.
pub struct Real {
    pub section: u8,
    pub program: &'static str,
    pub entries: Vec<Entry>,
    pub verdict: Verdict,
    check: &'static dyn Check,
}

/// As many checks as are made at the same time.
const AT_A_TIME: usize = 4;

/// A check of each of these programs, with the section's folder; `None` is its solution. Those that take longest come
/// first.
const PROGRAMS: [(&str, Option<&str>); 9] = [
    ("02-readers", Some("half.py")),
    ("02-readers", Some("drops_failures.py")),
    ("03-online-statistics", None),
    ("03-online-statistics", Some("slides_update.py")),
    ("04-shared-state", None),
    ("04-shared-state", Some("get_set.py")),
    ("05-click-graph", None),
    ("05-click-graph", Some("undirected_instead.py")),
    ("02-readers", None),
];

/// A contract that two readers are held to: what they print, and what they leave in Redis.
const TOGETHER: &str = "[[claims]]\nid = \"together\"\ntitle = \"each message once\"\nreaders = 2\n\
                        publish = { stream = \"counts\", limit = 20 }\n\
                        expect.reference = [\"python3\", \"reference.py\"]\nexpect.compare = \"any-order\"\n\
                        [claims.redis.seen]\ntype = \"string\"\nvalue = 20\n";

/// A reader that counts the messages at `key`, in the protocol by hand, so that no package is needed.
fn counting_at(key: &str) -> String {
    format!(
        "import os, socket, time, urllib.parse, urllib.request\n\
         address = urllib.parse.urlsplit(os.environ['REDIS_URL'])\n\
         redis = socket.create_connection((address.hostname, address.port))\n\
         redis.sendall(b'SELECT 1\\r\\n'); redis.recv(99)\n\
         while True:\n\
         \x20   got = urllib.request.urlopen(os.environ['SIMPLEQUEUE_URL'] + '/get').read().decode()\n\
         \x20   if not got: time.sleep(0.1); continue\n\
         \x20   redis.sendall(b'INCR {key}\\r\\n'); redis.recv(99)\n\
         \x20   print('{{\"n\": ' + got + '}}', flush=True)\n"
    )
}

/// Real records, made once: each solution passes, and each of the wrong programs fails. Most of a check is waiting, so
/// that a few are made at a time.
pub fn real() -> &'static [Real] {
    static REAL: OnceLock<Vec<Real>> = OnceLock::new();
    REAL.get_or_init(|| {
        let (next, records) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..AT_A_TIME {
                scope.spawn(|| {
                    while let Some((section, wrong)) = PROGRAMS.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let record = of_section(section, *wrong);
                        records.lock().unwrap().push(record);
                    }
                });
            }
        });
        let mut records = records.into_inner().unwrap();
        records.push(nothing_laid());
        records.extend(of_contracts());
        records
    })
}

/// The record of a section's solution, or of one of its `wrong` programs.
fn of_section(section: &'static str, wrong: Option<&'static str>) -> Real {
    let program = match wrong {
        None => solution(section, "python").join("reader.py"),
        Some(name) => Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("checks")
            .join(section)
            .join("wrong")
            .join(name),
    };
    let number = section[..2].parse().unwrap();
    let student = Student::with_packages_of(section);
    let check = checks::of_section(number).unwrap();
    checked(&student, check, &[], &program, wrong)
}

/// The records of programs that are held to contracts: the example's, and one with several readers and a Redis.
fn of_contracts() -> Vec<Real> {
    let (student, course) = (Student::new(), Course::copy());
    let check = contract(&example());
    let options = ["--course", example().to_str().unwrap()].map(str::to_owned);
    let example = |program: &str, wrong| checked(&student, check, &options, &example().join(program), wrong);
    let mut records = vec![
        example("solutions/06-distinct-pages/python/reader.py", None),
        example(
            "checks/06-distinct-pages/wrong/counts_clicks.py",
            Some("counts_clicks.py"),
        ),
    ];
    course.write("checks/06-distinct-pages/check.toml", TOGETHER);
    course.write(
        "checks/06-distinct-pages/reference.py",
        "import sys\nfor line in sys.stdin: print('{\"n\": ' + line.strip() + '}')\n",
    );
    let check = contract(course.folder());
    let options = ["--course".to_owned(), course.name().to_owned()];
    let program = student.folder().join("reader.py");
    for (key, wrong) in [("seen", None), ("sene", Some("another key"))] {
        std::fs::write(&program, counting_at(key)).unwrap();
        records.push(checked(&student, check, &options, &program, wrong));
    }
    records
}

/// The check of the section that stands in the course at `root`.
fn contract(root: &Path) -> &'static Contract {
    let section = lesson::read_course(root).unwrap().into_iter().next().unwrap();
    let contract = Contract::of(Box::leak(Box::new(section))).unwrap().unwrap();
    Box::leak(Box::new(contract))
}

/// The record of a check of `program`, which is right or `wrong`.
fn checked(
    student: &Student,
    check: &'static dyn Check,
    options: &[String],
    program: &Path,
    wrong: Option<&'static str>,
) -> Real {
    let number = check.section().to_string();
    let expected = if wrong.is_none() { "pass" } else { "fail" };
    let mut last = String::new();
    // A machine that is too busy to tell says so; that is no record to begin with.
    for _ in 0..3 {
        let mut arguments = vec![number.as_str()];
        arguments.extend(options.iter().map(String::as_str));
        arguments.extend(["--", "python3", program.to_str().unwrap()]);
        let (report, _) = student.check(arguments);
        let run = Path::new(report["run"].as_str().unwrap());
        let entries = History::read(&run.join("record.jsonl"))
            .unwrap()
            .entries()
            .to_vec();
        std::fs::remove_dir_all(run).unwrap();
        if report["verdict"] == expected {
            return Real {
                section: check.section(),
                program: wrong.unwrap_or("the solution"),
                entries,
                verdict: if wrong.is_none() {
                    Verdict::Pass
                } else {
                    Verdict::Fail
                },
                check,
            };
        }
        last = format!("{report:#}");
    }
    panic!("section {number}, {wrong:?}: {last}");
}

/// Section 1, where the student has predicted everything rightly and laid no bridge.
fn nothing_laid() -> Real {
    let student = Student::new();
    student.says(["start", "1"]);
    student.solve("01-pipeline");
    let output = student.workshop(["check", "1"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    let record = student.workspace().join(".workshop/runs/latest/record.jsonl");
    Real {
        section: 1,
        program: "no bridge",
        entries: History::read(&record).unwrap().entries().to_vec(),
        verdict: Verdict::Fail,
        check: checks::of_section(1).unwrap(),
    }
}

impl Real {
    /// What the check says of a record of `entries`.
    pub fn judged(&self, entries: Vec<Entry>) -> Verdict {
        overall(&self.check.judge(&History::new(entries)))
    }

    /// That a record which was made of this one passes no wrong program.
    pub fn stays_wrong(&self, entries: Vec<Entry>, what: &str) -> Result<(), TestCaseError> {
        let verdict = self.judged(entries);
        let passes = verdict == Verdict::Pass && self.verdict == Verdict::Fail;
        prop_assert!(
            !passes,
            "section {}, {}: {what} passes",
            self.section,
            self.program
        );
        Ok(())
    }
}
