//! `workshop record`: what happened, in columns.

use std::path::PathBuf;

use workshop::arena::{ChainEvent, Comparison, Counters, Ending, Entry, Event, Found};

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
     1.0  published #0 {\"nu… 3}
     1.1  published #1 {\"nu… 4}
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
    refused(
        &[run, "--key", "none"],
        2,
        "has the key \"none\"; it has: n, seen",
    );
    refused(&[run, "--reader", "9"], 2, "no reader 9 in ");
    refused(&[run, "--reader", "9"], 2, "it has: 1, 2");
    refused(&[run, "--message", "7"], 2, "it has those from 0 to 1");
    refused(
        &[run, "--scenario", "other", "--key", "n"],
        2,
        "the scenario \"other\"",
    );
    refused(
        &[run, "--reader", "2", "--key", "seen"],
        2,
        "all of what was asked for at once",
    );
    refused(&[run, "--scenario", "none"], 2, "it has: check, race, other");
    refused(&[], 2, "no workspace here");
    refused(&["none"], 2, "no workspace here");
    std::fs::create_dir_all(student.workspace().join(".workshop")).unwrap();
    refused(&[], 2, "nothing has been checked here yet");
    refused(&["none"], 2, "there is no run \"none\"");
    std::fs::write(format!("{run}/record.jsonl"), "not JSON\n").unwrap();
    refused(&[run], 1, "line 1");
    std::fs::write(format!("{run}/record.jsonl"), "").unwrap();
    refused(
        &[run],
        1,
        "record.jsonl is empty: its check is at work, or was interrupted",
    );
}

#[test]
fn every_event_is_told_in_words() {
    let (student, run) = student_with_a_run();
    let chain = |event| Event::Chain(event);
    let counters = Counters {
        puts: 5,
        gets: 3,
        depth: 2,
        overflow: 0,
    };
    let asked = |found| {
        chain(ChainEvent::Asked {
            part: "simplequeue".into(),
            address: "http://127.0.0.1:8081".into(),
            from: "the usual one".into(),
            found,
        })
    };
    let answer = |comparison| Event::Answer {
        name: "mean".into(),
        comparison,
        published: 10,
    };
    let told = [
        (
            chain(ChainEvent::OfAnotherSection { live: 3 }),
            "not looked at: section 3 is live",
        ),
        (
            asked(Found::Pubsub {
                subscribers: 1,
                received: 9,
            }),
            "simplequeue, http://127.0.0.1:8081: a pubsub with 1 subscribers, 9 messages received",
        ),
        (
            asked(Found::Simplequeue(counters)),
            "simplequeue, http://127.0.0.1:8081: a queue with 2 messages, 5 put, 3 got",
        ),
        (
            asked(Found::Nobody {
                problem: "refused".into(),
            }),
            "simplequeue, http://127.0.0.1:8081: nobody listens (refused)",
        ),
        (
            chain(ChainEvent::Subscribers { count: 1 }),
            "the pubsub has 1 subscribers",
        ),
        (
            chain(ChainEvent::Probed { probe: "p7".into() }),
            "published the probe p7",
        ),
        (
            chain(ChainEvent::Followed {
                copies: 1,
                altered: None,
                before: counters,
                after: counters,
            }),
            "1 copies of the probe in the queue; 5 put before, 5 after",
        ),
        (
            chain(ChainEvent::Lost {
                problem: "it went".into(),
            }),
            "it went",
        ),
        (
            Event::Predicted {
                question: "two_readers".into(),
                answer: Some("100".into()),
            },
            "predicted of two_readers: 100",
        ),
        (
            Event::Predicted {
                question: "first_out".into(),
                answer: None,
            },
            "nothing predicted of first_out yet",
        ),
        (
            Event::Observed {
                what: "queue A".into(),
                value: "100".into(),
            },
            "observed queue A: 100",
        ),
        (
            Event::Broken {
                problem: "no room".into(),
            },
            "broken off: no room",
        ),
        (
            Event::NoRedis {
                problem: "gone".into(),
            },
            "no Redis: gone",
        ),
        (
            Event::Expected {
                lines: vec!["1".into(), "2".into()],
            },
            "expected to be printed: 1, 2",
        ),
        (
            Event::Ended {
                ending: Ending::Settled,
            },
            "enough was seen; waited no longer",
        ),
        (
            Event::Ended {
                ending: Ending::OutOfTime,
            },
            "the time is up; waited no longer",
        ),
        (answer(Comparison::TooEarly), "answer mean: too early to tell"),
        (answer(Comparison::Unanswered), "answer mean: none yet"),
    ];
    let lines: Vec<String> = told
        .iter()
        .map(|(event, _)| {
            let entry = Entry {
                at_us: 0,
                scenario: "check".into(),
                reader: 0,
                event: event.clone(),
            };
            format!("{}\n", serde_json::to_string(&entry).unwrap())
        })
        .collect();
    std::fs::write(run.join("record.jsonl"), lines.concat()).unwrap();
    let output = student.workshop(["record", run.to_str().unwrap()]);
    let page = text(&output.stdout);
    let shown: Vec<&str> = page.lines().skip(2).map(str::trim_start).collect();
    for (line, (_, words)) in shown.iter().zip(&told) {
        let line = line.strip_prefix("0.0  ").unwrap();
        // Where a pipe is too narrow, a word is shortened.
        let as_told = match line.split_once('…') {
            Some((first, last)) => words.starts_with(first) && words.ends_with(last),
            None => line == *words,
        };
        assert!(as_told, "{words}: {page}");
    }
    assert!(shown.len() > told.len(), "{page}");
}
