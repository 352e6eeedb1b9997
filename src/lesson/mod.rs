//! The course that travels inside the binary: sections, their lessons, starters, solutions and client libraries.
//!
//! A section is a folder `lessons/NN-slug/` with a `lesson.md`; see [`Section`]. Nothing here knows which sections
//! there are: a new folder is a new section.

mod embedded;
mod error;
mod front_matter;
mod languages;
mod section;

use std::sync::LazyLock;

pub use embedded::File;
pub use error::CourseError;
pub use front_matter::{Lesson, Service, Stream};
pub use languages::{Language, Need};
pub use section::{SETTINGS_PART, Section};

/// Reads the embedded course: its sections, sorted by number.
///
/// # Errors
/// The first thing that is wrong with the course's own files. Only somebody who writes a lesson ever sees it.
pub fn load() -> Result<Vec<Section>, CourseError> {
    let sections = section::read(embedded::lessons(), embedded::solutions())?;
    let languages = load_languages()?;
    for section in &sections {
        for name in section.languages().chain(section.solution_languages()) {
            if !languages.iter().any(|language| language.name == name) {
                return Err(CourseError::UnknownLanguage {
                    folder: section.folder.to_owned(),
                    language: name.to_owned(),
                });
            }
        }
    }
    Ok(sections)
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
    &SECTIONS
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
