//! The programs of every section: starters must fail, solutions pass, wrong ones fail for their own reason, right ones
//! pass; and what is said of some of them.
//!
//! `workshop verify` runs them, and types the lessons. What has to be compiled is left to `languages.rs`.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::student::{Student, claim, processes_mentioning, text, wait_for};

/// Verifies section `number`, with the sources of this repository: `programs` at least are tried, where it has any.
fn verify(number: &str, folder: &str, programs: Option<usize>) {
    // Each of them keeps the machine busy by itself; all at once would be slower, and leave a check no time to spare.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _one_at_a_time = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let student = Student::new();
    let sources = env!("CARGO_MANIFEST_DIR");
    let output = student.workshop(["verify", number, "--course", sources, "--except", "rust"]);
    let page = text(&output.stdout);
    assert!(output.status.success(), "{page}{}", text(&output.stderr));
    let counted = |what: &str| -> Option<usize> {
        let line = page.lines().find(|line| line.ends_with(what))?;
        line.strip_prefix(&format!("✓ {folder}: "))?
            .split(' ')
            .next()?
            .parse()
            .ok()
    };
    let tried = counted("programs fail and pass as they should");
    assert!(
        tried >= programs && tried.is_some() == programs.is_some(),
        "{page}"
    );
    assert!(
        counted("commands print what the lesson shows") > Some(0),
        "{page}"
    );
    let wrong = Path::new(sources).join("checks").join(folder).join("wrong");
    wait_for("its wrong programs to be gone", || {
        processes_mentioning(&wrong).is_empty().then_some(())
    });
}

#[test]
fn section_1_is_verified() {
    verify("1", "01-pipeline", None);
}

#[test]
fn section_2_is_verified() {
    verify("2", "02-readers", Some(30));
}

#[test]
fn section_3_is_verified() {
    verify("3", "03-online-statistics", Some(60));
}

#[test]
fn section_4_is_verified() {
    verify("4", "04-shared-state", Some(55));
}

#[test]
fn section_5_is_verified() {
    verify("5", "05-click-graph", Some(55));
}

#[test]
fn the_starter_of_section_4_runs_and_fails() {
    let student = Student::with_packages_of("04-shared-state");
    let starter = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/lessons/04-shared-state/starter/python/reader.py"
    );
    let (report, code) = student.check(["4", "--", "python3", starter]);
    let datatype = claim(&report, "datatype").unwrap();
    assert_eq!((datatype["verdict"].as_str(), code), (Some("fail"), 1));
    let explanation = datatype["explanation"].as_str().unwrap();
    assert!(explanation.contains("There is nothing at all."), "{explanation}");
}

#[test]
fn a_lost_update_is_shown_in_two_columns_with_its_remedy() {
    let student = Student::with_packages_of("04-shared-state");
    let wrong = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/checks/04-shared-state/wrong/hget_hset.py"
    );
    let mut check = student.command(["check", "4", "--", "python3", wrong]);
    let page = text(&check.output().unwrap().stdout);
    let lines: Vec<&str> = page.lines().collect();
    let head = lines.iter().position(|line| line.matches("reader ").count() == 2);
    let head = head.unwrap_or_else(|| panic!("no columns in {page}"));
    let picture = lines[head..].join("\n");
    for part in [
        "HGET histogram:",
        "HSET histogram:",
        "update is gone",
        "Remedy: HINCRBY",
    ] {
        assert!(picture.contains(part), "no {part:?} in {page}");
    }
}
