//! A formula on one line.

use super::characters::{subscript, superscript};
use super::tree::{Class, Node};

/// How generous to be with spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spacing {
    Normal,
    /// In raised and lowered text there is no room.
    None,
}

/// Writes pieces side by side.
pub(super) fn row(nodes: &[Node], spacing: Spacing) -> String {
    let mut line = String::new();
    for (index, piece) in nodes.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| nodes.get(before));
        if spacing == Spacing::Normal
            && !line.ends_with(' ')
            && before.is_some_and(|left| is_apart(nodes, index, left))
        {
            line.push(' ');
        }
        let text = node(piece, spacing);
        // A quotient beside a factor would swallow it: a/b c is not (a/b) c.
        let factors = [before, nodes.get(index + 1)]
            .into_iter()
            .flatten()
            .any(is_factor);
        if matches!(piece, Node::Fraction { .. }) && factors {
            line.push_str(&format!("({text})"));
        } else {
            line.push_str(&text);
        }
    }
    line
}

/// Whether a space belongs between the piece at `index` and `left`, the one before it.
pub(super) fn is_apart(nodes: &[Node], index: usize, left: &Node) -> bool {
    let Some(right) = nodes.get(index) else {
        return false;
    };
    if matches!(left, Node::Space(_)) || matches!(right, Node::Space(_)) {
        return false;
    }
    match (left.class(), right.class()) {
        (Class::Open, _) | (_, Class::Close | Class::Punctuation) => false,
        (Class::Punctuation | Class::Relation, _) | (_, Class::Relation) => true,
        // A sign, not an operation: it clings to what it changes.
        (Class::Binary, _) => !is_sign(nodes, index - 1),
        (_, Class::Binary) => !is_sign(nodes, index),
        (Class::Large, Class::Large) => false,
        (Class::Large, _) | (_, Class::Large) => true,
        (Class::Function, Class::Open) => false,
        (Class::Function, _) | (Class::Ordinary | Class::Close, Class::Function) => true,
        // nₐ nᵥ, but 2n and d²(n − 1).
        (Class::Ordinary, Class::Ordinary) => {
            matches!(left, Node::Script { .. }) && !matches!(right, Node::Atom { text, .. } if text == "/")
        }
        (Class::Ordinary | Class::Close, Class::Open | Class::Ordinary) => false,
    }
}

/// Whether the operator at `index` has nothing on its left to operate on, as the minus of `d = −2`.
fn is_sign(nodes: &[Node], index: usize) -> bool {
    let before = index
        .checked_sub(1)
        .and_then(|before| nodes.get(before))
        .map(Node::class);
    matches!(
        before,
        None | Some(
            Class::Open
                | Class::Binary
                | Class::Relation
                | Class::Punctuation
                | Class::Large
                | Class::Function
        )
    )
}

/// Whether a neighbour of a quotient is multiplied with it.
fn is_factor(node: &Node) -> bool {
    match node {
        Node::Space(_) => false,
        Node::Atom { text, .. } if text == "/" => true,
        _ => {
            node.class() == Class::Ordinary
                || matches!(node, Node::Script { base, .. } if base.class() == Class::Close)
        }
    }
}

/// Writes one piece.
pub(super) fn node(node: &Node, spacing: Spacing) -> String {
    match node {
        Node::Atom { text, .. } => text.clone(),
        Node::Group(nodes) => row(nodes, spacing),
        Node::Fenced { open, close, inside } => {
            let side = |delimiter: &Option<char>| delimiter.map(String::from).unwrap_or_default();
            format!("{}{}{}", side(open), row(inside, spacing), side(close))
        }
        Node::Fraction { above, below } => format!(
            "{}/{}",
            bracketed(above, is_sum, spacing),
            bracketed(below, is_long, spacing)
        ),
        Node::Root { index, inside } => {
            let index = index.as_ref().map(|index| raised(index)).unwrap_or_default();
            format!("{index}√{}", bracketed(inside, is_long, spacing))
        }
        Node::Accent { base, mark } => self::node(base, spacing)
            .chars()
            .flat_map(|character| [character, *mark])
            .collect(),
        Node::Script { base, sub, sup, .. } => {
            let sub = sub.as_ref().map(|sub| lowered(sub)).unwrap_or_default();
            let sup = sup.as_ref().map(|sup| raised(sup)).unwrap_or_default();
            let base = if is_long(base) && !matches!(**base, Node::Root { .. }) {
                format!("({})", self::node(base, spacing))
            } else {
                self::node(base, spacing)
            };
            format!("{base}{sub}{sup}")
        }
        Node::Space(columns) => " ".repeat(*columns),
    }
}

/// A subscript: lowered, or as LaTeX writes it.
pub(super) fn lowered(sub: &Node) -> String {
    let text = node(sub, Spacing::None);
    subscript(&text).unwrap_or_else(|| spelled('_', &text))
}

/// A superscript: raised, or as LaTeX writes it.
pub(super) fn raised(sup: &Node) -> String {
    let text = node(sup, Spacing::None);
    superscript(&text).unwrap_or_else(|| spelled('^', &text))
}

fn spelled(sign: char, text: &str) -> String {
    if text.chars().count() == 1 {
        format!("{sign}{text}")
    } else {
        format!("{sign}{{{text}}}")
    }
}

/// Writes a piece, in parentheses where they are needed.
fn bracketed(piece: &Node, needed: fn(&Node) -> bool, spacing: Spacing) -> String {
    let text = node(piece, spacing);
    if needed(piece) { format!("({text})") } else { text }
}

/// Whether a piece is a sum, a difference or a relation, or a quotient: what a `/` after it would tear apart.
fn is_sum(node: &Node) -> bool {
    let nodes = match node {
        Node::Group(nodes) => nodes,
        _ => return matches!(node, Node::Fraction { .. }),
    };
    if let [single] = nodes.as_slice() {
        return is_sum(single);
    }
    let mut open = 0_usize;
    nodes.iter().enumerate().any(|(index, node)| {
        match node.class() {
            Class::Open => open += 1,
            Class::Close => open = open.saturating_sub(1),
            _ => {}
        }
        let tears = match node.class() {
            Class::Binary => !is_product(node) && !is_sign(nodes, index),
            class => matches!(class, Class::Relation | Class::Large),
        };
        tears && open == 0
    })
}

/// Whether an operator multiplies.
fn is_product(node: &Node) -> bool {
    matches!(node, Node::Atom { text, .. } if matches!(text.as_str(), "·" | "×" | "∗" | "*"))
}

/// Whether a piece consists of several, unless they are in brackets already.
fn is_long(node: &Node) -> bool {
    match node {
        Node::Group(nodes) => match nodes.as_slice() {
            [] => false,
            [single] => is_long(single),
            [first, inside @ .., last] => {
                let bracketed = first.class() == Class::Open
                    && last.class() == Class::Close
                    && !inside
                        .iter()
                        .any(|node| matches!(node.class(), Class::Open | Class::Close));
                !bracketed
            }
        },
        Node::Fraction { .. } => true,
        _ => false,
    }
}
