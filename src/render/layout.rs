//! From blocks to lines.

use unicode_width::UnicodeWidthStr;

use super::blocks::Block;
use super::text::{Kind, Line, Span, width};
use super::wrap::{TooLong, wrap};
use super::{code, table};

/// Columns before a formula on lines of its own.
const FORMULA_INDENT: usize = 4;
/// However deep a list is nested, its text gets this many columns.
const MIN_COLUMNS: usize = 16;

/// Lays out a lesson within `columns`.
pub(super) fn lay_out(blocks: &[Block], columns: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        if index > 0 {
            lines.push(Line::new());
        }
        // A new part of the lesson is to be found at a glance.
        if index > 0 && matches!(block, Block::Heading { level: 1 | 2, .. }) {
            lines.push(Line::new());
        }
        lines.extend(lay_out_block(block, columns));
    }
    lines
}

fn lay_out_block(block: &Block, columns: usize) -> Vec<Line> {
    match block {
        Block::Heading { level, text } => heading(*level, text, columns),
        Block::Paragraph(text) => wrap(text, columns, TooLong::KeepAddresses),
        Block::Code { language, text } => code_block(language, text),
        Block::Formula { stacked, flat } => formula(stacked, flat, columns),
        Block::Table {
            header,
            rows,
            alignments,
        } => table::lay_out(header, rows, alignments, columns),
        Block::Quote(blocks) => {
            let bar = Span::new("│ ", Kind::Quiet);
            let inside = lay_out(blocks, inner(columns, 2));
            inside
                .into_iter()
                .map(|line| prefixed(bar.clone(), line))
                .collect()
        }
        Block::List { first, items, tight } => list(*first, items, *tight, columns),
        Block::Rule => vec![vec![Span::new("─".repeat(columns), Kind::Quiet)]],
    }
}

/// The columns left inside of something indented.
fn inner(columns: usize, indent: usize) -> usize {
    columns.saturating_sub(indent).max(MIN_COLUMNS)
}

fn prefixed(prefix: Span, line: Line) -> Line {
    std::iter::once(prefix).chain(line).collect()
}

/// The first two levels are underlined, the others marked, so that they are headings without colours too.
fn heading(level: usize, text: &[Span], columns: usize) -> Vec<Line> {
    let mut text = text.to_vec();
    for span in &mut text {
        span.look.strong = true;
        if span.look.kind == Kind::Prose {
            span.look.kind = Kind::Heading;
        }
    }
    let underline = match level {
        1 => "═",
        2 => "─",
        _ => {
            text.insert(
                0,
                Span {
                    breakable: false,
                    ..Span::new("▸ ", Kind::Heading)
                },
            );
            return wrap(&text, columns, TooLong::KeepAddresses);
        }
    };
    let mut lines = wrap(&text, columns, TooLong::KeepAddresses);
    let longest = lines.iter().map(|line| width(line)).max().unwrap_or(0);
    lines.push(vec![Span::new(
        underline.repeat(longest.min(columns)),
        Kind::Heading,
    )]);
    lines
}

/// Code stands at the left edge, between two marks and not behind a bar, so that what is selected with the mouse is
/// the code and nothing else.
fn code_block(language: &str, text: &str) -> Vec<Line> {
    let mut lines = vec![vec![Span::new(format!("╭─ {language}").trim_end(), Kind::Quiet)]];
    lines.extend(code::lines(language, text));
    lines.push(vec![Span::new("╰─", Kind::Quiet)]);
    lines
}

/// Not in italics, as a formula within a sentence is: slanted signs would not stand above each other.
fn formula(stacked: &[String], flat: &str, columns: usize) -> Vec<Line> {
    let indent = Span::spaces(FORMULA_INDENT);
    let columns = inner(columns, FORMULA_INDENT);
    let lines: Vec<Line> = if stacked.iter().all(|line| line.width() <= columns) {
        stacked
            .iter()
            .map(|line| vec![Span::new(line, Kind::Prose)])
            .collect()
    } else {
        wrap(&[Span::new(flat, Kind::Prose)], columns, TooLong::KeepAddresses)
    };
    lines
        .into_iter()
        .map(|line| prefixed(indent.clone(), line))
        .collect()
}

fn list(first: Option<u64>, items: &[Vec<Block>], tight: bool, columns: usize) -> Vec<Line> {
    let marker = |index: usize| match first {
        Some(first) => format!("{}. ", first.saturating_add(index as u64)),
        None => "• ".to_owned(),
    };
    // Numbers of one and of two digits end in the same column.
    let indent = (0..items.len())
        .map(|index| marker(index).width())
        .max()
        .unwrap_or(0);
    let mut lines = Vec::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 && !tight {
            lines.push(Line::new());
        }
        let inside = item_lines(item, tight, inner(columns, indent));
        let marker = format!("{:>indent$}", marker(index));
        if inside.is_empty() {
            lines.push(vec![Span::new(marker, Kind::Quiet)]);
            continue;
        }
        for (number, line) in inside.into_iter().enumerate() {
            let before = if number == 0 {
                Span::new(&marker, Kind::Quiet)
            } else {
                Span::spaces(indent)
            };
            lines.push(prefixed(before, line));
        }
    }
    lines
}

/// The lines of one item; in a tight list a list follows its item's words at once.
fn item_lines(blocks: &[Block], tight: bool, columns: usize) -> Vec<Line> {
    match blocks {
        [words @ Block::Paragraph(_), rest @ ..]
            if tight && matches!(rest.first(), Some(Block::List { .. })) =>
        {
            let mut lines = lay_out_block(words, columns);
            lines.extend(lay_out(rest, columns));
            lines
        }
        _ => lay_out(blocks, columns),
    }
}
