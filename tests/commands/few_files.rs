//! Programs that open very many connections: more than any may have, or more than the check has file descriptors for. No
//! verdict comes of a want of those.

use serde_json::Value;

use super::student::{Student, claim, flat, processes_mentioning, solution, text, verdict};

/// What a check asks for where it had no room: enough for the most connections to one server, in each of the dozen
/// experiments that a section has side by side.
const PLENTY: u32 = 16_384;

/// The report of a check of `program` in `section`, and its exit code, where no process may have more than `files` files
/// open unless it asks for more.
fn check(student: &Student, files: u32, section: &str, program: &str) -> (Value, i32) {
    let limited = format!("ulimit -S -n {files}; exec \"$0\" \"$@\"");
    let arguments = ["check", section, "--json", "--", "python3", program];
    let output = student
        .command_behind(&["sh", "-c", &limited], &arguments)
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", text(&output.stdout), text(&output.stderr)));
    assert_eq!(processes_mentioning(student.folder()), [0_u32; 0]);
    (report, output.status.code().unwrap())
}

/// A program of the student's that opens `connections` connections to what the variable `server` names, keeps them, and
/// goes on as the solution of section 2.
fn greedy(student: &Student, server: &str, connections: u32) -> String {
    let program = student.folder().join("greedy.py");
    let reader = solution("02-readers", "python").join("reader.py");
    let text = format!(
        "import os, resource, runpy, socket, urllib.parse\n\
         most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]\n\
         resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))\n\
         address = urllib.parse.urlsplit(os.environ['{server}'])\n\
         kept = []\n\
         try:\n\
         \x20   for _ in range({connections}): kept.append(socket.create_connection((address.hostname, address.port)))\n\
         except OSError: pass\n\
         runpy.run_path({reader:?}, run_name='__main__')\n"
    );
    std::fs::write(&program, text).unwrap();
    program.to_str().unwrap().to_owned()
}

#[test]
fn a_right_program_passes_where_few_files_may_be_open() {
    let student = Student::new();
    let reader = solution("02-readers", "python").join("reader.py");
    let (report, code) = check(&student, 256, "2", reader.to_str().unwrap());
    assert_eq!(
        (code, &report["verdict"]),
        (0, &Value::from("pass")),
        "{report:#}"
    );
}

#[test]
fn connections_for_which_there_is_room_are_nobodys_affair() {
    let student = Student::new();
    let (report, code) = check(&student, 4096, "2", &greedy(&student, "SIMPLEQUEUE_URL", 100));
    assert_eq!(
        (code, &report["verdict"]),
        (0, &Value::from("pass")),
        "{report:#}"
    );
}

#[test]
fn more_connections_than_any_program_may_have_are_held_against_it() {
    for (section, id) in [("2", "every-number"), ("3", "reports")] {
        let student = Student::new();
        let (report, code) = check(
            &student,
            PLENTY,
            section,
            &greedy(&student, "SIMPLEQUEUE_URL", 10_000),
        );
        assert_eq!((code, verdict(&report, id)), (1, Some("fail")), "{report:#}");
        let claim = claim(&report, id).unwrap();
        let said = flat(claim["explanation"].as_str().unwrap());
        assert!(
            said.contains("took more of this machine than it may")
                && said.contains("had more than 1000 connections to one server open"),
            "{said}"
        );
    }
}

#[test]
fn no_room_for_a_programs_connections_is_not_held_against_it() {
    for (section, server) in [("2", "SIMPLEQUEUE_URL"), ("2", "PUBSUB_URL")] {
        let student = Student::new();
        let (report, code) = check(&student, 256, section, &greedy(&student, server, 10_000));
        assert_eq!(
            (code, &report["verdict"]),
            (3, &Value::from("could-not-tell")),
            "{report:#}"
        );
        let claims = report["claims"].as_array().unwrap();
        assert!(
            claims.iter().all(|claim| claim["verdict"] != "fail"),
            "{report:#}"
        );
        let claim = claim(&report, "every-number").unwrap();
        let said = flat(claim["explanation"].as_str().unwrap());
        assert!(
            said.contains("connections to one server open") && said.contains("ulimit -n 16384"),
            "{said}"
        );
    }
}

#[test]
fn a_program_that_crowds_redis_is_stopped_for_it() {
    let student = Student::new();
    let program = greedy(&student, "REDIS_URL", 10_000);
    let (report, code) = check(&student, 256, "4", &program);
    assert_eq!(
        (code, verdict(&report, "one-reader")),
        (3, Some("could-not-tell")),
        "{report:#}"
    );
    let said = flat(
        claim(&report, "one-reader").unwrap()["explanation"]
            .as_str()
            .unwrap(),
    );
    assert!(said.contains("ulimit -n 16384"), "{said}");
}
