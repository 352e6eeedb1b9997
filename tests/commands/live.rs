//! `start`, `status`, `env`, `run`, `stop`: the live workshop.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use super::student::{Student, processes_mentioning, text, wait_for};

/// What `curl` says that asks for `url`.
fn asked(url: &str) -> Output {
    Command::new("curl")
        .args(["-sS", "--max-time", "20", url])
        .output()
        .unwrap()
}

/// What `curl` gets from `url`.
fn curl(url: &str) -> String {
    let output = asked(url);
    assert!(output.status.success(), "{url}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// The cells of the row of `status` that begins with `part`.
fn row(status: &str, part: &str) -> Vec<String> {
    let line = status
        .lines()
        .find(|line| line.starts_with(part))
        .unwrap_or_else(|| panic!("{part}: {status}"));
    line.split('│').map(|cell| cell.trim().to_owned()).collect()
}

#[test]
fn start_shows_the_lesson_and_the_numbers_flow() {
    let student = Student::new();
    let screen = student.says(["start", "3"]);
    let commitment = screen
        .lines()
        .find_map(|line| line.trim().strip_prefix("commitment "))
        .unwrap()
        .trim();
    assert!(
        commitment.len() == 64 && commitment.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{commitment}"
    );
    assert!(
        screen.contains("Now you!") && screen.contains("workshop check"),
        "{screen}"
    );
    assert!(!screen.contains('\u{1b}'), "a pipe gets no escape sequences");
    for name in ["reader.py", "merge.py", "answers.toml"] {
        assert!(student.file(name).is_file(), "{name}");
    }

    let live = student.live();
    let queue = format!("http://{}", live["simplequeue"].as_str().unwrap());
    let message: Value = wait_for("a number in the queue", || {
        serde_json::from_str(&curl(&format!("{queue}/get"))).ok()
    });
    assert!(
        message["number"].is_f64() && message["time"].is_f64(),
        "{message}"
    );
    let pubsub = format!("http://{}", live["pubsub"].as_str().unwrap());
    assert!(
        curl(&format!("{pubsub}/clients")).contains("connected at"),
        "the bridge subscribes"
    );

    let status = student.says(["status"]);
    assert_eq!(row(&status, "pubsub")[1..3], [pubsub, "1 subscriber".into()]);
    assert_eq!(row(&status, "simplequeue")[1], queue);
    assert_eq!(row(&status, "bridge")[2], "connected");
    let published: u64 = row(&status, "stream")[4].parse().unwrap();
    assert!(published > 0, "{status}");
}

#[test]
fn a_second_start_overwrites_nothing_and_goes_on_with_what_runs() {
    let student = Student::started("200");
    student.write("reader.py", "mine\n");
    std::fs::remove_file(student.file("merge.py")).unwrap();
    let settings = student.workspace().join("workshop.toml");
    let own = std::fs::read_to_string(&settings)
        .unwrap()
        .replace("python3", "pypy");
    std::fs::write(&settings, &own).unwrap();
    let (pid, secret) = (
        student.live_pid(),
        std::fs::read(student.workspace().join(".workshop/secret")).unwrap(),
    );

    let screen = student.says(["start", "3"]);
    assert!(screen.contains("running already"), "{screen}");
    assert_eq!(
        std::fs::read_to_string(student.file("reader.py")).unwrap(),
        "mine\n"
    );
    assert_eq!(std::fs::read_to_string(&settings).unwrap(), own);
    assert!(
        student.file("merge.py").is_file(),
        "what is missing is added again"
    );
    assert_eq!(student.live_pid(), pid);
    assert_eq!(
        std::fs::read(student.workspace().join(".workshop/secret")).unwrap(),
        secret
    );

    let screen = student.says(["start", "3", "--rate", "50"]);
    assert!(!screen.contains("running already"));
    assert_ne!(student.live_pid(), pid, "another rate is another stream");
    assert!(
        processes_mentioning(student.folder()).len() == 1,
        "and only one runs"
    );
}

#[test]
fn the_workspace_is_found_from_inside_and_by_name() {
    let student = Student::started("200");
    let inside = student.file("");
    for (folder, arguments) in [
        (inside.as_path(), vec!["status"]),
        (
            std::path::Path::new("/"),
            vec!["--dir", student.workspace().to_str().unwrap(), "status"],
        ),
    ] {
        let output = student.command(arguments).current_dir(folder).output().unwrap();
        assert!(
            output.status.success(),
            "{}: {}",
            folder.display(),
            text(&output.stderr)
        );
    }
    let output = student
        .command(["status"])
        .current_dir("/")
        .env("WORKSHOP_DIR", student.workspace())
        .output();
    assert!(output.unwrap().status.success());
}

#[test]
fn a_killed_workshop_is_noticed_and_started_anew() {
    let student = Student::started("200");
    let pid = student.live_pid();
    kill(Pid::from_raw(i32::try_from(pid).unwrap()), Signal::SIGKILL).unwrap();
    wait_for("the killed process to be gone", || {
        processes_mentioning(student.folder()).is_empty().then_some(())
    });

    let screen = student.says(["start", "3"]);
    assert!(screen.contains(&format!("process {pid}) had died")), "{screen}");
    assert!(student.says(["status"]).contains("connected"));

    kill(
        Pid::from_raw(i32::try_from(student.live_pid()).unwrap()),
        Signal::SIGKILL,
    )
    .unwrap();
    wait_for("the killed process to be gone", || {
        processes_mentioning(student.folder()).is_empty().then_some(())
    });
    let output = student.workshop(["status"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stdout).contains("has died"),
        "{}",
        text(&output.stdout)
    );
    let output = student.workshop(["status"]);
    assert!(
        text(&output.stdout).contains("No live workshop is running"),
        "it is said once"
    );
}

#[test]
fn stop_leaves_nothing_running_and_frees_the_ports() {
    let student = Student::started("200");
    let queue = student.live()["simplequeue"].as_str().unwrap().to_owned();
    assert!(student.says(["stop"]).contains("stopped"));
    assert_eq!(processes_mentioning(student.folder()), [0_u32; 0]);
    // The workshop of another test may have it at once, and then answers there; a socket that was left behind would not.
    wait_for("its port to be free again", || {
        let is_free = TcpListener::bind(&queue).is_ok();
        (is_free || asked(&format!("http://{queue}/stats")).status.success()).then_some(())
    });
    assert!(student.says(["stop"]).contains("No live workshop is running"));
}

#[test]
fn starts_at_the_same_time_end_in_one_workshop() {
    let student = Student::new();
    let starts: Vec<_> = (0..3)
        .map(|_| {
            student
                .command(["start", "3"])
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for start in starts {
        let output = start.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    assert_eq!(processes_mentioning(student.folder()).len(), 1);
}

#[test]
fn env_tells_a_shell_all_that_a_program_needs() {
    let student = Student::started("200");
    let script = "eval \"$($0 env)\" && workshop --version && python3 -c '\
        import os, pysimplehttp.BaseReader\n\
        print(os.environ[\"PUBSUB_URL\"], os.environ[\"SIMPLEQUEUE_URL\"], os.environ[\"REDIS_URL\"])'";
    let mut shell = Command::new("sh");
    let output = shell
        .args(["-c", script, super::student::WORKSHOP])
        .current_dir(student.folder())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let live = student.live();
    let expected = format!(
        "http://{} http://{} redis://localhost:6379/1",
        live["pubsub"].as_str().unwrap(),
        live["simplequeue"].as_str().unwrap()
    );
    assert_eq!(text(&output.stdout).lines().last(), Some(expected.as_str()));
}

#[test]
fn run_runs_the_students_program_on_the_live_stream() {
    let student = Student::started("2000");
    student.solve("03-online-statistics");
    let mut run = student.command(["run"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(run.stdout.take().unwrap()).lines();
    // Held open to the end: a program whose output nobody reads any more does not end as it wants to.
    let told = lines
        .by_ref()
        .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap())
        .find(|told| told["n"].as_u64() >= Some(1000))
        .unwrap();
    assert!(
        told["mean"].is_f64() && told["variance"].as_f64() > Some(0.0),
        "{told}"
    );
    // The program has taken the place of the command, so a signal reaches it, and it ends as it wants to.
    kill(Pid::from_raw(i32::try_from(run.id()).unwrap()), Signal::SIGTERM).unwrap();
    assert!(run.wait().unwrap().success());

    let output = student
        .command(["run", "--", "sh", "-c", "echo $SIMPLEQUEUE_URL; exit 7"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(7));
    assert_eq!(
        text(&output.stdout).trim(),
        format!("http://{}", student.live()["simplequeue"].as_str().unwrap())
    );
}

#[test]
fn the_secret_is_in_no_command_line_no_environment_and_no_log() {
    let student = Student::started("200");
    let secret = std::fs::read_to_string(student.workspace().join(".workshop/secret")).unwrap();
    let parameters: Vec<&str> = secret
        .split_whitespace()
        .filter_map(|word| word.split_once('='))
        .map(|(_, value)| value)
        .collect();
    assert!(parameters.len() >= 3, "two parameters and a salt");
    let mut seen = text(
        &Command::new("ps")
            .args(["-A", "-ww", "-o", "args="])
            .output()
            .unwrap()
            .stdout,
    );
    let environment = format!("/proc/{}/environ", student.live_pid());
    seen.push_str(&text(&std::fs::read(environment).unwrap_or_default()));
    for name in ["live.log", "live.json", "progress.json"] {
        seen.push_str(&std::fs::read_to_string(student.workspace().join(".workshop").join(name)).unwrap());
    }
    for parameter in parameters {
        assert!(!seen.contains(parameter), "{parameter} can be seen");
    }
    use std::os::unix::fs::MetadataExt as _;
    let mode = |name: &str| {
        student
            .workspace()
            .join(".workshop")
            .join(name)
            .metadata()
            .unwrap()
            .mode()
            & 0o777
    };
    assert_eq!(
        (mode("secret"), mode("live.json"), mode("")),
        (0o600, 0o600, 0o700)
    );
}

#[test]
fn a_workshop_whose_workspace_is_deleted_ends() {
    let student = Student::started("200");
    std::fs::remove_dir_all(student.workspace()).unwrap();
    wait_for("the workshop to end", || {
        processes_mentioning(student.folder()).is_empty().then_some(())
    });
}

#[test]
fn a_workshop_that_does_not_answer_is_replaced() {
    let student = Student::started("200");
    let pid = student.live_pid();
    kill(Pid::from_raw(i32::try_from(pid).unwrap()), Signal::SIGSTOP).unwrap();
    let output = student.workshop(["status"]);
    assert_eq!(output.status.code(), Some(1));
    let why = text(&output.stderr);
    assert!(
        why.contains("workshop start 3") && why.contains("did not answer"),
        "{why}"
    );
    let screen = student.says(["start", "3"]);
    assert!(screen.contains("did not answer"), "{screen}");
    assert_ne!(student.live_pid(), pid);
    assert_eq!(processes_mentioning(student.folder()).len(), 1);
}

#[test]
fn a_named_workspace_stays_known_in_the_terminal() {
    let student = Student::new();
    let place = student.folder().join("it's mine");
    let screen = student.says(["start", "3", "--dir", place.to_str().unwrap()]);
    // The line that the screen names, run as it stands, and then commands from somewhere else.
    let line = screen
        .lines()
        .find(|line| line.trim().starts_with("eval "))
        .unwrap();
    let script = format!("{line}\ncd / && workshop status && workshop stop");
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(student.folder())
        .output()
        .unwrap();
    assert!(output.status.success(), "{script}: {}", text(&output.stderr));
    assert!(
        text(&output.stdout).contains("it's mine"),
        "{}",
        text(&output.stdout)
    );
}
