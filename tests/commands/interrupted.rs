//! Interrupted at any moment, a command leaves nothing behind.

use std::process::{Child, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::student::{Student, processes_mentioning, wait_for};

/// A check of a program that never ends by itself, once that runs.
fn check_of_an_endless_program(student: &Student) -> Child {
    let program = student.folder().join("endless.sh");
    std::fs::write(&program, "trap '' TERM\nwhile :; do sleep 1; done\n").unwrap();
    let mut command = student.command(["check", "3", "--", "sh", program.to_str().unwrap()]);
    let check = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The command line of the check itself mentions the program too.
    wait_for("the program to run", || {
        (processes_mentioning(&program).len() > 1).then_some(())
    });
    check
}

fn send(process: &Child, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(process.id()).unwrap()), signal).unwrap();
}

#[test]
fn a_check_that_gets_a_signal_ends_the_programs_it_runs() {
    for (signal, code) in [
        (Signal::SIGINT, 130),
        (Signal::SIGTERM, 143),
        (Signal::SIGHUP, 129),
    ] {
        let student = Student::new();
        let mut check = check_of_an_endless_program(&student);
        send(&check, signal);
        assert_eq!(check.wait().unwrap().code(), Some(code));
        wait_for("nothing to be left", || {
            processes_mentioning(student.folder()).is_empty().then_some(())
        });
    }
}

#[test]
fn a_killed_check_leaves_no_program_behind() {
    let student = Student::new();
    let mut check = check_of_an_endless_program(&student);
    send(&check, Signal::SIGKILL);
    check.wait().unwrap();
    wait_for("nothing to be left", || {
        processes_mentioning(student.folder()).is_empty().then_some(())
    });
}

#[test]
fn a_start_whose_reader_is_gone_leaves_a_workshop_that_can_be_stopped() {
    let student = Student::new();
    let mut start = student
        .command(["start", "3"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(start.stdout.take());
    start.wait().unwrap();
    student.says(["stop"]);
    assert_eq!(processes_mentioning(student.folder()), [0_u32; 0]);
}
