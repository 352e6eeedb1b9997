//! Command lines as the originals read them: `-` and `_` alike in names, one line about what is wrong, exit code 1.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

/// Reads this process's command line. `Err` is the exit code of a command that has nothing left to do.
pub(super) fn read<Options: Parser>(name: &str) -> Result<Options, ExitCode> {
    match parse(std::env::args_os()) {
        Ok(options) => Ok(options),
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            // Whether somebody still reads it makes no difference to the exit code.
            let _ = error.print();
            Err(ExitCode::SUCCESS)
        }
        Err(error) => Err(super::fail(name, &one_line(&error))),
    }
}

fn parse<Options: Parser>(arguments: impl IntoIterator<Item = OsString>) -> Result<Options, clap::Error> {
    Options::try_parse_from(arguments.into_iter().map(with_dashes))
}

/// `--max_depth=a_b` as `--max-depth=a_b`.
fn with_dashes(argument: OsString) -> OsString {
    let Some(text) = argument.to_str().filter(|text| text.starts_with("--")) else {
        return argument;
    };
    let (name, value) = text.split_at(text.find('=').unwrap_or(text.len()));
    OsString::from(name.replace('_', "-") + value)
}

fn one_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    format!(
        "{}; --help lists the options",
        first.strip_prefix("error: ").unwrap_or(first)
    )
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Parser, PartialEq)]
    struct Example {
        #[arg(long)]
        max_depth: Option<u32>,
        #[arg(long)]
        some_name: Option<String>,
    }

    fn example(arguments: &[&str]) -> Result<Example, String> {
        let all = std::iter::once(&"example").chain(arguments).map(OsString::from);
        parse(all).map_err(|error| one_line(&error))
    }

    #[test]
    fn every_spelling_of_an_option_is_read() {
        for spelling in [
            &["--max-depth=7"][..],
            &["--max_depth=7"],
            &["--max-depth", "7"],
            &["--max_depth", "7"],
        ] {
            assert_eq!(example(spelling).unwrap().max_depth, Some(7), "{spelling:?}");
        }
        assert_eq!(
            example(&["--some_name=a_b"]).unwrap().some_name.as_deref(),
            Some("a_b")
        );
    }

    #[test]
    fn what_is_wrong_is_said_in_one_line() {
        let error = example(&["--no-such-option"]).unwrap_err();
        assert_eq!(
            error,
            "unexpected argument '--no-such-option' found; --help lists the options"
        );
        let error = example(&["--max-depth=many"]).unwrap_err();
        assert!(
            error.contains("many") && error.contains("--max-depth") && !error.contains('\n'),
            "{error}"
        );
    }

    proptest! {
        #[test]
        fn no_command_line_makes_it_panic(arguments: Vec<String>) {
            let all: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let _ = example(&all);
        }
    }
}
