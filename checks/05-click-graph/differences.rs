//! How a graph differs from the true one: worst first, and what the edges that differ have in common.

use std::fmt::Write as _;

use super::graph::{Edge, Graph};

/// As many differences as are shown; the rest are counted.
const SHOWN: usize = 4;

/// As much of a name as a line has room for.
const NAME_COLUMNS: usize = 30;

/// An edge that is not as it should be.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The edge.
    pub edge: Edge,
    /// Its weight in Redis; `None` where it is not there.
    pub yours: Option<f64>,
    /// Its true weight; `None` for an edge that no click has made.
    pub truth: Option<f64>,
}

impl Difference {
    fn size(&self) -> f64 {
        let size = (self.yours.unwrap_or(0.0) - self.truth.unwrap_or(0.0)).abs();
        if size.is_nan() { f64::INFINITY } else { size }
    }
}

/// Every difference, the greatest first.
pub fn differences(yours: &Graph, truth: &Graph) -> Vec<Difference> {
    let difference = |edge: &Edge| Difference {
        edge: edge.clone(),
        yours: yours.weight(edge),
        truth: truth.weight(edge),
    };
    let of_the_truth = truth.edges().map(|(edge, _)| difference(edge));
    let beside_it = yours
        .edges()
        .map(|(edge, _)| difference(edge))
        .filter(|difference| difference.truth.is_none());
    let mut all: Vec<Difference> = of_the_truth
        .chain(beside_it)
        .filter(|difference| difference.yours != difference.truth)
        .collect();
    all.sort_by(|a, b| b.size().total_cmp(&a.size()));
    all
}

/// The differences in words: a line each for the worst, then what they have in common.
pub fn in_words(yours: &Graph, truth: &Graph) -> String {
    let all = differences(yours, truth);
    let mut text = format!("{} wrong, the worst first:", edges(all.len()));
    for Difference { edge, yours, truth } in all.iter().take(SHOWN) {
        let (from, to) = (shortened(&edge.0), shortened(&edge.1));
        let (yours, truth) = (weight(*yours), weight(*truth));
        let _ = write!(text, "\n  {from} -> {to}\n    yours {yours}, true {truth}");
    }
    if all.len() > SHOWN {
        let _ = write!(text, "\n  … and {} more", all.len() - SHOWN);
    }
    let kinds: [Kind; 4] = [
        ("missing", |d| d.yours.is_none()),
        ("there that no click has made", |d| d.truth.is_none()),
        ("too light", |d| {
            d.yours.zip(d.truth).is_some_and(|(yours, truth)| yours < truth)
        }),
        ("too heavy", |d| {
            d.yours.zip(d.truth).is_some_and(|(yours, truth)| yours > truth)
        }),
    ];
    for (kind, is_of_it) in kinds {
        let these: Vec<&Edge> = all.iter().filter(|d| is_of_it(d)).map(|d| &d.edge).collect();
        if these.is_empty() {
            continue;
        }
        let _ = write!(text, "\n{} {kind}", edges(these.len()));
        match in_common(&these, &all, truth) {
            Some(property) => {
                let _ = write!(text, ", all {property}.");
            }
            None => text.push('.'),
        }
    }
    text
}

fn edges(count: usize) -> String {
    match count {
        1 => "1 edge is".to_owned(),
        count => format!("{count} edges are"),
    }
}

fn weight(weight: Option<f64>) -> String {
    weight.map_or_else(|| "none".to_owned(), |weight| weight.to_string())
}

/// `name`, with its middle left out where it is long: addresses differ at both ends.
pub fn shortened(name: &str) -> String {
    let count = name.chars().count();
    if count <= NAME_COLUMNS {
        return name.to_owned();
    }
    let head: String = name.chars().take(NAME_COLUMNS / 2).collect();
    let tail: String = name.chars().skip(count - NAME_COLUMNS / 2 + 1).collect();
    format!("{head}…{tail}")
}

/// A way of being wrong.
type Kind = (&'static str, fn(&Difference) -> bool);

/// Something that can be said of an edge.
type Property = (&'static str, fn(&Edge) -> bool);

const PROPERTIES: [Property; 9] = [
    ("from clicks of a page to itself", |(r, u)| r == u),
    ("from `direct`", |(r, _)| r == "direct"),
    ("from clicks with non-ASCII URLs", |edge| {
        either(edge, |name| !name.is_ascii())
    }),
    ("from clicks with URLs of more than 200 characters", |edge| {
        either(edge, |name| name.chars().count() > 200)
    }),
    (
        "from clicks with quotes, backslashes or spaces in the URL",
        |edge| either(edge, |name| name.contains(['"', '\\', '\'', ' '])),
    ),
    ("from clicks with percent signs in the URL", |edge| {
        either(edge, |name| name.contains('%'))
    }),
    ("from clicks with a # in the URL", |edge| {
        either(edge, |name| name.contains('#'))
    }),
    ("from clicks with a question mark in the URL", |edge| {
        either(edge, |name| name.contains('?'))
    }),
    ("from clicks with capital letters in the URL", |edge| {
        either(edge, |name| name.contains(|c: char| c.is_uppercase()))
    }),
];

fn either((from, to): &Edge, holds: fn(&str) -> bool) -> bool {
    holds(from) || holds(to)
}

/// What holds of all `these`, and of none of the edges that are right: only that says something.
fn in_common(these: &[&Edge], different: &[Difference], truth: &Graph) -> Option<&'static str> {
    let is_right = |edge: &Edge| different.iter().all(|difference| difference.edge != *edge);
    let (property, _) = PROPERTIES.iter().find(|(_, holds)| {
        these.iter().all(|edge| holds(edge)) && !truth.edges().any(|(edge, _)| holds(edge) && is_right(edge))
    })?;
    Some(property)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&str, &str, f64)]) -> Graph {
        edges
            .iter()
            .map(|(from, to, weight)| (((*from).to_owned(), (*to).to_owned()), *weight))
            .collect()
    }

    #[test]
    fn the_worst_comes_first_and_what_is_common_is_said() {
        let truth = graph(&[
            ("direct", "http://a.gov/", 836.0),
            ("b", "http://é.gov/", 2.0),
            ("c", "http://ü.gov/", 3.0),
            ("d", "e", 1.0),
        ]);
        let yours = graph(&[
            ("direct", "http://a.gov/", 830.0),
            ("d", "e", 1.0),
            ("x", "y", 1.0),
        ]);
        let words = in_words(&yours, &truth);
        let at = |part: &str| words.find(part).unwrap_or_else(|| panic!("{part}: {words}"));
        assert!(at("direct -> http://a.gov/\n    yours 830, true 836") < at("c -> http://ü.gov/"));
        assert!(at("yours none, true 3") < at("yours none, true 2"));
        at("2 edges are missing, all from clicks with non-ASCII URLs.");
        at("1 edge is there that no click has made.");
        at("1 edge is too light, all from `direct`.");
    }

    #[test]
    fn an_edge_of_weight_0_is_a_difference_too() {
        let found = differences(&graph(&[("a", "b", 0.0)]), &Graph::default());
        assert_eq!(found.len(), 1);
        assert_eq!(differences(&Graph::default(), &Graph::default()), []);
    }

    #[test]
    fn long_names_keep_both_ends() {
        let name = format!("http://{}/last", "x".repeat(500));
        let short = shortened(&name);
        assert!(
            short.starts_with("http://x") && short.ends_with("x/last"),
            "{short}"
        );
        assert_eq!(short.chars().count(), NAME_COLUMNS);
    }
}
