//! A course in a folder: `lessons/`, `solutions/` and `checks/`, laid out as in this repository.
//!
//! Whoever wrote it may have made mistakes, and worse: nothing outside the folder is read, and everything is bounded.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{CourseError, File};

/// No file of a course is longer, in bytes, and not all of them together.
const LONGEST: u64 = 1 << 20;
const LONGEST_IN_ALL: u64 = 32 << 20;

/// No course has more files, or folders within folders.
const MOST_FILES: usize = 4000;
const DEEPEST: usize = 8;

/// Reads what a course has, a part after another.
pub(super) struct Folder {
    root: PathBuf,
    files: usize,
    bytes: u64,
}

impl Folder {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            files: 0,
            bytes: 0,
        }
    }

    /// Every file below the folder `part` (`lessons`), by paths from there; none where there is no such folder. What no
    /// binary would carry either, hidden files and byte code, is left out. The contents stay in memory for good, as those
    /// inside a binary do: a process reads one course.
    pub(super) fn files(&mut self, part: &str) -> Result<Vec<File>, CourseError> {
        let mut found = Vec::new();
        if self.root.join(part).symlink_metadata().is_ok() {
            self.walk(part, String::new(), 0, &mut found)?;
            found.sort_by_key(|file| file.path);
        }
        Ok(found)
    }

    fn walk(
        &mut self,
        part: &str,
        inside: String,
        depth: usize,
        found: &mut Vec<File>,
    ) -> Result<(), CourseError> {
        let mut folder = self.root.join(part);
        // Joined with nothing it would end in a slash, and a link would be followed.
        if !inside.is_empty() {
            folder.push(&inside);
        }
        let refuse = |path: &Path, problem: &str| CourseError::Folder {
            path: path.to_owned(),
            problem: problem.to_owned(),
        };
        if !folder.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err(refuse(
                &folder,
                "is no folder; a course is made of plain files and folders",
            ));
        }
        if depth > DEEPEST {
            return Err(refuse(
                &folder,
                "lies too deep; a course has up to 8 folders within one another",
            ));
        }
        let unreadable = |error: std::io::Error| refuse(&folder, &format!("cannot be read: {error}"));
        for entry in fs::read_dir(&folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                return Err(refuse(&path, "has a name that is no UTF-8; rename it"));
            };
            if name.starts_with('.') || name == "__pycache__" || name.ends_with(".pyc") {
                continue;
            }
            let below = match inside.as_str() {
                "" => name.to_owned(),
                inside => format!("{inside}/{name}"),
            };
            let metadata = path.symlink_metadata().map_err(unreadable)?;
            if metadata.is_dir() {
                self.walk(part, below, depth + 1, found)?;
                continue;
            }
            // A link may lead anywhere, and a pipe may never end.
            if !metadata.is_file() {
                return Err(refuse(
                    &path,
                    "is neither a file nor a folder; put a copy of what it stands for there",
                ));
            }
            let mut contents = Vec::new();
            fs::File::open(&path)
                .and_then(|file| file.take(LONGEST + 1).read_to_end(&mut contents))
                .map_err(|error| refuse(&path, &format!("cannot be read: {error}")))?;
            self.files += 1;
            self.bytes += contents.len() as u64;
            if contents.len() as u64 > LONGEST {
                return Err(refuse(&path, "is longer than 1 MiB; make it shorter"));
            }
            if self.bytes > LONGEST_IN_ALL || self.files > MOST_FILES {
                return Err(refuse(
                    &self.root,
                    "is too large for a course, which has up to 4,000 files and 32 MiB; take out what is not part of it",
                ));
            }
            found.push(File::new(below.leak(), contents.leak()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn problem(make: impl FnOnce(&Path)) -> String {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(root.path().join("lessons/06-a")).expect("a folder");
        make(&root.path().join("lessons/06-a"));
        let read = Folder::new(root.path()).files("lessons");
        read.expect_err("it is refused").to_string()
    }

    #[test]
    fn files_are_found_and_what_no_course_carries_is_left_out() {
        let root = tempfile::tempdir().expect("a folder");
        let section = root.path().join("lessons/06-a");
        for (path, text) in [
            ("lesson.md", "# A"),
            ("starter/python/reader.py", "#!/usr/bin/env python3\n"),
            ("starter/python/__pycache__/reader.pyc", ""),
            (".hidden", ""),
        ] {
            let path = section.join(path);
            fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
            fs::write(path, text).expect("written");
        }
        let mut folder = Folder::new(root.path());
        let files = folder.files("lessons").expect("sound");
        let found: Vec<_> = files.iter().map(|file| (file.path, file.executable)).collect();
        assert_eq!(
            found,
            [("06-a/lesson.md", false), ("06-a/starter/python/reader.py", true)]
        );
        assert!(folder.files("solutions").expect("there is none").is_empty());
    }

    #[test]
    fn nothing_outside_is_read_and_nothing_without_bounds() {
        let link = problem(|section| symlink("/etc/passwd", section.join("lesson.md")).expect("a link"));
        assert!(
            link.contains("06-a/lesson.md is neither a file nor a folder"),
            "{link}"
        );
        let folder = problem(|section| symlink("/etc", section.join("starter")).expect("a link"));
        assert!(folder.contains("06-a/starter is neither"), "{folder}");
        let pipe = problem(|section| {
            nix::unistd::mkfifo(&section.join("lesson.md"), nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
        });
        assert!(pipe.contains("lesson.md is neither"), "{pipe}");
        let long =
            problem(|section| fs::write(section.join("lesson.md"), vec![b'a'; 2 << 20]).expect("written"));
        assert!(long.contains("longer than 1 MiB"), "{long}");
        let deep = problem(|section| fs::create_dir_all(section.join("a/b/c/d/e/f/g/h/i")).expect("folders"));
        assert!(deep.contains("too deep"), "{deep}");
    }
}
