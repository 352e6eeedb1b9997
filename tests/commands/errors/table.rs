//! Every mistake of `table.txt`, made as a user makes it, and what is said of it.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::super::student::{Student, WORKSHOP, flat, text};

/// So many mistakes are made at once; most of what they take is waiting.
const AT_ONCE: usize = 3;

/// No mistake takes longer to be answered, however busy the machine; what does hangs.
const DEADLINE: Duration = Duration::from_secs(60);

/// The folder that a mistake is made in.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Empty,
    /// Sections 1 and 3 were started in it, and a check of section 3 was made.
    Workspace,
    /// The same, and section 3 is live. All mistakes are made in the same one, in turn.
    Live,
}

/// Where the words are that the table has.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Where {
    /// All of standard error, and standard output is empty.
    Alone,
    /// All of standard error, after some output.
    AfterOutput,
    /// Within standard output, and standard error is empty.
    WithinOutput,
}

#[derive(Debug)]
struct Mistake {
    place: Place,
    typed: &'static str,
    exit: i32,
    said: Where,
    words: &'static str,
}

fn table() -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let (mut place, mut typed) = (None, None);
    for line in include_str!("table.txt").lines() {
        match line {
            "[an empty folder]" => place = Some(Place::Empty),
            "[a workspace]" => place = Some(Place::Workspace),
            "[a live workshop]" => place = Some(Place::Live),
            // What stands before the first place tells how to read the table.
            _ if line.is_empty() || place.is_none() => {}
            _ if line.starts_with("$ ") => typed = line.strip_prefix("$ "),
            _ => {
                let read = || {
                    let (exit, rest) = line.trim_start().split_once(' ')?;
                    let (said, words) = rest.split_once(": ")?;
                    let said = match said {
                        "says" => Where::Alone,
                        "says at last" => Where::AfterOutput,
                        "shows" => Where::WithinOutput,
                        _ => return None,
                    };
                    Some((exit.parse().ok()?, said, words))
                };
                let (exit, said, words) = read().unwrap_or_else(|| panic!("table.txt: {line}"));
                mistakes.push(Mistake {
                    place: place.unwrap(),
                    typed: typed.take().unwrap(),
                    exit,
                    said,
                    words,
                });
            }
        }
    }
    mistakes
}

#[test]
fn every_mistake_is_answered_with_its_sentence_and_its_exit_code() {
    let (live, others): (Vec<_>, Vec<_>) = table()
        .into_iter()
        .partition(|mistake| mistake.place == Place::Live);
    assert!(live.len() > 5 && others.len() > 100, "the table is not whole");
    let template = template();
    let others = Mutex::new(others.into_iter());
    let wrong = Mutex::new(Vec::new());
    let make = |student: &Student, mistake: &Mistake| {
        if let Err(problem) = answered(student, mistake) {
            wrong.lock().unwrap().push(problem);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let student = copy(&template);
            student.says(["start", "3", "--rate", "50"]);
            for mistake in &live {
                make(&student, mistake);
            }
        });
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some(mistake) = others.lock().unwrap().next() else {
                        return;
                    };
                    let student = match mistake.place {
                        Place::Empty => Student::new(),
                        _ => copy(&template),
                    };
                    make(&student, &mistake);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Whose workspace is copied for each mistake that needs one.
fn template() -> Student {
    let student = Student::new();
    for section in ["1", "3"] {
        student.says(["start", section]);
    }
    student.says(["stop"]);
    student.check(["3", "--", "true"]);
    student
}

fn copy(template: &Student) -> Student {
    let copy = Student::new();
    let copied = Command::new("cp")
        .arg("-a")
        .args([template.workspace(), copy.workspace()])
        .status()
        .unwrap();
    assert!(copied.success());
    copy
}

/// Makes the mistake; an error where what comes of it is not what the table says.
fn answered(student: &Student, mistake: &Mistake) -> Result<(), String> {
    let (status, output, error) = typed(student, mistake.typed);
    let (output, error) = (flat(&output), flat(&error));
    let is_said = match mistake.said {
        Where::Alone => output.is_empty() && is_like(&error, mistake.words),
        Where::AfterOutput => !output.is_empty() && is_like(&error, mistake.words),
        Where::WithinOutput => error.is_empty() && is_like(&output, &format!("…{}…", mistake.words)),
    };
    if is_said && status.and_then(|status| status.code()) == Some(mistake.exit) {
        return Ok(());
    }
    let status = status.map_or("no end in time".into(), |status| status.to_string());
    Err(format!(
        "$ {}\n  expected {} {:?}: {}\n  received {status}: {error}\n  output: {output}",
        mistake.typed, mistake.exit, mistake.said, mistake.words
    ))
}

/// What comes of a shell's `line`: its status, or none where it had to be ended, its output, and its standard error.
fn typed(student: &Student, line: &str) -> (Option<ExitStatus>, String, String) {
    // Files and no pipes: whoever holds a pipe open holds up its reader.
    let (mut output, mut error) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
    let folder = Path::new(WORKSHOP).parent().unwrap().display();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut shell = student
        .any_command("sh")
        .args(["-c", line])
        .env("PATH", format!("{folder}:{path}"))
        .env("workshop", WORKSHOP)
        .stdout(output.try_clone().unwrap())
        .stderr(error.try_clone().unwrap())
        .process_group(0)
        .spawn()
        .unwrap();
    let deadline = Instant::now() + DEADLINE;
    let mut status = shell.try_wait().unwrap();
    while status.is_none() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
        status = shell.try_wait().unwrap();
    }
    if status.is_none() {
        killpg(Pid::from_raw(shell.id() as i32), Signal::SIGKILL).unwrap();
        shell.wait().unwrap();
    }
    (status, whole(&mut output), whole(&mut error))
}

fn whole(file: &mut File) -> String {
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    text(&bytes)
}

/// Whether `said` is `words`, where each `…` stands for anything.
fn is_like(said: &str, words: &str) -> bool {
    let Some((first, rest)) = words.split_once('…') else {
        return said == words;
    };
    let (middle, last) = rest.rsplit_once('…').unwrap_or(("", rest));
    let mut rest = said.strip_prefix(first);
    for part in middle.split('…') {
        rest = rest
            .and_then(|rest| rest.split_once(part))
            .map(|(_, after)| after);
    }
    rest.is_some_and(|rest| rest.ends_with(last))
}

#[test]
fn an_ellipsis_stands_for_anything_and_nothing_else_does() {
    assert!(is_like(
        "no file a.txt: gone (2); try again",
        "no file …: gone …; try again"
    ));
    assert!(!is_like(
        "no file a.txt: gone (2)",
        "no file …: gone …; try again"
    ));
    assert!(!is_like("oh, no file a.txt: gone", "no file …: gone"));
    assert!(!is_like(
        "no file a.txt: gone (2): gone (2)",
        "no file a.txt: gone (2)"
    ));
    assert!(!is_like("no file a.txt", "no file …: gone …"));
}
