//! A lesson cannot lie: what it says to type is typed, and prints what it shows. (That the lessons of this course do not
//! lie is in `commands/corpus.rs`.)

use workshop::verify::{Step, Terminal, steps};

use super::heed::heed;

/// Follows the consoles of `lesson`, one after another in one terminal; the first complaint, if there is one.
async fn complaint(lesson: &str) -> Option<String> {
    heed(signal_hook::consts::SIGINT);
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::open(folder.path(), &[], folder.path().join("memory"));
    let mut complaint = None;
    for step in steps(lesson).unwrap() {
        let Step::Type(typed) = step else { continue };
        if let Err(error) = terminal.type_in(&typed).await {
            complaint = Some(format!("line {}: {error:#}", typed.line));
            break;
        }
    }
    terminal.close().await;
    complaint
}

#[tokio::test]
async fn a_lesson_that_lies_is_caught() {
    let truth = "```console\n$ echo one; echo two >&2\none\ntwo\n$ printf three\nthree\n```\n";
    assert_eq!(complaint(truth).await, None);
    for lie in ["one\n", "one\ntwo\ntwo\n", "two\none\n", ""] {
        let complaint = complaint(&format!("```console\n$ echo one; echo two >&2\n{lie}```\n")).await;
        let shown = if lie.is_empty() {
            "(nothing)"
        } else {
            &lie.trim_end().replace('\n', "\n    ")
        };
        let expected = format!("line 2: it printed:\n    one\n    two\nand is shown to print:\n    {shown}");
        assert_eq!(complaint, Some(expected));
    }
    let silent = complaint("```console\n$ true\nsomething\n```\n").await;
    assert_eq!(
        silent.as_deref(),
        Some("line 2: it printed:\n    (nothing)\nand is shown to print:\n    something")
    );
}

#[tokio::test]
async fn a_terminal_remembers_variables_and_where_it_is() {
    let lesson = "```console\n$ mkdir a && cd a && export GREETING='good day'\n$ echo \"$GREETING from ${PWD##*/}\"\ngood day from a\n```\n";
    assert_eq!(complaint(lesson).await, None);
}

#[tokio::test]
async fn ctrl_c_ends_what_goes_on() {
    let endless = "trap 'echo bye; exit' INT; echo begun; while :; do sleep 0.01; done";
    let lesson = format!("```console\n$ {endless}\nbegun\n^C\nbye\n$ echo after\nafter\n```\n");
    assert_eq!(complaint(&lesson).await, None);
    let lie = lesson.replace("bye\n$", "farewell\n$");
    assert!(complaint(&lie).await.unwrap().contains("bye"));
}

#[tokio::test]
async fn what_stays_is_left_running_and_ended_with_the_terminal() {
    let lesson = "```console stays\n$ echo $$ > pid; echo up; exec sleep 600\nup\n```\n```console\n$ kill -0 $(cat pid) && echo there\nthere\n```\n";
    assert_eq!(complaint(lesson).await, None);
    let gone = "```console stays\n$ echo up\nup\nand running\n```\n";
    assert!(
        complaint(gone)
            .await
            .unwrap()
            .starts_with("line 2: it ended (exit status 0)")
    );
}

#[tokio::test]
async fn what_settles_is_typed_again() {
    let counting = "echo x >> count; wc -l < count | tr -d ' '";
    assert_eq!(
        complaint(&format!("```console settles\n$ {counting}\n3\n```\n")).await,
        None
    );
    assert!(
        complaint(&format!("```console\n$ {counting}\n3\n```\n"))
            .await
            .is_some()
    );
}

#[tokio::test]
async fn an_exit_status_is_looked_at_where_the_lesson_says_so() {
    let lesson = |status: &str| format!("```console exits={status}\n$ false\n$ echo a; false\na\n```\n");
    assert_eq!(complaint(&lesson("1")).await, None);
    let lie = complaint(&lesson("0")).await.unwrap();
    assert!(
        lie.starts_with("line 3: it ended with exit status 1, and not with 0"),
        "{lie}"
    );
}
