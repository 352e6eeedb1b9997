//! Interrupted at any moment, a command leaves nothing behind.

use std::process::{Child, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::student::{Student, processes_mentioning, text, verdict, wait_for};

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
fn a_check_can_be_interrupted_at_ten_places_of_its_experiments() {
    let student = Student::started("50");
    student.solve("03-online-statistics");
    let record = student.workspace().join(".workshop/runs/latest/record.jsonl");
    let written = || std::fs::metadata(&record).map_or(0, |file| file.len());
    for place in 0..10 {
        let signal = if place % 2 == 0 {
            Signal::SIGINT
        } else {
            Signal::SIGHUP
        };
        let latest = record.canonicalize().ok();
        let mut check = student
            .command(["check"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Of the record's 400 KB, so much as has been written: the check is as far as that.
        wait_for("the check to get there", || {
            let begun = record.canonicalize().ok() != latest;
            (begun && written() >= place * 8192).then_some(())
        });
        send(&check, signal);
        assert_eq!(
            check.wait().unwrap().code(),
            Some(128 + signal as i32),
            "place {place}"
        );
        wait_for("nothing to be left but the live workshop", || {
            (processes_mentioning(student.folder()).len() == 1).then_some(())
        });
    }
    let interrupted = student.workshop(["judge", "latest"]);
    assert_eq!(interrupted.status.code(), Some(3));
    assert!(text(&interrupted.stderr).contains("the record ends here, and the check did not"));
    let (report, _) = student.check(["3"]);
    assert_eq!(verdict(&report, "mean"), Some("pass"), "{report:#}");
}

#[test]
fn nobody_who_reads_is_no_error_and_a_full_disk_is_one() {
    let student = Student::started("50");
    student.says(["hint"]);
    student.check(["3", "--", "true"]);
    for arguments in [
        &["list"][..],
        &["progress"],
        &["lesson", "3"],
        &["hint", "--again"],
        &["status"],
        &["env"],
        &["logs"],
        &["record"],
        &["judge", "latest"],
        &["check", "3", "--", "true"],
        &["completions", "bash"],
        &["solution", "3", "--yes"],
        &["reset", "3", "--yes"],
        &["start", "3", "--rate", "50"],
        &["stop"],
    ] {
        // As `| head -0` does: the reader is gone before anything is written.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = student.command(arguments);
        let output = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
        let output = output.wait_with_output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{arguments:?}: {}",
            text(&output.stderr)
        );
        assert_eq!(text(&output.stderr), "", "{arguments:?}");
    }
    for arguments in [
        &["list"][..],
        &["progress"],
        &["lesson", "3"],
        &["hint"],
        &["record"],
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = student.command(arguments);
        let output = command.stdout(full).stderr(Stdio::piped()).spawn().unwrap();
        let output = output.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let said = text(&output.stderr);
        assert!(
            said.contains("cannot write to standard output"),
            "{arguments:?}: {said}"
        );
    }
    assert!(
        student.says(["hint"]).contains("hint 2 of 3"),
        "a hint that was not seen is not counted"
    );
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
