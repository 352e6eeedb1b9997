//! The process and its terminal: colours, width, the pager.
//!
//! Each test runs [`child`] in a process of its own, since the environment and the terminal belong to a process.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use nix::pty::{Winsize, openpty};
use nix::sys::signal::{Signal, raise};
use workshop::render::{self, Style};

/// Says what [`child`] is to do.
const TASK: &str = "RENDERING_CHILD";
/// A child that takes longer than this hangs.
const DEADLINE: Duration = Duration::from_secs(60);
/// What the environment of whoever runs the tests must not decide.
const HEEDED: [&str; 8] = [
    "NO_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "TERM",
    "CI",
    "PAGER",
    "LESS",
    "LESSCHARSET",
];

#[test]
#[ignore = "the other tests run it, in a process of its own"]
fn child() {
    // With `--include-ignored` it is run by itself, and has nothing to do.
    let Ok(task) = std::env::var(TASK) else { return };
    let text = format!("{}the end\n", "lesson\n".repeat(50_000));
    match task.as_str() {
        "stdout" => println!("{:?}", Style::for_stdout()),
        "stderr" => println!("{:?}", Style::for_stderr()),
        "pager" => render::pager("one lesson\n").unwrap(),
        "long pager" => render::pager(&text).unwrap(),
        "interrupted after the pager" => {
            render::pager("one lesson\n").unwrap();
            raise(Signal::SIGINT).unwrap();
        }
        unknown => panic!("no task {unknown:?}"),
    }
    println!("returned");
}

/// Where the child's standard output and standard error lead.
#[derive(Clone, Copy, PartialEq)]
enum Output {
    Pipe,
    /// A terminal of this many columns.
    Terminal(u16),
}

/// Variables that a child gets besides those of this process.
type Environment<'values> = &'values [(&'values str, &'values str)];

fn run(task: &str, stdout: Output, stderr: Output, environment: Environment) -> (String, ExitStatus) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([
        "--exact",
        "rendering::terminal::child",
        "--ignored",
        "--nocapture",
        "--color=never",
    ]);
    for variable in HEEDED {
        command.env_remove(variable);
    }
    command
        .env(TASK, task)
        .env("TERM", "xterm")
        .envs(environment.iter().copied())
        .stdin(Stdio::null());
    let (reads, write) = output(stdout);
    command.stdout(write);
    let (stderr_reads, write) = output(stderr);
    command.stderr(write);
    let mut running = command.spawn().unwrap();
    // The command holds the other ends of the outputs, which never end while it does.
    drop(command);
    read_in_background(stderr_reads);
    let text = read_in_background(reads).recv_timeout(DEADLINE);
    let Ok(text) = text else {
        running.kill().unwrap();
        panic!("{task} did not end within {DEADLINE:?}");
    };
    (text, running.wait().unwrap())
}

/// An output's end to read from and its end to write to.
fn output(output: Output) -> (File, OwnedFd) {
    match output {
        Output::Pipe => {
            let (reads, writes) = io::pipe().unwrap();
            (File::from(OwnedFd::from(reads)), OwnedFd::from(writes))
        }
        Output::Terminal(columns) => {
            let size = Winsize {
                ws_row: 24,
                ws_col: columns,
                ws_xpixel: 0,
                ws_ypixel: 0,
            };
            let terminal = openpty(Some(&size), None).unwrap();
            (File::from(terminal.master), terminal.slave)
        }
    }
}

/// Reads to the end; a terminal's end is an error (EIO) on Linux.
fn read_in_background(mut reads: File) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = reads.read(&mut buffer) {
            bytes.extend_from_slice(&buffer[..length]);
        }
        // Nobody waits for standard error.
        let _ = sender.send(String::from_utf8(bytes).unwrap().replace("\r\n", "\n"));
    });
    receiver
}

#[test]
fn width_and_colour_are_those_of_the_output() {
    use Output::{Pipe, Terminal};
    let cases: [(&str, Output, Output, Environment, Style); 11] = [
        (
            "stdout",
            Pipe,
            Terminal(57),
            &[],
            Style {
                width: 80,
                colour: false,
            },
        ),
        (
            "stdout",
            Terminal(57),
            Pipe,
            &[],
            Style {
                width: 57,
                colour: true,
            },
        ),
        (
            "stderr",
            Pipe,
            Terminal(57),
            &[],
            Style {
                width: 57,
                colour: true,
            },
        ),
        (
            "stderr",
            Terminal(57),
            Pipe,
            &[],
            Style {
                width: 80,
                colour: false,
            },
        ),
        (
            "stdout",
            Terminal(0),
            Pipe,
            &[],
            Style {
                width: 80,
                colour: true,
            },
        ),
        (
            "stdout",
            Terminal(57),
            Pipe,
            &[("NO_COLOR", "1")],
            Style {
                width: 57,
                colour: false,
            },
        ),
        (
            "stderr",
            Pipe,
            Terminal(57),
            &[("NO_COLOR", "1")],
            Style {
                width: 57,
                colour: false,
            },
        ),
        (
            "stdout",
            Terminal(57),
            Pipe,
            &[("NO_COLOR", "")],
            Style {
                width: 57,
                colour: true,
            },
        ),
        (
            "stdout",
            Terminal(57),
            Pipe,
            &[("CLICOLOR", "0")],
            Style {
                width: 57,
                colour: false,
            },
        ),
        (
            "stdout",
            Terminal(57),
            Pipe,
            &[("TERM", "dumb")],
            Style {
                width: 57,
                colour: false,
            },
        ),
        (
            "stdout",
            Pipe,
            Pipe,
            &[("CLICOLOR_FORCE", "1")],
            Style {
                width: 80,
                colour: true,
            },
        ),
    ];
    for (task, stdout, stderr, environment, expected) in cases {
        let (text, _) = run(task, stdout, stderr, environment);
        assert!(
            text.contains(&format!("{expected:?}")),
            "{task} {environment:?}: expected {expected:?}, got {text}"
        );
    }
}

#[test]
fn a_terminal_gets_the_pager() {
    let (text, status) = run(
        "pager",
        Output::Terminal(80),
        Output::Pipe,
        &[("PAGER", "tr a-z A-Z")],
    );
    assert!(
        text.contains("ONE LESSON\n") && text.contains("returned") && status.success(),
        "{text}"
    );
}

#[test]
fn without_terminal_or_pager_the_text_is_printed() {
    for (stdout, pager) in [
        (Output::Pipe, "tr a-z A-Z"),
        (Output::Terminal(80), "cat"),
        (Output::Terminal(80), ""),
        (Output::Terminal(80), "a-pager-that-is-not-there"),
    ] {
        let (text, status) = run("pager", stdout, Output::Pipe, &[("PAGER", pager)]);
        assert!(
            text.contains("one lesson\n") && status.success(),
            "PAGER={pager:?}: {text}"
        );
    }
}

#[test]
fn a_pager_that_is_left_early_is_no_error() {
    let (text, status) = run(
        "long pager",
        Output::Terminal(80),
        Output::Pipe,
        &[("PAGER", "head -n 1")],
    );
    assert!(text.contains("lesson\n") && !text.contains("the end"), "{text}");
    assert!(text.contains("returned") && status.success(), "{text}");
}

#[test]
fn less_is_told_what_the_environment_does_not_say() {
    let (text, _) = run("pager", Output::Terminal(80), Output::Pipe, &[("PAGER", "env")]);
    assert!(
        text.contains("\nLESS=FRX\n") && text.contains("\nLESSCHARSET=utf-8\n"),
        "{text}"
    );
    let (text, _) = run(
        "pager",
        Output::Terminal(80),
        Output::Pipe,
        &[("PAGER", "env"), ("LESS", "R")],
    );
    assert!(text.contains("\nLESS=R\n"), "{text}");
}

/// A pager that reads its text, sends Ctrl-C's signal to whoever started it, and ends when that has been acted on: it
/// is pending no more, and the main thread, which gets it, sleeps again.
#[cfg(target_os = "linux")]
const INTERRUPTING: &str = "#!/bin/sh
cat > /dev/null
kill -INT $PPID
until grep -q '^ShdPnd:.*0$' /proc/$PPID/status && grep -q '^State:.*S' /proc/$PPID/status; do sleep 0.01; done
echo sent
";

#[cfg(target_os = "linux")]
fn interrupting_pager(folder: &tempfile::TempDir) -> String {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;
    let path = folder.path().join("pager");
    let mut file = File::create(&path).unwrap();
    file.write_all(INTERRUPTING.as_bytes()).unwrap();
    file.set_permissions(PermissionsExt::from_mode(0o755)).unwrap();
    path.into_os_string().into_string().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_is_the_pagers_as_long_as_there_is_one() {
    use std::os::unix::process::ExitStatusExt;
    let folder = tempfile::tempdir().unwrap();
    let pager = interrupting_pager(&folder);
    let (text, status) = run("pager", Output::Terminal(80), Output::Pipe, &[("PAGER", &pager)]);
    assert!(
        text.contains("sent\n") && text.contains("returned") && status.success(),
        "{text} {status}"
    );

    let task = "interrupted after the pager";
    let (text, status) = run(task, Output::Terminal(80), Output::Pipe, &[("PAGER", &pager)]);
    assert!(text.contains("sent\n") && !text.contains("returned"), "{text}");
    assert_eq!(
        status.signal(),
        Some(2),
        "Ctrl-C has its usual effect again: {status}"
    );
}
