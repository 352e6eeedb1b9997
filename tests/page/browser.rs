//! The page in a real browser: chromium, driven by playwright from `tests/browser/`.
//!
//! On a machine that has no chromium the tests say so and are left out. `WORKSHOP_CHROMIUM` names one, and then they are
//! required, as they are in CI.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::commands::student::{WORKSHOP, text};

/// The names that chromium has on Linux and macOS.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// The browser, and whether it was named by somebody who wants these tests to run.
fn chromium() -> Option<(PathBuf, bool)> {
    if let Some(named) = std::env::var_os("WORKSHOP_CHROMIUM") {
        return Some((named.into(), true));
    }
    let path = std::env::var("PATH").unwrap_or_default();
    let found = |name| workshop::program::find(name, Path::new("/"), &path).ok();
    NAMES.into_iter().find_map(found).map(|found| (found, false))
}

/// The folder with the packages that `tests/browser/package.json` names; they are fetched by npm once.
fn packages() -> Result<PathBuf, String> {
    let listed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    let lock = std::fs::read(listed.join("package-lock.json")).unwrap();
    let installed = folder.join("installed-lock.json");
    if std::fs::read(&installed).is_ok_and(|there| there == lock) {
        return Ok(folder);
    }
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["package.json", "package-lock.json"] {
        std::fs::copy(listed.join(name), folder.join(name)).unwrap();
    }
    let npm = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&folder)
        .output();
    match npm {
        Ok(output) if output.status.success() => {
            std::fs::write(installed, lock).unwrap();
            Ok(folder)
        }
        Ok(output) => Err(format!(
            "`npm ci` in {} failed: {}",
            folder.display(),
            text(&output.stderr)
        )),
        Err(error) => Err(format!(
            "npm is not to be had ({error}); install Node.js 20 or newer"
        )),
    }
}

/// Said past the test harness, which shows nothing of a test that passes.
fn skipped(why: &str) {
    let _ = writeln!(
        std::io::stderr(),
        "\nSKIPPED: the page is not tested in a browser: {why}"
    );
}

#[test]
fn the_page_is_seen_and_used_in_a_browser() {
    let Some((chromium, required)) = chromium() else {
        return skipped("no chromium is installed (WORKSHOP_CHROMIUM names one that is not on the PATH)");
    };
    let packages = match packages() {
        Ok(packages) => packages,
        Err(why) if required => panic!("{why}"),
        Err(why) => return skipped(&why),
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.file_name()
                .and_then(OsStr::to_str)
                .is_some_and(|name| name.ends_with(".test.mjs"))
        })
        .collect();
    files.sort();
    // One file on its own: `WORKSHOP_PAGE_TESTS=ledger cargo test --test suite -- page::browser`.
    if let Ok(only) = std::env::var("WORKSHOP_PAGE_TESTS") {
        files.retain(|path| path.to_str().is_some_and(|path| path.contains(&only)));
    }
    assert!(!files.is_empty(), "{} holds no test", folder.display());
    let mut command = Command::new("node");
    command
        .args(["--test", "--test-reporter=spec", "--test-concurrency=2"])
        .args(&files);
    for name in [
        "WORKSHOP_DIR",
        "PUBSUB_URL",
        "SIMPLEQUEUE_URL",
        "REDIS_URL",
        "WORKSHOP_REDIS_URL",
        "NODE_OPTIONS",
    ] {
        command.env_remove(name);
    }
    let output = command
        .env("WORKSHOP_COMMAND", WORKSHOP)
        .env("WORKSHOP_CHROMIUM", chromium)
        .env("WORKSHOP_PACKAGES", packages)
        .env("XDG_CACHE_HOME", crate::redis::cache())
        .output()
        .unwrap();
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{said}");
    assert!(
        !said.contains("ℹ pass 0") && said.contains("ℹ skipped 0"),
        "{said}"
    );
}
