//! What a lesson looks like in a terminal, in colour, without, and in a pipe.
//!
//! The snapshots are of a sample that has one of everything, not of real lessons, whose words change: what must be true
//! of those is in `course.rs`. In them ␛ stands for the escape character.

mod terminal;

use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;
use workshop::render::{self, Style};
use workshop::verify::too_long;

/// One of everything that a lesson may hold.
const SAMPLE: &str = include_str!("rendering/sample.md");

const PLAIN: Style = Style {
    width: 80,
    colour: false,
};
const COLOUR: Style = Style {
    width: 80,
    colour: true,
};

/// The escape character made visible, since a snapshot is there to be read.
fn visible(text: &str) -> String {
    text.replace('\x1b', "␛")
}

#[test]
fn a_lesson_in_a_pipe() {
    insta::assert_snapshot!(render::lesson(SAMPLE, &PLAIN));
}

#[test]
fn a_lesson_in_colour() {
    insta::assert_snapshot!(visible(&render::lesson(SAMPLE, &COLOUR)));
}

#[test]
fn a_lesson_on_a_wide_terminal() {
    insta::assert_snapshot!(render::lesson(SAMPLE, &Style { width: 120, ..PLAIN }));
}

#[test]
fn a_lesson_in_colour_on_a_wide_terminal() {
    insta::assert_snapshot!(visible(&render::lesson(SAMPLE, &Style { width: 120, ..COLOUR })));
}

#[test]
fn a_lesson_on_a_narrow_terminal() {
    insta::assert_snapshot!(render::lesson(SAMPLE, &Style { width: 40, ..PLAIN }));
}

#[test]
fn every_line_fits_the_width() {
    for width in 40..=100 {
        let lesson = render::lesson(SAMPLE, &Style { width, ..PLAIN });
        assert_eq!(too_long(&lesson, width), [""; 0], "{width} columns");
    }
}

#[test]
fn code_is_what_was_written() {
    // Selected with the mouse and pasted into a file, it has to run.
    let lesson = render::lesson(
        "```python\ndef f(x):\n    return x\n\nprint(f(\"…\"))\n```\n",
        &PLAIN,
    );
    assert!(
        lesson.contains("\ndef f(x):\n    return x\n\nprint(f(\"…\"))\n"),
        "{lesson}"
    );
}

#[test]
fn no_line_ends_in_blanks() {
    for style in [PLAIN, Style { width: 40, ..PLAIN }] {
        for line in render::lesson(SAMPLE, &style).lines() {
            assert_eq!(line, line.trim_end());
        }
    }
}

#[test]
fn a_formula_that_cannot_be_shown_stands_there_as_it_was_written() {
    let lesson = render::lesson(r"So $\foo{x}$ and $$\binom{n}{k}$$ it is.", &PLAIN);
    assert!(
        lesson.contains(r"`\foo{x}`") && lesson.contains(r"\binom{n}{k}"),
        "{lesson}"
    );
}

#[test]
fn a_lesson_cannot_command_the_terminal() {
    let evil = "\x1b]0;title\x07\u{9b}31m";
    let lesson = format!(
        "# {evil}\n\n{evil} `{evil}` ${evil}$ [{evil}](http://x/{evil}) **{evil}**\n\n- {evil}\n\n> {evil}\n\n\
         ```{evil}\n{evil}\n```\n\n| {evil} |\n|---|\n| {evil} |\n\n<b {evil}>\n\n$${evil}$$\n"
    );
    let shown = render::lesson(&lesson, &PLAIN);
    assert!(
        !shown
            .chars()
            .any(|character| character.is_control() && character != '\n'),
        "{shown:?}"
    );
    assert!(
        shown.contains("␛]0;title␇"),
        "what was there is to be seen: {shown}"
    );
}

/// What is left of text after its colours are taken out; anything but a colour stays.
fn without_colours(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        plain.push_str(before);
        let end = after.find(|character: char| !character.is_ascii_digit() && character != ';');
        match end.filter(|&end| after[end..].starts_with('m')) {
            Some(end) => rest = &after[end + 1..],
            None => {
                plain.push_str("\x1b[");
                rest = after;
            }
        }
    }
    plain + rest
}

proptest! {
    #[test]
    fn no_markdown_panics_or_commands_the_terminal(
        markdown in r"([a-z *_`$#>|\-\\{}^\[\]()<&~0-9\x1b\x07\u{202e}日\n]|\n- |\n> |\n```|\$\$|\\frac|\|-\|){0,120}",
        width in 0_usize..130,
    ) {
        let plain = render::lesson(&markdown, &Style { width, colour: false });
        prop_assert!(!plain.chars().any(|character| character.is_control() && character != '\n'));
        let coloured = without_colours(&render::lesson(&markdown, &Style { width, colour: true }));
        prop_assert!(!coloured.chars().any(|character| character.is_control() && character != '\n'));
    }
}

#[test]
fn nesting_without_end_is_bounded() {
    for open in ["> ", "- ", "*a ", "[", "$$", "\\("] {
        let lesson = format!("{}x", open.repeat(2_000));
        assert!(render::lesson(&lesson, &PLAIN).contains('x'));
    }
}

#[test]
fn a_table_of_services() {
    let rows = [
        vec!["pubsub", "http://127.0.0.1:8080", "running", "1,024", "3"],
        vec!["simplequeue", "http://127.0.0.1:8081", "running", "98", "120,000"],
        vec!["源", "", "stopped", "–", ""],
    ];
    let header = ["part", "address", "state", "in", "out"];
    insta::assert_snapshot!(render::table(&header, &rows, &PLAIN), @r"
    part        │ address               │ state   │    in │     out
    ────────────┼───────────────────────┼─────────┼───────┼────────
    pubsub      │ http://127.0.0.1:8080 │ running │ 1,024 │       3
    simplequeue │ http://127.0.0.1:8081 │ running │    98 │ 120,000
    源          │                       │ stopped │     – │
    ");
    insta::assert_snapshot!(render::table(&header, &rows, &Style { width: 50, ..PLAIN }), @r"
    part        │ address  │ state   │    in │     out
    ────────────┼──────────┼─────────┼───────┼────────
    pubsub      │ http://1 │ running │ 1,024 │       3
                │ 27.0.0.1 │         │       │
                │ :8080    │         │       │
    simplequeue │ http://1 │ running │    98 │ 120,000
                │ 27.0.0.1 │         │       │
                │ :8081    │         │       │
    源          │          │ stopped │     – │
    ");
}

#[test]
fn cells_are_wrapped_before_words_are_broken() {
    let rows = [vec!["incomprehensibilities", "some words that can be wrapped"]];
    let shown = render::table(&["word", "words"], &rows, &Style { width: 40, ..PLAIN });
    assert!(
        shown.contains("\nincomprehensibilities │ some words that\n"),
        "{shown}"
    );
}

#[test]
fn a_table_takes_what_it_is_given() {
    let crooked = [vec!["only one"], vec!["1", "2", "three too many"]];
    insta::assert_snapshot!(render::table(&["a", "b"], &crooked, &PLAIN), @r"
    a        │ b
    ─────────┼──
    only one │
    1        │ 2
    ");
    insta::assert_snapshot!(render::table::<&str>(&["a", "b"], &[], &PLAIN), @r"
    a │ b
    ──┼──
    ");
    assert_eq!(render::table::<&str>(&[], &[], &PLAIN), "");
    let hostile = [vec!["\x1b[31mred\n".repeat(1000)]];
    let shown = render::table(&["text"], &hostile, &COLOUR);
    assert!(!without_colours(&shown).contains('\x1b'));
    assert!(shown.lines().all(|line| without_colours(line).width() <= 80));
}
