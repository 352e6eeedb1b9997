//! What can be wrong with a course.

/// What is wrong with the course's own files.
#[derive(Debug, thiserror::Error)]
pub enum CourseError {
    /// A folder of `lessons/` that is not named `NN-slug`.
    #[error(
        "lessons/{folder}: a section's folder is named by two digits from 01 on, a dash and a slug of a-z, 0-9 and \
         dashes, as in 03-online-statistics"
    )]
    FolderName {
        /// The folder's name.
        folder: String,
    },
    /// Two folders with one number.
    #[error("lessons/{first} and lessons/{second} have the same number; give one of them another")]
    SameNumber {
        /// The folder that sorts first.
        first: String,
        /// The other one.
        second: String,
    },
    /// A section without a lesson.
    #[error("lessons/{folder} has no lesson.md; write one, or remove the folder")]
    NoLesson {
        /// The folder's name.
        folder: String,
    },
    /// A lesson that is not text.
    #[error(
        "lessons/{folder}/{file} is not UTF-8 (byte {position} is the first that is not); save it as UTF-8"
    )]
    NotUtf8 {
        /// The folder's name.
        folder: String,
        /// The file's.
        file: String,
        /// Bytes before the first wrong one.
        position: usize,
    },
    /// A lesson that does not begin with front matter.
    #[error(
        "lessons/{folder}/lesson.md does not begin with front matter: put `+++` on the first line, then title, \
         services, stream and minutes as TOML, then `+++` on a line of its own"
    )]
    NoFrontMatter {
        /// The folder's name.
        folder: String,
    },
    /// Front matter that is not the TOML it has to be.
    #[error("lessons/{folder}/lesson.md, line {line}: {message}")]
    FrontMatter {
        /// The folder's name.
        folder: String,
        /// The line of the file, from 1.
        line: usize,
        /// What was found, what was expected.
        message: String,
    },
    /// A file of languages that is not what it has to be.
    #[error("lessons/languages.toml: {problem}")]
    Languages {
        /// What was found, what was expected.
        problem: String,
    },
    /// A starter or a solution in a language that nothing is known of.
    #[error(
        "{folder} has a starter or a solution in {language}, and the languages here are {known}; rename the folder, or \
         build a workshop whose lessons/languages.toml has a table [{language}]"
    )]
    UnknownLanguage {
        /// The section's folder.
        folder: String,
        /// The name of the folder that should be a language.
        language: String,
        /// The names of the languages that there are.
        known: String,
    },
    /// A solution or a check of a section that does not exist.
    #[error("{part}/{folder} has no section lessons/{folder}; rename one of them")]
    WithoutSection {
        /// `solutions` or `checks`.
        part: &'static str,
        /// The folder's name.
        folder: String,
    },
    /// A folder that is no course, or a file of it that cannot be taken.
    #[error("{} {problem}", path.display())]
    Folder {
        /// The folder or file.
        path: std::path::PathBuf,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// A section of a course in a folder that has the number of another one inside this binary.
    #[error(
        "lessons/{folder} has the number of the section {other} that this workshop has already; give it another, from 06 on"
    )]
    NumberTaken {
        /// The folder's name.
        folder: String,
        /// The section's that is there already.
        other: String,
    },
}
