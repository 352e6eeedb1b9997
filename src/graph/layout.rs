//! Where the nodes of a picture stand.

use fjadra::{Collide, Link, ManyBody, Node, PositionX, PositionY, SimulationBuilder};

use super::Graph;

/// How far a node keeps from another beside its radius.
const GAP: f64 = 7.0;

/// How long an edge would like to be, from the middle of one node to that of the other.
const EDGE: f64 = 75.0;

/// How much every node pushes every other away. (Negative: it does not pull.)
const PUSH: f64 = -130.0;

/// How much everything is pulled towards the middle; more upwards and downwards, since a slide is wide.
const PULL_X: f64 = 0.045;
const PULL_Y: f64 = 0.075;

/// Steps of the simulation: d3's own number where that is quick, and fewer for graphs of a thousand nodes and more.
const STEPS: usize = 300;
const STEPS_TIMES_NODES: usize = 250_000;

/// Places for the nodes, as circles of these radii, in no particular frame: by forces, after d3-force. The same graph
/// and radii always give the same places.
pub(super) fn places(graph: &Graph, radii: &[f64]) -> Vec<[f64; 2]> {
    let count = graph.nodes().len();
    let links: Vec<(usize, usize)> = graph
        .edges()
        .iter()
        .filter(|edge| edge.from != edge.to)
        .map(|edge| (edge.from, edge.to))
        .collect();
    let own = radii.to_vec();
    let collide = Collide::new().radius(move |node| own[node] + GAP).iterations(2);
    let mut simulation = SimulationBuilder::default()
        .build((0..count).map(|_| Node::default()))
        .add_force("link", Link::new(links).distance(EDGE))
        .add_force("charge", ManyBody::new().strength(PUSH))
        .add_force("x", PositionX::new().strength(PULL_X))
        .add_force("y", PositionY::new().strength(PULL_Y))
        .add_force("collide", collide);
    simulation.tick(STEPS.min(STEPS_TIMES_NODES / count.max(1)).max(30));
    simulation.positions().collect()
}
