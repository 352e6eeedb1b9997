//! From the stream to the answer: the secret found, judged, revealed.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::student::{Student, claim, text, verdict};

/// The estimate of a reader on the live stream that has read `n` numbers.
fn estimate(student: &Student, n: u64) -> (f64, f64) {
    let mut run = student.command(["run"]).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(run.stdout.take().unwrap()).lines();
    let told: Value = lines
        .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap())
        .find(|told| told["n"].as_u64() >= Some(n))
        .unwrap();
    run.kill().unwrap();
    run.wait().unwrap();
    (told["mean"].as_f64().unwrap(), told["variance"].as_f64().unwrap())
}

/// The value on the line of `screen` that begins with `name`.
fn value<'a>(screen: &'a str, name: &str) -> &'a str {
    let line = screen
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("no {name} in {screen}"))
}

#[test]
fn a_student_finds_the_secret_and_is_done() {
    // The stream goes on during the check, and is not to take the machine from it.
    let student = Student::started("4000");
    student.solve("03-online-statistics");
    let (mean, variance) = estimate(&student, 8_000);
    student.write("answers.toml", format!("mean = {mean}\nvariance = {variance}\n"));
    let output = student.workshop(["check"]);
    let screen = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{screen}{}", text(&output.stderr));
    assert!(
        screen.contains("Passed: 8 of 8") && screen.contains("reveal-secret-stream"),
        "{screen}"
    );
    for name in ["solution/reader.py", "solution/merge.py"] {
        assert!(student.file(name).is_file(), "{name}");
    }

    let screen = student.says(["reveal-secret-stream", "--yes"]);
    let (true_mean, true_variance): (f64, f64) = (
        value(&screen, "mean").parse().unwrap(),
        value(&screen, "variance").parse().unwrap(),
    );
    // Ten standard errors of 8,000 numbers, with a kurtosis of at most 10.
    assert!(
        (mean - true_mean).abs() < 10.0 * (true_variance / 8_000.0).sqrt(),
        "{screen}"
    );
    assert!(
        (variance - true_variance).abs() < 10.0 * true_variance * (9.0_f64 / 8_000.0).sqrt(),
        "{screen}"
    );
    for question in ["your mean", "your variance"] {
        let off = value(&screen, question)
            .split(", ")
            .nth(1)
            .unwrap()
            .split(' ')
            .next()
            .unwrap();
        assert!(off.parse::<f64>().unwrap() <= 5.0, "{screen}");
    }
    let progress = student.says(["progress"]);
    assert!(!progress.contains("revealed before solved"), "{progress}");
}

#[test]
fn the_revealed_secret_is_the_one_that_was_committed_to() {
    let student = Student::new();
    let start = student.says(["start", "3"]);
    let commitment = start
        .lines()
        .find_map(|line| line.trim().strip_prefix("commitment "))
        .unwrap()
        .trim();
    let screen = student.says(["reveal-secret-stream", "--yes"]);
    // The command that the screen names, run as it stands.
    let verify = screen
        .lines()
        .map(str::trim)
        .find(|line| line.starts_with("printf "))
        .unwrap();
    let output = Command::new("sh").args(["-c", verify]).output().unwrap();
    assert_eq!(
        text(&output.stdout).split_whitespace().next(),
        Some(commitment),
        "{screen}"
    );
    assert!(screen.contains("revealed before solved"), "{screen}");
    assert!(student.says(["progress"]).contains("revealed before solved"));

    // Solving it afterwards does not undo that.
    student.says(["stop"]);
    assert_eq!(
        student.says(["reveal-secret-stream", "--yes"]).lines().next(),
        screen.lines().next()
    );
}

#[test]
fn nothing_is_revealed_unasked() {
    let student = Student::started("200");
    let output = student.workshop(["reveal-secret-stream"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stdout), "");
    let why = text(&output.stderr);
    assert!(why.lines().count() == 1 && why.contains("--yes"), "{why}");
    assert!(!student.says(["progress"]).contains("revealed before solved"));
}

#[test]
fn wrong_answers_fail_without_telling_the_right_ones() {
    let student = Student::started("4000");
    student.solve("03-online-statistics");
    let secret = std::fs::read_to_string(student.workspace().join(".workshop/secret")).unwrap();
    student.write("answers.toml", "mean = 12345.0\nvariance = \n");
    let (report, code) = student.check(["3"]);
    assert_eq!((verdict(&report, "secret"), code), (Some("fail"), 1));
    let run = std::path::PathBuf::from(report["run"].as_str().unwrap());
    let record = std::fs::read_to_string(run.join("record.jsonl")).unwrap();
    for parameter in secret
        .split_whitespace()
        .filter_map(|word| word.split_once('='))
        .map(|(_, value)| value)
    {
        assert!(
            !report.to_string().contains(parameter) && !record.contains(parameter),
            "{parameter} is told"
        );
    }
    // An answer far too early is not judged: with a tenth of a number a second there are too few for days.
    let early = Student::started("0.1");
    early.solve("03-online-statistics");
    early.write("answers.toml", "mean = 1\nvariance = 1\n");
    let (report, code) = early.check(["3"]);
    assert_eq!(
        (verdict(&report, "secret"), code),
        (Some("could-not-tell"), 3),
        "{report}"
    );
    assert!(
        claim(&report, "secret").unwrap()["explanation"]
            .as_str()
            .unwrap()
            .contains("too few")
    );
}
