//! A Python with the packages that a starter needs, made once for all tests.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::student::text;

/// The folder with the `python3` of an environment that has what the file `requirements` lists. It is kept for the next
/// time; where it cannot be made, the test fails: without it nothing would be tested.
pub fn python_with(requirements: &Path) -> PathBuf {
    let listed = fs::read(requirements).unwrap();
    let mut hasher = DefaultHasher::new();
    listed.hash(&mut hasher);
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = tmp.join(format!("python-{:016x}", hasher.finish()));
    // Whoever comes second waits, be it another test of this process or of another one.
    let making = File::create(folder.with_extension("lock")).unwrap();
    making.lock().unwrap();
    let finished = folder.join("finished");
    if !finished.exists() {
        // A half made one is of no use.
        let _ = fs::remove_dir_all(&folder);
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder));
        let pip = folder.join("bin/python3");
        run(Command::new(pip)
            .args(["-m", "pip", "install", "--quiet", "--requirement"])
            .arg(requirements));
        fs::write(finished, "").unwrap();
    }
    folder.join("bin")
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
}
