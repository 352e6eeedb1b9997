//! What is said of a course that has a mistake: where it is, and what to do.

use std::os::unix::fs::symlink;

use super::Course;
use crate::commands::student::{Student, flat, text};

const LESSON: &str = "lessons/06-distinct-pages/lesson.md";
const CHECK: &str = "checks/06-distinct-pages/check.toml";

/// What `verify --quick` says of `course`, as one line, and its exit status.
fn verified(course: &Course) -> (String, i32) {
    let output = Student::new().workshop(["verify", "--quick", "--course", course.name()]);
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    (flat(&said), output.status.code().unwrap())
}

#[test]
fn the_example_has_no_mistake() {
    let (said, code) = verified(&Course::copy());
    assert!(said.starts_with("✓ 06-distinct-pages: ") && code == 0, "{said}");
}

/// A change to a file of the example, and what is said of it.
type Mistake = (&'static str, &'static str, &'static str, &'static str);

#[test]
fn what_disagrees_is_named_with_its_file_and_its_line() {
    let mistakes: &[Mistake] = &[
        (
            LESSON,
            "## A set",
            "#### A set",
            "lesson.md, line 14: the heading",
        ),
        (LESSON, "```python file", "``` file", "lesson.md, line 19: "),
        (
            LESSON,
            "$m \\ln(m/z)$",
            "$m \\lnn(m/z)$",
            "lesson.md, line 40: the formula",
        ),
        (
            LESSON,
            "| **stream** |",
            "| **steam** |",
            "line 59: the check has no claim \"steam\"; it has six-clicks",
        ),
        (
            LESSON,
            "| **stream** |",
            "| *stream* |",
            "the claim \"stream\" is required; write it in bold",
        ),
        (
            LESSON,
            "| *estimate* | extra: `estimate.py` is off by 5 % at most |\n",
            "",
            "names \"estimate\", which the check has; add a row",
        ),
        (
            LESSON,
            "```console",
            "```console any=colour",
            "\"colour\" is no kind of thing that can be different",
        ),
        (
            "lessons/06-distinct-pages/hints.md",
            "## What is no click\n",
            "",
            "hints.md: has 2 hints; write 3",
        ),
        (
            "lessons/06-distinct-pages/starter/python/workshop.toml",
            "[06-distinct-pages]",
            "[07-distinct-pages]",
            "workshop.toml: holds one table, [06-distinct-pages], and nothing else",
        ),
        (
            "lessons/06-distinct-pages/starter/python/workshop.toml",
            "\"reader.py\"",
            "\"read.py\"",
            "run must be [\"python3\", \"reader.py\"]",
        ),
        (
            "checks/06-distinct-pages/wrong/silent.py",
            "# claim: six-clicks",
            "# claim: seven-clicks",
            "wrong/silent.py, line 1: the check has no claim \"seven-clicks\"",
        ),
        (
            "checks/06-distinct-pages/wrong/silent.py",
            "# claim: six-clicks\n",
            "",
            "silent.py: does not say why it must fail",
        ),
    ];
    for (file, old, new, expected) in mistakes {
        let course = Course::copy();
        course.replace(file, old, new);
        let (said, code) = verified(&course);
        assert!(
            said.contains(expected) && code == 1,
            "{file}, {new:?}: expected {expected:?} in {said}"
        );
    }
}

#[test]
fn what_is_missing_or_left_over_is_named() {
    let mistakes: &[(&str, &str)] = &[
        (
            "lessons/06-distinct-pages/notes.txt",
            "notes.txt: nothing reads this file",
        ),
        (
            "solutions/06-distinct-pages/notes.txt",
            "notes.txt: nothing reads this file",
        ),
        (
            "solutions/06-distinct-pages/python/reader.py~",
            "left behind; take it away",
        ),
        (
            "checks/06-distinct-pages/old.py",
            "old.py: stands neither in wrong/ nor in right/",
        ),
        (
            "checks/06-distinct-pages/wrong/reader.cobol",
            "cannot be run: no language",
        ),
        (
            "lessons/06-distinct-pages/starter/answers.toml",
            "answers.toml, line 1: the check knows no question \"mean\"",
        ),
        (
            "lessons/06-distinct-pages/starter/javascript/reader.js",
            "the section has a starter in this language, and no solution",
        ),
    ];
    for (file, expected) in mistakes {
        let course = Course::copy();
        course.write(file, "mean =\n");
        let (said, code) = verified(&course);
        assert!(said.contains(expected) && code == 1, "{file}: {said}");
    }
    let course = Course::copy();
    std::fs::remove_file(
        course
            .folder()
            .join("solutions/06-distinct-pages/python/estimate.py"),
    )
    .unwrap();
    assert!(
        verified(&course)
            .0
            .contains("python/estimate.py: the starter has this program")
    );
    std::fs::remove_file(course.folder().join(CHECK)).unwrap();
    assert!(
        verified(&course)
            .0
            .contains("checks/06-distinct-pages: there is no check of this section")
    );
}

/// What cannot be understood at all is a command given wrongly.
fn refused(course: &Course, expected: &str) {
    let (said, code) = verified(course);
    assert!(
        said.contains(expected) && code == 2,
        "expected {expected:?} in {said}"
    );
}

#[test]
fn a_contract_that_cannot_be_understood_is_answered_with_its_line_and_what_to_write() {
    let mistakes: &[(&str, &str, &str)] = &[
        (
            "[[claims]]",
            "[[claim]]",
            "line 3: unknown field `claim`, expected `claims`",
        ),
        (
            "id = \"six-clicks\"",
            "id = \"Six clicks\"",
            "line 3: the claim \"Six clicks\": an id is up to 20",
        ),
        (
            "id = \"stream\"",
            "id = \"heartbeats\"",
            "stands here for the second time",
        ),
        ("title = \"six", "tile = \"six", "unknown field `tile`"),
        (
            "publish.file = \"heartbeats.jsonl\"",
            "publish.file = \"../../lessons/languages.toml\"",
            "is no file of checks/06-distinct-pages",
        ),
        (
            "publish.file = \"heartbeats.jsonl\"",
            "",
            "missing field `publish`",
        ),
        (
            "publish.file = \"heartbeats.jsonl\"",
            "publish.stream = \"clicks\"",
            "a stream has no end; write publish.limit",
        ),
        (
            "stream = \"clicks\", limit = 500",
            "stream = \"clocks\", limit = 500",
            "\"clocks\" is none of clicks, numbers",
        ),
        (
            "stream = \"clicks\", limit = 500",
            "stream = \"clicks\", limit = 500, rate = 1",
            "takes 500 s",
        ),
        (
            "'{\"clicks\": 1, \"pages\": 1}'",
            "'1 click'",
            "expect.lines has \"1 click\", which is no JSON object",
        ),
        (
            "\"reference.py\"]",
            "\"/bin/true\"]",
            "names no file of checks/06-distinct-pages",
        ),
        (
            "expect.reference = [\"python3\", \"reference.py\"]\n\n[[claims]]\nid = \"stream\"",
            "\n[[claims]]\nid = \"stream\"",
            "nothing is expected",
        ),
        (
            "expect.compare = \"last\"",
            "expect.compare = \"first\"",
            "unknown variant `first`",
        ),
        (
            "expect.tolerance = 0.05",
            "expect.tolerance = 5",
            "must be from 0 to 1",
        ),
        (
            "title = \"500 clicks",
            "readers = 2\ntitle = \"500 clicks",
            "write expect.compare = \"any-order\"",
        ),
        (
            "title = \"500 clicks",
            "readers = 200\ntitle = \"500 clicks",
            "readers = 200 must be 1 to 8",
        ),
        ("required = false\n", "", "add required = false"),
    ];
    for (old, new, expected) in mistakes {
        let course = Course::copy();
        course.replace(CHECK, old, new);
        refused(&course, expected);
    }
}

#[test]
fn a_folder_that_is_no_course_is_refused_whatever_is_in_it() {
    let course = Course::copy();
    course.replace(LESSON, "minutes = 15", "minutes = \"a while\"");
    refused(&course, "lesson.md, line 5: invalid type");
    let course = Course::copy();
    std::fs::remove_file(course.folder().join(LESSON)).unwrap();
    refused(&course, "has no lesson.md; write one");
    symlink("/etc/hostname", course.folder().join(LESSON)).unwrap();
    refused(&course, "lesson.md is neither a file nor a folder");
    let course = Course::copy();
    course.write(
        "lessons/03-mine/lesson.md",
        "+++\ntitle = \"A\"\nservices = []\nminutes = 5\n+++\n# A\n",
    );
    refused(
        &course,
        "lessons/03-mine has the number of the section 03-online-statistics",
    );
    let course = Course::copy();
    course.write("checks/07-lost/check.toml", "");
    refused(&course, "checks/07-lost has no section lessons/07-lost");
    let course = Course::copy();
    std::fs::remove_dir_all(course.folder().join("lessons")).unwrap();
    refused(&course, "is no course: a course has a folder lessons/");
    let gone = Student::new().workshop(["list", "--course", "/nowhere/at/all"]);
    assert_eq!(gone.status.code(), Some(2));
    assert!(
        text(&gone.stderr).contains("/nowhere/at/all is no course"),
        "{}",
        text(&gone.stderr)
    );
}
