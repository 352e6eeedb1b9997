//! `answers.toml`: what the student found out. A line whose value is still empty (`mean = `) is not answered yet.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::Unread;
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
    #[error(transparent)]
    Unreadable(#[from] Unread),
    /// A line is not `name = value`.
    #[error(
        "{path}, line {line}: {text:?} cannot be read ({problem}); write each answer once, a word or a number with \
         digits and a point, like mean = -3.25"
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
        let text = super::atomic::read_small(path).map_err(Unread::at(path))?;
        Self::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, AnswersError> {
        // A line kept for each line dropped, so that a complaint names the line the student sees.
        let answered: String = text
            .lines()
            .flat_map(|line| match line {
                line if is_empty_answer(line) => [Cow::Borrowed(""), "\n".into()],
                line => [with_quotes(line), "\n".into()],
            })
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

    /// What was answered for `name`, of whatever kind, as one would say it: a whole number without a point, a word in
    /// small letters. `None` where it is not answered yet.
    pub fn said(&self, name: &str) -> Option<String> {
        let said = match self.values.get(name)? {
            toml::Value::String(text) => text.trim().to_lowercase(),
            toml::Value::Float(number) => number.to_string(),
            other => other.to_string(),
        };
        (!said.is_empty()).then_some(said)
    }
}

/// `line` with the quotes that TOML wants around a word, where its value is a word without them.
fn with_quotes(line: &str) -> Cow<'_, str> {
    let word = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
            && !["true", "false", "nan", "inf"].contains(&text)
    };
    let Some((name, rest)) = line.split_once('=') else {
        return line.into();
    };
    let value = rest.split('#').next().unwrap_or_default().trim();
    if name.trim_start().starts_with('#') || !word(value) {
        return line.into();
    }
    format!("{name}= \"{value}\"").into()
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
    fn words_are_read_with_quotes_and_without_and_numbers_as_they_are_said() {
        let answers = parse(
            "a = Kicked\nb = 'First' # or not\nc = 100\nd = 100.0\ne = not-so_2 # why\nf = \"\"\n# g = x\nh = -3\n",
        )
        .expect("sound");
        let said: Vec<_> = ["a", "b", "c", "d", "e", "f", "g", "h"]
            .iter()
            .map(|name| answers.said(name))
            .collect();
        let said: Vec<_> = said.iter().map(Option::as_deref).collect();
        let expected = [
            Some("kicked"),
            Some("first"),
            Some("100"),
            Some("100"),
            Some("not-so_2"),
            None,
            None,
            Some("-3"),
        ];
        assert_eq!(said, expected);
        assert_eq!(
            parse("on = true\n").expect("sound").said("on").as_deref(),
            Some("true")
        );
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
