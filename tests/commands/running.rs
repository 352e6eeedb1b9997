//! `workshop run` in section 3, where what a program estimates is overheard: nobody who runs or reads it sees that.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::pty::openpty;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::student::{DEADLINE, Student, WORKSHOP, processes_mentioning, script, text, wait_for};

/// A student in section 3, whose stream is of no matter here.
fn student() -> Student {
    Student::started("1")
}

fn runs(student: &Student, lines: &str) -> Command {
    script(&student.folder().join("program"), lines);
    let program = student.folder().join("program");
    let mut command = student.command(["run", "--"]);
    command.arg(program);
    command
}

/// A program that says `ready` and waits for signals, and what it does at each. Not in the shell, which cannot trap a signal
/// that whoever started the tests has ignored, and would have to start processes without end.
fn waits(signals: &[(&str, &str)]) -> String {
    let handlers = signals
        .iter()
        .map(|(name, does)| format!("signal.signal(signal.{name}, lambda *_: {does})\n"));
    format!(
        "exec python3 -c 'import signal, sys\n{}print(\"ready\", flush=True)\nwhile True: signal.pause()' ./program",
        handlers.collect::<String>()
    )
}

fn output(student: &Student, lines: &str) -> Output {
    runs(student, lines).output().unwrap()
}

fn estimates(student: &Student) -> String {
    let path = student.workspace().join(".workshop/estimates.jsonl");
    std::fs::read_to_string(path).unwrap_or_default()
}

/// Nobody who listened is left.
fn is_left_alone(student: &Student) {
    let path = student.workspace().join(".workshop/estimates.jsonl");
    wait_for("whoever listened to be gone", || {
        processes_mentioning(&path).is_empty().then_some(())
    });
}

#[test]
fn each_byte_and_the_exit_status_are_the_programs() {
    let student = student();
    let every = student.folder().join("every");
    let mut bytes: Vec<u8> = (0..=255).collect();
    bytes.extend("{\"n\": 1, \"mean\": 1.5, \"variance\": 2.5}\n\r\n".bytes());
    bytes.extend(std::iter::repeat_n(b'x', 1 << 20));
    std::fs::write(&every, &bytes).unwrap();
    let out = output(
        &student,
        &format!("cat {}; echo to standard error >&2; exit 7", every.display()),
    );
    assert!(out.stdout == bytes, "{} bytes came", out.stdout.len());
    assert_eq!(text(&out.stderr), "to standard error\n");
    assert_eq!(out.status.code(), Some(7));
    assert_eq!(
        output(&student, "kill -TERM $$").status.signal(),
        Some(Signal::SIGTERM as i32)
    );
    is_left_alone(&student);
}

#[test]
fn what_the_program_estimates_is_kept_for_its_owner_alone() {
    let student = student();
    let out = output(
        &student,
        "echo no estimate; n=0\nwhile [ $n -lt 300 ]; do n=$((n+1)); echo \"{\\\"n\\\": $n, \\\"mean\\\": 0.5, \\\"variance\\\": 2}\"; done",
    );
    assert_eq!(text(&out.stdout).lines().count(), 301);
    is_left_alone(&student);
    let kept = estimates(&student);
    assert_eq!(
        kept.lines().next(),
        Some("{\"n\":1,\"mean\":0.5,\"variance\":2.0}")
    );
    assert!((100..200).contains(&kept.lines().count()), "{kept}");
    let path = student.workspace().join(".workshop/estimates.jsonl");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    // A new run begins anew.
    output(&student, "echo '{\"n\": 5, \"mean\": 1, \"variance\": null}'");
    wait_for("the second run's estimates", || {
        (estimates(&student) == "{\"n\":5,\"mean\":1.0,\"variance\":null}\n").then_some(())
    });
}

#[test]
fn a_line_comes_when_it_is_printed_and_a_reader_that_has_seen_enough_ends_it() {
    let student = student();
    let mut run = runs(
        &student,
        "trap 'exit 9' PIPE; while :; do echo line || exit 9; done",
    )
    .stdout(Stdio::piped())
    .spawn()
    .unwrap();
    let mut first = String::new();
    BufReader::new(run.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    assert_eq!(first, "line\n");
    // The reader is dropped here; the program's next line has nowhere to go.
    let status = run.wait().unwrap();
    assert!(!status.success(), "{status}");
    is_left_alone(&student);
}

#[test]
fn a_signal_and_even_a_kill_reach_the_program_itself() {
    let student = student();
    for (signal, ends) in [
        (Signal::SIGINT, "exit status: 3"),
        (Signal::SIGHUP, "exit status: 4"),
        (Signal::SIGKILL, "signal: 9 (SIGKILL)"),
    ] {
        let mut run = runs(
            &student,
            &waits(&[("SIGINT", "sys.exit(3)"), ("SIGHUP", "sys.exit(4)")]),
        )
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
        let mut lines = BufReader::new(run.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "ready");
        kill(Pid::from_raw(i32::try_from(run.id()).unwrap()), signal).unwrap();
        assert_eq!(run.wait().unwrap().to_string(), ends);
    }
    is_left_alone(&student);
}

#[test]
fn on_a_terminal_a_silent_program_is_said_to_read_the_live_queue() {
    let student = Student::started("1");
    student.write("reader.py", "");
    let said = "your program reads the live queue; Ctrl-C ends it";
    let (mut screen, mut run) = Screen::of(student.command(["run"]));
    let shown = screen.until(said);
    assert!(shown.contains(said), "{shown}");
    assert!(run.wait().unwrap().success());
    // Nobody is told it who keeps what a program says, or runs a command of another kind.
    let piped = student.workshop(["run"]);
    assert_eq!(
        (text(&piped.stdout), text(&piped.stderr)),
        (String::new(), String::new())
    );
    let (mut screen, mut run) = Screen::of(student.command(["run", "--", "echo", "mine"]));
    let shown = screen.until("mine");
    assert!(shown.contains("mine") && !shown.contains(said), "{shown}");
    assert!(run.wait().unwrap().success());
}

/// What appears on a terminal, until `until` does or nobody holds the terminal any more.
pub struct Screen {
    pub keyboard: File,
    shown: mpsc::Receiver<Vec<u8>>,
    seen: String,
}

impl Screen {
    pub fn of(mut command: Command) -> (Self, std::process::Child) {
        let pair = openpty(None, None).unwrap();
        // Held by the programs on it alone, so that they are hung up when the test ends, however it does.
        for end in [&pair.master, &pair.slave] {
            fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).unwrap();
        }
        let end = |fd: &OwnedFd| Stdio::from(fd.try_clone().unwrap());
        let child = command
            .stdin(end(&pair.slave))
            .stdout(end(&pair.slave))
            .stderr(end(&pair.slave))
            .spawn()
            .unwrap();
        drop((pair.slave, command));
        let mut screen = File::from(pair.master.try_clone().unwrap());
        let (tell, shown) = mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = screen.read(&mut buffer) {
                if tell.send(buffer[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        let screen = Self {
            keyboard: File::from(pair.master),
            shown,
            seen: String::new(),
        };
        (screen, child)
    }

    /// A shell with job control, as a student has one: the leader of a session whose terminal this is.
    pub fn of_shell(student: &Student) -> (Self, std::process::Child) {
        let mut shell = Command::new("python3");
        shell
            .args([
                "-c",
                "import os, fcntl, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp('sh', ['sh', '-i'])",
            ])
            .current_dir(student.folder())
            .env("ENV", "/dev/null")
            .env_remove("WORKSHOP_DIR");
        Self::of(shell)
    }

    pub fn until(&mut self, until: &str) -> &str {
        while !self.seen.contains(until) {
            match self.shown.recv_timeout(DEADLINE) {
                Ok(part) => self.seen.push_str(&text(&part)),
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(error) => panic!("{error}: no {until:?} in {:?}", self.seen),
            }
        }
        &self.seen
    }
}

#[test]
fn on_a_terminal_the_program_is_on_a_terminal() {
    let student = student();
    let command = runs(
        &student,
        "test -t 0 && test -t 1 && test -t 2 && echo terminals\nfor i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done",
    );
    let (mut screen, mut child) = Screen::of(command);
    // The terminal turns each line end into two characters, once.
    let expected: String = std::iter::once("terminals\r\n".to_owned())
        .chain((1..=5).map(|i| format!("out {i}\r\nerr {i}\r\n")))
        .collect();
    assert_eq!(screen.until("err 5\r\n"), expected);
    assert!(child.wait().unwrap().success());
    is_left_alone(&student);
}

#[test]
fn nothing_is_printed_after_a_shell_goes_on_and_the_end_is_the_programs() {
    let student = student();
    script(
        &student.folder().join("program"),
        "echo last >&2; kill -$1 $$; exit 7",
    );
    let line =
        format!("for i in 1 2 3 4 5 6 7 8; do {WORKSHOP} run -- ./program $signal; echo then $?; done");
    for (signal, status) in [("0", 7), ("TERM", 143), ("KILL", 137)] {
        let mut shell = Command::new("sh");
        shell
            .args(["-c", &line])
            .current_dir(student.folder())
            .env("signal", signal)
            .env_remove("WORKSHOP_DIR");
        let (mut screen, mut child) = Screen::of(shell);
        let seen = screen
            .until("the end of the terminal")
            .replace("Terminated", "")
            .replace("Killed", "");
        let words: Vec<&str> = seen.split_whitespace().collect();
        let expected = format!("last then {status}");
        assert_eq!(words.join(" "), [expected.as_str(); 8].join(" "));
        child.wait().unwrap();
    }
}

#[test]
fn ctrl_c_and_ctrl_z_do_what_they_do_without_us() {
    let student = student();
    script(
        &student.folder().join("program"),
        &waits(&[("SIGINT", "(print(\"interrupted\", flush=True), sys.exit(5))")]),
    );
    let (mut screen, mut child) = Screen::of_shell(&student);
    let line = format!("{WORKSHOP} run -- ./program; echo status=$?\n");
    screen.keyboard.write_all(line.as_bytes()).unwrap();
    screen.until("ready\r\n");
    screen.keyboard.write_all(b"\x1a").unwrap();
    let stopped = format!("status={}\r\n", 128 + Signal::SIGTSTP as i32);
    screen.until(&stopped);
    screen.keyboard.write_all(b"fg; echo then=$?\n").unwrap();
    wait_for("the program to go on", || {
        let ps = Command::new("ps")
            .args(["-A", "-ww", "-o", "stat=,args="])
            .output()
            .unwrap();
        let is_foreground = |line: &str| line.contains("./program") && line.contains("S+");
        text(&ps.stdout).lines().any(is_foreground).then_some(())
    });
    screen.keyboard.write_all(b"\x03").unwrap();
    let seen = screen.until("then=5\r\n").to_owned();
    assert!(seen.contains("interrupted\r\n"), "{seen}");
    screen.keyboard.write_all(b"exit\n").unwrap();
    child.wait().unwrap();
    is_left_alone(&student);
}
