//! What is remembered outlives versions: what this one does not know is kept, and what it cannot read is left alone.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::student::{Student, text};

fn path(student: &Student) -> PathBuf {
    student.workspace().join(".workshop/progress.json")
}

fn read(student: &Student) -> Value {
    serde_json::from_slice(&fs::read(path(student)).unwrap()).unwrap()
}

/// A student of sections 2 and 3 with a right program in section 2.
fn student() -> Student {
    let student = Student::new();
    student.says(["start", "3", "--rate", "50"]);
    student.says(["start", "2"]);
    student.says(["stop"]);
    student.solve("02-readers");
    student
}

/// Each command that writes progress.
const WRITERS: [&[&str]; 4] = [
    &["check"],
    &["hint", "2"],
    &["solution", "3", "--yes"],
    &["reveal-secret-stream", "--yes"],
];

/// That each of [`WRITERS`] has noted what it is to note.
fn all_is_noted(student: &Student) {
    let now = read(student);
    for (section, field) in [
        ("2", "passed"),
        ("2", "hints"),
        ("3", "solution"),
        ("3", "revealed"),
    ] {
        assert!(
            !now["sections"][section][field].is_null(),
            "{section}, {field}: {now:#}"
        );
    }
}

#[test]
fn what_a_newer_version_wrote_is_kept_by_every_command() {
    let student = student();
    let newer = json!({
        "version": 7,
        "current_section": 2,
        "language": "python",
        "medals": [{"of": "gold"}],
        "sections": {
            "2": {"started": "2026-01-02T03:04:05Z", "stars": 5, "tries": [1, 2]},
            "3": {"started": "2026-01-02T03:04:05Z", "hints": 1, "nested": {"kept": true}},
            "9": {"title": "not here yet", "passed": "2027-01-02T03:04:05Z"},
        },
    });
    fs::write(path(&student), newer.to_string()).unwrap();
    for command in WRITERS {
        student.says(command);
        let mut now = read(&student);
        for (section, known) in [("2", ["passed", "hints"]), ("3", ["solution", "revealed"])] {
            let section = now["sections"][section].as_object_mut().unwrap();
            section.retain(|name, _| !known.contains(&name.as_str()));
        }
        let mut expected = newer.clone();
        expected["sections"]["3"].as_object_mut().unwrap().remove("hints");
        if command[0] == "check" {
            assert_eq!(read(&student)["sections"]["3"]["hints"], 1);
        }
        now["sections"]["3"].as_object_mut().unwrap().remove("hints");
        assert_eq!(now, expected, "{command:?}");
    }
    all_is_noted(&student);
    assert!(student.says(["progress"]).contains("2026-01-02"));
}

#[test]
fn what_an_older_version_did_not_write_is_no_trouble() {
    for older in [
        json!({}),
        json!({"sections": {}}),
        json!({"sections": {"2": {}, "3": {}}}),
    ] {
        let student = student();
        fs::write(path(&student), older.to_string()).unwrap();
        student.says(["progress"]);
        student.says(["list"]);
        for command in WRITERS {
            let command: Vec<&str> = match command {
                // Which section was the last one, it does not say.
                ["check"] => vec!["check", "2"],
                other => other.to_vec(),
            };
            student.says(command);
        }
        all_is_noted(&student);
    }
}

#[test]
fn a_progress_that_is_not_understood_is_left_alone_and_the_verdict_is_told() {
    let student = student();
    for other in [
        "[]",
        "{\"sections\": {\"capstone\": {}}}",
        "{\"sections\": {\"2\": {\"passed\": true}}}",
    ] {
        fs::write(path(&student), other).unwrap();
        for command in WRITERS.into_iter().chain([&["progress"][..], &["start", "2"]]) {
            let output = student.workshop(command);
            let said = text(&output.stderr);
            assert!(
                said.contains("is not understood by this version"),
                "{command:?}: {said}"
            );
            assert!(said.contains("move the file away"), "{command:?}: {said}");
            let code = if command[0] == "check" { 3 } else { 1 };
            assert_eq!(output.status.code(), Some(code), "{command:?}: {said}");
            assert_eq!(fs::read_to_string(path(&student)).unwrap(), other, "{command:?}");
        }
        // The program is judged all the same, where the section is named.
        let output = student.workshop(["check", "2"]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(
            text(&output.stdout).contains("Passed"),
            "{}",
            text(&output.stdout)
        );
        assert!(
            said.contains("cannot be noted") && said.contains("is not understood"),
            "{said}"
        );
        assert_eq!(fs::read_to_string(path(&student)).unwrap(), other);
    }
}

#[test]
fn a_damaged_progress_is_kept_beside_the_new_one() {
    let student = student();
    for (command, damaged) in WRITERS
        .into_iter()
        .zip(["", "{\"current_sec", "\0\0\0\0", "\u{feff}{}"])
    {
        fs::write(path(&student), damaged).unwrap();
        let command: Vec<&str> = if command[0] == "check" {
            vec!["check", "2"]
        } else {
            command.to_vec()
        };
        let output = student.workshop(&command);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{command:?}: {said}");
        assert!(said.contains("progress.json was damaged"), "{command:?}: {said}");
        let kept = said
            .split("kept as ")
            .nth(1)
            .unwrap()
            .split(", and")
            .next()
            .unwrap();
        assert_eq!(fs::read_to_string(kept).unwrap(), damaged, "{command:?}");
        assert!(read(&student)["sections"].is_object());
    }
}

#[test]
fn times_that_lie_in_the_future_change_nothing_but_the_dates() {
    let student = student();
    let future = json!({
        "current_section": 2,
        "sections": {
            "2": {"started": "2999-01-01T00:00:00Z", "solution": "2999-06-01T00:00:00Z"},
            "3": {"started": "9998-01-01T00:00:00Z", "passed": "9998-01-01T00:00:00Z"},
        },
    });
    fs::write(path(&student), future.to_string()).unwrap();
    for command in WRITERS {
        student.says(command);
    }
    let screen = student.says(["progress"]);
    let row = |number: &str| {
        screen
            .lines()
            .find(|line| line.starts_with(number))
            .unwrap()
            .to_owned()
    };
    // Where a row is wrapped, the rest of it stands below.
    assert!(row("2 ").contains("seen before"), "{screen}");
    assert!(row("3 ").contains("seen 9998-01-01"), "{screen}");
    // Runs of the future: the newest is the newest, and the check that has just been made is not what is removed.
    let runs = student.workspace().join(".workshop/runs");
    for day in 1..=31 {
        fs::create_dir(runs.join(format!("2999-01-{day:02}-000000.000-02"))).unwrap();
    }
    student.says(["check"]);
    let first = runs.join("latest").canonicalize().unwrap();
    student.says(["check"]);
    let second = runs.join("latest").canonicalize().unwrap();
    assert!(
        first != second && first.join("record.jsonl").is_file(),
        "{first:?}, {second:?}"
    );
    let newest = runs
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.is_symlink())
        .max();
    assert_eq!(newest.unwrap().canonicalize().unwrap(), second);
}
