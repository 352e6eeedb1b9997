//! Tables: columns aligned by what is seen, made narrower until they fit.

use super::text::{Kind, Line, Span, paint, width};
use super::wrap::{TooLong, wrap};
use super::{Style, untrusted::harmless};

/// Columns between two cells: ` │ `.
const GAP: usize = 3;

/// Where the text of a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alignment {
    Left,
    Centre,
    Right,
}

/// Styled text in one cell.
pub(super) type Cell = Vec<Span>;

/// Lays out a table whose cells are text from anywhere: columns aligned by display width, columns of numbers to the
/// right, the widest columns wrapped until the table fits `style.width`.
///
/// A row with fewer cells than the header is filled up; cells past the header are left out. Every line ends in a
/// newline. Control characters are made visible, so a cell cannot hold escape sequences, not even wanted ones.
pub fn table<Text: AsRef<str>>(header: &[&str], rows: &[Vec<Text>], style: &Style) -> String {
    if header.is_empty() {
        return String::new();
    }
    let cell = |text: &str| vec![Span::new(harmless(text), Kind::Prose)];
    let is_numeric = |column: usize| {
        let mut texts = rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(|text| text.as_ref().trim());
        texts.clone().any(|text| !text.is_empty()) && texts.all(|text| text.is_empty() || is_number(text))
    };
    let alignments: Vec<Alignment> = (0..header.len())
        .map(|column| {
            if is_numeric(column) {
                Alignment::Right
            } else {
                Alignment::Left
            }
        })
        .collect();
    let header: Vec<Cell> = header.iter().map(|text| cell(text)).collect();
    let rows: Vec<Vec<Cell>> = rows
        .iter()
        .map(|row| row.iter().map(|text| cell(text.as_ref())).collect())
        .collect();
    paint(&lay_out(&header, &rows, &alignments, style.width()), style)
}

/// Whether a cell holds a number, perhaps with a sign, separators or a unit like `%`, or stands for a missing one.
fn is_number(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let others = text
        .chars()
        .all(|character| character.is_ascii_digit() || "+-−.,eE% ".contains(character));
    matches!(text, "-" | "–" | "—") || (digits > 0 && others)
}

/// Lays out a table within `columns`.
pub(super) fn lay_out(
    header: &[Cell],
    rows: &[Vec<Cell>],
    alignments: &[Alignment],
    columns: usize,
) -> Vec<Line> {
    let widths = widths(header, rows, columns);
    let heads: Vec<Cell> = header.iter().map(|cell| strong(cell)).collect();
    let mut lines = row_lines(&heads, &widths, alignments);
    let rule: Vec<String> = widths.iter().map(|&width| "─".repeat(width)).collect();
    lines.push(vec![Span::new(rule.join("─┼─"), Kind::Quiet)]);
    for row in rows {
        lines.extend(row_lines(row, &widths, alignments));
    }
    lines
}

/// The same cell in bold.
fn strong(cell: &[Span]) -> Cell {
    let mut cell = cell.to_vec();
    for span in &mut cell {
        span.look.strong = true;
    }
    cell
}

/// A column of words is not made narrower than this before every other way to save space is used up.
const NARROW: usize = 8;

/// How wide each column is to be: as wide as its widest cell. Where that is too much in all, columns with several words
/// to a cell give way first, then the one with the longest word, so that few words have to be broken.
fn widths(header: &[Cell], rows: &[Vec<Cell>], columns: usize) -> Vec<usize> {
    let free = columns.saturating_sub(GAP * header.len().saturating_sub(1));
    // No column can be given more than the whole line, so none need ask for more.
    let widest = |column: usize, measure: fn(&Cell) -> usize| {
        let cells = rows
            .iter()
            .filter_map(|row| row.get(column))
            .chain(header.get(column));
        cells.map(measure).max().unwrap_or(0).clamp(1, columns)
    };
    let mut widths: Vec<usize> = (0..header.len())
        .map(|column| widest(column, |cell| width(cell)))
        .collect();
    let words: Vec<usize> = (0..header.len())
        .map(|column| widest(column, longest_word))
        .collect();
    let mut narrow = |floor: &dyn Fn(usize) -> usize, size: &dyn Fn(usize, usize) -> usize| {
        while widths.iter().sum::<usize>() > free {
            let wide = (0..widths.len()).filter(|&column| widths[column] > floor(column));
            let Some(column) = wide.max_by_key(|&column| size(column, widths[column])) else {
                break;
            };
            widths[column] -= 1;
        }
    };
    narrow(&|column| words[column], &|_, width| width);
    narrow(&|column| words[column].min(NARROW), &|column, _| words[column]);
    narrow(&|_| 1, &|_, width| width);
    widths
}

/// Columns of a cell's longest word.
fn longest_word(cell: &Cell) -> usize {
    wrap(cell, 1, TooLong::Keep)
        .iter()
        .map(|line| width(line))
        .max()
        .unwrap_or(0)
}

/// One row, as many lines as its highest cell needs.
fn row_lines(row: &[Cell], widths: &[usize], alignments: &[Alignment]) -> Vec<Line> {
    let cells: Vec<Vec<Line>> = widths
        .iter()
        .enumerate()
        .map(|(column, &width)| {
            wrap(
                row.get(column).map_or(&[][..], Vec::as_slice),
                width,
                TooLong::Break,
            )
        })
        .collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0).max(1);
    (0..height)
        .map(|index| {
            let mut line = Line::new();
            for (column, cell) in cells.iter().enumerate() {
                if column > 0 {
                    line.push(Span::new(" │ ", Kind::Quiet));
                }
                let alignment = alignments.get(column).copied().unwrap_or(Alignment::Left);
                line.extend(align(
                    cell.get(index).map_or(&[][..], Vec::as_slice),
                    widths[column],
                    alignment,
                ));
            }
            line
        })
        .collect()
}

/// Fills a cell's line up to the width of its column.
fn align(cell: &[Span], columns: usize, alignment: Alignment) -> Line {
    let free = columns.saturating_sub(width(cell));
    let before = match alignment {
        Alignment::Left => 0,
        Alignment::Centre => free / 2,
        Alignment::Right => free,
    };
    let mut line = vec![Span::spaces(before)];
    line.extend_from_slice(cell);
    line.push(Span::spaces(free - before));
    line
}
