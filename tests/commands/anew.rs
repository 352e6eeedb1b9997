//! `workshop reset`, `workshop solution`, and what the workspace remembers: nothing of the student's is lost.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};

use nix::pty::openpty;
use serde_json::json;

use super::student::{Student, WORKSHOP, flat, text};

const SECTION: &str = "03-online-statistics";

/// The folders that `reset` has kept, sorted.
fn copies(student: &Student) -> Vec<PathBuf> {
    let mut copies: Vec<PathBuf> = student
        .workspace()
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.starts_with(SECTION) && name != SECTION
        })
        .collect();
    copies.sort();
    copies
}

fn starter(name: &str) -> String {
    let path = format!("{}/lessons/{SECTION}/starter/{name}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(path).unwrap()
}

fn row(student: &Student) -> String {
    let progress = student.says(["progress"]);
    progress
        .lines()
        .find(|line| line.starts_with("3 "))
        .unwrap()
        .to_owned()
}

#[test]
fn a_reset_keeps_the_work_under_a_dated_name_and_begins_anew() {
    let student = Student::started("50");
    student.write("reader.py", "mine");
    student.write("answers.toml", "mean = 1\nvariance = 2\n");
    student.write("notes.txt", "notes");
    student.says(["hint"]);
    let state = student.workspace().join(".workshop");
    let secret = fs::read(state.join("secret")).unwrap();
    let settings = student.workspace().join("workshop.toml");
    let own = "# of mine\n[03-online-statistics]\nrun = [\"python3\", \"other.py\", \"--fast\"]\n\n# other\n[other]\nrun = [\"x\"]\n";
    fs::write(&settings, own).unwrap();

    let nobody = student.workshop(["reset", "3"]);
    assert_eq!(nobody.status.code(), Some(2));
    assert!(text(&nobody.stderr).contains("`workshop reset 3 --yes`"));
    assert!(copies(&student).is_empty());

    let said = flat(&student.says(["reset", "3", "--yes"]));
    let [copy] = &copies(&student)[..] else {
        panic!("one copy: {said}");
    };
    let date = copy.to_str().unwrap().rsplit_once('.').unwrap().1;
    assert!(
        date.len() == "2026-11-25-190000".len() && date.starts_with("20"),
        "{date}"
    );
    for part in [
        copy.file_name().unwrap().to_str().unwrap(),
        "the secret and its commitment",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let kept = |name: &str| fs::read_to_string(copy.join(name)).unwrap();
    assert_eq!(
        (kept("reader.py"), kept("notes.txt")),
        ("mine".into(), "notes".into())
    );
    assert_eq!(kept("answers.toml"), "mean = 1\nvariance = 2\n");
    assert_eq!(
        kept("workshop.before-reset.toml"),
        "[03-online-statistics]\nrun = [\"python3\", \"other.py\", \"--fast\"]"
    );
    assert_eq!(
        fs::read_to_string(student.file("reader.py")).unwrap(),
        starter("python/reader.py")
    );
    assert_eq!(
        fs::read_to_string(student.file("answers.toml")).unwrap(),
        starter("answers.toml")
    );
    assert!(!student.file("notes.txt").exists());
    let (before, after) = own.split_once("[03-online-statistics]").unwrap();
    let rest = &after[after.find("\n\n").unwrap()..];
    let part = starter("python/workshop.toml");
    assert_eq!(
        fs::read_to_string(&settings).unwrap(),
        format!("{before}{}{rest}", part.trim())
    );
    assert_eq!(fs::read(state.join("secret")).unwrap(), secret);
    assert!(
        student.says(["hint", "--again"]).contains("hint 1 of 3"),
        "progress stays"
    );
    let (report, code) = student.check(["3"]);
    assert_eq!(
        (report["command"].clone(), code),
        (json!(["python3", "reader.py"]), 1)
    );

    student.says(["reset", "3", "--yes"]);
    assert_eq!(
        copies(&student).len(),
        2,
        "another reset keeps another copy, within the same second too"
    );
}

#[test]
fn a_terminal_that_stands_in_the_folder_is_told_and_other_sections_and_broken_settings_are_left_alone() {
    let student = Student::started("50");
    let inside = student.workspace().join(SECTION);
    let output = student
        .command(["reset", "3", "--yes"])
        .current_dir(&inside)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let copy = copies(&student)[0].file_name().unwrap().to_owned();
    let work = format!("your work    {}\n", copy.display());
    assert!(text(&output.stdout).contains(&work), "{}", text(&output.stdout));
    let cd = format!("  cd {}\n", inside.canonicalize().unwrap().display());
    assert!(text(&output.stdout).contains(&cd), "{}", text(&output.stdout));

    let never = student.workshop(["reset", "4", "--yes"]);
    assert_eq!(never.status.code(), Some(2));
    assert!(text(&never.stderr).contains("section 4 has not been started"));

    fs::write(
        student.workspace().join("workshop.toml"),
        "[03-online-statistics]\nrun = ",
    )
    .unwrap();
    student.write("reader.py", "mine");
    let broken = student.workshop(["reset", "3", "--yes"]);
    assert_eq!(broken.status.code(), Some(2));
    assert!(
        text(&broken.stderr).contains("workshop.toml, line 2"),
        "{}",
        text(&broken.stderr)
    );
    assert_eq!(fs::read_to_string(student.file("reader.py")).unwrap(), "mine");
    assert_eq!(copies(&student).len(), 1, "that of the first reset");
}

#[test]
fn a_solution_is_put_beside_the_work_and_its_reader_is_told_of() {
    let student = Student::started("50");
    student.write("reader.py", "mine");
    let nobody = student.workshop(["solution", "3"]);
    assert_eq!(nobody.status.code(), Some(2));
    assert!(!student.file("solution").exists() && row(&student).trim_end_matches(['│', ' ']).ends_with('-'));
    let unknown = student.workshop(["solution", "3", "--language", "cobol", "--yes"]);
    assert!(text(&unknown.stderr).contains("no solution in cobol; it has: "));
    assert!(
        text(&unknown.stderr).contains("python, rust"),
        "{}",
        text(&unknown.stderr)
    );

    let said = student.says(["solution", "3", "--yes"]);
    assert!(
        said.contains("seen before solved") && said.contains("solution/reader.py"),
        "{said}"
    );
    assert!(said.lines().all(|line| line == line.trim_end()), "{said:?}");
    assert!(said.lines().all(|line| !line.is_empty()), "{said:?}");
    let solution = fs::read_to_string(student.file("solution/reader.py")).unwrap();
    assert!(solution.contains("m2"), "{solution}");
    assert!(student.says(["progress"]).contains("seen before solved"));
    student.write("solution/reader.py", "mine too");
    assert!(
        student
            .says(["solution", "3", "--yes"])
            .contains("is there already")
    );
    assert_eq!(
        fs::read_to_string(student.file("solution/reader.py")).unwrap(),
        "mine too"
    );
    assert_eq!(fs::read_to_string(student.file("reader.py")).unwrap(), "mine");
    student.says(["solution", "3", "--language", "rust", "--yes"]);
    assert!(student.file("solution/src/bin/reader.rs").is_file());
}

#[test]
fn a_workspace_that_was_moved_goes_on_working() {
    let student = Student::started("50");
    student.says(["hint"]);
    student.check(["3"]);
    student.says(["stop"]);
    let venv = Command::new("python3")
        .args(["-m", "venv", "--without-pip", ".venv"])
        .current_dir(student.workspace())
        .status()
        .unwrap();
    assert!(venv.success());
    let elsewhere = student.folder().join("attic");
    fs::create_dir(&elsewhere).unwrap();
    let moved = elsewhere.join("moved workspace");
    fs::rename(student.workspace(), &moved).unwrap();
    let says = |arguments: &[&str]| {
        let output = student.command(arguments).current_dir(&moved).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        text(&output.stdout)
    };
    says(&["start", "3", "--rate", "50"]);
    let prefix = says(&[
        "run",
        "--",
        "python3",
        "-c",
        "import sys, pysimplehttp; print(sys.prefix)",
    ]);
    let venv = moved.join(".venv").canonicalize().unwrap();
    assert_eq!(prefix.trim(), venv.to_str().unwrap());
    for command in ["pubsub", "simplequeue", "ps_to_http"] {
        let version = Command::new(moved.join(".workshop/bin").join(command))
            .arg("--help")
            .output();
        assert!(version.unwrap().status.success(), "{command}");
    }
    // Another build of the workshop, somewhere else.
    fs::remove_file(moved.join(".workshop/bin/pubsub")).unwrap();
    symlink("/nowhere/workshop", moved.join(".workshop/bin/pubsub")).unwrap();
    says(&["env"]);
    let link = fs::read_link(moved.join(".workshop/bin/pubsub")).unwrap();
    assert_eq!(link, PathBuf::from(WORKSHOP));
    assert!(says(&["hint", "--again"]).contains("hint 1 of 3"));
    let judged = student
        .command(["judge", "latest"])
        .current_dir(&moved)
        .output()
        .unwrap();
    assert_eq!(judged.status.code(), Some(1), "{}", text(&judged.stderr));
    let checked = student.command(["check"]).current_dir(&moved).output().unwrap();
    assert_eq!(checked.status.code(), Some(1), "{}", text(&checked.stderr));
    says(&["stop"]);
}

/// What the command prints where standard input and output are a terminal at which `typed` is typed.
fn on_a_terminal(student: &Student, arguments: &[&str], typed: &str) -> String {
    let (screen, status) = shown_on_a_terminal(student.command(arguments), typed);
    assert!(status.success(), "{screen}");
    screen
}

/// The same of any command, with how it ended.
fn shown_on_a_terminal(mut command: Command, typed: &str) -> (String, ExitStatus) {
    let pair = openpty(None, None).unwrap();
    let terminal = fs::File::from(pair.slave);
    command
        .stdin(terminal.try_clone().unwrap())
        .stdout(terminal.try_clone().unwrap())
        .stderr(terminal);
    let mut process = command.spawn().unwrap();
    // The command holds the terminal too, until it is dropped.
    drop(command);
    let mut keyboard = fs::File::from(pair.master);
    keyboard.write_all(typed.as_bytes()).unwrap();
    let (mut screen, mut part) = (Vec::new(), [0; 4096]);
    // On Linux the end of a terminal that nobody holds any more is an error.
    while let Ok(count @ 1..) = keyboard.read(&mut part) {
        screen.extend_from_slice(&part[..count]);
    }
    (text(&screen), process.wait().unwrap())
}

#[test]
fn what_is_asked_and_refused_on_a_terminal_fits_and_names_the_folder() {
    let student = Student::started("50");
    let mut reset = student.command(["reset", "3"]);
    reset.current_dir(student.workspace().join(SECTION));
    let (question, _) = shown_on_a_terminal(reset, "\n");
    assert!(
        question.contains(&format!("{SECTION} keeps all that is in it")),
        "{question}"
    );
    let (error, status) = shown_on_a_terminal(student.command(["solution", "1", "--yes"]), "");
    assert_eq!(status.code(), Some(2));
    assert!(
        flat(&error).contains("section 1 has not been started in "),
        "{error}"
    );
    for _ in 0..3 {
        student.says(["hint"]);
    }
    let (hints, _) = shown_on_a_terminal(student.command(["hint"]), "");
    assert!(
        flat(&hints).contains("`workshop hint 3 --again` shows them again."),
        "{hints}"
    );
    for screen in [question, error, hints] {
        // But for a word that is wider itself, such as a path.
        let fits = |line: &str| line.chars().count() <= 80 || !line.trim().contains(' ');
        assert!(screen.lines().all(fits), "{screen}");
    }
    // In a pipe, each line is whole.
    let piped = student.workshop(["solution", "1", "--yes"]);
    assert_eq!(text(&piped.stderr).lines().count(), 1, "{}", text(&piped.stderr));
}

#[test]
fn on_a_terminal_one_is_asked_and_only_yes_is_yes() {
    let student = Student::started("50");
    student.write("reader.py", "mine");
    let no = on_a_terminal(&student, &["reset", "3"], "\n");
    assert!(
        no.contains("Reset section 3? [y/N]") && no.contains("Nothing is reset."),
        "{no}"
    );
    let no = on_a_terminal(&student, &["solution", "3"], "n\n");
    assert!(
        no.contains("Look at a solution? [y/N]") && no.contains("Nothing is shown."),
        "{no}"
    );
    assert!(copies(&student).is_empty() && !student.file("solution").exists());
    assert!(!student.says(["progress"]).contains("seen"));
    on_a_terminal(&student, &["solution", "3"], "y\n");
    assert!(student.file("solution/reader.py").is_file());
    let yes = on_a_terminal(&student, &["reset", "3"], "yes\n");
    assert!(yes.contains("Section 3 begins anew"), "{yes}");
    assert_eq!(copies(&student).len(), 1);
}
