//! A graph with weights: the true one, made of the clicks that were published, and the one that stands in Redis.

use std::collections::BTreeMap;

use super::trace::Message;
use crate::arena::{Contents, RedisContents};

/// An edge, by the names of its ends: where it comes from, and where it leads.
pub type Edge = (String, String);

/// A directed graph: the weight of every edge. An edge of weight 0 is there too.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Graph(BTreeMap<Edge, f64>);

impl Graph {
    /// The graph that `clicks` make: each adds 1 from its `r` to its `u`.
    pub fn directed(clicks: &[Message]) -> Self {
        clicks.iter().filter_map(Message::ends).map(one).collect()
    }

    /// The graph in which each click adds 1 at both of its ends. A page that leads to itself has both in one place, and
    /// gets `to_itself` there.
    pub fn undirected(clicks: &[Message], to_itself: f64) -> Self {
        let both = |(r, u): (&str, &str)| {
            if r == u {
                vec![((r.to_owned(), u.to_owned()), to_itself)]
            } else {
                vec![one((r, u)), one((u, r))]
            }
        };
        clicks.iter().filter_map(Message::ends).flat_map(both).collect()
    }

    /// The graph that stands in Redis: each zset is a node, its members are where its edges lead. Other types are none
    /// of the graph's.
    pub fn in_redis(contents: &RedisContents) -> Self {
        let mut graph = Self::default();
        for (from, value) in &contents.keys {
            let Contents::Zset(members) = value else { continue };
            for (to, score) in members {
                // Redis writes a score so that it reads back the same, `inf` included.
                let weight = score.parse().unwrap_or(f64::NAN);
                graph.0.insert((from.clone(), to.clone()), weight);
            }
        }
        graph
    }

    /// The weight of `edge`, where it is there.
    pub fn weight(&self, edge: &Edge) -> Option<f64> {
        self.0.get(edge).copied()
    }

    /// Every edge, sorted by its names, with its weight.
    pub fn edges(&self) -> impl Iterator<Item = (&Edge, f64)> {
        self.0.iter().map(|(edge, weight)| (edge, *weight))
    }

    /// How many edges there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The sum of all weights.
    pub fn total(&self) -> f64 {
        // Not sum(): that of nothing is -0.
        self.0.values().fold(0.0, |sum, weight| sum + weight)
    }

    /// The same edges with other weights.
    pub fn weighted(self, weight: impl Fn(f64) -> f64) -> Self {
        let other = |(edge, old)| (edge, weight(old));
        Self(self.0.into_iter().map(other).collect())
    }

    /// Whether every edge stands in `truth` too, however heavy.
    pub fn has_the_edges_of(&self, truth: &Self) -> bool {
        self.edges().all(|(edge, _)| truth.weight(edge).is_some())
    }

    /// Whether every edge stands in `whole` too, and is no heavier here: what is missing may only be unfinished.
    pub fn is_part_of(&self, whole: &Self) -> bool {
        self.edges()
            .all(|(edge, weight)| whole.weight(edge).is_some_and(|there| weight <= there))
    }
}

/// The edge between two ends, with weight 1.
pub fn one((from, to): (&str, &str)) -> (Edge, f64) {
    ((from.to_owned(), to.to_owned()), 1.0)
}

impl FromIterator<(Edge, f64)> for Graph {
    /// Adds up the weights of edges that come several times.
    fn from_iter<T: IntoIterator<Item = (Edge, f64)>>(edges: T) -> Self {
        let mut graph = Self::default();
        for (edge, weight) in edges {
            *graph.0.entry(edge).or_insert(0.0) += weight;
        }
        graph
    }
}
