//! Section 1: a chain that the student laid, whole, with each of its links missing, and built by others.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use workshop::arena::History;
use workshop::checks;
use workshop::verify::{Step, Terminal, steps};

use super::chain::{Chain, answering, curl, nobody};
use super::student::{Student, WORKSHOP, claim, solution, text, verdict, wait_for};

const SECTION: &str = "01-pipeline";

/// A student who has started section 1, and predicts everything rightly.
fn student() -> Student {
    let student = Student::new();
    student.says(["start", "1"]);
    student.solve(SECTION);
    student
}

/// The check of the chain at these two addresses.
fn check(student: &Student, pubsub: &str, queue: &str) -> (Value, i32) {
    let output = student
        .command(["check", "1", "--json"])
        .env("PUBSUB_URL", pubsub)
        .env("SIMPLEQUEUE_URL", queue)
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", text(&output.stdout), text(&output.stderr)));
    (report, output.status.code().unwrap())
}

/// The verdicts on the chain, on what was published and on what was fetched, and the exit code.
fn verdicts((report, code): &(Value, i32)) -> ([&str; 3], i32) {
    assert_eq!(verdict(report, "predictions"), Some("pass"), "{report:#}");
    let verdicts = ["chain-delivers", "you-published", "you-fetched"].map(|id| verdict(report, id).unwrap());
    (verdicts, *code)
}

/// Why the chain does not deliver.
fn why(report: &Value) -> &str {
    claim(report, "chain-delivers").unwrap()["explanation"]
        .as_str()
        .unwrap()
}

#[test]
fn a_chain_laid_by_hand_passes_and_keeps_what_is_in_it() {
    let student = student();
    let mut chain = Chain::live(&student);
    chain.bridge();
    for message in ["one", "two", "three"] {
        chain.publish_through(message);
    }
    assert_eq!(chain.fetch(), "one");
    let (report, code) = student.check(["1"]);
    assert_eq!((&report["verdict"], code), (&"pass".into(), 0), "{report:#}");
    let left = chain.dump();
    let lines: Vec<&str> = left.lines().collect();
    assert_eq!(&lines[..2], ["two", "three"], "nothing was taken");
    assert_eq!(
        (lines.len(), chain.counter("gets")),
        (3, 1),
        "and one message is left behind"
    );
    assert!(
        why(&report).contains(lines[2]),
        "which the report names: {report:#}"
    );
    let record = Path::new(report["run"].as_str().unwrap()).join("record.jsonl");
    let again = checks::of_section(1)
        .unwrap()
        .judge(&History::read(&record).unwrap());
    assert_eq!(
        serde_json::to_value(again).unwrap(),
        report["claims"],
        "the record says it all"
    );
    assert!(student.says(["check"]).contains("queue A: 100, queue B: 100"));
    let solution = student.workspace().join(SECTION).join("solution");
    assert!(solution.join("bridge.py").is_file());
    let progress = student.says(["progress"]);
    let row = progress.lines().find(|line| line.starts_with("1 ")).unwrap();
    assert_eq!(row.matches("20").count(), 2, "started and done: {row}");
}

#[test]
fn a_server_that_is_missing_is_named_with_its_address() {
    let student = student();
    let chain = Chain::new();
    for (pubsub, queue, part) in [
        (nobody(), chain.queue.clone(), "pubsub"),
        (chain.pubsub.clone(), nobody(), "simplequeue"),
    ] {
        let checked = check(&student, &pubsub, &queue);
        let missing = if part == "pubsub" { &pubsub } else { &queue };
        let other = if part == "pubsub" {
            ["fail", "could-not-tell", "fail"]
        } else {
            ["fail", "fail", "could-not-tell"]
        };
        assert_eq!(verdicts(&checked), (other, 1), "{:#}", checked.0);
        let why = why(&checked.0);
        assert!(why.contains(&format!("No {part} answers at {missing}")), "{why}");
    }
}

#[test]
fn a_server_in_the_wrong_place_is_recognised() {
    let student = student();
    let chain = Chain::new();
    let (report, code) = check(&student, &chain.queue, &chain.pubsub);
    assert_eq!(code, 1);
    assert!(why(&report).contains("is a simplequeue"), "{}", why(&report));
    let (report, _) = check(&student, &answering("It works!\n"), &chain.queue);
    assert!(why(&report).contains("\"It works!\""), "{}", why(&report));
    let (report, _) = check(&student, "localhost:8080", &chain.queue);
    assert!(
        why(&report).contains("\"localhost:8080"),
        "an address that is none is shown: {}",
        why(&report)
    );
}

#[test]
fn a_server_that_does_not_answer_is_no_wrong_answer() {
    let student = student();
    let (chain, listener) = (Chain::new(), TcpListener::bind("127.0.0.1:0").unwrap());
    let silent = format!("http://{}", listener.local_addr().unwrap());
    let checked = check(&student, &silent, &chain.queue);
    assert_eq!(
        verdicts(&checked),
        (["could-not-tell", "could-not-tell", "fail"], 1),
        "{:#}",
        checked.0
    );
}

#[test]
fn a_bridge_that_is_missing_is_named_with_the_line_that_starts_it() {
    let student = student();
    let chain = Chain::new();
    chain.publish("lost");
    let checked = check(&student, &chain.pubsub, &chain.queue);
    assert_eq!(
        verdicts(&checked),
        (["fail", "pass", "fail"], 1),
        "{:#}",
        checked.0
    );
    let why = why(&checked.0);
    assert!(why.contains("no subscriber is connected"), "{why}");
    let line = [
        format!(
            "ps_to_http --destination-get-url=\"{}/put?data=%s\" \\",
            chain.queue
        ),
        format!("--pubsub-url=\"{}/sub?multipart=0\"", chain.pubsub),
    ];
    assert!(line.iter().all(|part| why.contains(part.as_str())), "{why}");
    assert_eq!(
        chain.dump(),
        "",
        "nothing is published where nothing can come of it"
    );
}

#[test]
fn a_bridge_that_leads_elsewhere_is_told_from_one_that_is_missing() {
    let student = student();
    let (mut chain, elsewhere) = (Chain::new(), Chain::new());
    chain.bridge_to(&elsewhere.queue);
    let checked = check(&student, &chain.pubsub, &chain.queue);
    assert_eq!(
        verdicts(&checked),
        (["fail", "fail", "fail"], 1),
        "{:#}",
        checked.0
    );
    assert!(
        why(&checked.0).contains("lead to this queue"),
        "{}",
        why(&checked.0)
    );
}

#[test]
fn two_bridges_bring_everything_twice() {
    let student = student();
    let mut chain = Chain::new();
    chain.bridge();
    chain.bridge();
    let (report, code) = check(&student, &chain.pubsub, &chain.queue);
    assert_eq!(
        (verdict(&report, "chain-delivers"), code),
        (Some("fail"), 1),
        "{report:#}"
    );
    assert_eq!(claim(&report, "chain-delivers").unwrap()["received"], "2 times");
}

#[test]
fn a_subscriber_beside_the_bridge_does_no_harm() {
    let student = student();
    let mut chain = Chain::new();
    chain.bridge();
    let listening = format!("{}/sub", chain.pubsub);
    chain.bridge_by(Command::new("curl").args(["-sN", &listening]));
    chain.publish_through("one");
    chain.fetch();
    let checked = check(&student, &chain.pubsub, &chain.queue);
    assert_eq!(verdicts(&checked), (["pass"; 3], 0), "{:#}", checked.0);
}

#[test]
fn what_a_check_published_is_not_the_students() {
    let student = student();
    let mut chain = Chain::new();
    chain.bridge();
    for _ in 0..2 {
        let checked = check(&student, &chain.pubsub, &chain.queue);
        assert_eq!(
            verdicts(&checked),
            (["pass", "fail", "fail"], 1),
            "{:#}",
            checked.0
        );
    }
    chain.fetch();
    chain.publish_through("mine");
    let checked = check(&student, &chain.pubsub, &chain.queue);
    assert_eq!(verdicts(&checked), (["pass"; 3], 0), "{:#}", checked.0);
}

#[test]
fn an_empty_answer_is_no_message_fetched() {
    let student = student();
    let mut chain = Chain::new();
    assert_eq!(chain.fetch(), "");
    chain.bridge();
    chain.publish_through("one");
    let checked = check(&student, &chain.pubsub, &chain.queue);
    assert_eq!(
        verdicts(&checked),
        (["pass", "pass", "fail"], 1),
        "{:#}",
        checked.0
    );
    chain.fetch();
    let checked = check(&student, &chain.pubsub, &chain.queue);
    assert_eq!(verdicts(&checked), (["pass"; 3], 0), "{:#}", checked.0);
}

#[test]
fn a_reader_that_is_running_makes_nothing_wrong() {
    let student = student();
    let mut chain = Chain::new();
    chain.bridge();
    chain.publish_through("one");
    chain.fetch();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                chain.fetch();
            }
        });
        let checked = check(&student, &chain.pubsub, &chain.queue);
        done.store(true, Ordering::Relaxed);
        let ([delivers, published, fetched], code) = verdicts(&checked);
        assert_ne!(delivers, "fail", "{:#}", checked.0);
        assert_eq!((published, fetched), ("pass", "pass"));
        assert_eq!(code, if delivers == "pass" { 0 } else { 3 });
        if delivers != "pass" {
            assert!(why(&checked.0).contains("Something else takes messages"));
        }
    });
}

#[test]
fn a_chain_of_servers_and_a_bridge_that_others_wrote_passes_too() {
    let student = student();
    let mut chain = Chain::of_others();
    let bridge = solution(SECTION, "python").join("bridge.py");
    chain.bridge_by(Command::new("python3").arg(bridge));
    let checked = check(&student, &chain.pubsub, &chain.queue);
    assert_eq!(
        verdicts(&checked),
        (["pass", "fail", "fail"], 1),
        "{:#}",
        checked.0
    );
    chain.publish_through("one two&three+four%");
    chain.fetch();
    let checked = check(&student, &chain.pubsub, &chain.queue);
    assert_eq!(verdicts(&checked), (["pass"; 3], 0), "{:#}", checked.0);
}

#[test]
fn another_sections_chain_is_not_the_students() {
    let student = student();
    student.says(["start", "3", "--rate", "100"]);
    let queue = Chain::live(&student);
    wait_for("numbers to flow", || (queue.counter("puts") > 0).then_some(()));
    let checked = student.check(["1"]);
    assert_eq!(verdicts(&checked), (["could-not-tell"; 3], 3), "{:#}", checked.0);
    assert!(
        why(&checked.0).contains("workshop start 1"),
        "{}",
        why(&checked.0)
    );
    assert!(!queue.dump().contains("workshop-probe"));
}

#[test]
fn there_is_no_program_to_run_or_to_name() {
    let student = student();
    for (arguments, part) in [
        (&["run"][..], "workshop lesson 1"),
        (&["check", "1", "--", "true"], "workshop check 1"),
        (&["start", "1", "--rate", "5"], "has no stream"),
    ] {
        let output = student.workshop(arguments);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
        assert!(text(&output.stderr).contains(part), "{}", text(&output.stderr));
    }
    let output = student.says(["run", "--", "sh", "-c", "echo $PUBSUB_URL"]);
    assert_eq!(output.trim(), Chain::live(&student).pubsub);
}

/// Every command of the lesson, as it stands there, and then the check.
#[tokio::test]
async fn the_lesson_leads_to_all_claims_passed() {
    let student = Student::new();
    student.says(["start", "1"]);
    let folder = student.workspace();
    // The one port that the lesson fixes may be in use by another test that follows it.
    let port = nobody().rsplit(':').next().unwrap().to_owned();
    let lesson = workshop::lesson::section(1)
        .unwrap()
        .lesson
        .markdown
        .replace("9080", &port);
    let path = std::env::var("PATH").unwrap();
    let tools = Path::new(WORKSHOP).parent().unwrap().display();
    let environment = [("PATH".to_owned(), format!("{tools}:{path}"))];
    let mut terminals: BTreeMap<String, Terminal> = BTreeMap::new();
    for step in steps(&lesson).unwrap() {
        match step {
            Step::Save { path, text } => std::fs::write(folder.join(path), text).unwrap(),
            Step::Solve => student.solve(SECTION),
            Step::Type(typed) => {
                let memory = student.folder().join(format!("terminal-{}", typed.terminal));
                let terminal = terminals
                    .entry(typed.terminal.clone())
                    .or_insert_with(|| Terminal::open(&folder, &environment, memory));
                let result = terminal.type_in(&typed).await;
                assert!(result.is_ok(), "{}: {result:?}", typed.command);
            }
        }
    }
    let (report, code) = student.check(["1"]);
    assert_eq!(verdict(&report, "predictions"), Some("fail"), "{report:#}");
    for id in ["chain-delivers", "you-published", "you-fetched"] {
        assert_eq!(verdict(&report, id), Some("pass"), "{report:#}");
    }
    assert_eq!(code, 1);
    student.solve(SECTION);
    let (report, code) = student.check(["1"]);
    assert_eq!((&report["verdict"], code), (&"pass".into(), 0), "{report:#}");
    for terminal in terminals.into_values() {
        terminal.close().await;
    }
}

/// Whoever was given the one binary has the tutorial's commands too.
#[test]
fn the_one_binary_brings_all_commands() {
    let student = Student::new();
    let alone = student.folder().join("given to me");
    std::fs::create_dir(&alone).unwrap();
    let own = alone.join("workshop");
    std::fs::copy(WORKSHOP, &own).unwrap();
    let script = "\"$0\" start 1 > screen.txt && eval \"$(\"$0\" env)\" && eval \"$(workshop env)\" &&
        for command in ps_to_http pubsub simplequeue; do command -v $command && $command --version; done &&
        echo \"$PATH\"; workshop stop > /dev/null";
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(&own)
        .current_dir(student.folder())
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap();
    let said = text(&output.stdout);
    assert!(output.status.success(), "{said}{}", text(&output.stderr));
    let tools = student.workspace().canonicalize().unwrap().join(".workshop/bin");
    for command in ["ps_to_http", "pubsub", "simplequeue"] {
        assert!(
            said.contains(&format!("{}\n{command} ", tools.join(command).display())),
            "{said}"
        );
    }
    let path = said.lines().last().unwrap();
    assert_eq!(
        path.matches(".workshop/bin").count(),
        1,
        "asked twice, told once: {path}"
    );
    // The line that start prints is the one to type.
    let screen = std::fs::read_to_string(student.folder().join("screen.txt")).unwrap();
    assert!(
        screen.contains("  ps_to_http --destination-get-url=\"http://127.0.0.1:"),
        "{screen}"
    );
}

#[test]
fn the_students_bridge_is_told_of_and_left_alone() {
    let student = student();
    let mut chain = Chain::live(&student);
    chain.bridge();
    let screen = student.says(["start", "3"]);
    let words = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    let now = Chain::live(&student);
    let same_places = (&now.pubsub, &now.queue) == (&chain.pubsub, &chain.queue);
    let said = if same_places {
        "comes into the queue twice"
    } else {
        "where the servers are no longer"
    };
    assert!(
        words.contains(said) && words.contains("has a bridge of its own"),
        "{screen}"
    );
    assert!(chain.bridges[0].runs(), "it is the student's");
    // Where the ports are the same, as they most likely are, it comes back by itself, and stop tells of it too.
    if same_places {
        wait_for("the bridge to come back", || {
            let clients = curl(&[&format!("{}/clients", now.pubsub)]);
            (clients.lines().count() == 2).then_some(())
        });
        let said = student.says(["stop"]);
        assert!(said.contains("is yours and goes on"), "{said}");
    }
    assert!(chain.bridges[0].runs());
}
