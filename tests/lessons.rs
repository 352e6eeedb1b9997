//! A lesson cannot lie: what it says to type is typed, and prints what it shows.

use workshop::verify::{Step, Terminal, steps};

use super::commands::student::{Student, text};

#[test]
fn every_command_of_every_lesson_prints_what_the_lesson_shows() {
    let output = Student::new().workshop(["verify"]);
    assert!(
        output.status.success(),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    let followed = text(&output.stdout);
    for section in workshop::lesson::sections() {
        assert!(
            followed.contains(&format!("✓ {}: ", section.folder)),
            "{followed}"
        );
    }
}

/// Follows the consoles of `lesson`, one after another in one terminal; the first complaint, if there is one.
async fn complaint(lesson: &str) -> Option<String> {
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
        assert_eq!(
            complaint.as_deref(),
            Some("line 2: it printed:\n    one\n    two"),
            "{lie}"
        );
    }
    let silent = complaint("```console\n$ true\nsomething\n```\n").await;
    assert_eq!(silent.as_deref(), Some("line 2: it printed:\n    (nothing)"));
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
