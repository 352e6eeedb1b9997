//! `doctor`: what is found, and the command that gets what is missing.

use tempfile::TempDir;

use super::student::{Student, flat, script, text};

/// What `doctor` says, as one line, and its exit code, where only `tools` are on the path.
fn with_only(student: &Student, tools: &TempDir) -> (String, Option<i32>) {
    let output = student
        .command(["doctor"])
        .env("PATH", tools.path())
        .env("XDG_CACHE_HOME", student.folder())
        .output()
        .unwrap();
    (flat(&text(&output.stdout)), output.status.code())
}

#[test]
fn a_machine_with_nothing_is_told_the_command_for_each_thing() {
    let (student, tools) = (Student::new(), tempfile::tempdir().unwrap());
    let (said, code) = with_only(&student, &tools);
    assert_eq!(code, Some(1), "{said}");
    for missing in [
        "✗ python3",
        "✗ redis client",
        "✗ Redis server",
        "✗ curl",
        "· node",
        "· cargo",
    ] {
        assert!(said.contains(missing), "{missing}: {said}");
    }
    let commands = if cfg!(target_os = "macos") {
        [
            "brew install python3",
            "brew install valkey",
            "brew install curl",
            "brew install node",
            "sh.rustup.rs",
        ]
    } else {
        [
            "apt install python3`",
            "apt install redis-server",
            "apt install curl",
            "apt install nodejs",
            "sh.rustup.rs",
        ]
    };
    for command in commands {
        assert!(said.contains(command), "{command}: {said}");
    }
    assert!(said.contains("4 things that are required are missing"), "{said}");
    assert!(
        said.contains("workspace none here yet; `workshop start 3`"),
        "{said}"
    );
}

#[test]
fn what_is_found_is_named_and_what_will_not_do_is_not_taken_for_good() {
    let (student, tools) = (Student::new(), tempfile::tempdir().unwrap());
    let python = |version: &str, venv: bool| {
        let facts = format!(
            r#"{{"version": [{version}], "executable": "/python", "venv": {venv}, "pip": {venv}, "redis": null}}"#
        );
        script(&tools.path().join("python3"), &format!("echo '{facts}'"));
    };
    script(&tools.path().join("curl"), "printf 'curl 8 \\033[2J\\nmore\\n'");
    script(&tools.path().join("redis-server"), "echo Redis server v=6.2.1");
    python("3, 8, 1", true);
    let (said, code) = with_only(&student, &tools);
    assert_eq!(code, Some(1));
    assert!(
        said.contains("✗ python3 3.8.1, /python: 3.9 or newer is needed"),
        "{said}"
    );
    assert!(
        said.contains("· Redis server") && said.contains("is version 6.2.1, and 7.0"),
        "{said}"
    );
    assert!(
        said.contains("fetches Valkey from PyPI") && said.contains("One thing"),
        "{said}"
    );
    assert!(
        said.contains("✓ curl curl 8 ␛[2J") && !said.contains("more"),
        "{said}"
    );

    python("3, 12, 0", true);
    script(&tools.path().join("redis-server"), "echo Redis server v=7.2.1");
    let (said, code) = with_only(&student, &tools);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("✓ python3 3.12.0") && said.contains("✓ Redis server Redis 7.2.1, installed"),
        "{said}"
    );

    python("3, 12, 0", false);
    let (said, code) = with_only(&student, &tools);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("no venv and no pip") && said.contains("✗ redis client"),
        "{said}"
    );
}

#[test]
fn a_tool_that_is_there_and_does_not_run_is_not_to_be_installed() {
    let (student, tools) = (Student::new(), tempfile::tempdir().unwrap());
    let (said, _) = with_only(&student, &tools);
    assert!(
        said.contains("· cargo not found on the PATH (for programs in Rust); `curl")
            && !said.contains("rustup.rs;"),
        "{said}"
    );
    let rustup = "cat >&2 <<END
error: rustup could not choose a version of cargo to run.
help: run 'rustup default stable' to have one.

Stack backtrace:
   0: anyhow::error::new
  44: _start
END
exit 1";
    script(&tools.path().join("cargo"), &rustup.replace("cat", "/bin/cat"));
    let (said, _) = with_only(&student, &tools);
    assert!(
        said.contains(
            "· cargo there, and does not run (for programs in Rust): rustup could not choose a version of cargo to \
             run; run 'rustup default stable' to have one. "
        ),
        "{said}"
    );
    assert!(
        !said.contains("_start") && !said.contains("sh.rustup.rs"),
        "{said}"
    );
}

#[test]
fn the_live_workshop_and_a_port_of_somebody_elses_are_told_apart() {
    let student = Student::started("1");
    // Held by this test, or by some other: in any case not by this student's workshop, which has no Redis.
    let held = std::net::TcpListener::bind("127.0.0.1:6379");
    let said = flat(&text(&student.workshop(["doctor"]).stdout));
    assert!(
        said.contains("live section 3") && said.contains("✓ workspace realtime-workshop"),
        "{said}"
    );
    assert!(said.contains("· port 6379 held"), "{said}");
    drop(held);
    for (part, port) in [("pubsub", 8080), ("simplequeue", 8081), ("page", 8088)] {
        let own = student.live()[part]
            .as_str()
            .unwrap()
            .ends_with(&format!(":{port}"));
        let line = format!("port {port} the live workshop's {part}");
        assert_eq!(said.contains(&line), own, "{said}");
    }
}
