//! How a student gets a section of somebody else's course, and works on it.

use super::{Course, example};
use crate::commands::student::{Student, text, verdict};

const SECTION: &str = "06-distinct-pages";

#[test]
fn a_section_from_a_folder_works_like_any_other_and_the_workspace_remembers_it() {
    let (student, course) = (Student::new(), Course::copy());
    let started = student.says(["start", "6", "--course", course.name()]);
    for part in [
        "Section 6 is live",
        "Distinct pages",
        "06-distinct-pages/reader.py",
    ] {
        assert!(started.contains(part), "{started}");
    }
    assert!(student.says(["list"]).contains("6 · Distinct pages"));
    assert!(student.says(["lesson", "6"]).contains("A set of what was seen"));
    assert!(student.says(["hint"]).contains("Which pages there were"));
    let (report, code) = student.check(["6"]);
    assert_eq!((verdict(&report, "six-clicks"), code), (Some("fail"), 1));
    let solution = example().join("solutions").join(SECTION).join("python");
    for name in ["reader.py", "estimate.py"] {
        std::fs::copy(solution.join(name), student.workspace().join(SECTION).join(name)).unwrap();
    }
    let (report, code) = student.check::<&str>([]);
    for claim in report["claims"].as_array().unwrap() {
        assert_eq!(claim["verdict"], "pass", "{claim:#}");
    }
    assert_eq!((report["claims"].as_array().unwrap().len(), code), (4, 0));
    assert!(
        student
            .workspace()
            .join(SECTION)
            .join("solution/reader.py")
            .is_file()
    );
    assert!(student.says(["progress"]).contains("6 · Distinct pages"));

    // The folder is on a disk that is elsewhere today: the rest goes on, and says what is missing.
    std::fs::rename(course.folder().join("lessons"), course.folder().join("away")).unwrap();
    let list = student.workshop(["list"]);
    assert!(list.status.success());
    assert!(
        text(&list.stderr).contains("the course that this workspace remembers cannot be used"),
        "{}",
        text(&list.stderr)
    );
    assert!(!text(&list.stdout).contains("Distinct pages"));
    assert!(student.workshop(["stop"]).status.success());
}

#[test]
fn the_variable_names_a_course_too() {
    let student = Student::new();
    let mut list = student.command(["list"]);
    let output = list.env("WORKSHOP_COURSE", example()).output().unwrap();
    assert!(
        text(&output.stdout).contains("6 · Distinct pages"),
        "{}",
        text(&output.stderr)
    );
    assert!(!student.says(["list"]).contains("Distinct pages"));
}
