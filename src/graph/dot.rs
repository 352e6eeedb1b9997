//! The language of Graphviz (graphviz.org/doc/info/lang.html).

use std::fmt::Write as _;

use super::{Graph, Name};

/// The longest label, in columns; Graphviz makes a node as wide as its label.
const LABEL: usize = 60;

/// The graph for Graphviz: nodes `n0`, `n1`, … with a short `label`, and the whole name as `fullname`; edges with a `weight`, and as
/// wide as that suggests.
///
/// In a `fullname`, a backslash stands doubled and a newline as `\n`, as in every string that Graphviz shows. Other control
/// characters, and what is not UTF-8, are U+FFFD there; such a node carries its `bytes` in hexadecimal digits too.
pub fn dot(graph: &Graph) -> String {
    let mut text = String::from(
        "digraph {\n\
         graph [charset=\"UTF-8\", layout=\"sfdp\", overlap=\"prism\", outputorder=\"edgesfirst\"];\n\
         node [shape=\"box\", style=\"rounded,filled\", fillcolor=\"white\", fontname=\"Helvetica\"];\n\
         edge [color=\"#5c667080\"];\n",
    );
    // Writing into a text cannot fail, here and below.
    for (index, name) in graph.nodes().iter().enumerate() {
        let _ = write!(text, "n{index} [label=\"{}\"", shown(&name.label(LABEL)));
        let _ = write!(text, ", {}", whole(name));
        text.push_str("];\n");
    }
    let heaviest = graph.edges().first().map_or(0.0, |edge| edge.weight);
    for edge in graph.edges() {
        let share = if heaviest > 0.0 {
            (edge.weight / heaviest).max(0.0)
        } else {
            0.0
        };
        let _ = writeln!(
            text,
            "n{} -> n{} [weight=\"{}\", penwidth=\"{:.2}\"];",
            edge.from,
            edge.to,
            edge.weight,
            0.8 + 6.0 * share.sqrt()
        );
    }
    text.push_str("}\n");
    text
}

/// The attributes that say the whole name.
fn whole(name: &Name) -> String {
    let (written, bytes) = name.written(|character| character == '\n' || !character.is_control());
    let mut text = format!("fullname=\"{}\"", quoted(&written));
    if let Some(bytes) = bytes {
        let _ = write!(text, ", bytes=\"{bytes}\"");
    }
    text
}

/// `text` inside quotes.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

/// `text` inside the quotes of a label, where Graphviz would take `&lt;` for a character.
fn shown(text: &str) -> String {
    quoted(&text.replace('&', "&amp;"))
}
