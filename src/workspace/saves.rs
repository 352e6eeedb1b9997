//! What the student has saved: the files that a check depends on, as they stand.
//!
//! They are looked at again and again, and not waited for by the system's events: those do not come for a folder that is
//! shared with a container or a network, an editor makes several of them of one save, and the contents must be compared
//! anyway, since a file that was touched is not another one. A look at a section's folder takes some 30 µs.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};

use super::SOLUTION_FOLDER;

/// More files and folders than this are no program of a student's, but a whole disk.
const MOST_ENTRIES: usize = 2000;

/// Nobody writes a longer source file, in bytes.
const LONGEST: u64 = 4 << 20;

/// A file this young may change again without any of its times showing it: a file system's clock has ticks.
const YOUNG: Duration = Duration::from_secs(1);

/// Folders that hold what tools make of a program, or what the workshop puts there.
const NOT_WRITTEN_BY_HAND: [&str; 5] = ["__pycache__", "target", "venv", "node_modules", SOLUTION_FOLDER];

/// What is in a file, as far as a comparison needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// Nothing: perhaps an editor has only begun to write.
    Empty,
    /// Text, by its SHA-256.
    Text([u8; 32]),
}

/// The files, by their paths.
pub type Saved = BTreeMap<PathBuf, Contents>;

/// Files and folders to be looked at again and again.
#[derive(Debug)]
pub struct Saves {
    roots: Vec<PathBuf>,
    /// The devices and inodes of files that are no student's.
    not_looked_at: Vec<(u64, u64)>,
    /// What was read of each file, and when it was the file it was then.
    read: HashMap<PathBuf, (Stamp, Option<Contents>)>,
}

/// By what one sees that a file is not the one it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Saves {
    /// Looks at `roots`: files, and folders with all that is in them, but for the files of these devices and inodes.
    pub fn of(roots: Vec<PathBuf>, not_looked_at: Vec<(u64, u64)>) -> Self {
        Self {
            roots,
            not_looked_at,
            read: HashMap::new(),
        }
    }

    /// The text files there are now. Left out is what no student writes: hidden files, editors' backups and temporary
    /// files, what compilers and interpreters put beside a program, and whatever is not text.
    ///
    /// # Errors
    /// There are too many of them to look at often.
    pub fn look(&mut self) -> io::Result<Saved> {
        let mut saved = Saved::new();
        let mut seen = HashMap::new();
        let mut left = MOST_ENTRIES;
        for root in self.roots.clone() {
            self.look_at(&root, &mut left, &mut saved, &mut seen)?;
        }
        self.read = seen;
        Ok(saved)
    }

    fn look_at(
        &self,
        path: &Path,
        left: &mut usize,
        saved: &mut Saved,
        seen: &mut HashMap<PathBuf, (Stamp, Option<Contents>)>,
    ) -> io::Result<()> {
        // What cannot be looked at, as when it was deleted a moment ago, is not there.
        let Ok(metadata) = fs::metadata(path) else {
            return Ok(());
        };
        if metadata.is_dir() {
            for entry in fs::read_dir(path).into_iter().flatten().flatten() {
                *left = left.checked_sub(1).ok_or_else(|| too_many(&self.roots[0]))?;
                // A link to a folder may lead in a circle.
                let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                let linked_folder = !folder && entry.path().is_dir();
                if !linked_folder && is_written_by_hand(&entry.file_name().to_string_lossy(), folder) {
                    self.look_at(&entry.path(), left, saved, seen)?;
                }
            }
        } else if metadata.is_file() && !self.not_looked_at.contains(&(metadata.dev(), metadata.ino())) {
            let stamp = Stamp::of(&metadata);
            let contents = match self.read.get(path) {
                Some((then, contents)) if *then == stamp && !is_young(&metadata) => *contents,
                _ => contents(path),
            };
            seen.insert(path.to_path_buf(), (stamp, contents));
            saved.extend(contents.map(|contents| (path.to_path_buf(), contents)));
        }
        Ok(())
    }
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            inode: metadata.ino(),
            bytes: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// Whether the file may have changed since it was read and look the same. One from the future may too: a clock was set.
fn is_young(metadata: &Metadata) -> bool {
    let age = metadata
        .modified()
        .ok()
        .and_then(|modified| SystemTime::now().duration_since(modified).ok());
    age.is_none_or(|age| age < YOUNG)
}

/// What is in the file; `None` where it is no text that somebody wrote, or is gone.
fn contents(path: &Path) -> Option<Contents> {
    let mut bytes = Vec::new();
    fs::File::open(path)
        .ok()?
        .take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .ok()?;
    match bytes.len() {
        0 => Some(Contents::Empty),
        length if length as u64 > LONGEST || bytes.contains(&0) => None,
        _ => Some(Contents::Text(Sha256::digest(&bytes).into())),
    }
}

/// Whether somebody may have written a file or a `folder` of this name in an editor, as against the editor for itself (vim
/// tries with a file `4913` whether it may write), or a tool.
fn is_written_by_hand(name: &str, folder: bool) -> bool {
    const ENDINGS: [&str; 9] = [
        "~", ".swp", ".swo", ".swx", ".tmp", ".bak", ".orig", ".pyc", ".log",
    ];
    if folder {
        return !name.starts_with('.') && !NOT_WRITTEN_BY_HAND.contains(&name);
    }
    let for_itself = name.starts_with('.')
        || (name.starts_with('#') && name.ends_with('#'))
        || ENDINGS.iter().any(|ending| name.ends_with(ending))
        || name == "4913";
    !for_itself
}

fn too_many(folder: &Path) -> io::Error {
    io::Error::other(format!(
        "there are more than {MOST_ENTRIES} files in {}, too many to be watched; go to the folder that has only your \
         program in it",
        folder.display()
    ))
}

/// The files that are not the same in both, by their paths.
pub fn differences(before: &Saved, now: &Saved) -> Vec<PathBuf> {
    let gone = before.keys().filter(|path| !now.contains_key(*path));
    let other = now
        .iter()
        .filter(|(path, contents)| before.get(*path) != Some(contents))
        .map(|(path, _)| path);
    gone.chain(other).cloned().collect()
}

/// Whether a file that had something in it is gone or empty: an editor may be about to write it.
pub fn is_half_done(before: &Saved, now: &Saved) -> bool {
    before
        .iter()
        .filter(|(_, contents)| **contents != Contents::Empty)
        .any(|(path, _)| now.get(path).is_none_or(|contents| *contents == Contents::Empty))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_editors_and_tools_write_for_themselves_is_not_looked_at() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &[u8]| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, text).expect("written");
        };
        let by_hand = ["reader.py", "answers.toml", "src/main.rs", "data.csv", "#notes"];
        for name in by_hand {
            write(name, b"text");
        }
        for name in [
            ".reader.py.swp",
            ".#reader.py",
            "#reader.py#",
            "reader.py~",
            "reader.py.bak",
            "4913",
            "out.log",
            "__pycache__/reader.pyc",
            "target/debug/reader.d",
            ".venv/bin/activate",
            "solution/reader.py",
        ] {
            write(name, b"text");
        }
        write("reader", b"\x7fELF\0\0");
        std::os::unix::fs::symlink(".", folder.path().join("circle")).expect("a link");
        let mut saves = Saves::of(
            vec![folder.path().to_path_buf(), folder.path().join("missing")],
            Vec::new(),
        );
        let mut names: Vec<String> = saves
            .look()
            .expect("few files")
            .keys()
            .map(|path| {
                path.strip_prefix(folder.path())
                    .expect("inside")
                    .display()
                    .to_string()
            })
            .collect();
        names.sort();
        let mut expected = by_hand.map(str::to_owned);
        expected.sort();
        assert_eq!(names, expected);
    }

    #[test]
    fn a_touched_file_is_the_same_and_a_changed_one_is_not_however_fast() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("reader.py");
        fs::write(&path, "one").expect("written");
        let mut saves = Saves::of(vec![folder.path().to_path_buf()], Vec::new());
        let first = saves.look().expect("few files");
        let later = SystemTime::now() + Duration::from_secs(5);
        fs::File::options()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_modified(later))
            .expect("touched");
        assert_eq!(saves.look().expect("few files"), first);
        // Many of these within one tick of the file system's clock, all of the same length.
        for number in 100..200 {
            let before = saves.look().expect("few files");
            fs::write(&path, number.to_string()).expect("written");
            let now = saves.look().expect("few files");
            assert_eq!(differences(&before, &now), std::slice::from_ref(&path));
        }
        let before = saves.look().expect("few files");
        fs::write(&path, "").expect("written");
        assert!(is_half_done(&before, &saves.look().expect("few files")));
        fs::remove_file(&path).expect("removed");
        let now = saves.look().expect("few files");
        assert!(is_half_done(&before, &now) && differences(&before, &now) == [path]);
    }

    #[test]
    fn a_folder_with_a_whole_disk_in_it_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        for index in 0..=MOST_ENTRIES {
            fs::write(folder.path().join(index.to_string()), "").expect("written");
        }
        let error = Saves::of(vec![folder.path().to_path_buf()], Vec::new())
            .look()
            .expect_err("too many");
        assert!(error.to_string().contains("more than 2000 files in"), "{error}");
    }
}
