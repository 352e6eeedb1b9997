//! `workshop check --watch`: checks on save, and only then.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, SystemTime};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use super::student::{DEADLINE, Student, processes_mentioning, text, wait_for};

/// Long enough for a check that should not begin to begin.
const NOTHING_HAPPENS: Duration = Duration::from_millis(700);

/// A `check --watch` at work, and what it prints.
struct Watch {
    process: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn begin(mut command: Command) -> Self {
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = lines(process.stdout.take().unwrap());
        Self { process, lines }
    }

    /// The next document of a watch with `--json`.
    fn report(&self) -> Value {
        serde_json::from_str(&self.lines.recv_timeout(DEADLINE).unwrap()).unwrap()
    }

    /// Reads on to a line that has `part` in it, and returns all lines up to there.
    fn until(&self, part: &str) -> String {
        let mut read = String::new();
        loop {
            let line = self.lines.recv_timeout(DEADLINE);
            let line = line.unwrap_or_else(|_| panic!("no {part:?} in {read}"));
            read.push_str(&format!("{line}\n"));
            if line.contains(part) {
                return read;
            }
        }
    }

    fn says_nothing(&self, why: &str) {
        let said = self.lines.recv_timeout(NOTHING_HAPPENS);
        assert_eq!(said, Err(RecvTimeoutError::Timeout), "{why}");
    }

    fn interrupt(mut self) -> Option<i32> {
        let pid = Pid::from_raw(i32::try_from(self.process.id()).unwrap());
        kill(pid, Signal::SIGINT).unwrap();
        self.process.wait().unwrap().code()
    }
}

fn lines(output: ChildStdout) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    lines
}

/// A student whose program is `program.sh`, in the folder in which it is watched.
fn student_with(program: &str) -> (Student, PathBuf) {
    let student = Student::new();
    let file = student.folder().join("program.sh");
    fs::write(&file, program).unwrap();
    (student, file)
}

fn watch(student: &Student, more: &[&str]) -> Watch {
    let mut command = student.command(["check", "3", "--watch"]);
    command.args(more).args(["--", "sh", "program.sh"]);
    Watch::begin(command)
}

/// What the program of the checked command said of itself last.
fn said(report: &Value) -> String {
    report["claims"].to_string()
}

#[test]
fn each_way_to_save_leads_to_one_check_of_what_was_saved() {
    let (student, file) = student_with("echo first >&2; exit 3");
    let watch = watch(&student, &["--json"]);
    assert!(said(&watch.report()).contains("first"));
    let program = |name: &str| format!("echo {name} >&2; exit 3");
    type Save<'a> = (&'a str, &'a dyn Fn(String));
    let other = student.folder().join("program.sh.new");
    let ways: [Save; 4] = [
        ("written-over", &|text| fs::write(&file, text).unwrap()),
        ("renamed", &|text| {
            fs::write(&other, text).unwrap();
            fs::rename(&other, &file).unwrap();
        }),
        ("deleted-and-written", &|text| {
            fs::remove_file(&file).unwrap();
            std::thread::sleep(Duration::from_millis(300));
            fs::write(&file, text).unwrap();
        }),
        ("emptied-and-written", &|text| {
            fs::write(&file, "").unwrap();
            std::thread::sleep(Duration::from_millis(300));
            fs::write(&file, text).unwrap();
        }),
    ];
    for (name, save) in ways {
        save(program(name));
        let said = said(&watch.report());
        assert!(
            said.contains(name),
            "{name}: the first report is one of what was saved: {said}"
        );
        watch.says_nothing(name);
    }
    assert_eq!(watch.interrupt(), Some(130));
}

#[test]
fn what_is_no_save_leads_to_no_check() {
    let (student, file) = student_with("date +%N > mine.txt; exit 3");
    let watch = watch(&student, &["--json"]);
    watch.report();
    watch.says_nothing("the program writes a file of its own");
    fs::write(student.folder().join(".program.sh.swp"), "vim").unwrap();
    fs::write(student.folder().join("program.sh~"), "emacs").unwrap();
    fs::create_dir(student.folder().join("__pycache__")).unwrap();
    fs::write(student.folder().join("__pycache__/program.pyc"), "python").unwrap();
    let touched = fs::File::options().write(true).open(&file).unwrap();
    touched
        .set_modified(SystemTime::now() + Duration::from_secs(9))
        .unwrap();
    fs::write(&file, fs::read(&file).unwrap()).unwrap();
    watch.says_nothing("nothing was changed");
    fs::write(&file, "date +%N > mine.txt; exit 4").unwrap();
    assert!(said(&watch.report()).contains("exit status 4"));
    watch.says_nothing("and the program wrote its file again");
    assert_eq!(watch.interrupt(), Some(130));
}

#[test]
fn a_program_that_changes_a_file_of_the_students_is_checked_all_the_same() {
    let (student, _) = student_with("date +%N > counts.txt; sleep 0.5; exit 3");
    fs::write(student.folder().join("counts.txt"), "0\n").unwrap();
    let watch = watch(&student, &[]);
    let screen = watch.until("Waiting for a save");
    assert!(
        screen.contains("counts.txt changed during the check, as your program's own files do"),
        "{screen}"
    );
    assert!(screen.matches("counts.txt saved").count() <= 3, "{screen}");
    assert_eq!(watch.interrupt(), Some(130));
}

#[test]
fn a_save_during_a_check_ends_it_and_begins_another_one() {
    let (student, file) = student_with("trap '' TERM; echo running > \"$0.$$\"; while :; do sleep 1; done");
    let watch = watch(&student, &["--json"]);
    let running = || {
        let names = student.folder().read_dir().unwrap();
        let names: Vec<String> = names
            .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
            .filter_map(|name| Some(name.strip_prefix("program.sh.")?.to_owned()))
            .collect();
        (!names.is_empty()).then_some(names)
    };
    let first = wait_for("the program to run", running);
    fs::write(&file, "echo second >&2; exit 3").unwrap();
    let report = watch.report();
    assert!(said(&report).contains("second"), "{report:#}");
    let alive = |pid: &String| kill(Pid::from_raw(pid.parse().unwrap()), None).is_ok();
    assert!(!first.iter().any(alive), "what ran before is ended");
    assert_eq!(watch.interrupt(), Some(130));
    wait_for("nothing to be left", || {
        processes_mentioning(student.folder()).is_empty().then_some(())
    });
}

#[test]
fn a_program_is_built_before_each_check_and_broken_settings_wait_to_be_mended() {
    let student = Student::started("50");
    let settings = student.workspace().join("workshop.toml");
    let table = "[03-online-statistics]\nbuild = [\"cp\", \"source.txt\", \"made.sh\"]\nrun = [\"sh\", \"made.sh\"]\n";
    fs::write(&settings, table).unwrap();
    fs::write(student.file("source.txt"), "echo one >&2; exit 3").unwrap();
    let watch = Watch::begin(student.command(["check", "--watch", "--json"]));
    assert!(said(&watch.report()).contains("one"));
    fs::write(student.file("source.txt"), "echo two >&2; exit 3").unwrap();
    assert!(said(&watch.report()).contains("two"));
    fs::write(&settings, "[03-online-statistics]\nrun = \"").unwrap();
    watch.says_nothing("there is no document of a check that could not begin");
    fs::write(&settings, table.replace("made.sh\"]\n", "made.sh\", \"now\"]\n")).unwrap();
    let report = watch.report();
    assert!(report["command"].to_string().contains("made.sh"), "{report:#}");
    assert_eq!(watch.interrupt(), Some(130));
}

#[test]
fn a_screen_says_what_was_saved_and_what_is_waited_for() {
    let student = Student::new();
    student.says(["start", "1"]);
    let watch = Watch::begin(student.command(["check", "--watch"]));
    let first = watch.until("Ctrl-C ends.");
    assert!(
        first.contains("section 1 is being watched") && !first.contains('\u{1b}'),
        "{first}"
    );
    assert!(
        first.contains("Section 1 has no program: waiting for a save of"),
        "{first}"
    );
    let answers = student.workspace().join("01-pipeline/answers.toml");
    let text_of = fs::read_to_string(&answers).unwrap();
    fs::write(&answers, format!("{text_of}\n# thinking\n")).unwrap();
    let second = watch.until("Ctrl-C ends.");
    assert!(
        second.contains("  answers.toml saved\n") && second.contains("✗ predictions"),
        "{second}"
    );
    assert_eq!(watch.interrupt(), Some(130));
}

#[test]
fn a_screen_names_the_folder_that_it_was_typed_in() {
    for (section, folder, waits) in [
        ("1", "01-pipeline", "waiting for a save of answers.toml."),
        (
            "3",
            "03-online-statistics",
            "Waiting for a save in 03-online-statistics or of workshop.toml.",
        ),
    ] {
        let student = Student::new();
        student.says(["start", section]);
        let mut command = student.command(["check", "--watch"]);
        command.current_dir(student.workspace().join(folder));
        let watch = Watch::begin(command);
        let said = watch.until("Ctrl-C ends.");
        assert!(said.contains(waits), "{said}");
        assert_eq!(watch.interrupt(), Some(130));
    }
}

#[test]
fn a_watch_ends_when_nobody_reads_it_any_more() {
    let (student, _) = student_with("exit 3");
    let mut command = student.command(["check", "3", "--watch", "--", "sh", "program.sh"]);
    let mut process = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("Waiting for a save") {
        line.clear();
        assert_ne!(output.read_line(&mut line).unwrap(), 0, "it waits for a save");
    }
    drop(output);
    let code = wait_for("the end", || process.try_wait().unwrap()).code();
    let mut said = Vec::new();
    std::io::Read::read_to_end(&mut process.stderr.take().unwrap(), &mut said).unwrap();
    assert_eq!((code, text(&said).as_str()), (Some(0), ""));
}

#[test]
fn what_the_watch_prints_into_the_folder_itself_is_no_save() {
    let (student, _) = student_with("exit 3");
    // By the shell into a file, and by tee into another one. A hidden file tells which process to end.
    let watch = "sh -c 'echo $$ >.pid; exec \"$0\" check 3 --watch -- sh program.sh' \"$0\"";
    for (output, name) in [
        (">screen.txt", "screen.txt"),
        ("| tee kept.txt >/dev/null", "kept.txt"),
    ] {
        let (script, kept) = (format!("{watch} {output}"), student.folder().join(name));
        let mut command = Command::new("sh");
        let mut process = command
            .args(["-c", &script, super::student::WORKSHOP])
            .current_dir(student.folder())
            .env_remove("WORKSHOP_DIR")
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let read = || fs::read_to_string(&kept).unwrap_or_default();
        let mut pages = 0;
        // It is over once nothing more comes for a while after a page.
        wait_for("the watch to come to rest", || {
            let before = (pages, read().len());
            std::thread::sleep(NOTHING_HAPPENS * 3);
            pages = read().matches("Waiting for a save").count();
            (pages > 0 && before == (pages, read().len())).then_some(())
        });
        assert!(pages <= 4, "{pages} checks of one program: {}", read());
        let pid = fs::read_to_string(student.folder().join(".pid")).unwrap();
        kill(Pid::from_raw(pid.trim().parse().unwrap()), Signal::SIGINT).unwrap();
        process.wait().unwrap();
    }
}
