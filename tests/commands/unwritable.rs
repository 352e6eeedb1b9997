//! A workspace that cannot be written, since its folder is read-only or its disk full: a sentence, the right exit code, and
//! nothing half done.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, ErrorKind};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::student::{Student, files, flat, processes_mentioning, text, wait_for};

/// Runs a command so that permission bits bind it, though root runs the tests: without root's right to overlook them.
fn bound() -> &'static [&'static str] {
    const RIGHTS: &str = "-dac_override,-dac_read_search";
    if nix::unistd::geteuid().is_root() {
        // Both sets: of neither may an exec get them back.
        const SETPRIV: [&str; 5] = ["setpriv", "--bounding-set", RIGHTS, "--inh-caps", RIGHTS];
        &SETPRIV
    } else {
        &["env"]
    }
}

/// A folder that nobody may write into, nor into what is in it; as it was again when this is dropped.
struct Sealed(Vec<(PathBuf, Permissions)>);

impl Sealed {
    fn new(folder: &Path) -> Self {
        let mut found = vec![folder.to_path_buf()];
        let mut sealed = Vec::new();
        while let Some(path) = found.pop() {
            let metadata = match path.symlink_metadata() {
                // What the live workshop was just writing has got its name.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                metadata => metadata.unwrap(),
            };
            if metadata.is_symlink() {
                continue;
            }
            if metadata.is_dir() {
                found.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
            }
            let mode = metadata.permissions().mode() & !0o222;
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            sealed.push((path, metadata.permissions()));
        }
        let (program, rest) = bound().split_first().unwrap();
        let touched = Command::new(program)
            .args(rest)
            .arg("touch")
            .arg(folder.join("touched"))
            .output();
        let touched =
            touched.unwrap_or_else(|error| panic!("{program} is needed where root runs the tests: {error}"));
        assert!(text(&touched.stderr).contains("Permission denied"), "{touched:?}");
        Self(sealed)
    }
}

impl Drop for Sealed {
    fn drop(&mut self) {
        for (path, permissions) in &self.0 {
            // It may be gone.
            let _ = fs::set_permissions(path, permissions.clone());
        }
    }
}

/// A student of section 3 with a hint seen, whose commands and live workshop permission bits bind.
fn student_at_work() -> Student {
    let student = Student::new();
    for arguments in [&["start", "3", "--rate", "50"][..], &["hint"]] {
        let done = student.command_behind(bound(), arguments).output().unwrap();
        assert!(done.status.success(), "{}", text(&done.stderr));
    }
    student
}

/// That the command fails with `code`, with one sentence that has `parts` in it, and shows nothing.
fn fails(output: &Output, code: i32, parts: &[&str]) {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert_eq!(text(&output.stdout), "", "{said}");
    let sentences = said.lines().filter(|line| line.starts_with("workshop: "));
    assert_eq!(sentences.count(), 1, "{said}");
    for part in parts {
        assert!(said.contains(part), "{part:?} is not in {said:?}");
    }
}

#[test]
fn a_workspace_that_is_read_only_is_named_and_stays_as_it_is() {
    let student = student_at_work();
    let live = processes_mentioning(student.folder());
    let sealed = Sealed::new(&student.workspace());
    let before = files(&student.workspace());
    let run = |arguments: &[&str]| student.command_behind(bound(), arguments).output().unwrap();
    for (arguments, code, path) in [
        (&["start", "3"][..], 1, ".workshop/start.lock"),
        (&["start", "1"], 1, ".workshop/start.lock"),
        (&["reset", "3", "--yes"], 1, ".workshop/start.lock"),
        (&["solution", "3", "--yes"], 1, "03-online-statistics/solution"),
        (&["reveal-secret-stream", "--yes"], 1, ".workshop/progress.lock"),
        (&["check"], 3, ".workshop/runs"),
        (&["check", "3", "--json"], 3, ".workshop/runs"),
    ] {
        let advice = "make the workspace writable to you";
        fails(&run(arguments), code, &[path, "Permission denied", advice]);
        assert!(
            files(&student.workspace()) == before,
            "{arguments:?} changed something"
        );
        assert_eq!(processes_mentioning(student.folder()), live, "{arguments:?}");
    }
    let hint = run(&["hint"]);
    assert!(
        flat(&text(&hint.stdout)).contains("hint 2 of 3"),
        "it is shown all the same"
    );
    let said = text(&hint.stderr);
    assert_eq!(hint.status.code(), Some(1), "{said}");
    assert!(
        said.contains("cannot be noted, so it comes again") && said.contains("progress.lock"),
        "{said}"
    );

    // What only reads goes on, and so does what runs.
    for arguments in [
        &["progress"][..],
        &["list"],
        &["lesson", "3"],
        &["hint", "--again"],
        &["status"],
        &["env"],
        &["logs"],
        &["run", "--", "sh", "-c", "echo $PUBSUB_URL"],
    ] {
        let output = run(arguments);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{arguments:?}: {}",
            text(&output.stderr)
        );
    }
    assert!(files(&student.workspace()) == before);
    let parts = ["is stopped, but", "live.json", "make the workspace writable"];
    fails(&run(&["stop"]), 1, &parts);
    assert_eq!(processes_mentioning(student.folder()), [0_u32; 0]);
    drop(sealed);
    student.says(["start", "3", "--rate", "50"]);
}

#[test]
fn a_watch_of_a_read_only_workspace_says_so_and_waits() {
    let student = student_at_work();
    student.says(["stop"]);
    let sealed = Sealed::new(&student.workspace());
    let mut watch = student
        .command_behind(bound(), &["check", "--watch"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(watch.stderr.take().unwrap()).lines();
    let first = said.next().unwrap().unwrap();
    assert!(
        first.contains(".workshop/runs") && first.contains("make the workspace writable"),
        "{first}"
    );
    drop(sealed);
    student.write("reader.py", "print('saved')\n");
    wait_for("the check after the save to leave its record", || {
        student
            .workspace()
            .join(".workshop/runs/latest/record.jsonl")
            .is_file()
            .then_some(())
    });
    kill(Pid::from_raw(i32::try_from(watch.id()).unwrap()), Signal::SIGINT).unwrap();
    assert_eq!(watch.wait().unwrap().code(), Some(130));
    wait_for("nothing to be left", || {
        processes_mentioning(student.folder()).is_empty().then_some(())
    });
}

#[test]
fn a_folder_in_which_no_workspace_can_be_made_is_named() {
    let student = Student::new();
    let sealed = Sealed::new(student.folder());
    let start = student.command_behind(bound(), &["start", "3"]).output().unwrap();
    drop(sealed);
    fails(
        &start,
        1,
        &["cannot make the folder", "realtime-workshop", "--dir"],
    );
    assert!(!student.workspace().exists());
}

#[test]
fn a_check_that_passed_is_told_though_its_progress_cannot_be_written() {
    let student = student_at_work();
    student.says(["start", "2"]);
    student.solve("02-readers");
    let runs = student.workspace().join(".workshop/runs");
    fs::create_dir(&runs).unwrap();
    let progress = student.workspace().join(".workshop/progress.lock");
    fs::set_permissions(&progress, Permissions::from_mode(0o444)).unwrap();
    let check = student.command_behind(bound(), &["check", "2"]).output().unwrap();
    let said = text(&check.stderr);
    assert_eq!(check.status.code(), Some(0), "the verdict stands: {said}");
    assert!(text(&check.stdout).contains("Readers"), "{}", text(&check.stdout));
    assert!(
        said.contains("that cannot be noted: cannot lock") && said.contains("progress.lock"),
        "{said}"
    );
}

#[test]
fn what_its_owner_may_not_read_is_named_with_what_helps() {
    for (file, arguments, code) in [
        ("workshop.toml", &["check"][..], 2),
        (".workshop/progress.json", &["progress"], 1),
        (".workshop/secret", &["reveal-secret-stream", "--yes"], 1),
    ] {
        let student = student_at_work();
        let path = student.workspace().join(file);
        fs::set_permissions(&path, Permissions::from_mode(0o000)).unwrap();
        let output = student.command_behind(bound(), arguments).output().unwrap();
        let parts = [
            file,
            "Permission denied",
            "; make it readable to you (`ls -l` says whose it is)",
        ];
        fails(&output, code, &parts);
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    }
}

#[test]
fn a_section_that_is_done_is_told_though_no_solution_can_stand_beside_the_work() {
    let student = Student::new();
    student.says(["start", "2"]);
    student.solve("02-readers");
    let solution = student.workspace().join("02-readers/solution");
    fs::write(&solution, "mine").unwrap();
    let check = student.workshop(["check", "2"]);
    let said = text(&check.stderr);
    assert_eq!(check.status.code(), Some(0), "the verdict stands: {said}");
    assert!(
        said.contains(
            "the section is done, but no solution can be put beside your work: cannot make the folder"
        ) && said.contains("02-readers/solution")
            && said.contains("move it away, and try again"),
        "{said}"
    );
    assert_eq!(fs::read_to_string(solution).unwrap(), "mine");
}

/// No file may get a byte: what is written fails as on a disk that is full, and folders and links can still be made.
const FULL: [&str; 3] = ["sh", "-c", "ulimit -f 0; exec \"$0\" \"$@\""];

#[test]
fn a_secret_that_cannot_be_kept_is_named_and_nothing_is_started() {
    let student = student_at_work();
    student.says(["stop"]);
    let secret = student.workspace().join(".workshop/secret");
    fs::remove_file(&secret).unwrap();
    let start = student.command_behind(&FULL, &["start", "3"]).output().unwrap();
    fails(
        &start,
        1,
        &["cannot keep the secret in", ".workshop/secret", "the space left"],
    );
    assert!(!secret.exists());
    assert_eq!(processes_mentioning(student.folder()), [0_u32; 0]);
}

#[test]
fn a_full_disk_is_named_and_what_was_there_stays() {
    let student = student_at_work();
    student.write("reader.py", "print('mine')\n");
    let live = processes_mentioning(student.folder());
    let run = |arguments: &[&str]| student.command_behind(&FULL, arguments).output().unwrap();
    let own = || {
        let mut files = files(&student.workspace());
        // The count of the stream goes on.
        files.retain(|path, _| path != Path::new(".workshop/published"));
        files
    };
    let before = own();
    for (arguments, code, path) in [
        (&["start", "1"][..], 1, "01-pipeline"),
        (&["reset", "3", "--yes"], 1, ".workshop/reset.json"),
        (&["solution", "3", "--yes"], 1, "03-online-statistics/solution"),
        (&["reveal-secret-stream", "--yes"], 1, ".workshop/progress.json"),
        (&["check", "3"], 3, "record.jsonl"),
    ] {
        fails(
            &run(arguments),
            code,
            &[path, "File too large", "make room there"],
        );
        let mut now = own();
        now.retain(|path, contents| !(path.starts_with(".workshop/runs") && contents.is_empty()));
        assert!(now == before, "{arguments:?} changed something");
        assert_eq!(processes_mentioning(student.folder()), live, "{arguments:?}");
    }
    let hint = run(&["hint"]);
    assert!(
        text(&hint.stderr).contains("make room there"),
        "{}",
        text(&hint.stderr)
    );
    assert!(run(&["progress"]).status.success());
    student.says(["stop"]);
    fails(&run(&["start", "3"]), 1, &["live.json", "make room there"]);
    assert_eq!(processes_mentioning(student.folder()), [0_u32; 0]);
    assert!(
        student
            .says(["start", "3", "--rate", "50"])
            .contains("Section 3 is live")
    );
    assert!(flat(&student.says(["hint"])).contains("hint 2 of 3"));
    assert_eq!(
        fs::read_to_string(student.file("reader.py")).unwrap(),
        "print('mine')\n"
    );
}
