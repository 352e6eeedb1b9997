//! The languages that starters and solutions are written in: `lessons/languages.toml`.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::CourseError;

/// Where the name of a program goes.
const PROGRAM: &str = "{program}";

/// A language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    /// The name of its folders, and what `--language` takes: `python`.
    pub name: String,
    /// What people call it: `Python`.
    pub title: String,
    /// The folder of `clients/` that its programs need; `None` where they need none.
    pub client: Option<String>,
    /// What is run before its programs, where they have to be compiled.
    pub build: Option<Vec<String>>,
    /// What has to be installed.
    pub needs: Vec<Need>,
    file: String,
    run: Vec<String>,
}

/// A command that has to be there for programs of a language.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// The command: `python3`.
    pub command: String,
    /// How to get it, as the end of a sentence: `install … from …`.
    pub get: String,
    /// The arguments with which it prints its version; none where any version will do.
    #[serde(default)]
    pub version: Vec<String>,
    /// The oldest version that will do: numbers with dots between.
    pub at_least: Option<String>,
}

impl Language {
    /// The file of the program `program` (`reader`), from the section's folder in the workspace. `upper-half` is in
    /// `upper_half.py`: what can be imported has no hyphen in its name.
    pub fn file(&self, program: &str) -> String {
        self.file.replace(PROGRAM, &program.replace('-', "_"))
    }

    /// How the program `program` is run: the command, then each argument.
    pub fn run(&self, program: &str) -> Vec<String> {
        let words = self.run.iter();
        words
            .map(|word| word.replace(PROGRAM, &program.replace('-', "_")))
            .collect()
    }
}

impl Need {
    /// The version that `said`, what the command printed when it was asked for it, tells, where that is older than
    /// what is needed. `None` also where no version can be found in it: then nobody knows, and nothing is said.
    pub fn too_old<'a>(&self, said: &'a str) -> Option<&'a str> {
        let least = self.at_least.as_deref()?;
        let found = said
            .split_whitespace()
            .map(|word| word.trim_start_matches('v'))
            .find(|word| word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.'))?;
        (numbers(found).cmp(&numbers(least)) == Ordering::Less).then_some(found)
    }
}

/// `1.89.0-nightly` as 1, 89, 0.
fn numbers(version: &str) -> Vec<u64> {
    version
        .split(|c: char| !c.is_ascii_digit())
        .map_while(|number| number.parse().ok())
        .collect()
}

/// A table of the file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    title: String,
    file: String,
    build: Option<Vec<String>>,
    run: Vec<String>,
    client: Option<String>,
    #[serde(default)]
    needs: Vec<Need>,
}

/// Reads the languages, sorted by name. `clients` are the names of the client libraries that there are.
pub(super) fn parse(text: &str, clients: &[&str]) -> Result<Vec<Language>, CourseError> {
    let wrong = |problem: String| CourseError::Languages { problem };
    let tables: BTreeMap<String, Table> =
        toml::from_str(text).map_err(|error| wrong(error.to_string().trim_end().to_owned()))?;
    tables
        .into_iter()
        .map(|(name, table)| {
            let language = Language {
                name,
                title: table.title,
                client: table.client,
                build: table.build,
                needs: table.needs,
                file: table.file,
                run: table.run,
            };
            match problem(&language, clients) {
                Some(problem) => Err(wrong(format!("[{}] {problem}", language.name))),
                None => Ok(language),
            }
        })
        .collect()
}

fn problem(language: &Language, clients: &[&str]) -> Option<String> {
    let empty = |words: &[String]| words.first().is_none_or(String::is_empty);
    if !language.file.contains(PROGRAM) {
        return Some(format!("file = {:?} must contain {PROGRAM}", language.file));
    }
    if empty(&language.run) || !language.run.iter().any(|word| word.contains(PROGRAM)) {
        return Some(format!("run must be a command that contains {PROGRAM}"));
    }
    if language.build.as_deref().is_some_and(empty) {
        return Some("build names no command; leave it out where nothing is built".into());
    }
    if let Some(client) = language
        .client
        .as_deref()
        .filter(|client| !clients.contains(client))
    {
        return Some(format!(
            "client = {client:?} is not one of {}",
            clients.join(", ")
        ));
    }
    for need in &language.needs {
        if need.at_least.is_some() == need.version.is_empty() {
            return Some(format!(
                "needs {:?}: version and at_least go together",
                need.command
            ));
        }
        if need
            .at_least
            .as_deref()
            .is_some_and(|least| numbers(least).is_empty())
        {
            return Some(format!("needs {:?}: at_least is no version", need.command));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Need, parse};

    const SOUND: &str = "title = \"A\"\nfile = \"{program}.a\"\nrun = [\"a\", \"{program}.a\"]\n";

    #[test]
    fn a_language_knows_its_files_and_commands() {
        let text = format!("[a]\n{SOUND}build = [\"make\"]\nclient = \"python\"\n");
        let languages = parse(&text, &["python"]).expect("sound");
        let language = &languages[0];
        assert_eq!(language.file("reader"), "reader.a");
        assert_eq!(language.run("merge"), ["a", "merge.a"]);
        assert_eq!(language.file("upper-half"), "upper_half.a");
        assert_eq!(language.run("upper-half"), ["a", "upper_half.a"]);
        assert_eq!(language.build.as_deref(), Some(&["make".to_owned()][..]));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, part) in [
            ("[a]\n".to_owned(), "missing field"),
            (format!("[a]\n{SOUND}speed = 1\n"), "unknown field `speed`"),
            (
                format!("[a]\n{}", SOUND.replace("file = \"{program}.a", "file = \"x")),
                "file = \"x\"",
            ),
            (
                format!("[a]\n{}", SOUND.replace("\"{program}.a\"]", "\"x\"]")),
                "run must be",
            ),
            (format!("[a]\n{SOUND}build = []\n"), "build names no command"),
            (
                format!("[a]\n{SOUND}client = \"cobol\"\n"),
                "\"cobol\" is not one of python, rust",
            ),
            (
                format!("[a]\n{SOUND}needs = [{{ command = \"a\", get = \"b\", at_least = \"1\" }}]\n"),
                "go together",
            ),
        ] {
            let error = parse(&text, &["python", "rust"]).expect_err(&text).to_string();
            assert!(
                error.contains(part) && error.contains("languages.toml"),
                "{error}"
            );
        }
    }

    #[test]
    fn an_old_version_is_told_from_one_that_will_do() {
        let need = Need {
            command: "cargo".into(),
            get: String::new(),
            version: vec!["--version".into()],
            at_least: Some("1.78".into()),
        };
        for (said, old) in [
            ("cargo 1.75.0 (1d8b05cdd 2023-11-20)\n", Some("1.75.0")),
            ("cargo 1.78.0\n", None),
            ("cargo 1.100.0-nightly", None),
            ("cargo 2.0", None),
            ("v1.2.3", Some("1.2.3")),
            ("error: no such command", None),
            ("", None),
        ] {
            assert_eq!(need.too_old(said), old, "{said:?}");
        }
    }
}
