//! A formula on three lines: what stands above, the line of the formula itself, what stands below.

use unicode_width::UnicodeWidthStr;

use super::flat::{self, Spacing};
use super::tree::{Class, Node};

/// Up to three lines of text; the middle one is always there.
#[derive(Debug, Default)]
struct Rows {
    above: String,
    middle: String,
    below: String,
}

impl Rows {
    fn width(&self) -> usize {
        self.above
            .width()
            .max(self.middle.width())
            .max(self.below.width())
    }

    /// Puts another piece to the right of this, each of its lines centred.
    fn push(&mut self, piece: &Rows) {
        let width = piece.width();
        for (line, text) in [
            (&mut self.above, &piece.above),
            (&mut self.middle, &piece.middle),
            (&mut self.below, &piece.below),
        ] {
            let free = width - text.width();
            line.push_str(&" ".repeat(free / 2));
            line.push_str(text);
            line.push_str(&" ".repeat(free - free / 2));
        }
    }
}

/// Lays out a formula; only its outermost fractions and limits are stacked, so that three lines do.
pub(super) fn rows(nodes: &[Node]) -> Vec<String> {
    let mut formula = Rows::default();
    for (index, node) in nodes.iter().enumerate() {
        if let Some(left) = index.checked_sub(1).and_then(|left| nodes.get(left)) {
            // The bar of a fraction must not touch a neighbour, nor another bar.
            let bars = [left, node]
                .iter()
                .filter(|node| matches!(node, Node::Fraction { .. }))
                .count();
            let brackets = left.class() == Class::Open || node.class() == Class::Close;
            if flat::is_apart(nodes, index, left) || (bars > 0 && !brackets && !formula.middle.ends_with(' '))
            {
                formula.push(&Rows {
                    middle: " ".to_owned(),
                    ..Rows::default()
                });
            }
        }
        formula.push(&piece(node));
    }
    let Rows { above, middle, below } = formula;
    let lines = [above, middle, below].map(|line| line.trim_end().to_owned());
    lines
        .into_iter()
        .enumerate()
        .filter(|(index, line)| *index == 1 || !line.is_empty())
        .map(|(_, line)| line)
        .collect()
}

fn piece(node: &Node) -> Rows {
    match node {
        Node::Fraction { above, below } => {
            let above = flat::node(above, Spacing::Normal);
            let below = flat::node(below, Spacing::Normal);
            let bar = "─".repeat(above.width().max(below.width()));
            Rows {
                above,
                middle: bar,
                below,
            }
        }
        Node::Script {
            base,
            sub,
            sup,
            limits: true,
        } => {
            let limit = |node: &Option<Box<Node>>| {
                node.as_ref()
                    .map(|node| flat::node(node, Spacing::None))
                    .unwrap_or_default()
            };
            Rows {
                above: limit(sup),
                middle: flat::node(base, Spacing::Normal),
                below: limit(sub),
            }
        }
        node => Rows {
            middle: flat::node(node, Spacing::Normal),
            ..Rows::default()
        },
    }
}
