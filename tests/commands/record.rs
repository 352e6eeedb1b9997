//! `workshop record`: what happened, in columns.

use std::path::PathBuf;

use super::student::{Student, text};

/// A record as a check leaves it: two readers, a message each, a counter in Redis, and a second experiment.
const RECORD: &str = r#"{"at_us":0,"scenario":"check","event":"check","section":4,"seed":7,"command":["python3","reader.py"]}
{"at_us":900,"scenario":"race","reader":1,"event":"started"}
{"at_us":1000,"scenario":"race","event":"published","message":0,"text":"{\"number\": 3}"}
{"at_us":1100,"scenario":"race","event":"published","message":1,"text":"{\"number\": 4}"}
{"at_us":2000,"scenario":"race","reader":1,"event":"got","messages":[0]}
{"at_us":2100,"scenario":"race","reader":2,"event":"got","messages":[1]}
{"at_us":2500,"scenario":"race","reader":1,"event":"redis-command","connection":1,"database":1,"command":["GET","n"],"arguments":2,"reads":["n"],"reply":"41","round_trip":1,"sent_us":2000}
{"at_us":2600,"scenario":"race","reader":2,"event":"redis-command","connection":2,"database":1,"command":["GET","n"],"arguments":2,"reads":["n"],"reply":null,"round_trip":1,"sent_us":2000}
{"at_us":2700,"scenario":"race","reader":1,"event":"redis-command","connection":1,"database":1,"command":["SADD","seen","\u001b[2J"],"arguments":3,"writes":["seen"],"reply":1,"round_trip":2,"sent_us":2000}
{"at_us":2800,"scenario":"race","reader":2,"event":"printed","line":"a line"}
{"at_us":2900,"scenario":"race","reader":1,"event":"got","messages":[]}
{"at_us":3000,"scenario":"other","reader":1,"event":"exited","status":"exit status 1","unasked":true,"stderr_tail":""}
"#;

fn student_with_a_run() -> (Student, PathBuf) {
    let student = Student::new();
    let run = student.workspace().with_file_name("run");
    std::fs::create_dir_all(&run).unwrap();
    std::fs::write(run.join("record.jsonl"), RECORD).unwrap();
    (student, run)
}

#[test]
fn a_record_is_shown_in_columns_a_reader_each() {
    let (student, run) = student_with_a_run();
    let output = student.workshop(["record", run.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let expected = "\
check
      ms  the arena
     0.0  check 4, seed 7

race
      ms  the arena              reader 1               reader 2
     0.9                         started
     1.0  published #0 {\"numbe…
     1.1  published #1 {\"numbe…
     2.0                         got #0
     2.1                                                got #1
     2.5                         GET n  -> 41
     2.6                                                GET n  -> nil
     2.7                         SADD seen ␛[2J  -> 1
     2.8                                                printed a line
     2.9                         got nothing

other
      ms  reader 1
     3.0  exit status 1

";
    assert_eq!(text(&output.stdout), expected);
}

#[test]
fn it_can_be_narrowed_down_to_a_key_a_reader_a_message_an_experiment() {
    let (student, run) = student_with_a_run();
    let run = run.to_str().unwrap();
    let lines = |arguments: &[&str]| -> Vec<String> {
        let output = student.workshop(["record", run].iter().chain(arguments));
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let page = text(&output.stdout);
        let events = page
            .lines()
            .filter(|line| line.starts_with("  ") && !line.contains("ms  "));
        events.map(|line| line[10..].trim_start().to_owned()).collect()
    };
    assert_eq!(lines(&["--key", "n"]), ["GET n  -> 41", "GET n  -> nil"]);
    assert_eq!(
        lines(&["--reader", "2"]),
        ["got #1", "GET n  -> nil", "printed a line"]
    );
    assert_eq!(
        lines(&["--message", "1"]),
        [
            "published #1 {\"number\": 4}",
            "got #1",
            "GET n  -> nil",
            "printed a line"
        ]
    );
    assert_eq!(
        lines(&["--message", "0", "--key", "seen"]),
        ["SADD seen ␛[2J  -> 1"]
    );
    assert_eq!(lines(&["--scenario", "other"]), ["exit status 1"]);
}

#[test]
fn what_is_not_there_is_said() {
    let (student, run) = student_with_a_run();
    let run = run.to_str().unwrap();
    let refused = |arguments: &[&str], code: i32, part: &str| {
        let output = student.workshop(["record"].iter().chain(arguments));
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{message}");
        assert!(message.contains(part), "{message}");
        assert_eq!(text(&output.stdout), "");
    };
    refused(&[run, "--key", "none"], 1, "nothing in");
    refused(&[run, "--scenario", "none"], 2, "it has: check, race, other");
    refused(&[], 2, "no workspace here");
    refused(&["none"], 2, "no workspace here");
    std::fs::create_dir_all(student.workspace().join(".workshop")).unwrap();
    refused(&[], 2, "nothing has been checked here yet");
    refused(&["none"], 2, "there is no run \"none\"");
    std::fs::write(format!("{run}/record.jsonl"), "not JSON\n").unwrap();
    refused(&[run], 1, "line 1");
}
