//! The course that travels inside the binary: sections, their lessons, starters, solutions and client libraries. A course
//! in a folder can stand beside it.
//!
//! A section is a folder `lessons/NN-slug/` with a `lesson.md`; see [`Section`]. Nothing here knows which sections
//! there are: a new folder is a new section.

mod embedded;
mod error;
mod folder;
mod front_matter;
mod languages;
mod section;

use std::path::Path;
use std::sync::{LazyLock, OnceLock};

pub use embedded::File;
pub use error::CourseError;
pub use front_matter::{Lesson, Service, Stream};
pub use languages::{Language, Need};
pub use section::{SETTINGS_PART, Section};

/// The sections that there are where a course in a folder stands beside the one inside the binary.
static WITH_A_FOLDER: OnceLock<Vec<Section>> = OnceLock::new();

/// Reads the embedded course: its sections, sorted by number.
///
/// # Errors
/// The first thing that is wrong with the course's own files. Only somebody who writes a lesson ever sees it.
pub fn load() -> Result<Vec<Section>, CourseError> {
    let sections = section::read(embedded::lessons(), embedded::solutions(), &[])?;
    check_languages(&sections)?;
    Ok(sections)
}

fn check_languages(sections: &[Section]) -> Result<(), CourseError> {
    let languages = load_languages()?;
    let known: Vec<&str> = languages.iter().map(|language| language.name.as_str()).collect();
    for section in sections {
        for name in section.languages().chain(section.solution_languages()) {
            if !known.contains(&name) {
                return Err(CourseError::UnknownLanguage {
                    folder: section.folder.to_owned(),
                    language: name.to_owned(),
                    known: known.join(", "),
                });
            }
        }
    }
    Ok(())
}

/// Reads the sections of the course in the folder `root`, by themselves. What they hold stays in memory for good.
///
/// # Errors
/// The first thing that is wrong with the course's files.
pub fn read_course(root: &Path) -> Result<Vec<Section>, CourseError> {
    let refuse = |problem: &str| CourseError::Folder {
        path: root.to_owned(),
        problem: problem.to_owned(),
    };
    let canonical = root
        .canonicalize()
        .map_err(|error| refuse(&format!("is no course: {error}")))?;
    if !canonical.join("lessons").is_dir() {
        return Err(refuse(
            "is no course: a course has a folder lessons/ with a folder for each section, like lessons/06-visitors",
        ));
    }
    let mut folder = folder::Folder::new(&canonical);
    let (lessons, solutions) = (folder.files("lessons")?, folder.files("solutions")?);
    // What judges a section inside the binary is compiled into it, and its sources are no part of a contract.
    let mut checks = folder.files("checks")?;
    checks.retain(|file| !file.path.ends_with(".rs"));
    let mut own = section::read(&lessons, &solutions, &checks)?;
    if own.is_empty() {
        return Err(refuse("is no course: lessons/ has no folder like 06-visitors"));
    }
    check_languages(&own)?;
    let root: &'static Path = Box::leak(canonical.into_boxed_path());
    for section in &mut own {
        section.course = Some(root);
    }
    Ok(own)
}

/// Reads the sections of the course in the folder `root`, and has them stand beside the embedded ones from now on. One
/// whose folder is called like an embedded one takes its place. To be called once, before anybody asks for sections.
///
/// # Errors
/// The first thing that is wrong with the course's files; nothing has changed then.
pub fn use_course(root: &Path) -> Result<(), CourseError> {
    let own = read_course(root)?;
    let mut sections = load()?;
    sections.retain(|section| !own.iter().any(|own| own.folder == section.folder));
    for own in &own {
        if let Some(other) = sections.iter().find(|section| section.number == own.number) {
            return Err(CourseError::NumberTaken {
                folder: own.folder.to_owned(),
                other: other.folder.to_owned(),
            });
        }
    }
    sections.extend(own);
    sections.sort_by_key(|section| section.number);
    WITH_A_FOLDER.set(sections).map_err(|_| CourseError::Folder {
        path: root.to_owned(),
        problem: "comes second: one course stands beside the one inside the binary, and it does already"
            .to_owned(),
    })
}

/// Reads the languages of the course, sorted by name.
///
/// # Errors
/// As [`load`].
pub fn load_languages() -> Result<Vec<Language>, CourseError> {
    languages::parse(include_str!("../../lessons/languages.toml"), embedded::CLIENTS)
}

/// The sections of the course, sorted by number.
pub fn sections() -> &'static [Section] {
    static SECTIONS: LazyLock<Vec<Section>> = LazyLock::new(|| {
        load().expect("the course is compiled in, and the test suite loads the very same bytes with `load`")
    });
    WITH_A_FOLDER.get().unwrap_or(&SECTIONS)
}

/// The section with this number, as a student types it; `None` where the course has no such section.
pub fn section(number: u8) -> Option<&'static Section> {
    sections().iter().find(|section| section.number == number)
}

/// The languages of the course, sorted by name.
pub fn languages() -> &'static [Language] {
    static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| {
        load_languages().expect("they are compiled in, and the test suite loads the very same bytes")
    });
    &LANGUAGES
}

/// The language with this name; `None` where the course has no such language.
pub fn language(name: &str) -> Option<&'static Language> {
    languages().iter().find(|language| language.name == name)
}

/// The files of the client library in this folder of `clients/`, by paths from there. That of `python` is the folder that
/// belongs on `PYTHONPATH` (`pysimplehttp/BaseReader.py`), that of `rust` a package. Nothing for any other.
pub fn client(folder: &str) -> impl Iterator<Item = File> {
    embedded::client(folder).iter().copied()
}
