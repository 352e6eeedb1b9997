//! What becomes of programs when the command that ran them is killed itself.
//!
//! The suite plays all the parts: one test starts the suite again as a command that runs programs, and that starts it
//! once more as its guard.

use std::io::{BufRead, BufReader, stdin};
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use workshop::program::guard::{self, Guard};

use super::*;

/// Says which part this process plays; without it, the two tests that are parts do nothing.
const PART: &str = "WORKSHOP_TEST_PART";

/// Where the executable that becomes a guard is.
const GUARD: &str = "WORKSHOP_TEST_GUARD";

fn plays(part: &str) -> bool {
    std::env::var(PART).is_ok_and(|played| played == part)
}

#[test]
#[ignore = "a part that another test gives to a process of its own"]
fn plays_the_guard() {
    if plays("guard") {
        guard::run(stdin());
    }
}

#[tokio::test]
#[ignore = "a part that another test gives to a process of its own"]
async fn plays_the_command() {
    if !plays("command") {
        return;
    }
    let guard = Guard::start(std::env::var(GUARD).unwrap().as_ref()).unwrap();
    let scripts = [
        "echo stubborn $$; trap '' TERM; sleep 600 & echo stubborn-child $!; wait",
        "echo plain $$; sleep 600 > /dev/null 2>&1 & echo plain-child $!; wait",
        "echo released $$; trap '' PIPE; exec sleep 600",
    ];
    let mut programs = Vec::new();
    for script in scripts {
        let mut program = spawn(script);
        guard.watch(&program).unwrap();
        println!("{}", line(&mut program).await);
        if !script.contains("released") {
            println!("{}", line(&mut program).await);
        }
        programs.push(program);
    }
    guard.release(&programs[2]).unwrap();
    println!("ready {}", std::process::id());
    std::future::pending().await
}

/// What the command has started, killed when its test is over, however that ends.
struct Started(Vec<(String, u32)>);

impl Drop for Started {
    fn drop(&mut self) {
        for &(_, pid) in &self.0 {
            let _ = kill(Pid::from_raw(pid as i32), Signal::SIGKILL);
        }
    }
}

#[test]
fn programs_end_when_the_command_that_ran_them_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (suite, executable, guard_pid) = (
        std::env::current_exe().unwrap(),
        folder.path().join("guard"),
        folder.path().join("pid"),
    );
    let (suite, guard_pid_path) = (suite.to_str().unwrap(), guard_pid.to_str().unwrap());
    let arguments = |part: &str| format!("--exact programs::guarded::plays_the_{part} --ignored --nocapture");
    // The pid is the guard's, since exec keeps it.
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = guard ] || exit\necho $$ > '{guard_pid_path}'\n{PART}=guard exec '{suite}' {}\n",
        arguments("guard")
    );
    write_executable(&executable, &script);

    let mut command = Process::new(suite);
    command
        .args(arguments("command").split(' '))
        .env(PART, "command")
        .env(GUARD, &executable);
    let mut command = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let printed = BufReader::new(command.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let mut started = Started(Vec::new());
    for line in printed {
        // The test runner of that process says things too.
        let words: Vec<&str> = line.split(' ').collect();
        if let [name, pid] = words[..]
            && let Ok(pid) = pid.parse::<u32>()
        {
            started.0.push((name.to_string(), pid));
        }
        if line.starts_with("ready") {
            break;
        }
    }
    let names: Vec<&str> = started.0.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "stubborn",
            "stubborn-child",
            "plain",
            "plain-child",
            "released",
            "ready"
        ]
    );
    assert!(started.0.iter().all(|&(_, pid)| is_alive(pid)));
    wait_until("the guard's number", || {
        fs::read_to_string(&guard_pid).is_ok_and(|pid| pid.ends_with('\n'))
    });
    let guard: u32 = fs::read_to_string(&guard_pid).unwrap().trim().parse().unwrap();

    // As harsh as it gets: the command, and whatever might be in a group with it.
    command.kill().unwrap();
    command.wait().unwrap();
    wait_until("the guard to be done", || !is_alive(guard));
    let living: Vec<&str> = started
        .0
        .iter()
        .filter(|&&(_, pid)| is_alive(pid))
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(
        living,
        ["released"],
        "the guard ends what it watches and nothing else"
    );
}
