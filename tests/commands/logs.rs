//! `workshop logs`: what was written to standard error, by whom.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::mpsc::channel;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::student::{DEADLINE, Student, text, wait_for};

#[test]
fn each_part_has_its_log_and_what_is_in_it_is_harmless() {
    let student = Student::started("50");
    let settings = "[03-online-statistics]\nbuild = [\"sh\", \"-c\", \"printf 'made\\\\033[2J it\\\\n' >&2\"]\nrun = [\"sh\", \"-c\", \"echo no reader >&2; exit 3\"]\n";
    fs::write(student.workspace().join("workshop.toml"), settings).unwrap();
    student.check(["3"]);
    assert_eq!(student.says(["logs", "build"]), "made␛[2J it\n");
    assert_eq!(student.says(["logs", "ordinary"]), "no reader\n");
    let all = student.says(["logs"]);
    assert!(
        all.contains("build\nmade␛[2J it\n\n") && all.contains("ordinary\nno reader\n"),
        "{all}"
    );
    assert!(all.contains("Nothing was written by: live."), "{all}");
    let unknown = student.workshop(["logs", "reader-9"]);
    assert_eq!(unknown.status.code(), Some(2));
    let said = text(&unknown.stderr);
    assert!(
        said.contains("\"reader-9\"") && said.contains("live, redis, build, ") && said.contains("ordinary"),
        "{said}"
    );
}

#[test]
fn what_redis_says_is_told_from_what_the_workshop_says() {
    let student = Student::started("50");
    let log = student.workspace().join(".workshop/live.log");
    fs::write(&log, "of the workshop\nredis: out of memory\nredis: \u{1b}c\n").unwrap();
    assert_eq!(student.says(["logs", "redis"]), "out of memory\n␛c\n");
    assert!(
        student
            .says(["logs", "live"])
            .starts_with("of the workshop\nredis: out of memory\n")
    );
}

#[test]
fn a_followed_log_survives_truncation_and_a_workshop_that_restarts() {
    let student = Student::started("50");
    let log = student.workspace().join(".workshop/live.log");
    fs::write(&log, "first\nhalf of").unwrap();
    let mut command = student.command(["logs", "--follow"]);
    let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
    let (sender, lines) = channel();
    let output = process.stdout.take().unwrap();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    let next = || lines.recv_timeout(DEADLINE).unwrap();
    assert_eq!(next(), "first");
    let mut more = fs::File::options().append(true).open(&log).unwrap();
    std::io::Write::write_all(&mut more, b" a line\n").unwrap();
    assert_eq!(next(), "half of a line");
    more.set_len(0).unwrap();
    std::io::Write::write_all(&mut more, b"cut\n").unwrap();
    assert_eq!(next(), "cut");
    student.says(["stop"]);
    student.says(["start", "3", "--rate", "60"]);
    let mut again = fs::File::options().append(true).open(&log).unwrap();
    std::io::Write::write_all(&mut again, b"of the next one\n").unwrap();
    assert_eq!(next(), "of the next one");
    kill(
        Pid::from_raw(i32::try_from(process.id()).unwrap()),
        Signal::SIGINT,
    )
    .unwrap();
    assert_eq!(process.wait().unwrap().code(), Some(130));
}

#[test]
fn a_follower_whose_reader_is_gone_ends() {
    let student = Student::started("50");
    let mut command = student.command(["logs", "live", "--follow"]);
    let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
    drop(process.stdout.take());
    let status = wait_for("the end", || process.try_wait().unwrap());
    assert_eq!(status.code(), Some(0));
}
