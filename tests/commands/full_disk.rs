//! A check on a disk that takes no more: that is no mistake of the student's.

use std::process::Command;

use super::student::{Student, WORKSHOP, script, solution, text};

#[test]
fn a_record_that_cannot_be_written_is_nobodys_mistake() {
    let student = Student::new();
    let limited = student.folder().join("limited");
    // No file may grow past 40 KiB: less than the record, and more than all else that a check writes.
    let reader = solution("03-online-statistics", "python").join("reader.py");
    let check = format!(
        "ulimit -f 80; exec {WORKSHOP} check 3 -- python3 {}",
        reader.display()
    );
    script(&limited, &check);
    let output = Command::new(&limited)
        .current_dir(student.folder())
        .env_remove("WORKSHOP_DIR")
        .output()
        .unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{}{said}", text(&output.stdout));
    for words in [
        "record.jsonl could not be written",
        "make room there",
        "File too large",
    ] {
        assert!(said.contains(words), "{said}");
    }
    assert_eq!(text(&output.stdout), "");
}
