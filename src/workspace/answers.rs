//! `answers.toml`: what the student found out. A line whose value is still empty (`mean = `) is not answered yet.

use std::path::{Path, PathBuf};

use super::settings::line_of;

/// The answers of one section.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answers {
    values: toml::Table,
    path: PathBuf,
}

/// `answers.toml` cannot be understood.
#[derive(Debug, thiserror::Error)]
pub enum AnswersError {
    /// The file is not there or cannot be read.
    #[error("cannot read {path}: {source}; `workshop start` adds one that is missing")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is not `name = value`.
    #[error(
        "{path}, line {line}: {text:?} cannot be read ({problem}); write a number once, with digits and a point, like \
         mean = -3.25"
    )]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The line itself.
        text: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A value is of another kind than the question asks for.
    #[error("{path}: {name} = {value} is not a number; write it with digits and a point, like {name} = 3.25")]
    NotANumber {
        /// The file.
        path: PathBuf,
        /// The question.
        name: String,
        /// The answer.
        value: String,
    },
}

impl Answers {
    pub(super) fn read(path: &Path) -> Result<Self, AnswersError> {
        let text = super::atomic::read_small(path).map_err(|source| AnswersError::Unreadable {
            path: path.to_path_buf(),
            source,
        })?;
        Self::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, AnswersError> {
        // A line kept for each line dropped, so that a complaint names the line the student sees.
        let answered: String = text
            .lines()
            .flat_map(|line| [if is_empty_answer(line) { "" } else { line }, "\n"])
            .collect();
        let values = answered.parse::<toml::Table>().map_err(|error| {
            let line = line_of(&answered, error.span());
            AnswersError::Malformed {
                path: path.to_path_buf(),
                line,
                problem: error.message().trim_end().replace('\n', ", "),
                text: answered
                    .lines()
                    .nth(line - 1)
                    .unwrap_or_default()
                    .trim()
                    .chars()
                    .take(80)
                    .collect(),
            }
        })?;
        Ok(Self {
            values,
            path: path.to_path_buf(),
        })
    }

    /// The number answered for `name`; `None` where it is not answered yet.
    pub fn number(&self, name: &str) -> Result<Option<f64>, AnswersError> {
        let number = match self.values.get(name) {
            None => return Ok(None),
            Some(toml::Value::Float(number)) if number.is_finite() => *number,
            Some(toml::Value::Integer(number)) => *number as f64,
            Some(other) => {
                return Err(AnswersError::NotANumber {
                    path: self.path.clone(),
                    name: name.to_owned(),
                    value: other.to_string().chars().take(80).collect(),
                });
            }
        };
        Ok(Some(number))
    }
}

/// Whether `line` is a name, `=`, and nothing but perhaps a comment.
fn is_empty_answer(line: &str) -> bool {
    line.split_once('=').is_some_and(|(name, value)| {
        let value = value.trim_start();
        !name.trim_start().starts_with('#') && (value.is_empty() || value.starts_with('#'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Answers, AnswersError> {
        Answers::parse(Path::new("answers.toml"), text)
    }

    #[test]
    fn the_starter_is_unanswered() {
        let answers = parse("# what is it?\nmean = \nvariance =   # squared\n").expect("sound");
        assert_eq!(answers.number("mean").expect("sound"), None);
        assert_eq!(answers.number("variance").expect("sound"), None);
    }

    #[test]
    fn numbers_in_every_notation_are_read() {
        let answers = parse("mean = -3\nvariance = 1.25e1 # about\n").expect("sound");
        assert_eq!(answers.number("mean").expect("sound"), Some(-3.0));
        assert_eq!(answers.number("variance").expect("sound"), Some(12.5));
    }

    #[test]
    fn what_is_no_number_is_refused_with_the_line_or_the_name() {
        let comma = parse("# one\nmean = \nvariance = 3,14\n")
            .expect_err("refused")
            .to_string();
        assert!(
            comma.contains("line 3") && comma.contains("variance = 3,14"),
            "{comma}"
        );
        for text in [
            "mean = \"four\"\n",
            "mean = nan\n",
            "mean = inf\n",
            "mean = [1]\n",
            "mean = true\n",
        ] {
            let error = parse(text)
                .expect("TOML")
                .number("mean")
                .expect_err(text)
                .to_string();
            assert!(error.contains("mean = ") && error.contains("3.25"), "{error}");
        }
    }
}
