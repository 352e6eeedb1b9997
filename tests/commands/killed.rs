//! Every write of state, killed at and failed: no file of the student's is lost or half written, and the next command goes
//! on.
//!
//! strace does it: it kills a command as it enters its n-th system call that changes a file or prints something, or makes
//! that call fail as on a full disk, for n from 1 until the command gets to its end. `WORKSHOP_STRACE` says that it is to
//! be there; without it, these tests say that they go without.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};

use super::student::{Student, files, processes_mentioning, solution, text, wait_for};

/// The system calls that write, and that put into place what was written.
const WRITES: &str = "write,pwrite64,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,\
                      mkdirat,rmdir,fsync,fdatasync,ftruncate,chmod,fchmod";

/// Those of [`WRITES`] of which a check has few: its record alone takes hundreds of the others.
const PUTS_INTO_PLACE: &str = "rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,\
                               fsync,fdatasync,fchmod,chmod";

/// Whether strace can be used. Where it is promised and is not there, the test fails.
fn strace_is_there() -> bool {
    let there = Command::new("strace")
        .args(["-o", "/dev/null", "-e", "trace=none", "true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    assert!(
        there || std::env::var_os("WORKSHOP_STRACE").is_none(),
        "strace is not installed, or may not trace here"
    );
    if !there {
        eprintln!("SKIPPED: without strace, no command is killed at its writes");
    }
    there
}

/// What happens to a write.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Killed,
    /// Ctrl-C.
    Interrupted,
    DiskFull,
}

impl Fate {
    fn injected(self) -> &'static str {
        match self {
            Self::Killed => "signal=SIGKILL",
            Self::Interrupted => "signal=SIGINT",
            Self::DiskFull => "error=ENOSPC",
        }
    }
}

/// A workspace before a command, as it is before each of its writes is tried.
struct Template {
    student: Student,
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Template {
    /// A workspace in which section `number` was started, and `reader.py` is the student's own.
    fn started(number: &str, own: &str) -> Self {
        let student = Student::new();
        student.says(["start", number]);
        student.says(["stop"]);
        let section = section_folder(&student.workspace());
        fs::write(section.join("reader.py"), own).unwrap();
        fs::write(section.join("notes.txt"), "notes of mine").unwrap();
        let files = files(&student.workspace());
        Self { student, files }
    }

    /// A copy of it, in a folder of its own.
    fn copied(&self) -> Student {
        let copy = Student::new();
        let copied = Command::new("cp")
            .arg("-a")
            .args([self.student.workspace(), copy.workspace()])
            .status()
            .unwrap();
        assert!(copied.success());
        copy
    }
}

/// The folder of the one section that was started.
fn section_folder(workspace: &Path) -> PathBuf {
    let mut folders = workspace.read_dir().unwrap().map(|entry| entry.unwrap().path());
    folders
        .find(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            path.is_dir() && name.starts_with('0') && !name.contains('.')
        })
        .unwrap()
}

/// Runs the command as strace traces it with `options`; returns what it came to, and the trace.
fn traced(student: &Student, arguments: &[&str], options: &[&str]) -> (Output, String) {
    let log = student.folder().join("strace.log");
    let prefix = ["strace", "-qq", "-e", "signal=none"].iter().chain(options);
    let prefix: Vec<&str> = prefix.copied().chain(["-o", log.to_str().unwrap()]).collect();
    let mut command = student.command_behind(&prefix, arguments);
    if arguments[0] == "live" {
        // Nobody hears that it is ready, so it goes again of itself.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        command.stdout(writer);
    } else {
        command.stdout(Stdio::piped());
    }
    let process = command.stderr(Stdio::piped()).spawn().unwrap();
    let output = process.wait_with_output().unwrap();
    let trace = fs::read_to_string(&log).unwrap();
    fs::remove_file(&log).unwrap();
    (output, trace)
}

/// Each of these calls that the command makes, with the how manieth of its name it is. Left out is what goes to no disk: it
/// changes nothing, and cannot find it full.
fn made(template: &Template, arguments: &[&str], calls: &str) -> Vec<(String, usize)> {
    let student = template.copied();
    // -y: what each file descriptor is.
    let (_, trace) = traced(&student, arguments, &["-y", "-e", &format!("trace={calls}")]);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut made = Vec::new();
    for (call, rest) in trace.lines().filter_map(|line| line.split_once('(')) {
        let count = counts.entry(call.to_owned()).or_default();
        *count += 1;
        if !goes_to_no_disk(rest) {
            made.push((call.to_owned(), *count));
        }
    }
    made
}

/// Whether a call, as `strace -y` shows it, is to another thread or a socket.
fn goes_to_no_disk(call: &str) -> bool {
    let file = call.split(',').next().unwrap_or_default();
    ["<anon_inode:", "<socket:"]
        .iter()
        .any(|kind| file.contains(kind))
}

/// Whether the command ended by this signal, of itself or by ours; strace ends as what it traces did.
fn ended_by(status: ExitStatus, signal: i32) -> bool {
    status.signal() == Some(signal) || status.code() == Some(128 + signal)
}

/// Tries every write of the command, in a fresh copy of `template` each, and looks at what is left. The command is one
/// that can be given again. Returns how many writes there were.
fn every_write(template: &Template, arguments: &[&str], calls: &str, fate: Fate) -> usize {
    let made = made(template, arguments, calls);
    let tried = made
        .iter()
        .filter(|(call, n)| one_write(template, arguments, call, fate, *n).1);
    tried.count()
}

/// Tries the `n`th time that the command makes `call`. Returns the student afterwards, and whether it came to that: how
/// often one thread wakes another differs.
fn one_write(template: &Template, arguments: &[&str], call: &str, fate: Fate, n: usize) -> (Student, bool) {
    let student = template.copied();
    let inject = format!("inject={call}:{}:when={n}", fate.injected());
    let options = ["-y", "-e", &format!("trace={call}"), "-e", &inject];
    let (output, trace) = traced(&student, arguments, &options);
    // How often one thread wakes another differs, so the n-th time may be such a one now.
    let struck = trace.lines().find(|line| line.contains("(INJECTED)"));
    if struck.is_some_and(goes_to_no_disk) {
        return (student, false);
    }
    let happened = match fate {
        Fate::Killed => ended_by(output.status, 9),
        // One that comes when the verdict is there already comes too late to matter.
        Fate::Interrupted => ended_by(output.status, 2) || output.status.success(),
        Fate::DiskFull => trace.contains("(INJECTED)"),
    };
    let what = format!("{arguments:?}, {call} {n}");
    let said = text(&output.stderr);
    assert!(!said.contains("panicked"), "{what}: {said}");
    nothing_is_lost(template, &student, &what);
    // The check again would take seconds, and is the same whatever was left of the one before.
    let again = match arguments {
        ["check", section] => vec!["solution", *section, "--yes"],
        ["live", section, ..] => vec!["start", *section],
        _ => arguments.to_vec(),
    };
    let again = student.workshop(again);
    assert!(
        again.status.code().is_some_and(|code| code <= 1),
        "{what}, and then again: {}{}",
        text(&again.stdout),
        text(&again.stderr)
    );
    nothing_is_lost(template, &student, &what);
    // What runs may be about to write something just now.
    student.workshop(["stop"]);
    wait_for("nothing to be left", || {
        processes_mentioning(student.folder()).is_empty().then_some(())
    });
    // The command again may have had nothing to do with what was left; one that clears up has.
    student.workshop(["hint", "--again"]);
    let litter: Vec<PathBuf> = files(&student.workspace())
        .into_keys()
        .filter(|path| path.to_str().unwrap().contains(".unfinished-"))
        .collect();
    assert!(litter.is_empty(), "{what}: {litter:?}");
    let undone = files(&student.workspace())
        .contains_key(Path::new("03-online-statistics/workshop.before-reset.toml"));
    assert!(!undone, "{what}: a reset that was undone leaves something");
    (student, happened)
}

/// Every file of the student's is there as it was, under its own name or in a dated copy, and every other file is whole.
fn nothing_is_lost(template: &Template, student: &Student, what: &str) {
    let now = files(&student.workspace());
    for (path, contents) in &template.files {
        if path.starts_with(".workshop") || path == Path::new("workshop.toml") {
            continue;
        }
        let (folder, rest) = path.to_str().unwrap().split_once('/').unwrap();
        let kept = now.iter().any(|(other, there)| {
            let other = other.to_str().unwrap().split_once('/');
            other.is_some_and(|(copy, name)| {
                name == rest
                    && (copy == folder || copy.starts_with(&format!("{folder}.")))
                    && there == contents
            })
        });
        assert!(kept, "{what}: {} is lost", path.display());
    }
    let same = |name: &str| {
        let before = template.files.get(Path::new(name));
        before.is_none() || now.get(Path::new(name)) == before
    };
    assert!(same(".workshop/secret"), "{what}: the secret");
    if !same("workshop.toml") {
        // Only a reset changes it, whole, once what it said is kept beside the student's work.
        let starter = "run = [\"python3\", \"reader.py\"]";
        let settings = &now[Path::new("workshop.toml")];
        assert!(text(settings).contains(starter), "{what}: {}", text(settings));
        let kept = now.iter().any(|(path, there)| {
            let path = path.to_str().unwrap();
            path.starts_with("03-online-statistics.2")
                && path.ends_with("/workshop.before-reset.toml")
                && there == OWN_TABLE
        });
        assert!(kept, "{what}: the student's settings are lost");
    }
    if let Some(progress) = now.get(Path::new(".workshop/progress.json")) {
        let progress = serde_json::from_slice::<serde_json::Value>(progress);
        assert!(progress.is_ok(), "{what}: progress.json is half written");
    }
}

/// Both fates, of which there must be so many at least.
fn survives(template: &Template, arguments: &[&str], at_least: usize) {
    for fate in [Fate::Killed, Fate::DiskFull] {
        let writes = every_write(template, arguments, WRITES, fate);
        assert!(writes >= at_least, "{arguments:?} has only {writes} writes");
    }
}

fn hinted() -> Template {
    let mut template = Template::started("3", "print('mine')\n");
    template.student.says(["hint", "3"]);
    template.files = files(&template.student.workspace());
    template
}

#[test]
fn a_hint_and_a_revealed_secret_survive_any_write() {
    if strace_is_there() {
        let template = hinted();
        survives(&template, &["hint"], 4);
        survives(&template, &["reveal-secret-stream", "--yes"], 4);
    }
}

#[test]
fn a_solution_survives_any_write() {
    if strace_is_there() {
        survives(&hinted(), &["solution", "3", "--yes"], 9);
    }
}

#[test]
fn a_reset_survives_any_write() {
    if strace_is_there() {
        let mut template = hinted();
        fs::write(template.student.workspace().join("workshop.toml"), OWN_TABLE).unwrap();
        template.files = files(&template.student.workspace());
        survives(&template, &["reset", "3", "--yes"], 18);
    }
}

/// What a student has made of `workshop.toml`.
const OWN_TABLE: &[u8] = b"[03-online-statistics]\nrun = [\"node\", \"reader.js\", \"--fast\"]";

#[test]
fn a_start_survives_any_write() {
    if strace_is_there() {
        survives(&hinted(), &["start", "3", "--rate", "50"], 4);
    }
}

#[test]
fn a_background_process_survives_any_write() {
    if strace_is_there() {
        survives(&hinted(), &["live", "3", "--rate", "50"], 8);
    }
}

#[test]
fn the_first_start_of_all_survives_any_write() {
    if strace_is_there() {
        let nothing = Template {
            student: Student::new(),
            files: BTreeMap::new(),
        };
        fs::create_dir(nothing.student.workspace()).unwrap();
        let whole = Student::new();
        whole.says(["start", "3", "--rate", "50"]);
        whole.says(["stop"]);
        let expected = of_the_student(&whole);
        let starts = |calls, fate| {
            let made = made(&nothing, START, calls);
            for (call, n) in &made {
                let student = one_write(&nothing, START, call, fate, *n).0;
                let files = of_the_student(&student);
                assert_eq!(
                    files.keys().collect::<Vec<_>>(),
                    expected.keys().collect::<Vec<_>>()
                );
                assert!(files == expected, "{call} {n}: a file is not the starter's");
                let secret = fs::read_to_string(student.workspace().join(".workshop/secret")).unwrap();
                assert!(secret.starts_with("workshop-secret-1 "), "{call} {n}: {secret}");
            }
            assert!(made.len() >= 20, "a start has only {} writes", made.len());
        };
        starts(
            "rename,renameat,renameat2,symlink,symlinkat,mkdir,mkdirat,unlink,unlinkat,fsync",
            Fate::Killed,
        );
        starts("write", Fate::DiskFull);
    }
}

const START: &[&str] = &["start", "3", "--rate", "50"];

/// The files that are the student's to change.
fn of_the_student(student: &Student) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = files(&student.workspace());
    files.retain(|path, _| !path.starts_with(".workshop"));
    files
}

#[test]
fn a_check_that_passes_survives_any_write() {
    check_meets(Fate::Killed);
}

#[test]
fn a_check_can_be_interrupted_at_any_write() {
    check_meets(Fate::Interrupted);
}

/// A check that passes, so that it writes all that a check may.
fn check_meets(fate: Fate) {
    if strace_is_there() {
        let reader = fs::read_to_string(solution("02-readers", "python").join("reader.py")).unwrap();
        let mut template = Template::started("2", &reader);
        template.student.says(["hint", "2"]);
        template.files = files(&template.student.workspace());
        let writes = every_write(&template, &["check", "2"], PUTS_INTO_PLACE, fate);
        assert!(writes >= 8, "a check has only {writes} writes");
    }
}
