//! `workshop open`: what opens the page, and what is said where nothing does.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use super::student::{Student, script, text, wait_for};

/// A student whose workshop is live.
fn live() -> Student {
    let student = Student::new();
    student.says(["start", "1"]);
    student
}

/// `workshop open` on a machine that has nothing that could open a page, and no display.
fn open(student: &Student) -> Command {
    let mut command = student.command(["open"]);
    let empty = student.folder().join("empty");
    std::fs::create_dir_all(&empty).unwrap();
    for name in ["BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION"] {
        command.env_remove(name);
    }
    command.env("PATH", empty);
    command
}

/// A browser that leaves the address it was given in the file beside it, and ends with `status`.
fn browser(student: &Student, name: &str, status: i32) -> (PathBuf, PathBuf) {
    let (path, seen) = (student.folder().join(name), student.folder().join("seen"));
    script(
        &path,
        &format!("printf '%s\\n' \"$@\" > '{}'\nexit {status}", seen.display()),
    );
    (path, seen)
}

fn url(student: &Student) -> String {
    let live = student.live();
    let port = live["page"].as_str().unwrap().rsplit(':').next().unwrap();
    format!("http://localhost:{port}/")
}

fn says(output: &Output, code: i32) -> String {
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{said}");
    said
}

#[test]
fn the_browser_that_is_named_opens_the_page() {
    let student = live();
    let (path, seen) = browser(&student, "my browser", 0);
    // The first that is there is taken.
    let list = format!("no-such-browser::{}:other", path.display());
    let said = says(&open(&student).env("BROWSER", list).output().unwrap(), 0);
    assert!(
        said.contains(&format!("{} is opened by", url(&student))),
        "{said}"
    );
    let given = wait_for("the address", || {
        std::fs::read_to_string(&seen)
            .ok()
            .filter(|given| !given.is_empty())
    });
    assert_eq!(
        given,
        format!("{}\n", url(&student)),
        "the address and nothing else"
    );
}

#[test]
fn where_nothing_opens_it_the_address_is_told() {
    let student = live();
    let (broken, _) = browser(&student, "broken", 1);
    let failed = open(&student).env("BROWSER", &broken).output().unwrap();
    let no_display = open(&student).output().unwrap();
    let far_away = open(&student).env("SSH_CONNECTION", "a 1 b 2").output().unwrap();
    for (output, why) in [
        (&failed, "could not open the page"),
        (&no_display, "There is no display here"),
        (&far_away, "There is no display here"),
    ] {
        if cfg!(target_os = "macos") && !why.contains("could not") {
            continue;
        }
        let said = says(output, 0);
        assert!(said.contains(why) && said.contains(&url(&student)), "{said}");
    }
    assert!(
        text(&far_away.stdout).contains("ssh -L "),
        "{}",
        text(&far_away.stdout)
    );
    assert!(!text(&no_display.stdout).contains("ssh"));
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_display_it_is_xdg_open_that_opens_it() {
    let student = live();
    let without = open(&student).env("DISPLAY", ":0").output().unwrap();
    assert!(says(&without, 0).contains("There is no `xdg-open` here"));
    let (path, seen) = browser(&student, "xdg-open", 0);
    let folder: &Path = path.parent().unwrap();
    let with = open(&student)
        .env("WAYLAND_DISPLAY", "wayland-0")
        .env("PATH", folder)
        .output()
        .unwrap();
    assert!(says(&with, 0).contains("is opened by xdg-open"));
    assert!(std::fs::read_to_string(seen).unwrap().contains(&url(&student)));
}

#[test]
fn without_a_live_workshop_there_is_no_page_and_it_fails() {
    let student = Student::new();
    let said = says(&open(&student).output().unwrap(), 2);
    assert!(said.contains("there is no workspace here yet"), "{said}");
    student.says(["start", "1"]);
    student.says(["stop"]);
    let said = says(&open(&student).output().unwrap(), 1);
    assert!(
        said.contains("no live workshop is running") && said.contains("workshop start N"),
        "{said}"
    );
    assert_eq!(
        student.workshop(["open", "http://elsewhere/"]).status.code(),
        Some(2)
    );
}

#[test]
fn a_page_that_is_not_there_or_does_not_answer_is_not_opened() {
    let student = live();
    let (path, seen) = browser(&student, "browser", 0);
    let state = student.workspace().join(".workshop/live.json");
    let kept = std::fs::read(&state).unwrap();
    // A port that nobody listens at: bound and let go.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = free.local_addr().unwrap().to_string();
    drop(free);
    for (page, expected) in [
        (Value::Null, "this live workshop has no page"),
        (Value::from(nobody), "no answer from http://"),
        (Value::from("javascript:alert(1)"), ""),
    ] {
        let mut live: Value = serde_json::from_slice(&kept).unwrap();
        live["page"] = page;
        std::fs::write(&state, live.to_string()).unwrap();
        let said = says(&open(&student).env("BROWSER", &path).output().unwrap(), 1);
        assert!(said.contains(expected), "{said}");
        assert!(!seen.exists(), "{said}");
    }
    std::fs::write(&state, kept).unwrap();
    says(&open(&student).env("BROWSER", &path).output().unwrap(), 0);
}
