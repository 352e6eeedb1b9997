//! What `--help` and the documents tell a reader to type is a command that can be given.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};
use workshop::cli::Cli;

use super::student::{Student, WORKSHOP, text};

#[test]
fn every_command_has_a_help_whose_examples_can_be_given() {
    let student = Student::new();
    let whole = student.says(["--help"]);
    for command in Cli::command().get_subcommands() {
        let name = command.get_name();
        let listed = whole
            .lines()
            .any(|line| line.split_whitespace().next() == Some(name));
        assert_eq!(listed, !command.is_hide_set(), "{name}: {whole}");
        if command.is_hide_set() {
            continue;
        }
        let help = student.says([name, "--help"]);
        assert!(help.contains(&format!("Usage: workshop {name}")), "{help}");
        let examples = examples(&help);
        assert!(!examples.is_empty(), "{name} has no example:\n{help}");
        for example in examples {
            let words = words(&example);
            assert_eq!(
                words[..2],
                ["workshop", name],
                "an example of another command: {example}"
            );
            if let Err(error) = Cli::try_parse_from(&words) {
                panic!("{example}\n{error}");
            }
        }
    }
}

#[test]
fn a_help_begins_with_the_options_of_its_own_command() {
    let student = Student::new();
    for command in Cli::command().get_subcommands() {
        let help = student.says([command.get_name(), "--help"]);
        let (_, last) = help.split_once("  --dir <FOLDER>").unwrap();
        let options: Vec<&str> = last
            .lines()
            .filter_map(|line| line.split_whitespace().next())
            .filter(|word| word.starts_with('-'))
            .collect();
        assert_eq!(options, ["--course", "-h,", "-V,"], "{help}");
    }
}

#[test]
fn the_examples_of_the_tutorials_commands_can_be_given() {
    for name in ["pubsub", "simplequeue", "ps_to_http"] {
        let command = Path::new(WORKSHOP).with_file_name(name);
        let help = Command::new(&command).arg("--help").output().unwrap();
        let help = text(&help.stdout);
        let examples = examples(&help);
        assert!(!examples.is_empty(), "{name} has no example:\n{help}");
        for example in examples {
            let words = words(&example);
            assert_eq!(words[0], name, "an example of another command: {example}");
            // With --help behind it, it is read and not done; what is wrong before that is an error.
            let read = Command::new(&command)
                .args(&words[1..])
                .arg("--help")
                .output()
                .unwrap();
            assert!(read.status.success(), "{example}\n{}", text(&read.stderr));
        }
    }
}

#[test]
fn a_switch_of_the_tutorials_commands_says_what_it_takes() {
    for (name, switch) in [
        ("pubsub", "enable-logging"),
        ("simplequeue", "enable-exit"),
        ("ps_to_http", "round-robin"),
    ] {
        let command = Path::new(WORKSHOP).with_file_name(name);
        let help = Command::new(command).arg("--help").output().unwrap();
        let help = text(&help.stdout);
        assert!(help.contains(&format!("--{switch}[=<true|false>]")), "{help}");
    }
}

#[test]
fn every_command_that_is_quoted_anywhere_can_be_given() {
    let mut count = 0;
    for file in files() {
        let content = fs::read_to_string(&file).unwrap();
        for line in content.lines() {
            for command in quoted(line).into_iter().chain(typed(line, &file)) {
                count += 1;
                match Cli::try_parse_from(words(&filled_in(command))) {
                    // It is named and not typed, such as `workshop start`; or its --help is what is meant.
                    Err(error)
                        if !matches!(
                            error.kind(),
                            ErrorKind::MissingRequiredArgument | ErrorKind::DisplayHelp
                        ) =>
                    {
                        panic!("{}: {line}\n{error}", file.display())
                    }
                    _ => {}
                }
            }
        }
    }
    assert!(count > 150, "only {count} are found");
}

/// The commands between backticks in `line`; one that goes on in the next line is left out.
fn quoted(line: &str) -> Vec<&str> {
    // What stands before the first backtick and behind the last one is not between two.
    let inner = line
        .split('`')
        .skip(1)
        .take(line.matches('`').count().saturating_sub(1));
    inner.filter(|piece| piece.starts_with("workshop ")).collect()
}

/// The command that a document shows as typed in this line: indented or behind a prompt, and not in two columns.
fn typed<'a>(line: &'a str, file: &Path) -> Option<&'a str> {
    let command = line.trim_start();
    let command = match command.strip_prefix("$ ") {
        Some(behind_a_prompt) => behind_a_prompt,
        None if line.starts_with("    ") => command,
        None => return None,
    };
    let is_document = file.extension().is_some_and(|kind| kind == "md");
    (is_document && command.starts_with("workshop ") && !command.contains("  ")).then_some(command)
}

/// `command` with something in the place of what stands for it: `N`, `COMMAND`, and what a source fills in.
fn filled_in(command: &str) -> String {
    let fill = |word| match word {
        "N" => "1",
        "COMMAND" => "check",
        word if str::starts_with(word, '{') => "1",
        word => word,
    };
    command.split(' ').map(fill).collect::<Vec<_>>().join(" ")
}

/// The documents, the lessons, and the sources.
fn files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![
        root.join("README.md"),
        root.join("tests/commands/errors/table.txt"),
    ];
    let mut folders: Vec<PathBuf> = ["docs", "lessons", "examples", "src", "checks"]
        .map(|folder| root.join(folder))
        .into();
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            let is_read = path.extension().is_some_and(|kind| kind == "md" || kind == "rs");
            if path.is_dir() {
                folders.push(path);
            } else if is_read {
                found.push(path);
            }
        }
    }
    found
}

/// The lines that a help gives as examples; one that goes on behind a `\` is one.
fn examples(help: &str) -> Vec<String> {
    let help = help.replace("\\\n", " ");
    let begins = |line: &str| line.starts_with("Example: ") || line.starts_with("Examples: ");
    help.lines()
        .skip_while(|line| !begins(line))
        .take_while(|line| !line.is_empty())
        .map(|line| {
            line.split_once(": ")
                .filter(|_| begins(line))
                .map_or(line, |(_, line)| line)
        })
        .map(|line| line.trim().to_owned())
        .collect()
}

/// The words that a shell makes of a plain `line`; those of what is evaluated, and no redirection.
fn words(line: &str) -> Vec<String> {
    let line = line
        .strip_prefix("eval \"$(")
        .and_then(|line| line.strip_suffix(")\""))
        .unwrap_or(line);
    let line = line.split(" > ").next().unwrap_or_default();
    let (mut words, mut quote) = (vec![String::new()], None);
    for character in line.chars() {
        match (quote, character) {
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (None, ' ') => words.push(String::new()),
            _ => words.last_mut().unwrap().push(character),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
