//! What a lesson asks its reader to do, in order: files to save, and commands to type with what they print.
//!
//! The words behind a block's language are for this and never shown: `file=ten.py` on a block that is to be saved;
//! `any=number,time` on a console whose numbers and times are others every time; `in=second` where it is another
//! terminal; `stays` where its last command goes on running; `settles` where a command is to be typed again until it
//! prints what is shown; `exits=1` where its last command ends with that status; `solved` where the reader has done the exercise by then.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use super::wildcard::Wildcard;

/// Something that the reader of a lesson does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Saves a file.
    Save {
        /// Its path from the workspace.
        path: String,
        /// What is in it.
        text: String,
    },
    /// Types a command.
    Type(Typed),
    /// Does the exercise.
    Solve,
}

/// A command as the lesson shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// The line of the lesson's text that it stands on, counted from 1.
    pub line: usize,
    /// Which terminal it is typed into; the first one has no name.
    pub terminal: String,
    /// The command, its continuation lines included.
    pub command: String,
    /// The lines that it is shown to print.
    pub shown: Vec<String>,
    /// What may be different in them.
    pub any: Vec<Wildcard>,
    /// Whether it goes on running.
    pub stays: bool,
    /// Whether it is typed again until it prints what is shown.
    pub settles: bool,
    /// The exit status with which it ends, where the lesson says so.
    pub exits: Option<i32>,
}

/// A lesson cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct ScriptError {
    /// The line of the lesson's text, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

/// Reads the steps from the Markdown of a lesson.
///
/// # Errors
/// A block says something of itself that is not known, or a console begins with something else than `$ `.
pub fn steps(markdown: &str) -> Result<Vec<Step>, ScriptError> {
    let mut steps = Vec::new();
    let mut block: Option<(String, usize, String)> = None;
    for (event, range) in Parser::new(markdown).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let line = markdown[..range.start].matches('\n').count() + 1;
                block = Some((info.to_string(), line, String::new()));
            }
            Event::Text(text) => {
                if let Some((_, _, code)) = &mut block {
                    code.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((info, line, code)) = block.take() {
                    steps.extend(block_steps(&info, line, &code)?);
                }
            }
            _ => {}
        }
    }
    Ok(steps)
}

/// What the words behind a block's language say.
#[derive(Default)]
struct Attributes {
    file: Option<String>,
    terminal: String,
    any: Vec<Wildcard>,
    stays: bool,
    settles: bool,
    exits: Option<i32>,
    solved: bool,
}

fn attributes(words: &str, line: usize) -> Result<Attributes, ScriptError> {
    let mut attributes = Attributes::default();
    for word in words.split_whitespace() {
        match word.split_once('=').unwrap_or((word, "")) {
            ("file", path) if !path.is_empty() => attributes.file = Some(path.to_owned()),
            ("in", name) if !name.is_empty() => attributes.terminal = name.to_owned(),
            ("any", kinds) => {
                for kind in kinds.split(',') {
                    attributes
                        .any
                        .push(kind.parse().map_err(|problem| ScriptError { line, problem })?);
                }
            }
            ("exits", status) => {
                let problem = format!("exits={status} must be an exit status from 0 to 255, like exits=1");
                let status: u8 = status.parse().map_err(|_| ScriptError { line, problem })?;
                attributes.exits = Some(status.into());
            }
            ("stays", "") => attributes.stays = true,
            ("settles", "") => attributes.settles = true,
            ("solved", "") => attributes.solved = true,
            _ => {
                return Err(ScriptError {
                    line,
                    problem: format!(
                        "{word:?} says nothing of a block; there are file=PATH, in=TERMINAL, any=KIND,…, exits=STATUS, stays, settles and solved"
                    ),
                });
            }
        }
    }
    Ok(attributes)
}

fn block_steps(info: &str, line: usize, code: &str) -> Result<Vec<Step>, ScriptError> {
    let (language, words) = info.split_once(char::is_whitespace).unwrap_or((info, ""));
    let attributes = attributes(words, line)?;
    let mut steps: Vec<Step> = attributes.solved.then_some(Step::Solve).into_iter().collect();
    if language == "console" {
        steps.extend(console(line, code, &attributes)?.into_iter().map(Step::Type));
    }
    if let Some(path) = attributes.file {
        let text = code.to_owned();
        steps.push(Step::Save { path, text });
    }
    Ok(steps)
}

fn console(first: usize, code: &str, attributes: &Attributes) -> Result<Vec<Typed>, ScriptError> {
    let mut typed: Vec<Typed> = Vec::new();
    for (line, text) in (first + 1..).zip(code.lines()) {
        if let Some(command) = text.strip_prefix("$ ") {
            typed.push(Typed {
                line,
                terminal: attributes.terminal.clone(),
                command: command.to_owned(),
                shown: Vec::new(),
                any: attributes.any.clone(),
                stays: false,
                settles: attributes.settles,
                exits: None,
            });
            continue;
        }
        let Some(last) = typed.last_mut() else {
            return Err(ScriptError {
                line,
                problem: format!("a console begins with a command, after `$ `, and not with {text:?}"),
            });
        };
        match text.strip_prefix("> ") {
            Some(more) if last.shown.is_empty() && last.command.ends_with('\\') => {
                last.command.push('\n');
                last.command.push_str(more);
            }
            _ => last.shown.push(text.trim_end().to_owned()),
        }
    }
    if let Some(last) = typed.last_mut() {
        last.stays = attributes.stays;
        last.exits = attributes.exits;
    }
    Ok(typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_files_and_terminals_are_read() {
        let lesson = "# A\n\n```python file=a.py\nprint(1)\n```\n\n```console any=number in=second stays\n$ python3 \\\n> a.py\n1\n$ b\n```\n\n```json\n{}\n```\n";
        let steps = steps(lesson).expect("sound");
        assert_eq!(
            steps[0],
            Step::Save {
                path: "a.py".into(),
                text: "print(1)\n".into()
            }
        );
        let Step::Type(first) = &steps[1] else {
            panic!("{steps:?}")
        };
        assert_eq!((first.line, first.terminal.as_str()), (8, "second"));
        assert_eq!(first.command, "python3 \\\na.py");
        assert_eq!(
            (first.shown.as_slice(), first.stays),
            (&["1".to_owned()][..], false)
        );
        assert!(
            matches!(&steps[2], Step::Type(Typed { line: 11, stays: true, shown, .. }) if shown.is_empty())
        );
        assert_eq!(steps.len(), 3);
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_line() {
        for (lesson, line, part) in [
            ("```console\nno prompt\n```\n", 2, "\"no prompt\""),
            ("\n```console any=nothing\n$ a\n```\n", 2, "\"nothing\""),
            ("```console sometimes\n$ a\n```\n", 1, "\"sometimes\""),
            ("```console exits=often\n$ a\n```\n", 1, "exits=often"),
        ] {
            let error = steps(lesson).expect_err(lesson);
            assert_eq!(error.line, line, "{error}");
            assert!(error.problem.contains(part), "{error}");
        }
    }
}
