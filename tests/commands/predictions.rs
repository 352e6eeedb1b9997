//! Section 1's predictions: right, wrong, missing, and not to be understood.

use serde_json::Value;

use super::chain::nobody;
use super::student::{Student, claim, solution, text};

const SECTION: &str = "01-pipeline";

/// Every question, a wrong answer, and what the experiment shows.
const WRONG: [(&str, &str, &str); 8] = [
    ("two_readers", "200", "together: 100"),
    ("two_queues", "50", "queue A: 100, queue B: 100"),
    ("no_subscriber", "110", "in the queue: 10"),
    ("slow_subscriber", "waits", "kicked: 1"),
    ("slow_reader", "bridge", "queue: 70"),
    ("first_out", "Third", "fetched: first"),
    ("put_twice", "1", "in the queue: 2"),
    ("reader_dies", "10", "left in the queue: 9"),
];

fn right() -> String {
    std::fs::read_to_string(solution(SECTION, "python").join("answers.toml")).unwrap()
}

/// The right answers, with the one for `question` replaced by `answer`.
fn with(question: &str, answer: &str) -> String {
    let line = |line: &str| match line.split_once(" =") {
        Some((name, _)) if name == question => format!("{name} = {answer}\n"),
        _ => format!("{line}\n"),
    };
    right().lines().map(line).collect()
}

/// What the check says of these answers; the chain is not there, so that it takes no time.
fn judged(student: &Student, answers: &str) -> (Value, String) {
    std::fs::write(student.workspace().join(SECTION).join("answers.toml"), answers).unwrap();
    let output = student
        .command(["check", "1", "--json"])
        .env("PUBSUB_URL", nobody())
        .env("SIMPLEQUEUE_URL", nobody())
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", text(&output.stdout), text(&output.stderr)));
    let record =
        std::fs::read_to_string(format!("{}/record.jsonl", report["run"].as_str().unwrap())).unwrap();
    (claim(&report, "predictions").unwrap().clone(), record)
}

fn student() -> Student {
    let student = Student::new();
    student.says(["start", "1"]);
    student.says(["stop"]);
    student
}

#[test]
fn a_wrong_prediction_is_shown_beside_what_happened() {
    let student = student();
    for (question, answer, shown) in WRONG {
        let (claim, _) = judged(&student, &with(question, answer));
        assert_eq!(claim["verdict"], "fail", "{question} = {answer}: {claim:#}");
        assert_eq!(
            claim["received"], "7 that came true, 1 that did not, 0 missing",
            "{claim:#}"
        );
        let explanation = claim["explanation"].as_str().unwrap();
        let head = format!(" ✗ {question} = {}\n", answer.to_lowercase());
        let rest = explanation
            .split_once(&head)
            .unwrap_or_else(|| panic!("{head}: {explanation}"))
            .1;
        let mut lines = rest.lines();
        assert!(lines.next().unwrap().contains(shown), "{explanation}");
        assert!(
            lines.next().unwrap().starts_with("The experiment: "),
            "{explanation}"
        );
    }
}

#[test]
fn a_question_without_an_answer_stays_a_question() {
    let student = student();
    for (question, _, shown) in WRONG {
        let (claim, record) = judged(&student, &with(question, ""));
        assert_eq!(claim["verdict"], "fail", "{claim:#}");
        let explanation = claim["explanation"].as_str().unwrap();
        assert!(
            explanation.contains(&format!("{question} has no answer yet")),
            "{explanation}"
        );
        let about: Vec<&str> = record
            .lines()
            .filter(|line| line.contains(&format!("\"scenario\":\"{question}\"")))
            .collect();
        assert!(
            about.len() == 1 && about[0].contains("\"predicted\""),
            "what came out ({shown}) is not in the record either: {about:?}"
        );
    }
}

#[test]
fn what_is_no_answer_says_what_is_one_and_gives_nothing_away() {
    let student = student();
    for (question, answer, wanted) in [
        ("two_readers", "\"a hundred\"", "a whole number"),
        ("slow_subscriber", "\"thrown out\"", "kicked, waits, skips"),
        ("first_out", "1", "first, second, third"),
    ] {
        let (claim, _) = judged(&student, &with(question, answer));
        assert_eq!(claim["verdict"], "fail", "{claim:#}");
        let explanation = claim["explanation"].as_str().unwrap();
        let from = explanation.find(&format!("✗ {question}")).unwrap();
        let own: Vec<&str> = explanation[from..].lines().take(2).collect();
        assert!(own[1].contains(wanted), "{own:?}");
    }
    let (claim, _) = judged(&student, "two_readers = 3,5\n");
    let explanation = claim["explanation"].as_str().unwrap();
    assert!(
        explanation.contains("line 1") && explanation.contains("3,5"),
        "{explanation}"
    );
    std::fs::remove_file(student.workspace().join(SECTION).join("answers.toml")).unwrap();
    assert!(
        student.says(["start", "1"]).contains("added"),
        "a missing one is added"
    );
}

#[test]
fn case_quotes_and_points_make_no_difference() {
    let student = student();
    let answers = right()
        .replace("\"kicked\"", "KICKED  # of course")
        .replace("\"queue\"", "' Queue '")
        .replace("two_readers = 100", "two_readers = 100.0")
        .replace("put_twice = 2", "put_twice = \"2\"");
    let (claim, _) = judged(&student, &answers);
    assert_eq!(claim["verdict"], "pass", "{claim:#}");
    assert!(
        claim["explanation"]
            .as_str()
            .unwrap()
            .contains("queue A: 100, queue B: 100")
    );
}
