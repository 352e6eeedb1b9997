//! The course that travels inside the binary: sections, their lessons, starters, solutions and client libraries.
//!
//! A section is a folder `lessons/NN-slug/` with a `lesson.md`; see [`Section`]. Nothing here knows which sections
//! there are: a new folder is a new section.

mod embedded;
mod error;
mod front_matter;
mod section;

use std::sync::LazyLock;

pub use embedded::File;
pub use error::CourseError;
pub use front_matter::{Lesson, Service, Stream};
pub use section::{SETTINGS_PART, Section};

/// Reads the embedded course: its sections, sorted by number.
///
/// # Errors
/// The first thing that is wrong with the course's own files. Only somebody who writes a lesson ever sees it.
pub fn load() -> Result<Vec<Section>, CourseError> {
    section::read(embedded::lessons(), embedded::solutions())
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

/// The files of the Python client library, by their paths from the folder that belongs on `PYTHONPATH`
/// (`pysimplehttp/BaseReader.py`).
pub fn python_client() -> impl Iterator<Item = File> {
    embedded::python_client().iter().copied()
}
