//! Ctrl-Z on a check: what it runs stands still with it, and goes on with it.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use nix::sys::signal::Signal;

use super::running::Screen;
use super::student::{Student, WORKSHOP, processes_mentioning, solution, text, wait_for};

/// The states of the processes whose command line has `path` in it, as `ps` names them.
fn states(path: &Path) -> Vec<String> {
    let ps = Command::new("ps")
        .args(["-A", "-ww", "-o", "stat=,args="])
        .output()
        .unwrap();
    text(&ps.stdout)
        .lines()
        .filter(|line| line.contains(path.to_str().unwrap()) && !line.contains(WORKSHOP))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .filter(|state| !state.starts_with('Z'))
        .collect()
}

#[test]
fn ctrl_z_stops_the_programs_too_and_fg_lets_all_go_on_to_the_same_verdict() {
    let student = Student::new();
    let reader = student.folder().join("reader.py");
    std::fs::copy(
        solution("03-online-statistics", "python").join("reader.py"),
        &reader,
    )
    .unwrap();
    let (mut screen, mut shell) = Screen::of_shell(&student);
    let line = format!(
        "{WORKSHOP} check 3 -- python3 {}; echo status=$?\n",
        reader.display()
    );
    screen.keyboard.write_all(line.as_bytes()).unwrap();
    wait_for("programs to run", || (!states(&reader).is_empty()).then_some(()));
    screen.keyboard.write_all(b"\x1a").unwrap();
    // A check that stops itself, as one that cares for what it runs must, was stopped by SIGSTOP.
    screen.until(&format!("status={}\r\n", 128 + Signal::SIGSTOP as i32));
    wait_for("all of them to stand still", || {
        let states = states(&reader);
        (!states.is_empty() && states.iter().all(|state| state.starts_with('T'))).then_some(())
    });
    screen.keyboard.write_all(b"fg; echo then=$?\n").unwrap();
    let seen = screen.until("then=0\r\n").to_owned();
    assert!(seen.contains("then=0\r\n"), "{seen}");
    screen.keyboard.write_all(b"exit\n").unwrap();
    shell.wait().unwrap();
    assert_eq!(processes_mentioning(student.folder()), Vec::<u32>::new());
}
