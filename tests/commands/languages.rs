//! Programs in any language: starters, what has to be built, and commands of a student's own.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::redis::count_as_having_packages;
use super::student::{Student, claim, solution, text, verdict};

/// The claims of section 3 that a reader alone decides.
const READER_CLAIMS: [&str; 9] = [
    "reports",
    "mean",
    "variance",
    "first-numbers",
    "every-number",
    "large-offset",
    "other-distributions",
    "merge",
    "constant-memory",
];

/// A student who has typed `workshop start 3` with `arguments`, and what that printed.
fn started(arguments: &[&str]) -> (Student, String) {
    let student = Student::new();
    let said = student.says(["start", "3", "--rate", "200"].iter().chain(arguments));
    (student, said)
}

fn write_script(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Lets section 3 be run as `table` says.
fn settings(student: &Student, table: &str) {
    let table = format!("[03-online-statistics]\n{table}\n");
    std::fs::write(student.workspace().join("workshop.toml"), table).unwrap();
}

/// Lets cargo build in the folder `name` of the test suite where it would build in `target`: for all runs of the suite
/// once.
fn build_once(target: &Path, name: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink(&folder, target).unwrap();
}

/// Checks what `workshop.toml` says, and lets cargo fetch nothing: the crates are those that the workshop itself was built
/// from. They are not made fast, which would take longer than all the rest.
fn check_offline(student: &Student) -> (serde_json::Value, Option<i32>) {
    let mut command = student.command(["check", "--json"]);
    let output = command
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", text(&output.stdout), text(&output.stderr)));
    (report, output.status.code())
}

/// One test, since its steps share the folder in which cargo builds: what the crates cost is paid once.
#[test]
fn a_student_of_rust_comes_from_the_starter_to_the_solution() {
    let (student, said) = started(&["--language", "rust"]);
    assert!(said.contains("src/bin/reader.rs"), "{said}");
    assert!(!student.file("reader.py").exists());
    build_once(&student.file("target"), "rust-programs");
    let check = || check_offline(&student);

    let (report, _) = check();
    assert_eq!(report["command"], json!(["target/release/reader"]));
    let verdicts = ["reports", "every-number", "mean", "variance", "merge"].map(|id| verdict(&report, id));
    let wanted = ["pass", "pass", "fail", "fail", "fail"].map(Some);
    assert_eq!(verdicts, wanted, "the starter counts, and no more: {report:#}");

    let bin = student.file("src/bin");
    for name in ["reader.rs", "merge.rs"] {
        let solved = solution("03-online-statistics", "rust")
            .join("src/bin")
            .join(name);
        std::fs::write(bin.join(name), std::fs::read(solved).unwrap()).unwrap();
    }
    let (report, _) = check();
    for id in READER_CLAIMS {
        assert_eq!(verdict(&report, id), Some("pass"), "{id}: {report:#}");
    }

    let sound = std::fs::read_to_string(bin.join("reader.rs")).unwrap();
    let broken = sound.replace("self.n += 1;", "self.n += \"one\";");
    assert_ne!(broken, sound);
    std::fs::write(bin.join("reader.rs"), broken).unwrap();
    let (report, _) = check();
    let mean = claim(&report, "mean").unwrap();
    assert_eq!(
        mean["verdict"], "could-not-tell",
        "an older build is not judged: {report:#}"
    );
    let why = mean["explanation"].as_str().unwrap();
    for part in [
        "could not be built",
        "cargo build",
        "exit status 101",
        "E0277",
        "src/bin/reader.rs",
    ] {
        assert!(why.contains(part), "{part}: {why}");
    }
}

#[test]
fn readers_in_rust_come_from_the_starter_to_the_solution() {
    let student = Student::new();
    let said = student.says(["start", "2", "--rate", "200", "--language", "rust"]);
    assert!(said.contains("src/bin/upper_half.rs"), "{said}");
    let folder = student.workspace().join("02-readers");
    build_once(&folder.join("target"), "rust-readers");

    let (report, _) = check_offline(&student);
    for (id, wanted) in [
        ("every-number", "pass"),
        ("retries-failures", "fail"),
        ("gives-up", "fail"),
        ("upper-half", "fail"),
        ("quarter", "fail"),
    ] {
        assert_eq!(
            verdict(&report, id),
            Some(wanted),
            "the starter: {id}: {report:#}"
        );
    }

    for name in ["reader.rs", "upper_half.rs", "quarter.rs"] {
        let solved = solution("02-readers", "rust").join("src/bin").join(name);
        std::fs::write(folder.join("src/bin").join(name), std::fs::read(solved).unwrap()).unwrap();
    }
    let (report, code) = check_offline(&student);
    let claims = report["claims"].as_array().unwrap();
    for claim in claims {
        assert_eq!(claim["verdict"], "pass", "{claim:#}");
    }
    assert_eq!((claims.len(), code), (8, Some(0)));
}

#[test]
fn shared_state_in_rust_comes_from_the_starter_to_the_solution() {
    let (student, _) = started(&["--language", "rust"]);
    count_as_having_packages(&student);
    let said = student.says(["start", "4"]);
    assert!(
        said.contains("src/bin/reader.rs"),
        "the language is remembered: {said}"
    );
    let folder = student.workspace().join("04-shared-state");
    let lab = folder.join("lab.py");
    assert!(lab.is_file(), "the lab is there for readers in any language");
    build_once(&folder.join("target"), "rust-shared-state");

    let (report, code) = check_offline(&student);
    assert_eq!(
        (verdict(&report, "datatype"), code),
        (Some("fail"), Some(1)),
        "{report:#}"
    );
    let datatype = claim(&report, "datatype").unwrap();
    let why = datatype["explanation"].as_str().unwrap();
    assert!(
        why.contains("There is nothing at all."),
        "the starter counts, in memory of its own: {why}"
    );

    let solved = solution("04-shared-state", "rust").join("src/bin/reader.rs");
    std::fs::write(folder.join("src/bin/reader.rs"), std::fs::read(solved).unwrap()).unwrap();
    let (report, code) = check_offline(&student);
    let claims = report["claims"].as_array().unwrap();
    for claim in claims {
        assert_eq!(claim["verdict"], "pass", "{claim:#}");
    }
    assert_eq!((claims.len(), code), (6, Some(0)));
}

#[test]
fn a_graph_in_rust_comes_from_the_starter_to_the_solution() {
    let student = Student::new();
    let said = student.says(["start", "5", "--rate", "200", "--language", "rust"]);
    assert!(said.contains("src/bin/undirected.rs"), "{said}");
    let folder = student.workspace().join("05-click-graph");
    build_once(&folder.join("target"), "rust-graphs");

    let (report, _) = check_offline(&student);
    for claim in report["claims"].as_array().unwrap() {
        assert_eq!(claim["verdict"], "fail", "the starter: {claim:#}");
    }

    for name in ["reader.rs", "undirected.rs", "top.rs"] {
        let solved = solution("05-click-graph", "rust").join("src/bin").join(name);
        std::fs::write(folder.join("src/bin").join(name), std::fs::read(solved).unwrap()).unwrap();
    }
    let (report, code) = check_offline(&student);
    let claims = report["claims"].as_array().unwrap();
    for claim in claims {
        assert_eq!(claim["verdict"], "pass", "{claim:#}");
    }
    assert_eq!((claims.len(), code), (5, Some(0)));
}

#[test]
fn a_language_without_a_starter_is_answered_with_those_there_are() {
    for (name, command) in [("cobol", "-- COMMAND"), ("javascript", "-- node reader.js")] {
        let student = Student::new();
        let output = student.workshop(["start", "3", "--language", name]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        for part in [name, "Python and Rust", "--language rust", command] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(!student.workspace().exists(), "nothing is begun");
    }
}

#[test]
fn the_language_is_remembered_and_a_missing_tool_is_told() {
    let student = Student::new();
    let empty = student.folder().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let start = |arguments: &[&str]| {
        let mut command = student.command(["start", "3", "--rate", "200"].iter().chain(arguments));
        let output = command.env("PATH", &empty).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        // What stands below the lesson. A note is wrapped.
        let said = text(&output.stdout);
        said.split_once("is live")
            .unwrap()
            .1
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let said = start(&["--language", "Rust"]);
    assert!(
        said.contains("Rust needs `cargo`") && said.contains("install Rust from rustup.rs"),
        "{said}"
    );
    assert!(said.contains("Rust needs `cc`"), "{said}");
    assert!(!said.contains("python"), "{said}");
    let again = start(&[]);
    assert!(
        again.contains("src/bin/reader.rs") && again.contains("rustup.rs"),
        "{again}"
    );
    assert!(!student.file("reader.py").exists(), "{again}");
    assert!(
        student
            .workspace()
            .join(".workshop/clients/rust/src/lib.rs")
            .is_file()
    );

    let old = "#!/bin/sh\necho 'cargo 1.40.2 (abc 2019-01-01)'\n";
    write_script(&empty.join("cargo"), old);
    let said = start(&[]);
    assert!(said.contains("1.88 or newer, and this is 1.40.2"), "{said}");
}

#[test]
fn a_starter_in_a_second_language_leaves_workshop_toml_to_the_student() {
    let (student, first) = started(&[]);
    assert!(
        first.contains("reader.py") && !first.contains("goes on to run"),
        "{first}"
    );
    let settings = student.workspace().join("workshop.toml");
    let before = std::fs::read_to_string(&settings).unwrap();
    let said = student.says(["start", "3", "--rate", "200", "--language", "rust"]);
    assert_eq!(std::fs::read_to_string(&settings).unwrap(), before);
    assert!(student.file("src/bin/reader.rs").is_file() && student.file("reader.py").is_file());
    assert!(said.contains("goes on to run `python3 reader.py`"), "{said}");
    assert!(said.contains("    run = [\"target/release/reader\"]\n"), "{said}");
}

#[test]
fn a_build_is_made_before_every_check_and_run() {
    let (student, _) = started(&[]);
    let reader = solution("03-online-statistics", "python").join("reader.py");
    let script = format!("#!/bin/sh\nexec python3 '{}'\n", reader.display());
    // What is built here is a copy; the tool prints on both outputs, as compilers do.
    student.write("source.sh", script);
    student.write(
        "build.sh",
        "echo compiling\necho warning >&2\ncp source.sh built && chmod +x built\n",
    );
    settings(&student, "build = [\"sh\", \"build.sh\"]\nrun = [\"./built\"]");
    let (report, _) = student.check(["3"]);
    assert_eq!(verdict(&report, "mean"), Some("pass"), "{report:#}");
    assert_eq!(
        verdict(&report, "merge"),
        None,
        "build is no extra program: {report:#}"
    );

    student.write("source.sh", "#!/bin/sh\necho '{\"n\": 1}'\n");
    let output = student.workshop(["run"]);
    assert_eq!(
        text(&output.stdout),
        "{\"n\": 1}\n",
        "standard output is the program's alone"
    );
    assert_eq!(text(&output.stderr), "compiling\nwarning\n");

    student.write(
        "build.sh",
        "echo 'x is not \u{1b}[31mdefined'\necho 'line 7' >&2\nexit 4\n",
    );
    let (report, _) = student.check(["3"]);
    let mean = claim(&report, "mean").unwrap();
    assert_eq!(mean["verdict"], "could-not-tell", "{report:#}");
    let why = mean["explanation"].as_str().unwrap();
    assert!(
        why.contains("exit status 4") && why.contains("defined") && why.contains("line 7"),
        "{why}"
    );
    let log = Path::new(report["run"].as_str().unwrap()).join("build.stderr");
    assert_eq!(std::fs::read_to_string(log).unwrap(), "line 7\n");
    let page = text(&student.workshop(["check"]).stdout);
    assert!(page.contains("| line 7") && !page.contains('\u{1b}'), "{page}");
    let output = student.workshop(["run"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("nothing was run"),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(text(&output.stdout), "");

    settings(&student, "build = [\"no-such-compiler\"]\nrun = [\"./built\"]");
    let (report, _) = student.check(["3"]);
    let why = claim(&report, "mean").unwrap()["explanation"].as_str().unwrap();
    assert!(why.contains("no `no-such-compiler` on the PATH"), "{why}");
}

#[test]
fn a_command_of_the_students_own_is_run_where_it_was_typed() {
    let (student, _) = started(&[]);
    let deep = student.workspace().join("03-online-statistics/deep/er");
    std::fs::create_dir_all(&deep).unwrap();
    let reader = solution("03-online-statistics", "python").join("reader.py");
    let mine = |place: PathBuf| {
        let script = format!(
            "#!/bin/sh\n[ \"$1 $2\" = '--fast a b' ] || {{ echo \"odd arguments: $*\" >&2; exit 9; }}\n\
             [ -n \"$3\" ] && {{ echo \"$PWD\"; exit 0; }}\nexec python3 '{}'\n",
            reader.display()
        );
        write_script(&place, &script);
    };
    mine(deep.join("mine"));
    mine(student.folder().join("mine"));
    // In the workspace, deep inside it, and outside of any.
    for (place, command) in [
        (deep.as_path(), "./mine"),
        (student.folder(), "./mine"),
        (deep.as_path(), "../er/mine"),
    ] {
        let mut check = student.command(["check", "3", "--json", "--", command, "--fast", "a b"]);
        let output = check.current_dir(place).output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            report["verdict"],
            "pass",
            "{command} in {}: {report:#}",
            place.display()
        );
        assert_eq!(report["command"], json!([command, "--fast", "a b"]));

        let mut run = student.command(["run", "--", command, "--fast", "a b", "where"]);
        let output = run.current_dir(place).output().unwrap();
        let here = place.canonicalize().unwrap();
        assert_eq!(
            text(&output.stdout).trim_end(),
            here.to_str().unwrap(),
            "{}",
            text(&output.stderr)
        );
    }
}
