//! Code blocks: what is to be typed or copied, told apart from what is only to be read.

use super::text::{Kind, Line, Span};

/// A few words of a language, enough to find one's way in a dozen lines of code. A real grammar (syntect) would be the
/// largest thing in the binary.
struct Language {
    keywords: &'static [&'static str],
    comment: &'static str,
}

const PYTHON: Language = Language {
    keywords: &[
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
        "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in",
        "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
    ],
    comment: "#",
};

const SHELL: Language = Language {
    keywords: &[
        "case", "do", "done", "elif", "else", "esac", "fi", "for", "if", "in", "then", "until", "while",
    ],
    comment: "#",
};

const TOML: Language = Language {
    keywords: &["false", "true"],
    comment: "#",
};

const JSON: Language = Language {
    keywords: &["false", "null", "true"],
    comment: "",
};

/// The lines of a code block, as they were written, with some of it highlighted.
pub(super) fn lines(language: &str, code: &str) -> Vec<Line> {
    code.lines()
        .map(|line| {
            let line = line.trim_end();
            match language {
                "console" => console(line),
                "python" => highlight(line, &PYTHON),
                "sh" | "shell" | "bash" => highlight(line, &SHELL),
                "toml" => highlight(line, &TOML),
                "json" => highlight(line, &JSON),
                _ => vec![Span::new(line, Kind::Prose)],
            }
        })
        .collect()
}

/// What a piece of code is, for whoever shows it elsewhere than on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeKind {
    /// Nothing in particular; in a terminal session, what was printed.
    Plain,
    /// The sign after which a command stands.
    Prompt,
    /// A command that the reader is to type.
    Command,
    /// A word of the language.
    Keyword,
    /// A string.
    Literal,
    /// A comment.
    Comment,
}

/// The lines of a code block as [`crate::render::lesson`] highlights them: each a row of pieces, which joined are the
/// line, less the blanks at its end.
pub fn code(language: &str, code: &str) -> Vec<Vec<(CodeKind, String)>> {
    let piece = |span: Span| {
        let kind = match span.look.kind {
            Kind::Quiet => CodeKind::Prompt,
            Kind::Command => CodeKind::Command,
            Kind::Keyword => CodeKind::Keyword,
            Kind::Literal => CodeKind::Literal,
            Kind::Comment => CodeKind::Comment,
            Kind::Prose | Kind::Heading | Kind::Code | Kind::Math | Kind::Link => CodeKind::Plain,
        };
        (kind, span.text)
    };
    let line = |line: Line| line.into_iter().map(piece).collect();
    lines(language, code).into_iter().map(line).collect()
}

/// A terminal session: a command stands after `$ `, or after `> ` where one goes on; the rest is what it printed.
fn console(line: &str) -> Line {
    for prompt in ["$ ", "> "] {
        if let Some(command) = line.strip_prefix(prompt) {
            return vec![Span::new(prompt, Kind::Quiet), Span::new(command, Kind::Command)];
        }
    }
    vec![Span::new(line, Kind::Prose)]
}

/// Colours keywords, strings and comments of one line; a string that goes on over lines ends with the line.
fn highlight(line: &str, language: &Language) -> Line {
    let mut spans = Line::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let (length, kind) = if !language.comment.is_empty() && rest.starts_with(language.comment) {
            (rest.len(), Kind::Comment)
        } else if first == '"' || first == '\'' {
            (string_length(rest, first), Kind::Literal)
        } else if is_word(first) {
            let length = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
            (
                length,
                if language.keywords.contains(&&rest[..length]) {
                    Kind::Keyword
                } else {
                    Kind::Prose
                },
            )
        } else {
            (first.len_utf8(), Kind::Prose)
        };
        match spans.last_mut() {
            Some(Span { text, look, .. }) if look.kind == kind => text.push_str(&rest[..length]),
            _ => spans.push(Span::new(&rest[..length], kind)),
        }
        rest = &rest[length..];
    }
    spans
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Bytes of the string at the beginning of `text`, its quotes included.
fn string_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (index, character) in text.char_indices().skip(1) {
        if character == quote && !escaped {
            return index + quote.len_utf8();
        }
        escaped = character == '\\' && !escaped;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{Kind, lines};

    fn kinds(language: &str, code: &str) -> Vec<(String, Kind)> {
        let line = lines(language, code).concat();
        line.into_iter()
            .filter(|span| span.look.kind != Kind::Prose)
            .map(|span| (span.text, span.look.kind))
            .collect()
    }

    fn expected(list: &[(&str, Kind)]) -> Vec<(String, Kind)> {
        list.iter().map(|&(text, kind)| (text.to_owned(), kind)).collect()
    }

    #[test]
    fn python_has_keywords_strings_and_comments() {
        assert_eq!(
            kinds("python", r##"for x in format("#\"in"): # for"##),
            expected(&[
                ("for", Kind::Keyword),
                ("in", Kind::Keyword),
                (r##""#\"in""##, Kind::Literal),
                ("# for", Kind::Comment),
            ])
        );
    }

    #[test]
    fn only_what_follows_a_prompt_is_a_command() {
        assert_eq!(
            kinds("console", "$ cat x\nprice: $ 5\n> more"),
            expected(&[
                ("$ ", Kind::Quiet),
                ("cat x", Kind::Command),
                ("> ", Kind::Quiet),
                ("more", Kind::Command)
            ])
        );
    }

    #[test]
    fn an_unknown_language_is_left_alone() {
        assert_eq!(kinds("cobol", "IF \"x\" # y"), []);
    }

    #[test]
    fn no_character_is_lost() {
        for code in ["x = 'ünterminated \\", "\"", "é#'", "", "    indented"] {
            for language in ["python", "json", "console", "sh", ""] {
                let text: String = lines(language, code)
                    .concat()
                    .into_iter()
                    .map(|span| span.text)
                    .collect();
                assert_eq!(text, code);
            }
        }
    }
}
