//! JSON: nodes and links, as d3-force and networkx (`node_link_graph`) read them.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Graph, Name};

/// A graph as d3 and networkx have it.
#[derive(Serialize, Deserialize)]
struct Document {
    #[serde(default = "yes")]
    directed: bool,
    #[serde(default)]
    multigraph: bool,
    #[serde(default)]
    graph: serde_json::Map<String, serde_json::Value>,
    nodes: Vec<NodeEntry>,
    links: Vec<Link>,
}

fn yes() -> bool {
    true
}

#[derive(Serialize, Deserialize)]
struct NodeEntry {
    id: u64,
    name: String,
    /// The name, where it is not UTF-8, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<String>,
    /// The weights of all its edges together.
    #[serde(default)]
    weight: f64,
}

#[derive(Serialize, Deserialize)]
struct Link {
    source: u64,
    target: u64,
    weight: f64,
}

/// Why a document is no graph.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// It is not JSON, or has other fields.
    #[error("this is no graph as `workshop graph --format json` writes it: {0}")]
    Format(serde_json::Error),
    /// Two nodes have one id.
    #[error("two nodes have the id {0}")]
    Twice(u64),
    /// A link leads to a node that is not there.
    #[error("a link names the node {0}, which is not among the nodes")]
    NoNode(u64),
    /// A name in bytes that are none.
    #[error("the node {id} has the bytes {bytes:?}, which are no pairs of hexadecimal digits")]
    Bytes {
        /// The node.
        id: u64,
        /// What was given.
        bytes: String,
    },
}

/// The graph in JSON, a node or a link on each line: `{"directed": true, …, "nodes": [{"id": 0, "name": "direct",
/// "weight": 836}], "links": [{"source": 0, "target": 1, "weight": 836}]}`. A name that is not UTF-8 has U+FFFD in the
/// place of what is not, and its `bytes` beside it.
pub fn json(graph: &Graph) -> String {
    let nodes = graph.nodes().iter().zip(graph.strengths()).zip(0..);
    let nodes = nodes.map(|((name, weight), id)| {
        let (name, bytes) = name.written(|_| true);
        line(&NodeEntry {
            id,
            name,
            bytes,
            weight,
        })
    });
    let links = graph.edges().iter().map(|edge| {
        line(&Link {
            source: edge.from as u64,
            target: edge.to as u64,
            weight: edge.weight,
        })
    });
    format!(
        "{{\"directed\": true, \"multigraph\": false, \"graph\": {{}}, \"nodes\": [\n{}\n], \"links\": [\n{}\n]}}\n",
        nodes.collect::<Vec<_>>().join(",\n"),
        links.collect::<Vec<_>>().join(",\n")
    )
}

fn line(entry: &impl Serialize) -> String {
    serde_json::to_string(entry).expect("a node and a link have texts for keys, and nothing that can fail")
}

/// The graph that [`json`] wrote.
///
/// # Errors
///
/// Where it is none.
pub fn from_json(text: &[u8]) -> Result<Graph, JsonError> {
    let document: Document = serde_json::from_slice(text).map_err(JsonError::Format)?;
    let mut names: HashMap<u64, Name> = HashMap::new();
    for node in document.nodes {
        let id = node.id;
        let name = match node.bytes {
            Some(bytes) => Name::from_hex(&bytes).ok_or(JsonError::Bytes { id, bytes })?,
            None => Name::from(node.name.as_str()),
        };
        if names.insert(id, name).is_some() {
            return Err(JsonError::Twice(id));
        }
    }
    let name = |id: u64| names.get(&id).cloned().ok_or(JsonError::NoNode(id));
    let edges = document
        .links
        .iter()
        .map(|link| Ok((name(link.source)?, name(link.target)?, link.weight)))
        .collect::<Result<Vec<_>, JsonError>>()?;
    Ok(Graph::new(edges))
}
