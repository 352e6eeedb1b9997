//! Something that is wrong with a course.

use std::fmt;

/// Something that is wrong with a course: where, what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file or folder, from the course's own folder.
    pub file: String,
    /// The line, counted from 1, where it is one line.
    pub line: Option<usize>,
    /// What is wrong and what to do, as a sentence without its full stop.
    pub problem: String,
}

impl Finding {
    /// Something wrong with a whole file or folder.
    pub fn of(file: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: None,
            problem: problem.into(),
        }
    }

    /// Something wrong with a line of a file.
    pub fn at(file: impl Into<String>, line: usize, problem: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            ..Self::of(file, problem)
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}, line {line}: {}", self.file, self.problem),
            None => write!(formatter, "{}: {}", self.file, self.problem),
        }
    }
}
