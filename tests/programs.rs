//! Running programs that misbehave.
//!
//! The programs are shell scripts that say what they have done before anything is expected of them. Those that start
//! others print their numbers, so that each test can make sure that nothing of it lives on.

#[path = "programs/guarded.rs"]
mod guarded;
#[path = "programs/output.rs"]
mod output;
#[path = "programs/refused.rs"]
mod refused;
#[path = "programs/stopping.rs"]
mod stopping;

use std::fs;
use std::future::Future;
use std::path::Path;
use std::process::Command as Process;
use std::time::{Duration, Instant};

use workshop::program::{Command, Exit, Limits, Output, Program};

/// Longer than anything here takes on a machine under load, and far shorter than the programs sleep.
const DEADLINE: Duration = Duration::from_secs(60);

/// `sh -c script`, run in the root directory.
fn shell(script: &str) -> Command {
    let argv = ["/bin/sh", "-c", script].map(String::from).to_vec();
    Command {
        argv,
        directory: "/".into(),
        ..Command::default()
    }
}

fn spawn(script: &str) -> Program {
    Program::spawn(shell(script), Limits::default()).unwrap()
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future)
        .await
        .expect("this should have taken a moment")
}

/// The next line, of a program that is to print one.
async fn line(program: &mut Program) -> String {
    match within(program.next()).await {
        Some(Output::Line(line)) => line,
        other => panic!("not a line: {other:?}"),
    }
}

/// All that comes before the end, and the end.
async fn rest(program: &mut Program) -> (Vec<Output>, Exit) {
    let mut outputs = Vec::new();
    while let Some(output) = within(program.next()).await {
        outputs.push(output);
    }
    match outputs.pop() {
        Some(Output::Exited(exit)) => (outputs, exit),
        other => panic!("not an exit: {other:?}"),
    }
}

fn lines(text: &[&str]) -> Vec<Output> {
    text.iter().map(|line| Output::Line(line.to_string())).collect()
}

/// The letter that stands for what a process is doing; none where there is no such process.
fn state(pid: u32) -> Option<char> {
    if Path::new("/proc/self/stat").exists() {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        return stat.rsplit_once(')')?.1.trim_start().chars().next();
    }
    let listed = Process::new("ps")
        .args(["-o", "stat=", "-p", &pid.to_string()])
        .output()
        .unwrap();
    String::from_utf8_lossy(&listed.stdout)
        .trim_start()
        .chars()
        .next()
}

/// Whether a process is there and not a zombie.
fn is_alive(pid: u32) -> bool {
    state(pid).is_some_and(|state| state != 'Z')
}

/// Waits until something is so that no event tells.
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < deadline, "still waiting: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Makes an executable file. A shell writes it, not we: a file that this process has open for writing is open in
/// whatever another test is just starting too, and cannot be run until that has let go of it.
fn write_executable(path: &Path, text: &str) {
    let mut shell = Process::new("/bin/sh");
    shell
        .args(["-c", r#"printf %s "$2" > "$1" && chmod 755 "$1""#, "sh"])
        .arg(path)
        .arg(text);
    assert!(shell.status().unwrap().success());
}
