//! A directed graph with weights, as a database of zsets holds it: each key a node, an edge to each member, its score
//! the weight. Its figures, a picture of it, and the formats of other programs. Pure: the same graph, the same text.
//!
//! Names are arbitrary bytes from anywhere. Two that differ stay two, also where neither is UTF-8 and both look the
//! same; each format says how it writes what it cannot hold.

mod dot;
mod graphml;
mod json;
mod labels;
mod layout;
mod name;
mod summary;
mod svg;

use std::collections::BTreeMap;

pub use dot::dot;
pub use graphml::graphml;
pub use json::{JsonError, from_json, json};
pub use labels::Rectangle;
pub use name::Name;
pub use summary::Summary;
pub use svg::{Picture, svg};

/// An edge, by the indices of its nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// Where it begins.
    pub from: usize,
    /// Where it leads.
    pub to: usize,
    /// Its weight, a finite number.
    pub weight: f64,
}

/// A directed graph, at most one edge from a node to another (or to itself).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Graph {
    nodes: Vec<Name>,
    edges: Vec<Edge>,
}

impl Graph {
    /// The graph of these edges, `(from, to, weight)`. Of an edge that comes twice, the later weight counts, as a zset
    /// has one score for a member. Edges without a finite weight are left out.
    pub fn new(edges: impl IntoIterator<Item = (Name, Name, f64)>) -> Graph {
        let weights: BTreeMap<(Name, Name), f64> = edges
            .into_iter()
            .filter(|(_, _, weight)| weight.is_finite())
            .map(|(from, to, weight)| ((from, to), weight))
            .collect();
        let mut indices: BTreeMap<&Name, usize> = BTreeMap::new();
        for (from, to) in weights.keys() {
            indices.insert(from, 0);
            indices.insert(to, 0);
        }
        for (index, (_, place)) in indices.iter_mut().enumerate() {
            *place = index;
        }
        let mut edges: Vec<Edge> = weights
            .iter()
            .map(|((from, to), &weight)| Edge {
                from: indices[from],
                to: indices[to],
                weight,
            })
            .collect();
        // Stable, so that edges of the same weight stay in the order of their names.
        edges.sort_by(|left, right| right.weight.total_cmp(&left.weight));
        Graph {
            nodes: indices.into_keys().cloned().collect(),
            edges,
        }
    }

    /// The nodes, in the order of their bytes.
    pub fn nodes(&self) -> &[Name] {
        &self.nodes
    }

    /// The edges, heaviest first; those of the same weight in the order of their names.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The edge as names and weight.
    pub fn named(&self, edge: &Edge) -> (&Name, &Name, f64) {
        (&self.nodes[edge.from], &self.nodes[edge.to], edge.weight)
    }

    /// The graph of the `most` heaviest edges alone, and of the nodes that they connect.
    pub fn heaviest(&self, most: usize) -> Graph {
        Graph::new(self.edges.iter().take(most).map(|edge| {
            let (from, to, weight) = self.named(edge);
            (from.clone(), to.clone(), weight)
        }))
    }

    /// Of each node, the weights of all edges that begin or end there, together; finite, as they are.
    pub fn strengths(&self) -> Vec<f64> {
        let mut strengths = vec![0.0; self.nodes.len()];
        for edge in &self.edges {
            strengths[edge.from] += edge.weight;
            if edge.to != edge.from {
                strengths[edge.to] += edge.weight;
            }
        }
        for strength in &mut strengths {
            *strength = strength.clamp(f64::MIN, f64::MAX);
        }
        strengths
    }
}
