//! What a program prints, however much, and how it ends by itself.

use super::*;
use workshop::program::{Reason, Status};

#[tokio::test]
async fn a_program_gets_its_arguments_its_directory_its_environment_and_its_input() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().canonicalize().unwrap();
    let script = r#"echo "$1 $GREETING"; pwd -P; test -n "$PATH" && test -n "$WORKSHOP_RUN" && cat"#;
    let mut command = shell(script);
    command.argv.extend(["sh", "an argument"].map(String::from));
    command.directory = directory.clone();
    command.environment = vec![
        ("GREETING".into(), "first".into()),
        ("GREETING".into(), "last".into()),
    ];
    command.input = Some(b"one\ntwo".to_vec());
    let (printed, exit) = rest(&mut Program::spawn(command, Limits::default()).unwrap()).await;
    assert_eq!(
        printed,
        lines(&["an argument last", directory.to_str().unwrap(), "one", "two"])
    );
    let expected = Exit {
        status: Status::Code(0),
        stderr_tail: String::new(),
        killed_by_us: None,
        leftover_children: false,
    };
    assert_eq!(exit, expected);
    assert!(exit.status.success());
}

#[tokio::test]
async fn without_input_standard_input_is_empty() {
    let (printed, exit) = rest(&mut spawn("cat; echo done")).await;
    assert_eq!((printed, exit.status), (lines(&["done"]), Status::Code(0)));
}

#[tokio::test]
async fn input_of_any_size_is_written_and_need_not_be_read() {
    let input = vec![b'x'; 10_000_000];
    let mut command = shell("wc -c");
    command.input = Some(input.clone());
    let (printed, _) = rest(&mut Program::spawn(command, Limits::default()).unwrap()).await;
    assert!(
        matches!(&printed[..], [Output::Line(count)] if count.trim() == "10000000"),
        "{printed:?}"
    );

    let mut command = shell("echo unread; exit 4");
    command.input = Some(input);
    let (printed, exit) = rest(&mut Program::spawn(command, Limits::default()).unwrap()).await;
    assert_eq!((printed, exit.status), (lines(&["unread"]), Status::Code(4)));
}

#[tokio::test]
async fn a_program_that_exits_at_once_has_a_status() {
    let mut program = spawn("exit 3");
    let (printed, exit) = rest(&mut program).await;
    assert_eq!(printed, []);
    assert_eq!(exit.status, Status::Code(3));
    assert_eq!(exit.status.to_string(), "exit status 3");
    assert!(!exit.status.success());
    assert_eq!(within(program.next()).await, None);
    assert_eq!(within(program.terminate()).await, exit);
}

#[tokio::test]
async fn a_program_that_a_signal_ends_has_the_signal_in_its_status() {
    let (printed, exit) = rest(&mut spawn("echo before; kill -SEGV $$")).await;
    assert_eq!(printed, lines(&["before"]));
    assert_eq!(exit.status, Status::Signal(11));
    assert_eq!(exit.status.to_string(), "killed by signal 11 (SIGSEGV)");
    assert_eq!(exit.killed_by_us, None);
}

#[tokio::test]
async fn every_one_of_many_short_lines_arrives_in_order() {
    let script = "i=0; while [ $i -lt 10000 ]; do echo line $i; i=$((i+1)); done; printf 'no end'";
    let (printed, exit) = rest(&mut spawn(script)).await;
    let mut expected: Vec<Output> = (0..10_000).map(|i| Output::Line(format!("line {i}"))).collect();
    expected.push(Output::Line("no end".into()));
    assert!(
        printed == expected,
        "{} lines, the last {:?}",
        printed.len(),
        printed.last()
    );
    assert_eq!(exit.status, Status::Code(0));
}

#[tokio::test]
async fn what_was_printed_before_the_exit_arrives_however_late_it_is_read() {
    let limits = Limits {
        pipe_wait: Duration::ZERO,
        ..Limits::default()
    };
    let mut program = Program::spawn(shell("seq 1 5000; printf 5001; exit 9"), limits).unwrap();
    let pid = program.pid();
    wait_until("the program's exit", || state(pid) == Some('Z'));
    let (printed, exit) = rest(&mut program).await;
    let expected: Vec<Output> = (1..=5001).map(|i| Output::Line(i.to_string())).collect();
    assert!(
        printed == expected,
        "{} lines, the last {:?}",
        printed.len(),
        printed.last()
    );
    assert_eq!(exit.status, Status::Code(9));
}

#[tokio::test]
async fn waiting_for_output_can_be_given_up_and_taken_up_again() {
    let mut program = spawn("i=0; while [ $i -lt 1000 ]; do echo $i; i=$((i+1)); done");
    let (mut printed, mut given_up) = (Vec::new(), 0);
    let exit = loop {
        tokio::select! {
            // Ready at its second turn: what it is raced with has been asked once by then and has often begun to read.
            () = tokio::task::yield_now() => given_up += 1,
            output = program.next() => match output {
                Some(Output::Exited(exit)) => break exit,
                Some(output) => printed.push(output),
                None => panic!("no exit"),
            }
        }
    };
    assert_eq!(
        printed,
        (0..1000).map(|i| Output::Line(i.to_string())).collect::<Vec<_>>()
    );
    assert!(given_up > 0 && exit.status.success());
}

#[tokio::test]
async fn output_that_is_not_text_is_a_line_all_the_same() {
    let (printed, _) = rest(&mut spawn(r"printf 'a\377\000b\n\303\244\n'")).await;
    assert_eq!(printed, lines(&["a\u{FFFD}\0b", "ä"]));
}

#[tokio::test]
async fn a_line_of_100_megabytes_is_counted_and_left_out() {
    let limits = Limits {
        output_bytes: 200_000_000,
        ..Limits::default()
    };
    let script = r"echo before; head -c 100000000 /dev/zero | tr '\0' x; echo; echo after";
    let (printed, exit) = rest(&mut Program::spawn(shell(script), limits).unwrap()).await;
    let expected = [
        lines(&["before"]),
        vec![Output::Cut { bytes: 100_000_000 }],
        lines(&["after"]),
    ]
    .concat();
    assert_eq!(printed, expected);
    assert_eq!((exit.status, exit.killed_by_us), (Status::Code(0), None));
}

#[tokio::test]
async fn lines_are_bounded_as_well_as_bytes() {
    let limits = Limits {
        output_lines: Some(1000),
        ..Limits::default()
    };
    let (mut printed, exit) = rest(&mut Program::spawn(shell("exec yes"), limits).unwrap()).await;
    assert_eq!(printed.pop(), Some(Output::Flood));
    assert_eq!(printed, vec![Output::Line("y".into()); 1000]);
    assert_eq!(exit.killed_by_us, Some(Reason::Flood));
}

#[tokio::test]
async fn a_program_that_prints_without_a_pause_keeps_no_other_from_being_heard() {
    let mut endless = Program::spawn(shell("exec yes"), Limits::default()).unwrap();
    let mut other = spawn("echo here; exec sleep 600");
    // In one task, and the endless one is listened to first each time.
    tokio::select! {
        biased;
        _ = rest(&mut endless) => panic!("64 MiB came before a line that another program had printed"),
        heard = line(&mut other) => assert_eq!(heard, "here"),
    }
}

#[tokio::test]
async fn a_program_that_floods_is_killed_with_all_that_it_started() {
    let limits = Limits {
        output_bytes: 1_000_000,
        ..Limits::default()
    };
    // The flood comes from a child; the shell itself waits.
    let mut program =
        Program::spawn(shell("trap '' TERM; sh -c 'echo $$; exec yes' & wait"), limits).unwrap();
    let flooding: u32 = line(&mut program).await.parse().unwrap();
    let (mut printed, exit) = rest(&mut program).await;
    assert_eq!(printed.pop(), Some(Output::Flood));
    assert!(printed.iter().all(|output| *output == Output::Line("y".into())));
    // At two bytes a line, up to the limit, less the one read that went past it.
    assert!(
        (450_000..500_000).contains(&printed.len()),
        "{} lines",
        printed.len()
    );
    assert_eq!(
        (exit.status, exit.killed_by_us),
        (Status::Signal(9), Some(Reason::Flood))
    );
    assert!(!is_alive(flooding) && !is_alive(program.pid()));
}

#[tokio::test]
async fn a_line_without_end_is_a_flood_under_the_usual_limits() {
    let (printed, exit) = rest(&mut spawn(r"tr '\0' x < /dev/zero")).await;
    assert_eq!(printed, [Output::Flood]);
    assert_eq!(exit.killed_by_us, Some(Reason::Flood));
}

#[tokio::test]
async fn a_program_that_closes_its_output_may_live_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = shell("exec >&- 2>&-; : > closed; until [ -e go ]; do sleep 0.01; done; exit 5");
    command.directory = folder.path().into();
    let mut program = Program::spawn(command, Limits::default()).unwrap();
    let (closed, go) = (folder.path().join("closed"), folder.path().join("go"));
    let let_go = async {
        while !closed.exists() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        fs::write(go, "").unwrap();
    };
    let ((printed, exit), ()) = tokio::join!(rest(&mut program), within(let_go));
    assert_eq!(
        (printed, exit.status, exit.killed_by_us),
        (vec![], Status::Code(5), None)
    );
}

#[tokio::test]
async fn the_end_of_standard_error_is_kept_and_all_of_it_logged() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("stderr.log");
    let limits = Limits {
        stderr_kept: 14,
        stderr_log: Some(log.clone()),
        ..Limits::default()
    };
    // More than a pipe holds, so that a program whose standard error nobody reads would never get to its line.
    let script = "seq 1 100000 >&2; echo printed; echo äöü the end >&2; exit 1";
    let (printed, exit) = rest(&mut Program::spawn(shell(script), limits).unwrap()).await;
    assert_eq!((printed, exit.status), (lines(&["printed"]), Status::Code(1)));
    // The 14 bytes would begin in the middle of the ä.
    assert_eq!(exit.stderr_tail, "öü the end\n");
    let expected: String = (1..=100_000).map(|i| format!("{i}\n")).collect::<String>() + "äöü the end\n";
    assert!(fs::read_to_string(log).unwrap() == expected);
}

#[tokio::test]
async fn the_log_of_standard_error_is_bounded_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("stderr.log");
    let limits = Limits {
        stderr_log: Some(log.clone()),
        stderr_log_bytes: 1000,
        ..Limits::default()
    };
    let (_, exit) = rest(&mut Program::spawn(shell("seq 1 100000 >&2"), limits).unwrap()).await;
    let log = fs::read_to_string(log).unwrap();
    assert!(
        log.starts_with("1\n2\n3\n") && log.len() < 1100,
        "{} bytes",
        log.len()
    );
    assert!(log.ends_with("wrote more than it keeps]\n"), "{log}");
    // What the log has no room for is still seen at the end.
    assert!(exit.stderr_tail.ends_with("99999\n100000\n"));
    assert_eq!(exit.stderr_tail.len(), Limits::default().stderr_kept);
}

#[tokio::test]
async fn a_program_that_eats_memory_is_killed_with_the_child_that_ate_it() {
    let limits = Limits {
        resident_bytes: Some(100_000_000),
        ..Limits::default()
    };
    // `tail` keeps all of a line without an end; the shell itself waits, and prints without a pause meanwhile.
    let script = "trap '' TERM; (head -c 8000000000 /dev/zero | tail) & echo $!; while :; do echo y; sleep 0.001; done";
    let mut program = Program::spawn(shell(script), limits).unwrap();
    let eating: u32 = line(&mut program).await.parse().unwrap();
    let (_, exit) = rest(&mut program).await;
    assert_eq!(
        (exit.status, exit.killed_by_us),
        (Status::Signal(9), Some(Reason::Memory))
    );
    assert!(!is_alive(eating) && !is_alive(program.pid()));
}

#[tokio::test]
async fn a_program_that_forks_and_forks_is_killed_with_all_its_processes() {
    let limits = Limits {
        processes: Some(20),
        ..Limits::default()
    };
    let script = "i=0; while [ $i -lt 30 ]; do sleep 600 & echo $!; i=$((i+1)); done; wait";
    let mut program = Program::spawn(shell(script), limits).unwrap();
    let (printed, exit) = rest(&mut program).await;
    assert_eq!(
        (exit.status, exit.killed_by_us),
        (Status::Signal(9), Some(Reason::Processes))
    );
    assert!(printed.len() > 15, "{printed:?}");
    for output in printed {
        let Output::Line(child) = output else {
            panic!("{output:?}")
        };
        assert!(!is_alive(child.parse().unwrap()), "{child}");
    }
}

#[tokio::test]
async fn a_program_within_its_limits_is_left_alone() {
    let limits = Limits {
        resident_bytes: Some(100_000_000),
        processes: Some(20),
        ..Limits::default()
    };
    // Long enough to be looked at several times.
    let script = "sleep 600 & child=$!; sleep 0.8; kill $child; wait; echo done; exit 4";
    let (printed, exit) = rest(&mut Program::spawn(shell(script), limits).unwrap()).await;
    assert_eq!(printed, lines(&["done"]));
    assert_eq!((exit.status, exit.killed_by_us), (Status::Code(4), None));
}
