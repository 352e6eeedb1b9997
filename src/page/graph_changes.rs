//! A graph that grows, told as what has changed since whoever asks last heard of it.

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::{Value, json};

use crate::graph::{Graph, Name};

/// As many edges are shown, the heaviest: a browser draws them at 60 frames a second, and nobody tells more apart.
const MOST_SHOWN: usize = 1500;

/// Nodes that have come and gone are remembered, up to so many: past it, all begins anew.
const MOST_NODES: usize = 20_000;

/// As many edges that went are remembered.
const MOST_GONE: usize = 10_000;

/// Columns of a name.
const COLUMNS: usize = 120;

/// What is shown of a graph, with when each of its edges last changed.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Numbers that were given in another epoch mean nothing.
    epoch: u64,
    /// Counts the changes.
    version: u64,
    numbers: HashMap<Name, u32>,
    /// By number: the name as it is shown, and since when.
    names: Vec<(String, u64)>,
    /// By the numbers of its ends: an edge's weight, and when it last changed.
    edges: HashMap<(u32, u32), (f64, u64)>,
    gone: VecDeque<(u64, u32, u32)>,
    /// What is gone is known since this version.
    known_since: u64,
    total: usize,
}

impl Changes {
    /// Notes what the graph is now.
    pub fn note(&mut self, graph: &Graph) {
        if self.names.len() > MOST_NODES {
            *self = Self {
                epoch: self.epoch + 1,
                ..Self::default()
            };
        }
        let version = self.version + 1;
        let mut has_changed = self.total != graph.edges().len();
        self.total = graph.edges().len();
        let mut there = HashSet::new();
        for edge in graph.edges().iter().take(MOST_SHOWN) {
            let (from, to, weight) = graph.named(edge);
            let ends = (self.number(from, version), self.number(to, version));
            there.insert(ends);
            if self.edges.get(&ends).is_none_or(|(known, _)| *known != weight) {
                self.edges.insert(ends, (weight, version));
                has_changed = true;
            }
        }
        let before = self.edges.len();
        let gone = &mut self.gone;
        self.edges.retain(|ends, _| {
            let stays = there.contains(ends);
            if !stays {
                gone.push_back((version, ends.0, ends.1));
            }
            stays
        });
        has_changed |= self.edges.len() != before;
        while self.gone.len() > MOST_GONE {
            self.known_since = self.gone.pop_front().map_or(version, |(version, ..)| version);
        }
        if has_changed {
            self.version = version;
        }
    }

    fn number(&mut self, name: &Name, version: u64) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        // No more of them than MOST_NODES and the ends of the edges that are shown.
        let number = self.names.len() as u32;
        self.names.push((name.shown(COLUMNS), version));
        self.numbers.insert(name.clone(), number);
        number
    }

    /// Whether there is something new, in few bytes.
    pub fn summary(&self) -> Value {
        json!({"epoch": self.epoch, "version": self.version, "total": self.total})
    }

    /// What has changed since `version` of `epoch`: `nodes` are `[number, name]`, `edges` `[from, to, weight]`, `gone`
    /// `[from, to]`. Where that is not known, it is the `whole` graph.
    pub fn since(&self, epoch: Option<u64>, version: Option<u64>) -> Value {
        let known = version.filter(|version| {
            epoch == Some(self.epoch) && *version <= self.version && *version >= self.known_since
        });
        let since = known.unwrap_or(0);
        let nodes: Vec<Value> = self
            .names
            .iter()
            .enumerate()
            .filter(|(_, (_, changed))| *changed > since)
            .map(|(number, (name, _))| json!([number, name]))
            .collect();
        let edges: Vec<Value> = self
            .edges
            .iter()
            .filter(|(_, (_, changed))| *changed > since)
            .map(|((from, to), (weight, _))| json!([from, to, weight]))
            .collect();
        let gone: Vec<Value> = self
            .gone
            .iter()
            .filter(|(went, ..)| known.is_some_and(|known| *went > known))
            .map(|(_, from, to)| json!([from, to]))
            .collect();
        json!({
            "epoch": self.epoch,
            "version": self.version,
            "total": self.total,
            "whole": known.is_none(),
            "nodes": nodes,
            "gone": gone,
            "edges": edges,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&str, &str, f64)]) -> Graph {
        Graph::new(
            edges
                .iter()
                .map(|(from, to, weight)| (Name::from(*from), Name::from(*to), *weight)),
        )
    }

    fn told(changes: &Value) -> (bool, usize, usize, usize) {
        let count = |key: &str| changes[key].as_array().map_or(0, Vec::len);
        (
            changes["whole"] == true,
            count("nodes"),
            count("edges"),
            count("gone"),
        )
    }

    #[test]
    fn only_what_has_changed_is_told_again() {
        let mut changes = Changes::default();
        changes.note(&graph(&[("a", "b", 1.0), ("a", "c", 2.0)]));
        assert_eq!(told(&changes.since(None, None)), (true, 3, 2, 0));
        assert_eq!(told(&changes.since(Some(0), Some(1))), (false, 0, 0, 0));

        changes.note(&graph(&[("a", "b", 1.0), ("a", "c", 3.0), ("c", "d", 1.0)]));
        let since = changes.since(Some(0), Some(1));
        assert_eq!(told(&since), (false, 1, 2, 0));
        assert_eq!(since["nodes"], json!([[3, "d"]]));

        changes.note(&graph(&[("a", "c", 3.0)]));
        assert_eq!(told(&changes.since(Some(0), Some(2))), (false, 0, 0, 2));
        assert_eq!(told(&changes.since(Some(0), Some(1))), (false, 1, 1, 2));
        assert_eq!(told(&changes.since(Some(9), Some(1))), (true, 4, 1, 0));
        assert_eq!(changes.summary(), json!({"epoch": 0, "version": 3, "total": 1}));

        changes.note(&graph(&[("a", "c", 3.0)]));
        assert_eq!(changes.summary()["version"], 3, "nothing has changed");
    }

    #[test]
    fn an_edge_that_comes_back_is_told_after_it_went() {
        let mut changes = Changes::default();
        for edges in [&[("a", "b", 1.0)][..], &[], &[("a", "b", 1.0)]] {
            changes.note(&graph(edges));
        }
        // Whoever applies what is gone first ends with the edge.
        assert_eq!(told(&changes.since(Some(0), Some(1))), (false, 0, 1, 1));
    }

    #[test]
    fn a_graph_without_end_stays_within_bounds() {
        let mut changes = Changes::default();
        for round in 0..16 {
            let names: Vec<String> = (0..4000).map(|node| format!("{round}-{node}")).collect();
            changes.note(&graph(
                &names
                    .iter()
                    .map(|name| ("hub", name.as_str(), 1.0))
                    .collect::<Vec<_>>(),
            ));
        }
        assert!(changes.epoch > 0);
        assert!(changes.names.len() <= MOST_NODES + MOST_SHOWN + 1);
        assert!(changes.gone.len() <= MOST_GONE);
        assert_eq!(changes.edges.len(), MOST_SHOWN);
        let whole = changes.since(None, None);
        assert_eq!(
            (whole["total"].as_u64(), told(&whole).2),
            (Some(4000), MOST_SHOWN)
        );
    }

    #[test]
    fn a_name_from_anywhere_is_made_harmless() {
        let mut changes = Changes::default();
        let long = "x".repeat(1 << 20);
        let edges = [
            (Name::new(*b"\xff\x1b[2J"), Name::from("\u{202e}<script>"), 1.0),
            (Name::from(long.as_str()), Name::from("b"), 1.0),
        ];
        changes.note(&Graph::new(edges));
        let names = changes.since(None, None)["nodes"].to_string();
        assert!(
            names.contains("\u{fffd}␛[2J") && names.contains("<U+202E><script>"),
            "{names}"
        );
        assert!(names.len() < 1000, "{}", names.len());
    }
}
