//! A student alone at a terminal: a folder of their own, and the `workshop` command.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::super::heed::heed;
use super::packages;

/// No single step of a test takes longer, however busy the machine.
pub const DEADLINE: Duration = Duration::from_secs(120);

/// The `workshop` command, built by cargo for this test.
pub const WORKSHOP: &str = env!("CARGO_BIN_EXE_workshop");

/// A student. What runs in the student's folder is stopped at the end, whatever the test came to.
pub struct Student {
    home: TempDir,
    /// What stands first on the student's `PATH`.
    first_on_path: Option<PathBuf>,
}

impl Student {
    /// A student in an empty folder.
    pub fn new() -> Self {
        heed(signal_hook::consts::SIGINT);
        heed(signal_hook::consts::SIGHUP);
        Self {
            home: TempDir::with_prefix("workshop-student-").unwrap(),
            first_on_path: None,
        }
    }

    /// A student whose Python has what the starter of `section` needs.
    pub fn with_packages_of(section: &str) -> Self {
        let mut student = Self::new();
        let requirements = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("lessons")
            .join(section)
            .join("starter/requirements.txt");
        if requirements.is_file() {
            student.first_on_path = Some(packages::python_with(&requirements));
        }
        student
    }

    /// A student who has typed `workshop start 3`, with a stream of `rate` numbers a second.
    pub fn started(rate: &str) -> Self {
        let student = Self::new();
        let started = student.workshop(["start", "3", "--rate", rate]);
        assert!(started.status.success(), "{}", text(&started.stderr));
        student
    }

    /// Where the student is.
    pub fn folder(&self) -> &Path {
        self.home.path()
    }

    /// The student's workspace.
    pub fn workspace(&self) -> PathBuf {
        self.folder().join("realtime-workshop")
    }

    /// A file of section 3 in the workspace.
    pub fn file(&self, name: &str) -> PathBuf {
        self.workspace().join("03-online-statistics").join(name)
    }

    /// Puts `text` into a file of section 3.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.file(name), text).unwrap();
    }

    /// Replaces the starter of `section` by the Python solution.
    pub fn solve(&self, section: &str) {
        for entry in solution(section, "python").read_dir().unwrap() {
            let entry = entry.unwrap();
            let place = self.workspace().join(section).join(entry.file_name());
            std::fs::write(place, std::fs::read(entry.path()).unwrap()).unwrap();
        }
    }

    /// The command, not run yet.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = self.any_command(WORKSHOP);
        command.args(arguments);
        command
    }

    /// `program`, not run yet: in the student's folder, with nothing of whoever runs the tests.
    pub fn any_command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder()).stdin(Stdio::null());
        for name in [
            "WORKSHOP_DIR",
            "PYTHONPATH",
            "PYTHONDONTWRITEBYTECODE",
            "PYTHONUNBUFFERED",
            "NO_COLOR",
            "CLICOLOR_FORCE",
            "PAGER",
            "PUBSUB_URL",
            "SIMPLEQUEUE_URL",
            "REDIS_URL",
            "WORKSHOP_REDIS_URL",
        ] {
            command.env_remove(name);
        }
        if let Some(first) = &self.first_on_path {
            let path = std::env::var("PATH").unwrap_or_default();
            command.env("PATH", format!("{}:{path}", first.display()));
        }
        // A Redis server is fetched once for all tests, where none is installed.
        command.env("XDG_CACHE_HOME", crate::redis::cache());
        command
    }

    /// The same command, run by `prefix`, such as `strace` with its options.
    pub fn command_behind(&self, prefix: &[&str], arguments: &[&str]) -> Command {
        let plain = self.command(arguments);
        let mut command = Command::new(prefix[0]);
        command
            .args(&prefix[1..])
            .arg(WORKSHOP)
            .args(arguments)
            .current_dir(self.folder())
            .stdin(Stdio::null());
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }

    /// Runs the command to its end.
    pub fn workshop<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs the command, which must succeed, and returns what it printed.
    pub fn says<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> String {
        let output = self.workshop(arguments);
        assert!(
            output.status.success(),
            "{}{}",
            text(&output.stdout),
            text(&output.stderr)
        );
        text(&output.stdout)
    }

    /// Runs `check --json` with `arguments` and returns the document and the exit code.
    pub fn check<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> (Value, i32) {
        let mut command = self.command(["check", "--json"]);
        let output = command.args(arguments).output().unwrap();
        let report = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", text(&output.stdout), text(&output.stderr)));
        (report, output.status.code().unwrap())
    }

    /// What the live workshop has on disk about itself.
    pub fn live(&self) -> Value {
        let path = self.workspace().join(".workshop").join("live.json");
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }

    /// The process of the live workshop.
    pub fn live_pid(&self) -> u64 {
        self.live()["pid"].as_u64().unwrap()
    }
}

impl Drop for Student {
    fn drop(&mut self) {
        let _ = self
            .command(["stop"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

/// The folder of a solution.
pub fn solution(section: &str, language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("solutions")
        .join(section)
        .join(language)
}

/// How the program at `path` is run, by its extension.
pub fn command_of(path: &Path) -> [String; 2] {
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    let interpreter = match extension {
        "py" => "python3",
        "sh" => "sh",
        "js" => "node",
        other => panic!("{}: no interpreter is known for {other:?}", path.display()),
    };
    [interpreter.into(), path.to_str().unwrap().into()]
}

/// `bytes` as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The verdict that `report` gives on the claim `id`; `None` where it says nothing of it.
pub fn verdict<'a>(report: &'a Value, id: &str) -> Option<&'a str> {
    claim(report, id)?["verdict"].as_str()
}

/// What `report` says of the claim `id`.
pub fn claim<'a>(report: &'a Value, id: &str) -> Option<&'a Value> {
    report["claims"]
        .as_array()?
        .iter()
        .find(|claim| claim["id"] == id)
}

/// Waits until `condition` gives something, and returns it.
pub fn wait_for<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The processes whose command line mentions `path`, zombies aside.
pub fn processes_mentioning(path: &Path) -> Vec<u32> {
    let output = Command::new("ps")
        .args(["-A", "-ww", "-o", "pid=,stat=,args="])
        .output()
        .unwrap();
    assert!(output.status.success(), "ps is needed to look for leftovers");
    let wanted = path.to_str().unwrap();
    text(&output.stdout)
        .lines()
        .filter(|line| line.contains(wanted))
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let (pid, state) = (words.next()?.parse().ok()?, words.next()?);
            (!state.starts_with('Z')).then_some(pid)
        })
        .collect()
}

/// Every file below `folder`, with what is in it; links are passed over, and so is what goes while it is looked at, as files do
/// that a live workshop writes.
pub fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in next.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_symlink() {
                continue;
            } else if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_owned();
                match std::fs::read(&path) {
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    read => drop(found.insert(name, read.unwrap())),
                }
            }
        }
    }
    found
}

/// A screen as one line: where it is wrapped does not matter.
pub fn flat(screen: &str) -> String {
    screen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Makes the file at `path` an executable shell script.
pub fn script(path: &Path, text: &str) {
    // Written under another name: a file that is being written cannot be run, not even by another test's child.
    let unfinished = path.with_extension("new");
    std::fs::write(&unfinished, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&unfinished, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::rename(unfinished, path).unwrap();
}
