//! A machine without Python: what needs it says so, and the rest of the workshop works.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Output;

use tempfile::TempDir;

use super::student::{Student, flat, processes_mentioning, text};

/// What a machine has on its `PATH` that has no Python: of these, what the one that runs the tests has.
const TOOLS: [&str; 8] = [
    "sh",
    "cat",
    "ps",
    "curl",
    "node",
    "redis-server",
    "valkey-server",
    "env",
];

/// What stands on the `PATH`, without Python.
fn tools() -> TempDir {
    let tools = tempfile::tempdir().unwrap();
    let path = std::env::var("PATH").unwrap();
    for tool in TOOLS {
        let there = std::env::split_paths(&path).map(|folder| folder.join(tool));
        if let Some(file) = there.into_iter().find(|file| file.is_file()) {
            symlink(file, tools.path().join(tool)).unwrap();
        }
    }
    tools
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_python_says_so_and_the_rest_works() {
    // Where a server must be fetched, it has been before Python went.
    crate::redis::installation().await;
    let (student, tools) = (Student::new(), tools());
    let workshop = |arguments: &[&str]| -> Output {
        let mut command = student.command(arguments);
        command.env("PATH", tools.path()).output().unwrap()
    };
    let screen = |output: &Output| flat(&format!("{}{}", text(&output.stdout), text(&output.stderr)));
    let missing = "there is no `python3` on the PATH; install Python 3.9 or newer";

    let doctor = workshop(&["doctor"]);
    let said = screen(&doctor);
    assert_eq!(doctor.status.code(), Some(1), "{said}");
    assert!(said.contains("✗ python3 not found on the PATH"), "{said}");
    assert!(said.contains("installs it"), "{said}");

    let started = workshop(&["start", "4"]);
    let said = screen(&started);
    assert_eq!(started.status.code(), Some(0), "{said}");
    assert!(
        said.contains("Section 4 is live") && said.contains(missing),
        "{said}"
    );
    assert!(said.contains("`workshop start 4` tries again"), "{said}");
    assert_eq!(said.matches("there is no `python3`").count(), 1, "{said}");
    assert!(!said.contains("python3-venv"), "{said}");
    assert!(
        !student.workspace().join(".venv").exists(),
        "half an environment is left"
    );

    let checked = workshop(&["check", "4"]);
    let said = screen(&checked);
    assert_eq!(checked.status.code(), Some(3), "{said}");
    assert!(
        said.contains(missing) && said.contains("Could not tell"),
        "{said}"
    );

    let run = workshop(&["run"]);
    let said = screen(&run);
    assert_eq!(run.status.code(), Some(1), "{said}");
    assert!(said.contains(missing), "{said}");

    // Another language's program does not miss it, neither alone nor under a check.
    let run = workshop(&["run", "--", "sh", "-c", "echo $REDIS_URL"]);
    assert_eq!(run.status.code(), Some(0), "{}", screen(&run));
    assert!(
        text(&run.stdout).starts_with("redis://127.0.0.1:"),
        "{}",
        screen(&run)
    );
    let right = Path::new(env!("CARGO_MANIFEST_DIR")).join("checks/04-shared-state/right/node_socket.js");
    let checked = workshop(&["check", "4", "--", "node", right.to_str().unwrap()]);
    assert_eq!(checked.status.code(), Some(0), "{}", screen(&checked));

    assert_eq!(workshop(&["stop"]).status.code(), Some(0));
    assert_eq!(processes_mentioning(student.folder()), [0_u32; 0]);
}
