//! What surrounds the exercise: hints, the list of sections, completions, manual pages.

use std::process::{Command, Stdio};

use super::student::{Student, text};

#[test]
fn every_hint_says_more_and_is_counted_once_it_was_seen() {
    let student = Student::new();
    student.says(["start", "3"]);
    let early = student.workshop(["hint", "--again"]);
    assert_eq!(early.status.code(), Some(2));
    assert!(text(&early.stderr).contains("`workshop hint 3` shows the first"));
    let hints: Vec<String> = (0..3).map(|_| student.says(["hint"])).collect();
    for (number, hint) in (1..).zip(&hints) {
        assert!(
            hint.starts_with(&format!("Section 3, hint {number} of 3\n")),
            "{hint}"
        );
        assert_eq!(
            hint.contains("`workshop hint` again says more."),
            number < 3,
            "{hint}"
        );
    }
    assert!(hints[2].contains("self.m2 += before * after"), "{}", hints[2]);
    assert!(
        student
            .says(["hint", "3"])
            .starts_with("You have seen all 3 hints of section 3;")
    );
    let again = student.says(["hint", "--again"]);
    assert!(
        (1..=3).all(|number| again.contains(&format!("hint {number} of 3"))),
        "{again}"
    );
}

#[test]
fn the_list_needs_no_workspace_and_says_what_is_next() {
    let student = Student::new();
    let row = |list: &str| {
        list.lines()
            .find(|line| line.starts_with("3 · "))
            .unwrap()
            .to_owned()
    };
    let nothing_begun = student.says(["list"]);
    assert!(row(&nothing_begun).ends_with("│"), "{nothing_begun}");
    student.says(["start", "3"]);
    let begun = student.says(["list"]);
    assert!(row(&begun).ends_with("│ at work on it"), "{begun}");
    assert!(begun.contains("`workshop start 1` begins section 1."), "{begun}");
    student.says(["start", "1"]);
    let begun = student.says(["list"]);
    assert!(begun.contains("`workshop start 1` goes on."), "{begun}");
}

#[test]
fn a_shell_understands_the_completions() {
    let script = Student::new().says(["completions", "bash"]);
    let mut bash = Command::new("bash");
    let words =
        "COMP_WORDS=(workshop rev); COMP_CWORD=1; _workshop workshop rev workshop; echo \"${COMPREPLY[@]}\"";
    let output = bash
        .args(["-c", &format!("{script}\n{words}")])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(
        text(&output.stdout),
        "reveal-secret-stream\n",
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn there_is_a_manual_page_of_every_command_a_student_types() {
    let student = Student::new();
    let said = student.says(["man", "pages/of/the/workshop/man1"]);
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
    let pages = student.folder().join("pages/of/the/workshop/man1");
    let page = |name: &str| std::fs::read_to_string(pages.join(name));
    for command in ["start", "check", "reveal-secret-stream", "hint"] {
        assert!(
            page("workshop.1").unwrap().contains(&command.replace('-', "\\-")),
            "{command}"
        );
        assert!(
            page(&format!("workshop-{command}.1"))
                .unwrap()
                .contains("Example"),
            "{command}"
        );
    }
    assert!(page("workshop-guard.1").is_err(), "a hidden command has no page");
    let refused = student.workshop(["man", "/dev/null/pages"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("/dev/null/pages"));
}
