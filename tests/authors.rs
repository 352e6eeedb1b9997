//! A course in a folder: how it is verified, what is said of its mistakes, and how a student gets it.

mod contract;
mod guide;
mod mistakes;
mod proof;
mod student;

use std::path::{Path, PathBuf};

/// The example, which `docs/authors.md` explains.
pub fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/course")
}

/// A copy of the example that a test may change.
pub struct Course {
    home: tempfile::TempDir,
}

impl Course {
    pub fn copy() -> Self {
        let home = tempfile::TempDir::with_prefix("workshop-course-").unwrap();
        copy(&example(), home.path());
        Self { home }
    }

    pub fn folder(&self) -> &Path {
        self.home.path()
    }

    pub fn name(&self) -> &str {
        self.folder().to_str().unwrap()
    }

    /// Replaces `old` by `new` in one of its files; both are there, so that a test cannot miss what it changes.
    fn replace(&self, file: &str, old: &str, new: &str) {
        let path = self.folder().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{old:?} is not in {file}");
        std::fs::write(path, text.replacen(old, new, 1)).unwrap();
    }

    /// Puts a file there.
    pub fn write(&self, file: &str, text: &str) {
        let path = self.folder().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in from.read_dir().unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &place);
        } else {
            std::fs::write(place, std::fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}
