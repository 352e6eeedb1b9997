//! Ending programs, whatever they do against it, and all that they have started.

use super::*;
use workshop::program::{Reason, Signal, Status, resident_bytes, signal_now};

/// A grace that is over soon; only for programs that are known to have put up their guard against SIGTERM.
fn short_grace() -> Limits {
    Limits {
        grace: Duration::from_millis(50),
        ..Limits::default()
    }
}

/// A time that no test lives to see, for what is to happen without any waiting.
fn no_waiting() -> Limits {
    Limits {
        grace: 10 * DEADLINE,
        pipe_wait: 10 * DEADLINE,
        ..Limits::default()
    }
}

#[tokio::test]
async fn a_program_that_ends_on_sigterm_is_not_killed_and_has_its_last_words() {
    let script = "trap 'echo last words; exit 7' TERM; echo ready; while :; do sleep 0.01; done";
    let mut program = Program::spawn(shell(script), no_waiting()).unwrap();
    assert_eq!(line(&mut program).await, "ready");
    program.ask_to_end();
    let (printed, exit) = rest(&mut program).await;
    assert_eq!(printed, lines(&["last words"]));
    assert_eq!(
        (exit.status, exit.killed_by_us),
        (Status::Code(7), Some(Reason::Terminated))
    );
    assert!(!exit.leftover_children);
}

#[tokio::test]
async fn a_program_without_a_handler_ends_by_sigterm_itself() {
    let mut program = Program::spawn(shell("echo $$; sleep 600 & wait"), no_waiting()).unwrap();
    line(&mut program).await;
    let exit = within(program.terminate()).await;
    assert_eq!(
        (exit.status, exit.killed_by_us),
        (Status::Signal(15), Some(Reason::Terminated))
    );
    assert_eq!(exit.status.to_string(), "killed by signal 15 (SIGTERM)");
    assert!(!exit.leftover_children, "its child got SIGTERM too");
}

#[tokio::test]
async fn a_program_that_ignores_sigterm_is_killed_when_the_grace_is_over() {
    // What ignores a signal passes that on to its children.
    let script = "trap '' TERM; sleep 600 & echo $!; wait";
    let mut program = Program::spawn(shell(script), short_grace()).unwrap();
    let child: u32 = line(&mut program).await.parse().unwrap();
    let exit = within(program.terminate()).await;
    assert_eq!(
        (exit.status, exit.killed_by_us),
        (Status::Signal(9), Some(Reason::IgnoredTermination))
    );
    assert!(!is_alive(child) && !is_alive(program.pid()));
}

#[tokio::test]
async fn a_program_that_prints_without_a_pause_is_killed_in_time_too() {
    let limits = Limits {
        output_bytes: u64::MAX,
        ..short_grace()
    };
    let mut program = Program::spawn(shell("trap '' TERM; exec yes"), limits).unwrap();
    assert_eq!(line(&mut program).await, "y");
    let exit = within(program.terminate()).await;
    assert_eq!(
        (exit.status, exit.killed_by_us),
        (Status::Signal(9), Some(Reason::IgnoredTermination))
    );
}

#[tokio::test]
async fn a_stopped_program_hears_sigterm() {
    let mut program = Program::spawn(
        shell("trap 'exit 7' TERM; echo; kill -STOP $$; sleep 600"),
        no_waiting(),
    )
    .unwrap();
    line(&mut program).await;
    let pid = program.pid();
    wait_until("the program to stop", || state(pid) == Some('T'));
    // Its sleep has not begun: the shell gets both signals first.
    let exit = within(program.terminate()).await;
    assert_eq!(
        (exit.status, exit.killed_by_us),
        (Status::Code(7), Some(Reason::Terminated))
    );
}

#[tokio::test]
async fn a_child_has_as_long_to_end_as_its_parent() {
    let folder = tempfile::tempdir().unwrap();
    // The parent dies of SIGTERM at once; its child finishes what it has in hand, with the pipes closed.
    let script = "(trap 'sleep 0.1; : > finished; exit' TERM; : > ready; while :; do sleep 0.01; done) > /dev/null 2>&1 &
        until [ -e ready ]; do sleep 0.01; done; echo ready; wait";
    let limits = Limits {
        pipe_wait: Duration::ZERO,
        grace: 10 * DEADLINE,
        ..Limits::default()
    };
    let command = Command {
        directory: folder.path().into(),
        ..shell(script)
    };
    let mut program = Program::spawn(command, limits).unwrap();
    line(&mut program).await;
    let exit = within(program.terminate()).await;
    assert_eq!((exit.status, exit.leftover_children), (Status::Signal(15), false));
    assert!(folder.path().join("finished").exists());
}

#[tokio::test]
async fn a_child_that_holds_the_pipes_does_not_hold_up_the_end() {
    let mut program = spawn("sleep 600 & echo $!; printf 'no end'");
    let child: u32 = line(&mut program).await.parse().unwrap();
    let (printed, exit) = rest(&mut program).await;
    assert_eq!(printed, lines(&["no end"]));
    assert_eq!((exit.status, exit.leftover_children), (Status::Code(0), true));
    assert_eq!(exit.killed_by_us, None, "the program itself ended by itself");
    assert!(!is_alive(child));
}

#[tokio::test]
async fn a_child_that_has_closed_the_pipes_is_found_too() {
    let mut program = spawn("sleep 600 > /dev/null 2>&1 & echo $!");
    let child: u32 = line(&mut program).await.parse().unwrap();
    let (_, exit) = rest(&mut program).await;
    assert_eq!((exit.status, exit.leftover_children), (Status::Code(0), true));
    assert!(!is_alive(child));
}

#[tokio::test]
async fn a_child_that_prints_for_ever_is_a_flood() {
    let limits = Limits {
        output_bytes: 1_000_000,
        ..no_waiting()
    };
    let mut program = Program::spawn(shell("sh -c 'echo $$; exec yes' &"), limits).unwrap();
    let child: u32 = line(&mut program).await.parse().unwrap();
    let (printed, exit) = rest(&mut program).await;
    assert_eq!(printed.last(), Some(&Output::Flood));
    assert_eq!(
        (exit.status, exit.killed_by_us),
        (Status::Code(0), Some(Reason::Flood))
    );
    assert!(!is_alive(child));
}

#[tokio::test]
async fn a_child_that_ends_soon_after_its_parent_is_waited_for_and_no_leftover() {
    let limits = Limits {
        pipe_wait: 10 * DEADLINE,
        ..Limits::default()
    };
    let mut program = Program::spawn(shell("(sleep 0.1; echo late) & echo early"), limits).unwrap();
    let (printed, exit) = rest(&mut program).await;
    assert_eq!(printed, lines(&["early", "late"]));
    assert_eq!((exit.status, exit.leftover_children), (Status::Code(0), false));
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_daemon_that_has_left_the_group_is_found() {
    for pipes in ["", "> /dev/null 2>&1"] {
        // A new session is a new group, and its leader's parent is soon init.
        let script = format!(
            "setsid sh -c 'echo $$ > daemon; exec sleep 600' {pipes} &
            until [ -s daemon ]; do sleep 0.01; done; cat daemon"
        );
        let folder = tempfile::tempdir().unwrap();
        let command = Command {
            directory: folder.path().into(),
            ..shell(&script)
        };
        let mut program = Program::spawn(command, Limits::default()).unwrap();
        let daemon: u32 = line(&mut program).await.parse().unwrap();
        assert!(is_alive(daemon));
        let (_, exit) = rest(&mut program).await;
        assert_eq!((exit.status, exit.leftover_children), (Status::Code(0), true));
        assert!(!is_alive(daemon), "with its output at '{pipes}'");
    }
}

#[tokio::test]
async fn a_program_that_is_dropped_is_killed_with_its_group() {
    let mut program = spawn("trap '' TERM; sleep 60 & echo $!; wait");
    let (parent, child) = (program.pid(), line(&mut program).await.parse().unwrap());
    assert!(is_alive(parent) && is_alive(child));
    drop(program);
    wait_until("the group to be gone", || !is_alive(parent) && !is_alive(child));
}

#[tokio::test]
async fn a_signal_on_purpose_is_told_from_an_accident() {
    let mut program = Program::spawn(shell("sleep 600 & echo $!; wait"), no_waiting()).unwrap();
    let child: u32 = line(&mut program).await.parse().unwrap();
    assert!(signal_now(&program, Signal::SIGKILL));
    let (_, exit) = rest(&mut program).await;
    assert_eq!(
        (exit.status, exit.killed_by_us),
        (Status::Signal(9), Some(Reason::Signalled(Signal::SIGKILL)))
    );
    assert!(!is_alive(child));
    assert!(
        !signal_now(&program, Signal::SIGKILL),
        "there is nothing left to send it to"
    );
}

#[tokio::test]
async fn the_memory_of_a_program_is_that_of_its_group() {
    // The text is held by a child; the shell that waits for it stays small.
    let script = r"(text=$(head -c 30000000 /dev/zero | tr '\0' x); echo full; read wait < /dev/zero; echo $text) & wait";
    let mut program = Program::spawn(shell(script), no_waiting()).unwrap();
    let small = spawn("sleep 600");
    assert_eq!(line(&mut program).await, "full");
    let sum = |program| resident_bytes(program).values().sum::<u64>();
    let (full, small) = (sum(&program), sum(&small));
    assert!(full > 30_000_000, "{full}");
    assert!((100_000..30_000_000).contains(&small), "{small}");
    within(program.terminate()).await;
    assert!(resident_bytes(&program).is_empty());
}
