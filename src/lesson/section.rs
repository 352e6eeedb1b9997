//! A section: one folder of `lessons/` and the folder of the same name in `solutions/`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{CourseError, File, Lesson, front_matter};

/// The starter's part of `workshop.toml`: which programs the section has, and how each is run.
pub const SETTINGS_PART: &str = "workshop.toml";

/// A section of the course.
#[derive(Debug, Clone)]
pub struct Section {
    /// The number that a student types, from 1.
    pub number: u8,
    /// The name without the number, `online-statistics`.
    pub slug: &'static str,
    /// The name of the section's folder, in the course and in the workspace, `03-online-statistics`.
    pub folder: &'static str,
    /// What the student reads.
    pub lesson: Lesson,
    /// What helps a student who is stuck, in Markdown, each saying more than the one before.
    pub hints: Vec<&'static str>,
    /// What belongs to the starter in any language: files that stand in no folder of one.
    common: Vec<File>,
    starters: BTreeMap<&'static str, Vec<File>>,
    solutions: BTreeMap<&'static str, Vec<File>>,
    stray: Vec<String>,
    /// What is in the section's folder of `checks/`; nothing for a section inside the binary.
    check: Vec<File>,
    /// The folder of the course that it comes from; `None` for a section inside the binary.
    pub(super) course: Option<&'static Path>,
}

impl Section {
    /// The folder of the course that the section comes from; `None` for one inside the binary.
    pub fn course(&self) -> Option<&'static Path> {
        self.course
    }

    /// The folder of its check, where that is a contract in a folder.
    pub fn check_folder(&self) -> Option<PathBuf> {
        Some(self.course?.join("checks").join(self.folder))
    }

    /// What is in that folder, by paths from there: the contract, what it reads and runs, and programs to try it on.
    pub fn check_files(&self) -> impl Iterator<Item = File> {
        self.check.iter().copied()
    }

    /// Files of the section that nothing reads, by paths from the course's folder.
    pub fn stray(&self) -> &[String] {
        &self.stray
    }

    /// What belongs to the starter in any language.
    pub fn common(&self) -> impl Iterator<Item = File> {
        self.common.iter().copied()
    }

    /// The languages that the section has a starter for, sorted (`python`).
    pub fn languages(&self) -> impl Iterator<Item = &'static str> {
        self.starters.keys().copied()
    }

    /// The languages that the section has a solution in, sorted; there can be more of them than starters.
    pub fn solution_languages(&self) -> impl Iterator<Item = &'static str> {
        self.solutions.keys().copied()
    }

    /// What the student begins with, by paths from the section's folder in the workspace: what is the same in every
    /// language (`answers.toml`), and the programs; nothing of these for a language that there is no starter for.
    pub fn starter(&self, language: &str) -> impl Iterator<Item = File> {
        let programs = self.starters.get(language).into_iter().flatten();
        self.common.iter().chain(programs).copied()
    }

    /// Whether the student writes a program here, which `run` runs and `check` judges: the starter names it in its part
    /// of `workshop.toml`. Where there is none, the work is done at the terminal, and that is what is judged.
    pub fn has_program(&self) -> bool {
        let mut files = self.starters.values().flatten();
        files.any(|file| file.path == SETTINGS_PART)
    }

    /// A solution, by paths from its own folder; nothing for a language that there is no solution in.
    pub fn solution(&self, language: &str) -> impl Iterator<Item = File> {
        self.solutions.get(language).into_iter().flatten().copied()
    }
}

/// Makes sections of the files under `lessons/`, `solutions/` and `checks/`, sorted by number, as folders are whose names
/// begin with two digits.
pub(super) fn read(
    lessons: &[File],
    solutions: &[File],
    checks: &[File],
) -> Result<Vec<Section>, CourseError> {
    let mut solutions = by_first_folder(solutions);
    let mut checks = by_first_folder(checks);
    let mut sections: Vec<Section> = Vec::new();
    for (folder, files) in by_first_folder(lessons) {
        let (number, slug) = number_and_slug(folder).ok_or_else(|| CourseError::FolderName {
            folder: folder.to_owned(),
        })?;
        if let Some(other) = sections.iter().find(|section| section.number == number) {
            return Err(CourseError::SameNumber {
                first: other.folder.to_owned(),
                second: folder.to_owned(),
            });
        }
        let lesson = read_lesson(folder, &files)?;
        let hints = read_hints(folder, &files)?;
        let starters: Vec<File> = files.iter().filter_map(|file| file.inside("starter/")).collect();
        let solutions = solutions.remove(folder).unwrap_or_default();
        let stray_lessons = files
            .iter()
            .filter(|file| {
                !["lesson.md", "hints.md"].contains(&file.path) && !file.path.starts_with("starter/")
            })
            .map(|file| format!("lessons/{folder}/{}", file.path));
        let stray_solutions = solutions
            .iter()
            .filter(|file| !file.path.contains('/'))
            .map(|file| format!("solutions/{folder}/{}", file.path));
        let stray = stray_lessons.chain(stray_solutions).collect();
        sections.push(Section {
            number,
            slug,
            folder,
            lesson,
            hints,
            common: starters
                .iter()
                .filter(|file| !file.path.contains('/'))
                .copied()
                .collect(),
            starters: by_first_folder(&starters),
            solutions: by_first_folder(&solutions),
            stray,
            check: checks.remove(folder).unwrap_or_default(),
            course: None,
        });
    }
    for (part, rest) in [("solutions", solutions), ("checks", checks)] {
        if let Some(folder) = rest.into_keys().next() {
            return Err(CourseError::WithoutSection {
                part,
                folder: folder.to_owned(),
            });
        }
    }
    Ok(sections)
}

/// Reads the `lesson.md` among a section's files.
fn read_lesson(folder: &str, files: &[File]) -> Result<Lesson, CourseError> {
    let file = files.iter().find(|file| file.path == "lesson.md");
    let file = file.ok_or_else(|| CourseError::NoLesson {
        folder: folder.to_owned(),
    })?;
    front_matter::parse(folder, text(folder, file)?)
}

/// Reads the `hints.md` among a section's files, where there is one: a hint under each heading of the second level.
fn read_hints(folder: &str, files: &[File]) -> Result<Vec<&'static str>, CourseError> {
    let Some(file) = files.iter().find(|file| file.path == "hints.md") else {
        return Ok(Vec::new());
    };
    let hints = text(folder, file)?.split("\n## ").skip(1);
    // What stands in a heading's own line is for authors.
    Ok(hints
        .filter_map(|hint| Some(hint.split_once('\n')?.1.trim()))
        .collect())
}

fn text(folder: &str, file: &File) -> Result<&'static str, CourseError> {
    std::str::from_utf8(file.contents).map_err(|error| CourseError::NotUtf8 {
        folder: folder.to_owned(),
        file: file.path.to_owned(),
        position: error.valid_up_to(),
    })
}

/// Files sorted into the folders that they stand in, by paths from there. A file outside of any folder belongs to the
/// authors (a README, say) and is left out.
fn by_first_folder(files: &[File]) -> BTreeMap<&'static str, Vec<File>> {
    let mut folders: BTreeMap<&'static str, Vec<File>> = BTreeMap::new();
    for file in files {
        if let Some((folder, path)) = file.path.split_once('/') {
            folders.entry(folder).or_default().push(File { path, ..*file });
        }
    }
    folders
}

/// Takes `03-online-statistics` apart; `None` where a folder is not named that way.
fn number_and_slug(folder: &'static str) -> Option<(u8, &'static str)> {
    let (digits, slug) = folder.split_once('-')?;
    let two_digits = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits
        .parse()
        .ok()
        .filter(|&number: &u8| two_digits && number > 0)?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (!slug.is_empty() && slug.bytes().all(plain)).then_some((number, slug))
}

#[cfg(test)]
mod tests {
    use super::{File, read};

    const LESSON: &str = "+++\ntitle = \"A\"\nservices = []\nminutes = 5\n+++\n# A\n";

    fn files(list: &[(&'static str, &'static str)]) -> Vec<File> {
        list.iter()
            .map(|(path, contents)| File::new(path, contents.as_bytes()))
            .collect()
    }

    fn message(
        lessons: &[(&'static str, &'static str)],
        solutions: &[(&'static str, &'static str)],
    ) -> String {
        read(&files(lessons), &files(solutions), &[])
            .expect_err("this course is broken")
            .to_string()
    }

    #[test]
    fn sections_are_sorted_and_know_their_files() {
        let lessons = files(&[
            ("10-later/lesson.md", LESSON),
            ("02-readers/lesson.md", LESSON),
            (
                "02-readers/hints.md",
                "# Hints\n\n## Where\n\nLook.\n\n## How\nRun it:\n\n    run\n",
            ),
            ("02-readers/starter/answers.toml", "mean =\n"),
            ("02-readers/starter/python/reader.py", "import sys\n"),
            ("02-readers/starter/python/data/README.md", "# Data\n"),
            ("02-readers/starter/shell/reader.sh", "#!/bin/sh\n"),
            ("README.md", "# For authors\n"),
        ]);
        let solutions = files(&[("02-readers/rust/src/main.rs", "fn main() {}\n")]);
        let sections = read(&lessons, &solutions, &[]).expect("this course is sound");

        let numbers: Vec<_> = sections
            .iter()
            .map(|section| (section.number, section.slug, section.folder))
            .collect();
        assert_eq!(numbers, [(2, "readers", "02-readers"), (10, "later", "10-later")]);
        let readers = &sections[0];
        assert_eq!(readers.hints, ["Look.", "Run it:\n\n    run"]);
        assert_eq!(readers.languages().collect::<Vec<_>>(), ["python", "shell"]);
        assert_eq!(readers.solution_languages().collect::<Vec<_>>(), ["rust"]);
        let python: Vec<_> = readers
            .starter("python")
            .map(|file| (file.path, file.executable))
            .collect();
        assert_eq!(
            python,
            [
                ("answers.toml", false),
                ("reader.py", false),
                ("data/README.md", false)
            ]
        );
        let shell: Vec<_> = readers
            .starter("shell")
            .map(|file| (file.path, file.executable))
            .collect();
        assert_eq!(shell, [("answers.toml", false), ("reader.sh", true)]);
        assert_eq!(
            readers.solution("rust").map(|file| file.path).collect::<Vec<_>>(),
            ["src/main.rs"]
        );
        assert_eq!(
            readers.starter("cobol").count() + sections[1].languages().count(),
            1,
            "what belongs to every language, and no more"
        );
    }

    #[test]
    fn a_folder_name_must_have_a_number_and_a_slug() {
        for path in [
            "readers/a",
            "2-readers/a",
            "002-readers/a",
            "00-readers/a",
            "02-/a",
            "02-Readers/a",
            "+2-readers/a",
        ] {
            assert!(message(&[(path, "")], &[]).contains("two digits"), "{path}");
        }
    }

    #[test]
    fn what_is_missing_or_doubled_is_named() {
        let no_lesson = message(&[("02-readers/starter/python/reader.py", "")], &[]);
        assert_eq!(
            no_lesson,
            "lessons/02-readers has no lesson.md; write one, or remove the folder"
        );
        let same_number = message(
            &[("02-readers/lesson.md", LESSON), ("02-writers/lesson.md", LESSON)],
            &[],
        );
        assert!(same_number.starts_with("lessons/02-readers and lessons/02-writers have the same number"));
        let stray = message(&[], &[("02-readers/python/reader.py", "")]);
        assert!(
            stray.starts_with("solutions/02-readers has no section"),
            "{stray}"
        );
    }

    #[test]
    fn a_lesson_that_is_not_text_is_refused() {
        let lessons = [File::new("02-readers/lesson.md", b"+++\n\xff")];
        let error = read(&lessons, &[], &[]).expect_err("0xff is never part of UTF-8");
        assert!(error.to_string().contains("byte 4"), "{error}");
    }
}
