//! `workshop.toml`: how the student's programs are run.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Unread;
use super::atomic::read_small;

/// What has a meaning of its own; every other name is that of an extra program.
const RUN: &str = "run";
const BUILD: &str = "build";

/// The commands of one section, by name: `run` is the section's program, `build` makes it, others (`merge`) are its
/// extras.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<String, Vec<String>>")]
pub struct Programs(BTreeMap<String, Vec<String>>);

impl Programs {
    /// The section's own program: its name and its arguments; never empty.
    pub fn run(&self) -> &[String] {
        &self.0[RUN]
    }

    /// What is to be run before any of the others, where they have to be compiled.
    pub fn build(&self) -> Option<&[String]> {
        self.0.get(BUILD).map(Vec::as_slice)
    }

    /// The extra programs, such as `merge`, with their names.
    pub fn extras(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0
            .iter()
            .filter(|(name, _)| ![RUN, BUILD].contains(&name.as_str()))
            .map(|(name, command)| (name.as_str(), command.as_slice()))
    }
}

impl TryFrom<BTreeMap<String, Vec<String>>> for Programs {
    type Error = String;

    fn try_from(commands: BTreeMap<String, Vec<String>>) -> Result<Self, String> {
        if let Some((name, _)) = commands
            .iter()
            .find(|(_, command)| command.first().is_none_or(String::is_empty))
        {
            return Err(match name.as_str() {
                BUILD => "`build` names no command; leave it out where nothing has to be built".into(),
                name => {
                    format!("`{name}` names no program; write it like {name} = [\"python3\", \"{name}.py\"]")
                }
            });
        }
        if !commands.contains_key(RUN) {
            return Err("`run` is missing; write it like run = [\"python3\", \"reader.py\"]".into());
        }
        Ok(Self(commands))
    }
}

/// `workshop.toml` says nothing usable.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file is not there or cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unread),
    /// It is not TOML, or not of the shape expected.
    #[error(
        "{path}, line {line}: {problem}; a section looks like\n\n    [03-online-statistics]\n    run = [\"python3\", \"reader.py\"]"
    )]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong there.
        problem: String,
    },
    /// The section has no table.
    #[error(
        "{path} has no table [{section}]; `workshop start` adds it, or write it with a line like run = [\"python3\", \"reader.py\"]"
    )]
    NoSection {
        /// The file.
        path: PathBuf,
        /// The section's folder.
        section: String,
    },
}

/// Reads the programs of the section whose folder is `section` from the file at `path`.
pub(super) fn read(path: &Path, section: &str) -> Result<Programs, SettingsError> {
    let text = read_small(path).map_err(Unread::at(path))?;
    parse(path, &text)?
        .remove(section)
        .ok_or_else(|| SettingsError::NoSection {
            path: path.to_path_buf(),
            section: section.to_owned(),
        })
}

/// The text of the file at `path`; empty where there is none yet.
pub(super) fn text(path: &Path) -> Result<String, SettingsError> {
    match read_small(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => Ok(read.map_err(Unread::at(path))?),
    }
}

/// Every section's programs in `text`, which stands in the file at `path`.
pub(super) fn parse(path: &Path, text: &str) -> Result<BTreeMap<String, Programs>, SettingsError> {
    toml::from_str(text).map_err(|error| SettingsError::Malformed {
        path: path.to_path_buf(),
        line: line_of(text, error.span()),
        problem: error.message().trim_end().replace('\n', ", "),
    })
}

/// Where in `text` the table `[section]` stands, from its head to the end of its last line that is neither empty nor a
/// comment: a comment below it may be about what comes next.
pub(super) fn table_of(text: &str, section: &str) -> Option<Range<usize>> {
    let mut table: Option<Range<usize>> = None;
    let mut begin = 0;
    for line in text.split_inclusive('\n') {
        let (start, content) = (begin, line.trim());
        begin += line.len();
        let head = content.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        match (&mut table, head) {
            (None, Some((name, _))) if name.trim().trim_matches(['"', '\'']) == section => {
                table = Some(start..start + line.trim_end().len());
            }
            (None, _) => {}
            (Some(_), Some(_)) => break,
            (Some(_), None) if content.is_empty() || content.starts_with('#') => {}
            (Some(table), None) => table.end = start + line.trim_end().len(),
        }
    }
    table
}

/// The line, counted from 1, in which `span` begins.
pub(super) fn line_of(text: &str, span: Option<Range<usize>>) -> usize {
    let start = span.map_or(0, |span| span.start).min(text.len());
    text.as_bytes()[..start]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
        + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        parse(Path::new("workshop.toml"), text)
            .expect_err("should be refused")
            .to_string()
    }

    #[test]
    fn a_broken_file_is_answered_with_file_line_and_what_was_expected() {
        for (text, line, part) in [
            (
                "[03-online-statistics]\nrun = [\"python3\", \n",
                "line 2",
                "run = [\"python3\", \"reader.py\"]",
            ),
            (
                "[03-online-statistics]\nrun = \"python3 reader.py\"\n",
                "line 2",
                "invalid type: string",
            ),
            (
                "\n[03-online-statistics]\nrun = []\n",
                "line 2",
                "`run` names no program",
            ),
            (
                "[s]\nrun = [\"x\"]\nbuild = []\n",
                "line 1",
                "`build` names no command",
            ),
            (
                "[03-online-statistics]\nmerge = [\"x\"]\n",
                "line 1",
                "`run` is missing",
            ),
            ("run = [\"python3\"]\n", "line 1", "[03-online-statistics]"),
        ] {
            let problem = problem(text);
            assert!(
                problem.contains("workshop.toml, ") && problem.contains(line),
                "{text:?}: {problem}"
            );
            assert!(problem.contains(part), "{text:?}: {problem}");
        }
    }

    #[test]
    fn a_table_is_found_with_its_lists_and_without_the_comments_of_the_next() {
        let text =
            "# head\n[a]\nrun = [\n  \"x\", # x\n]\nbuild = [\"y\"]\n\n# of b\n[ \"b\" ] # b\nrun = [\"z\"]";
        let table = |section| table_of(text, section).map(|range| &text[range]);
        assert_eq!(table("a"), Some("[a]\nrun = [\n  \"x\", # x\n]\nbuild = [\"y\"]"));
        assert_eq!(table("b"), Some("[ \"b\" ] # b\nrun = [\"z\"]"));
        assert_eq!(table("c"), None);
    }

    #[test]
    fn programs_are_read_by_name() {
        let sections = parse(
            Path::new("w"),
            "[s]\nbuild = [\"make\"]\nrun = [\"./mine\", \"--fast\"]\nmerge = [\"./merge\"]\n",
        )
        .expect("sound");
        assert_eq!(sections["s"].run(), ["./mine", "--fast"]);
        assert_eq!(sections["s"].build(), Some(&["make".to_owned()][..]));
        let extras: Vec<_> = sections["s"].extras().collect();
        assert_eq!(extras, [("merge", &["./merge".to_owned()][..])]);
    }
}
