//! `workshop verify` runs a course, and finds what is not as it claims.

use super::{Course, example};
use crate::commands::student::{Student, text};

const SECTION: &str = "06-distinct-pages";

/// What `verify` says of `course`, and its exit status. Its standard error, which may say that another test verifies just
/// now, is shown where the test fails.
fn verified(course: &str) -> (String, Option<i32>) {
    let output = Student::new().workshop(["verify", "--course", course]);
    eprint!("{}", text(&output.stderr));
    (text(&output.stdout), output.status.code())
}

#[test]
fn the_example_proves_itself() {
    let (said, code) = verified(example().to_str().unwrap());
    let marks: Vec<&str> = said.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!((marks, code), (vec!["✓"; 3], Some(0)), "{said}");
}

/// What a shell has ignored, as for a command in the background, is ignored by whatever that starts: the shells in which
/// lessons are typed must not be among it.
#[test]
fn ctrl_c_reaches_what_a_lesson_runs_where_verify_itself_was_started_to_ignore_it() {
    let course = Course::copy();
    let endless = "trap 'echo bye; exit' INT; echo begun; while :; do sleep 0.01; done";
    let console = format!("```console\n$ {endless}\nbegun\n^C\nbye\n```\n\n## Now you!");
    course.replace(&format!("lessons/{SECTION}/lesson.md"), "## Now you!", &console);
    let student = Student::new();
    let command = student.command(["verify", "--except", "python", "--course", course.name()]);
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-c", "trap '' INT; exec \"$@\"", "sh"])
        .arg(command.get_program());
    shell.args(command.get_args()).current_dir(student.folder());
    let output = shell.output().unwrap();
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(
        output.status.success() && said.contains("3 commands print"),
        "{said}"
    );
    assert_eq!(
        student.workshop(["verify", "--except", "cobol"]).status.code(),
        Some(2)
    );
}

#[test]
fn programs_and_lessons_that_do_not_do_what_is_claimed_of_them_are_named() {
    let course = Course::copy();
    let read = |file: &str| std::fs::read_to_string(course.folder().join(file)).unwrap();
    let solution = read(&format!("solutions/{SECTION}/python/reader.py"));
    let starter = read(&format!("lessons/{SECTION}/starter/python/reader.py"));
    course.write(&format!("lessons/{SECTION}/starter/python/reader.py"), &solution);
    course.write(&format!("solutions/{SECTION}/python/reader.py"), &starter);
    course.write(
        &format!("checks/{SECTION}/wrong/no_mistake.py"),
        &format!("# claim: stream\n{solution}"),
    );
    course.write(&format!("checks/{SECTION}/right/a_mistake.py"), &starter);
    course.replace(
        &format!("lessons/{SECTION}/lesson.md"),
        "news 3\n```",
        "news 4\n```",
    );
    let (said, code) = verified(course.name());
    for complaint in [
        format!("✗ lessons/{SECTION}/starter/python: a starter must fail its check, and it passes"),
        format!(
            "✗ solutions/{SECTION}/python: a solution must pass every claim, and `six-clicks` fails: Line 2"
        ),
        format!("✗ checks/{SECTION}/wrong/no_mistake.py: it must fail \"stream\", and `stream` passes"),
        format!("✗ checks/{SECTION}/right/a_mistake.py: it must pass, and `six-clicks` fails"),
        format!("✗ lessons/{SECTION}/lesson.md, line 28: `python3 five.py` does not print what is shown"),
    ] {
        assert!(said.contains(&complaint), "{complaint:?} is not in {said}");
    }
    let complaints = said.lines().filter(|line| line.starts_with('✗')).count();
    assert_eq!((complaints, code), (5, Some(1)), "{said}");
}
