//! The figures of a graph.

use std::collections::BTreeMap;

use super::Graph;

/// The figures of a graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// How many nodes.
    pub nodes: usize,
    /// How many edges.
    pub edges: usize,
    /// Their weights together.
    pub total_weight: f64,
    /// The sizes, in nodes, of the parts that hang together when the direction of edges does not matter, the largest
    /// first.
    pub components: Vec<usize>,
    /// How many nodes have so many edges going out and coming in together; one to the node itself counts twice.
    pub degrees: BTreeMap<usize, usize>,
    /// How many nodes have edges going out, coming in, and both.
    pub leading_on: usize,
    /// How many nodes an edge leads to.
    pub led_to: usize,
}

impl Graph {
    /// The figures of this graph.
    pub fn summary(&self) -> Summary {
        let nodes = self.nodes().len();
        let (mut out, mut into) = (vec![0; nodes], vec![0; nodes]);
        let mut parts = Parts::new(nodes);
        for edge in self.edges() {
            out[edge.from] += 1;
            into[edge.to] += 1;
            parts.join(edge.from, edge.to);
        }
        let mut degrees = BTreeMap::new();
        for (out, into) in out.iter().zip(&into) {
            *degrees.entry(out + into).or_default() += 1;
        }
        Summary {
            nodes,
            edges: self.edges().len(),
            total_weight: self.edges().iter().map(|edge| edge.weight).sum(),
            components: parts.sizes(),
            degrees,
            leading_on: out.iter().filter(|&&count| count > 0).count(),
            led_to: into.iter().filter(|&&count| count > 0).count(),
        }
    }
}

/// Disjoint sets (union by size, path halving; Tarjan 1975).
struct Parts {
    parents: Vec<usize>,
    sizes: Vec<usize>,
}

impl Parts {
    fn new(nodes: usize) -> Parts {
        Parts {
            parents: (0..nodes).collect(),
            sizes: vec![1; nodes],
        }
    }

    fn root(&mut self, mut node: usize) -> usize {
        while self.parents[node] != node {
            self.parents[node] = self.parents[self.parents[node]];
            node = self.parents[node];
        }
        node
    }

    fn join(&mut self, left: usize, right: usize) {
        let (left, right) = (self.root(left), self.root(right));
        if left == right {
            return;
        }
        let (small, large) = match self.sizes[left] < self.sizes[right] {
            true => (left, right),
            false => (right, left),
        };
        self.parents[small] = large;
        self.sizes[large] += self.sizes[small];
    }

    fn sizes(&self) -> Vec<usize> {
        let mut sizes: Vec<usize> = (0..self.parents.len())
            .filter(|&node| self.parents[node] == node)
            .map(|node| self.sizes[node])
            .collect();
        sizes.sort_unstable_by(|left, right| right.cmp(left));
        sizes
    }
}
