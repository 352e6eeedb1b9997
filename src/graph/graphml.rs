//! GraphML (graphml.graphdrawing.org), for networkx, Gephi and yEd.

use std::fmt::Write as _;

use super::Graph;

/// The graph in GraphML: nodes `n0`, `n1`, … with a `name`, edges with a `weight`.
///
/// XML has no way to write some characters, and none for what is not UTF-8: those are U+FFFD in the name, and such a
/// node carries its `bytes` in hexadecimal digits too.
pub fn graphml(graph: &Graph) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n\
         <key id=\"name\" for=\"node\" attr.name=\"name\" attr.type=\"string\"/>\n\
         <key id=\"bytes\" for=\"node\" attr.name=\"bytes\" attr.type=\"string\"/>\n\
         <key id=\"weight\" for=\"edge\" attr.name=\"weight\" attr.type=\"double\"/>\n\
         <graph id=\"graph\" edgedefault=\"directed\">\n",
    );
    // Writing into a text cannot fail, here and below.
    for (index, name) in graph.nodes().iter().enumerate() {
        let (written, bytes) = name.written(is_xml);
        let _ = write!(
            text,
            "<node id=\"n{index}\"><data key=\"name\">{}</data>",
            escape(&written)
        );
        if let Some(bytes) = bytes {
            let _ = write!(text, "<data key=\"bytes\">{bytes}</data>");
        }
        text.push_str("</node>\n");
    }
    for edge in graph.edges() {
        let _ = writeln!(
            text,
            "<edge source=\"n{}\" target=\"n{}\"><data key=\"weight\">{}</data></edge>",
            edge.from, edge.to, edge.weight
        );
    }
    text.push_str("</graph>\n</graphml>\n");
    text
}

/// Whether a document of XML 1.0 can hold the character at all (production 2 of the recommendation).
fn is_xml(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// `text` as content or in an attribute of XML: what has a meaning there is escaped, line ends too, since a parser would
/// change them; what XML cannot hold is U+FFFD.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' | '\r' => {
                let _ = write!(escaped, "&#{};", u32::from(character));
            }
            character if is_xml(character) => escaped.push(character),
            _ => escaped.push(char::REPLACEMENT_CHARACTER),
        }
    }
    escaped
}
