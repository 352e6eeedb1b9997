//! Edges of a small graph.

use bytes::Bytes;

use super::Messages;
use super::dice::Dice;

/// The nodes.
const NODES: [char; 7] = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

/// The largest weight; the smallest is 1.
const HEAVIEST: u64 = 10;

/// An endless stream of `{"from": "a", "to": "e", "weight": 3}` over the nodes a to g: two different nodes and a whole
/// weight from 1 to 10, all equally likely, determined by the seed.
pub fn edges(seed: u64) -> Messages {
    let mut dice = Dice::new(seed);
    Box::new(std::iter::repeat_with(move || {
        let from = dice.below(NODES.len() as u64) as usize;
        // One of the others: so many steps on, round the circle.
        let to = (from + 1 + dice.below(NODES.len() as u64 - 1) as usize) % NODES.len();
        let weight = 1 + dice.below(HEAVIEST);
        Bytes::from(format!(
            r#"{{"from": "{}", "to": "{}", "weight": {weight}}}"#,
            NODES[from], NODES[to]
        ))
    }))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_edge_comes_and_none_leads_back_to_its_node() {
        let seen: HashSet<(String, String)> = edges(3)
            .take(2000)
            .map(|message| {
                let edge: serde_json::Value = serde_json::from_slice(&message).expect("this is JSON");
                assert!((1..=10).contains(&edge["weight"].as_u64().expect("a whole number")));
                let end = |name: &str| edge[name].as_str().expect("a name").to_owned();
                (end("from"), end("to"))
            })
            .collect();
        assert_eq!(seen.len(), 7 * 6);
        assert!(seen.iter().all(|(from, to)| from != to));
    }
}
