//! A terminal that is closed: what ran in it ends and leaves nothing, and the live workshop goes on.

use std::io::Write as _;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::running::Screen;
use super::student::{Student, WORKSHOP, processes_mentioning, script, wait_for};

/// Types `command` at a shell with a terminal of its own, waits until it runs and `shown` is on the screen, and takes the
/// terminal away.
fn hang_up(student: &Student, command: &str, shown: &str) {
    let (mut screen, mut shell) = Screen::of_shell(student);
    let before = processes_mentioning(student.folder()).len();
    // What it runs is found by the name of the workspace.
    let typed = format!("{WORKSHOP} --dir {} {command}\n", student.workspace().display());
    screen.keyboard.write_all(typed.as_bytes()).unwrap();
    wait_for("the command to run", || {
        (processes_mentioning(student.folder()).len() > before).then_some(())
    });
    let seen = screen.until(shown);
    assert!(seen.contains(shown), "{command}: {seen}");
    // The end of the shell, which leads the session, is the end of the terminal: the system hangs up what is in front.
    kill(Pid::from_raw(i32::try_from(shell.id()).unwrap()), Signal::SIGHUP).unwrap();
    wait_for("the shell to end", || shell.try_wait().unwrap());
}

#[test]
fn what_runs_in_a_terminal_ends_with_it() {
    let student = Student::started("50");
    let live = student.live_pid();
    script(
        &student.folder().join("program"),
        "echo it is $((6*7)); while :; do sleep 1; done",
    );
    let run = format!("run -- {}", student.folder().join("program").display());
    student.write("reader.py", "import time\nwhile True: time.sleep(1)\n");
    for (command, shown) in [
        (run.as_str(), "it is 42"),
        ("check --watch", "experiments"),
        ("check", "experiments"),
        ("logs live --follow", ""),
        ("publish numbers --rate 5", ""),
        ("lesson 3", "Online"),
        ("reset 3", "Reset section 3?"),
        ("solution 3", "Look at a solution?"),
    ] {
        hang_up(&student, command, shown);
        wait_for(&format!("nothing of `{command}` to be left"), || {
            let left = processes_mentioning(student.folder());
            (left.iter().map(|process| u64::from(*process)).collect::<Vec<_>>() == [live]).then_some(())
        });
    }
    // And one that is sent to the live workshop alone: it goes on publishing.
    let published = || {
        let status = student.says(["status"]);
        let row = status.lines().find(|line| line.starts_with("pubsub")).unwrap();
        row.split('│').nth(3).unwrap().trim().parse::<u64>().unwrap()
    };
    let before = published();
    kill(Pid::from_raw(i32::try_from(live).unwrap()), Signal::SIGHUP).unwrap();
    wait_for("more numbers", || (published() > before + 20).then_some(()));
    assert_eq!(student.live_pid(), live);
    student.says(["stop"]);
    assert_eq!(processes_mentioning(student.folder()), [0_u32; 0]);
}

#[test]
fn a_start_whose_terminal_goes_is_whole_or_was_never_there() {
    for shown in ["", "Section 3 is live"] {
        let student = Student::new();
        hang_up(&student, "start 3 --rate 50", shown);
        // The background process is in no terminal: it comes up, or finds that nobody waits for it.
        wait_for("the start to be over", || {
            let left = processes_mentioning(student.folder());
            let up = student.workspace().join(".workshop/live.json").exists();
            (left.is_empty() || up && left.len() == 1).then_some(())
        });
        if !shown.is_empty() {
            student.says(["status"]);
        }
        assert!(
            student
                .says(["start", "3", "--rate", "50"])
                .contains("Section 3 is live")
        );
        student.says(["stop"]);
        assert_eq!(processes_mentioning(student.folder()), [0_u32; 0]);
    }
}
