//! The Python client library, by its own tests, against a real queue and a real pubsub.

use std::path::Path;
use std::process::{Command, Output};

fn python(arguments: &[&str]) -> Output {
    Command::new("python3")
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/python"))
        .env("WORKSHOP_SIMPLEQUEUE", env!("CARGO_BIN_EXE_simplequeue"))
        .env("WORKSHOP_PUBSUB", env!("CARGO_BIN_EXE_pubsub"))
        // A cache file in an embedded folder would have the crate compiled once more.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("python3 is needed for the tests of the Python client; install Python 3.9 or newer")
}

#[test]
fn its_own_tests_pass_and_none_is_skipped() {
    let output = python(&["-m", "unittest", "discover", "--start-directory", "tests"]);
    let report = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}");
    let ran = report
        .lines()
        .find_map(|line| line.strip_prefix("Ran ")?.split(' ').next()?.parse::<u32>().ok());
    assert!(ran > Some(50), "{report}");
    assert!(!report.contains("skipped"), "{report}");
}
