//! `workshop judge`: a record judged again, and records that cannot be.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::student::{Student, text};

/// A student with a check of the mistake on the slides: its record, and what the check printed.
fn checked() -> (Student, PathBuf, Value) {
    let student = Student::new();
    std::fs::create_dir_all(student.workspace().join(".workshop")).unwrap();
    let wrong = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("checks/03-online-statistics/wrong")
        .join("slides_update.py");
    let (report, code) = student.check(["3", "--seed", "7", "--", "python3", wrong.to_str().unwrap()]);
    assert_eq!(code, 1, "{report:#}");
    let run = PathBuf::from(report["run"].as_str().unwrap());
    (student, run, report)
}

fn judged(student: &Student, record: &Path) -> (Value, i32) {
    let output = student.workshop(["judge", "--json", record.to_str().unwrap()]);
    assert_eq!(text(&output.stderr), "");
    (
        serde_json::from_slice(&output.stdout).unwrap(),
        output.status.code().unwrap(),
    )
}

#[test]
fn a_record_is_judged_again_by_its_path_its_name_and_as_the_latest() {
    let (student, run, report) = checked();
    let name = run.file_name().unwrap();
    for given in [
        run.clone(),
        run.join("record.jsonl"),
        name.into(),
        "latest".into(),
    ] {
        let (again, code) = judged(&student, &given);
        assert_eq!(code, 1, "the same exit code");
        for field in ["section", "verdict", "seed", "command", "claims"] {
            assert_eq!(again[field], report[field], "{field} of {}", given.display());
        }
        let keys = |report: &Value| report.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&again), keys(&report), "the same document");
    }
    let page = student.workshop(["judge", "latest"]);
    assert_eq!(page.status.code(), Some(1));
    let page = text(&page.stdout);
    assert!(page.contains("✗ variance") && page.contains("✓ mean"), "{page}");
    assert!(
        page.contains("--seed 7") && page.ends_with("Begin with `variance`.\n"),
        "{page}"
    );
    let progress = student.workspace().join(".workshop/progress.json");
    assert!(!progress.exists(), "nothing is noted");
}

#[test]
fn a_record_that_is_not_whole_is_refused_with_the_line() {
    let (student, run, _) = checked();
    let whole = std::fs::read_to_string(run.join("record.jsonl")).unwrap();
    let lines: Vec<String> = whole.lines().map(str::to_owned).collect();
    let count = lines.len();
    let with = |change: &dyn Fn(&mut Vec<String>)| {
        let mut lines = lines.clone();
        change(&mut lines);
        lines.join("\n")
    };
    let newer = r#"{"at_us":0,"scenario":"check","event":"dreamt","of":"sheep"}"#;
    let elsewhere = lines[0].replace("\"section\":3", "\"section\":99");
    for (record, line, why) in [
        (String::new(), 1, "the record is empty"),
        (
            with(&|lines| drop(lines.remove(0))),
            1,
            "begins with the event \"check\"",
        ),
        (
            with(&|lines| lines.truncate(40)),
            40,
            "the record ends here, and the check did not",
        ),
        (
            with(&|lines| lines.swap(1, count - 2)),
            3,
            "this happened before what stands in line 2",
        ),
        (
            with(&|lines| drop(lines.remove(9))),
            count - 1,
            "events happened before this one",
        ),
        (
            with(&|lines| lines.insert(9, lines[9].clone())),
            count + 1,
            "events happened before this one",
        ),
        (
            with(&|lines| lines.push(lines[count - 1].clone())),
            count + 1,
            "nothing happens after the end of a check",
        ),
        (
            with(&|lines| lines[4] = newer.into()),
            5,
            "event \"dreamt\" of this shape is not known to this version",
        ),
        (
            with(&|lines| lines[4] = "\u{1b}[2J".into()),
            5,
            "it is not JSON at column 1",
        ),
        (with(&|lines| lines[4].truncate(20)), 5, "it ends in the middle"),
        (with(&|lines| lines[0] = elsewhere.clone()), 1, "no section 99"),
    ] {
        let file = student.folder().join("record.jsonl");
        std::fs::write(&file, record).unwrap();
        let output = student.workshop(["judge", "record.jsonl"]);
        let said = text(&output.stderr);
        assert!(said.contains(&format!("record.jsonl, line {line}: ")), "{said}");
        assert!(said.contains(why), "{why}: {said}");
        let code = if why == "no section 99" { 2 } else { 3 };
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert_eq!(text(&output.stdout), "");
    }
}

#[test]
fn what_is_no_record_is_refused() {
    let student = Student::new();
    std::fs::create_dir_all(student.workspace().join(".workshop")).unwrap();
    let output = student.workshop(["judge", "yesterday"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("there is no run \"yesterday\""));
    let output = student.workshop(["judge", "latest"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("nothing has been checked here yet"),
        "{}",
        text(&output.stderr)
    );
}
