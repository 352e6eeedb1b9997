//! The verdicts of a contract: a program that must fail does, for its reason; what cannot be told is not called wrong.

use serde_json::Value;

use super::Course;
use crate::commands::student::{Student, claim, script, verdict};

const CHECK: &str = "checks/06-distinct-pages/check.toml";

/// The head of a contract's only claim.
const CLAIM: &str = "[[claims]]\nid = \"it\"\ntitle = \"it\"\n";

/// A course whose check is `contract`, and a program, `program`, judged by it: the report.
fn judged(contract: &str, program: &str) -> Value {
    let (student, course) = (Student::new(), Course::copy());
    course.write(CHECK, contract);
    let path = student.folder().join("program");
    script(&path, program);
    let (report, _) = student.check(["6", "--course", course.name(), "--", path.to_str().unwrap()]);
    std::fs::remove_dir_all(report["run"].as_str().unwrap()).unwrap();
    report
}

/// A loop of a shell that runs `each` for every message `$m`, and goes on.
fn reader(each: &str) -> String {
    format!(
        "while :; do m=$(curl -s \"$SIMPLEQUEUE_URL/get\"); if [ -z \"$m\" ]; then sleep 0.1; else {each}; fi; done"
    )
}

#[test]
fn messages_go_in_and_lines_are_compared_as_the_contract_says() {
    let contract = |expect: &str| format!("{CLAIM}publish.messages = [\"1\", \"2\", \"3\"]\n{expect}\n");
    let echo = reader("echo \"{\\\"n\\\": $m}\"");
    for (expect, expected) in [
        (r#"expect.lines = ['{"n": 1}', '{"n": 2}', '{"n": 3}']"#, "pass"),
        (r#"expect.lines = ['{"n": 1}', '{"n": 3}', '{"n": 2}']"#, "fail"),
        (
            "expect.lines = ['{\"n\": 3}', '{\"n\": 2}', '{\"n\": 1}']\nexpect.compare = \"any-order\"",
            "pass",
        ),
        (
            "expect.lines = ['{\"n\": 3}', '{\"n\": 2}']\nexpect.compare = \"any-order\"",
            "fail",
        ),
        ("expect.lines = ['{\"n\": 3}']\nexpect.compare = \"last\"", "pass"),
        (
            "expect.lines = ['{\"n\": 3.1}']\nexpect.compare = \"last\"\nexpect.tolerance = 0.05",
            "pass",
        ),
        (
            "expect.lines = ['{\"n\": 3.5}']\nexpect.compare = \"last\"\nexpect.tolerance = 0.05",
            "fail",
        ),
    ] {
        let report = judged(&contract(expect), &echo);
        assert_eq!(verdict(&report, "it"), Some(expected), "{expect}: {report:#}");
    }
    let last = judged(
        &contract("expect.lines = ['{\"n\": 4}']\nexpect.compare = \"last\""),
        &echo,
    );
    let it = claim(&last, "it").unwrap();
    assert_eq!(
        (&it["expected"], &it["received"]),
        (&"{\"n\": 4}".into(), &"{\"n\": 3}".into())
    );
    assert!(
        it["explanation"]
            .as_str()
            .unwrap()
            .ends_with("It was given:\n  1\n  2\n  3"),
        "{it:#}"
    );
}

#[test]
fn nothing_that_happens_is_no_pass_and_what_cannot_be_told_is_no_fail() {
    let contract = format!("{CLAIM}publish.messages = [\"1\"]\nexpect.lines = ['{{\"n\": 1}}']\n");
    let hangs = judged(&contract, "exec sleep 600");
    assert_eq!(hangs["verdict"], "fail", "{hangs:#}");
    let ends = judged(&contract, "echo '{\"n\": 1}'");
    assert_eq!(
        claim(&ends, "it").unwrap()["received"],
        "exit status 0",
        "{ends:#}"
    );

    let (student, course) = (Student::new(), Course::copy());
    let missing = student.check(["6", "--course", course.name(), "--", "/nowhere/at/all"]);
    assert_eq!((&missing.0["verdict"], missing.1), (&"could-not-tell".into(), 3));
    std::fs::remove_dir_all(missing.0["run"].as_str().unwrap()).unwrap();
    for (reference, part) in [
        ("raise SystemExit('cannot')", "ended with exit status 1: cannot"),
        ("print('no JSON')", "printed no JSON object"),
    ] {
        course.write("checks/06-distinct-pages/reference.py", reference);
        let program = course
            .folder()
            .join("solutions/06-distinct-pages/python/reader.py");
        let (report, _) = student.check([
            "6",
            "--course",
            course.name(),
            "--",
            "python3",
            program.to_str().unwrap(),
        ]);
        std::fs::remove_dir_all(report["run"].as_str().unwrap()).unwrap();
        let stream = claim(&report, "stream").unwrap();
        assert_eq!(stream["verdict"], "could-not-tell", "{report:#}");
        assert!(
            stream["explanation"].as_str().unwrap().contains(part),
            "{stream:#}"
        );
        assert_eq!(
            verdict(&report, "six-clicks"),
            Some("pass"),
            "what needs no reference is judged all the same"
        );
    }
}

#[test]
fn a_program_that_is_to_end_is_held_to_its_exit_status() {
    let contract =
        format!("{CLAIM}publish.messages = [\"1\"]\nexpect.lines = ['{{\"n\": 1}}']\nexpect.exit = 4\n");
    let wait =
        "until m=$(curl -s \"$SIMPLEQUEUE_URL/get\") && [ -n \"$m\" ]; do sleep 0.1; done; echo '{\"n\": 1}'";
    assert_eq!(judged(&contract, &format!("{wait}; exit 4"))["verdict"], "pass");
    let zero = judged(&contract, &format!("{wait}; exit 0"));
    let it = claim(&zero, "it").unwrap();
    assert_eq!(
        (&it["expected"], &it["received"]),
        (&"exit status 4".into(), &"exit status 0".into()),
        "{zero:#}"
    );
}

#[test]
fn a_program_that_is_to_end_may_work_for_long_and_ask_for_nothing() {
    let contract =
        format!("{CLAIM}publish.messages = [\"1\"]\nexpect.lines = ['{{\"n\": 1}}']\nexpect.exit = 0\n");
    // Longer than a reader has to ask for its first message.
    let long = "i=0; while [ $i -lt 32 ]; do echo at work; sleep 0.5; i=$((i+1)); done; echo '{\"n\": 1}'";
    let report = judged(&contract, long);
    assert_eq!(report["verdict"], "pass", "{report:#}");
}

#[test]
fn several_readers_share_the_messages_and_redis_is_looked_at_in_the_end() {
    let contract = format!(
        "{CLAIM}readers = 2\npublish = {{ stream = \"counts\", limit = 20 }}\n[claims.redis.seen]\ntype = \"string\"\nvalue = 20\n"
    );
    // The protocol by hand, so that no package is needed.
    let counts = |command: &str| {
        reader(&format!(
            "python3 -c 'import os,socket,sys; h=os.environ[\"REDIS_URL\"].split(\"/\")[2].split(\":\"); \
             s=socket.create_connection((h[0],int(h[1]))); s.sendall(b\"SELECT 1\\r\\n{command}\\r\\n\"); s.recv(9)'"
        ))
    };
    let right = judged(&contract, &counts("INCR seen"));
    assert_eq!(right["verdict"], "pass", "{right:#}");
    let wrong = judged(&contract, &counts("INCR sene"));
    let it = claim(&wrong, "it").unwrap();
    assert_eq!(it["verdict"], "fail", "{wrong:#}");
    assert!(
        it["explanation"]
            .as_str()
            .unwrap()
            .starts_with("Nothing stands at \"seen\" in database 1; there is sene."),
        "{it:#}"
    );
}
