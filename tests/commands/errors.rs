//! Every mistake gets one clear message and the right exit code, and nothing is left half done.

mod table;

use std::path::Path;
use std::process::Output;

use super::student::{Student, claim, text, verdict, wait_for};

/// That `output` is a single message that has all of `parts` in it.
fn assert_says(output: &Output, code: i32, parts: &[&str]) {
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{message}");
    assert!(message.starts_with("workshop: "), "{message}");
    assert_eq!(text(&output.stdout), "", "an error is no output");
    for part in parts {
        assert!(message.contains(part), "{part:?} is not in {message:?}");
    }
}

#[test]
fn a_section_that_does_not_exist_is_answered_with_those_that_do() {
    let student = Student::new();
    for command in ["start", "lesson"] {
        assert_says(
            &student.workshop([command, "9"]),
            2,
            &["no section 9", "3 · Online algorithms"],
        );
    }
    assert_says(
        &student.workshop(["check", "9", "--", "true"]),
        2,
        &["no section 9"],
    );
    assert!(
        !student.workspace().exists(),
        "nothing is made for a section that is not there"
    );
}

#[test]
fn absurd_arguments_are_refused_before_anything_is_done() {
    let student = Student::new();
    for rate in ["0", "-1", "nan", "inf", "1e9"] {
        assert_says(&student.workshop(["start", "3", "--rate", rate]), 2, &["rate"]);
    }
    for arguments in [
        &["start"][..],
        &["start", "three"],
        &["start", "-1"],
        &["start", "300"],
        &["strat"],
        &[],
    ] {
        assert_eq!(
            student.workshop(arguments).status.code(),
            Some(2),
            "{arguments:?}"
        );
    }
    assert!(!student.workspace().exists());
}

#[test]
fn commands_before_start_say_to_start() {
    let student = Student::new();
    for arguments in [
        &["check"][..],
        &["run"],
        &["status"],
        &["stop"],
        &["env"],
        &["progress"],
        &["lesson"],
    ] {
        assert_says(
            &student.workshop(arguments),
            2,
            &["no workspace here", "workshop start 1"],
        );
    }
    assert_says(
        &student.workshop(["reveal-secret-stream", "--yes"]),
        2,
        &["workshop start 1"],
    );
    let elsewhere = student.folder().join("elsewhere");
    let arguments = ["--dir", elsewhere.to_str().unwrap(), "check"];
    assert_says(
        &student.workshop(arguments),
        2,
        &[elsewhere.to_str().unwrap(), "is not a workspace"],
    );
}

#[test]
fn commands_that_need_a_live_workshop_say_how_to_get_one() {
    let student = Student::started("200");
    student.says(["stop"]);
    for command in ["run", "env"] {
        assert_says(
            &student.workshop([command]),
            1,
            &["no live workshop is running", "workshop start N"],
        );
    }
    let status = student.workshop(["status"]);
    assert_eq!(status.status.code(), Some(1));
    assert!(text(&status.stdout).contains("No live workshop is running"));
}

#[test]
fn a_broken_settings_file_is_answered_with_file_and_line() {
    let student = Student::started("200");
    let settings = student.workspace().join("workshop.toml");
    std::fs::write(&settings, "[03-online-statistics]\nrun = \"python3 reader.py\"\n").unwrap();
    for arguments in [&["check"][..], &["run"], &["start", "3"]] {
        let parts = ["workshop.toml, line 2", "run = [\"python3\", \"reader.py\"]"];
        assert_says(&student.workshop(arguments), 2, &parts);
    }
    std::fs::remove_file(&settings).unwrap();
    assert_says(
        &student.workshop(["check"]),
        2,
        &["workshop.toml", "workshop start"],
    );
}

#[test]
fn a_broken_answer_fails_the_secret_with_file_and_line_and_nothing_else() {
    let student = Student::started("200");
    student.solve("03-online-statistics");
    let explained = |answers: &str| {
        student.write("answers.toml", answers);
        let (report, code) = student.check(["3"]);
        assert_eq!(
            (verdict(&report, "secret"), code),
            (Some("fail"), 1),
            "{report:#}"
        );
        assert_eq!(
            verdict(&report, "mean"),
            Some("pass"),
            "the program is judged all the same"
        );
        claim(&report, "secret").unwrap()["explanation"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let comma = explained("# what is it?\nmean = 3,14\nvariance = \n");
    assert!(
        comma.contains("answers.toml, line 2") && comma.contains("mean = 3,14"),
        "{comma}"
    );
    let text = explained("mean = \"three\"\n");
    assert!(
        text.contains("mean = \"three\"") && text.contains("3.25"),
        "{text}"
    );
    std::fs::remove_file(student.file("answers.toml")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", student.file("answers.toml")).unwrap();
    let (report, _) = student.check(["3"]);
    assert!(report.to_string().contains("it is not a file"), "{report:#}");
}

#[test]
fn a_workspace_is_not_made_where_no_program_could_find_its_library() {
    let student = Student::new();
    let place = student.folder().join("a:b");
    assert_says(
        &student.workshop(["start", "3", "--dir", place.to_str().unwrap()]),
        1,
        &["a:b", "colon"],
    );
    assert!(!place.exists());
}

#[test]
fn a_missing_interpreter_is_no_wrong_answer() {
    let student = Student::started("200");
    let empty = student.folder().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let output = student
        .command(["check", "--json"])
        .env("PATH", &empty)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "the secret is not answered");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(verdict(&report, "mean"), Some("could-not-tell"), "{report:#}");
    assert!(
        report.to_string().contains("python3") && report.to_string().contains("python.org"),
        "{report:#}"
    );

    let output = student
        .command(["check", "3", "--", "python3", "x.py"])
        .env("PATH", &empty)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    let output = student.command(["run"]).env("PATH", &empty).output().unwrap();
    assert_says(&output, 1, &["python3", "python.org"]);
    let output = student
        .command(["start", "3"])
        .env("PATH", &empty)
        .output()
        .unwrap();
    assert!(
        text(&output.stdout).contains("python.org"),
        "start says so at once"
    );
}

#[test]
fn a_port_that_is_taken_is_named_with_its_holder() {
    // Another test's workshop may hold the port, and let it go at any moment: then it is this test's turn to hold it.
    let note = wait_for("port 8080 to be taken throughout a start", || {
        let held = std::net::TcpListener::bind("127.0.0.1:8080");
        let student = Student::new();
        let screen = student.says(["start", "3"]);
        let from = screen.find("port 8080 is taken");
        assert!(from.is_some() || held.is_err(), "the port was held: {screen}");
        let note = screen[from?..]
            .split_whitespace()
            .take(16)
            .collect::<Vec<_>>()
            .join(" ");
        let port = note
            .split(" listens on ")
            .nth(1)
            .unwrap()
            .split(' ')
            .next()
            .unwrap();
        assert!(screen.contains(&format!("http://127.0.0.1:{port}")), "{screen}");
        Some(note)
    });
    if Path::new("/proc").is_dir() {
        assert!(note.contains("(process "), "{note}");
    }
}
