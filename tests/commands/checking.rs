//! `check`: the page, the document, the seed, the record.

use std::path::Path;

use serde_json::Value;
use workshop::arena::History;
use workshop::checks;

use super::student::{Student, claim, solution, text, verdict};

fn wrong(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("checks/03-online-statistics/wrong");
    folder.join(name).to_str().unwrap().to_owned()
}

#[test]
fn a_command_is_judged_without_a_workspace_and_without_a_live_workshop() {
    let student = Student::new();
    let reader = solution("03-online-statistics", "python").join("reader.py");
    let (report, code) = student.check(["3", "--", "python3", reader.to_str().unwrap()]);
    assert_eq!(
        (report["verdict"].as_str(), code),
        (Some("pass"), 0),
        "{report:#}"
    );
    assert_eq!(report["section"], 3);
    assert_eq!(report["command"][0], "python3");
    assert_eq!(
        claim(&report, "secret"),
        None,
        "the secret is not judged for a command given by itself"
    );
    let ids: Vec<&str> = report["claims"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|claim| claim["id"].as_str())
        .collect();
    for id in [
        "reports",
        "mean",
        "variance",
        "first-numbers",
        "every-number",
        "large-offset",
        "other-distributions",
    ] {
        assert!(ids.contains(&id), "{id}");
    }
    assert_eq!(
        student.folder().read_dir().unwrap().count(),
        0,
        "nothing is left in the student's folder"
    );
    std::fs::remove_dir_all(report["run"].as_str().unwrap()).unwrap();
}

#[test]
fn a_record_judged_again_gives_the_same_verdicts() {
    let student = Student::new();
    let (report, _) = student.check(["3", "--", "python3", &wrong("slides_update.py")]);
    let run = Path::new(report["run"].as_str().unwrap());
    let history = History::read(&run.join("record.jsonl")).unwrap();
    let again = serde_json::to_value(checks::of_section(3).unwrap().judge(&history)).unwrap();
    assert_eq!(again, report["claims"]);
    std::fs::remove_dir_all(run).unwrap();
}

#[test]
fn a_seed_repeats_a_check_and_another_one_does_not() {
    let student = Student::new();
    let program = wrong("slides_update.py");
    let expected = |seed: &str| {
        let (report, _) = student.check(["3", "--seed", seed, "--", "python3", &program]);
        assert_eq!(report["seed"].to_string(), seed);
        std::fs::remove_dir_all(report["run"].as_str().unwrap()).unwrap();
        claim(&report, "variance").unwrap()["expected"].clone()
    };
    assert_eq!(expected("7"), expected("7"));
    assert_ne!(expected("7"), expected("8"));
}

#[test]
fn a_failing_page_shows_expected_received_and_the_mistake() {
    let student = Student::new();
    let output = student.workshop([
        "check",
        "3",
        "--seed",
        "7",
        "--",
        "python3",
        &wrong("slides_update.py"),
    ]);
    let page = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{page}");
    assert!(page.contains("✗ variance") && page.contains("✓ mean"), "{page}");
    assert!(
        page.contains("expected  variance") && page.contains("received  variance"),
        "{page}"
    );
    assert!(
        page.contains("This is exactly what M2 += (x - mean)**2 gives"),
        "the mistake is recognised: {page}"
    );
    assert!(page.contains("--seed 7"), "{page}");
    assert!(!page.contains('\u{1b}'), "a pipe gets no escape sequences");
    assert_eq!(text(&output.stderr), "", "and no progress bar");
    let longest = page
        .lines()
        .filter(|line| !line.contains("/"))
        .map(|line| line.chars().count())
        .max();
    assert!(longest <= Some(80), "{page}");
}

#[test]
fn json_is_one_document_with_every_field() {
    let student = Student::started("200");
    let output = student.workshop(["check", "--json"]);
    assert_eq!(output.status.code(), Some(1), "the starter must fail");
    assert_eq!(text(&output.stdout).lines().count(), 1);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["verdict"], "fail");
    assert_eq!(report["command"], serde_json::json!(["python3", "reader.py"]));
    assert!(report["seed"].is_u64() && report["duration_ms"].is_u64());
    assert!(
        Path::new(report["run"].as_str().unwrap())
            .join("record.jsonl")
            .is_file()
    );
    let latest = student.workspace().join(".workshop/runs/latest");
    assert_eq!(
        latest.canonicalize().unwrap(),
        Path::new(report["run"].as_str().unwrap()).canonicalize().unwrap()
    );
    for claim in report["claims"].as_array().unwrap() {
        let keys: Vec<&str> = claim.as_object().unwrap().keys().map(String::as_str).collect();
        let wanted = [
            "id",
            "title",
            "required",
            "verdict",
            "expected",
            "received",
            "explanation",
            "duration_ms",
        ];
        assert_eq!(keys, wanted, "{claim}");
    }
    assert_eq!(
        verdict(&report, "secret"),
        Some("fail"),
        "an answer that is not given is not right"
    );
    assert_eq!(claim(&report, "merge").unwrap()["required"], false);
}

#[test]
fn old_runs_are_cleared_away() {
    let student = Student::started("200");
    let runs = student.workspace().join(".workshop/runs");
    for index in 0..40 {
        std::fs::create_dir_all(runs.join(format!("2000-01-01-000000.{index:03}-03"))).unwrap();
    }
    student.workshop(["check", "3", "--", "true"]);
    let left = runs
        .read_dir()
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_type().unwrap().is_dir())
        .count();
    assert_eq!(left, 30);
}
