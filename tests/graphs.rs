//! Graphs: their figures, their picture, and the formats of other programs.

#[path = "graphs/formats.rs"]
mod formats;
#[path = "graphs/pictures.rs"]
mod pictures;

use workshop::graph::{Graph, Name};

/// The graph of edges with names in text.
fn graph(edges: &[(&str, &str, f64)]) -> Graph {
    Graph::new(
        edges
            .iter()
            .map(|&(from, to, weight)| (Name::from(from), Name::from(to), weight)),
    )
}

/// Names that somebody could choose to break what reads them, each of them another one.
fn hostile() -> Vec<Name> {
    let mut names: Vec<Name> = [
        "",
        " ",
        "<script>alert(1)</script>",
        "]]></title><circle r='9'/>",
        "\"quoted\" and 'quoted'",
        "back\\slash",
        "ends in a backslash\\",
        "\\n is not a newline",
        "a newline\nis one",
        "\r\n\t",
        "nul\0nul",
        "\u{1b}[2J",
        "\u{202e}gnp.exe",
        "שלום עולם",
        "مرحبا",
        "&lt;&amp;&#0;",
        "\u{ffff}\u{fffe}",
        "\u{fffd}",
        "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
        "👩‍👩‍👧‍👦",
        "--> x [label=\"y\"]; /*",
        "%s %n {}",
    ]
    .into_iter()
    .map(Name::from)
    .collect();
    names.extend([&b"\xff"[..], b"\xfe", b"\xff\xff", b"\xed\xa0\x80"].map(Name::new));
    names.push(Name::new("x".repeat(10_240).into_bytes()));
    names.push(Name::new("<&\"'\\".repeat(2_048).into_bytes()));
    names
}

/// A ring over all of the hostile names, in which every edge has another weight.
fn hostile_graph() -> Graph {
    let names = hostile();
    let next = names.iter().cycle().skip(1);
    Graph::new(
        names
            .iter()
            .zip(next)
            .zip(1..)
            .map(|((from, to), weight)| (from.clone(), to.clone(), f64::from(weight))),
    )
}

#[test]
fn the_figures_of_a_small_graph_are_exact() {
    let graph = graph(&[
        ("a", "b", 3.0),
        ("a", "c", 1.5),
        ("b", "a", 2.0),
        ("d", "d", 4.0),
        ("x", "y", 0.5),
    ]);
    let summary = graph.summary();
    assert_eq!((summary.nodes, summary.edges), (6, 5));
    assert_eq!(summary.total_weight, 11.0);
    assert_eq!(summary.components, [3, 2, 1]);
    assert_eq!((summary.leading_on, summary.led_to), (4, 5));
    // a has 3 edges; b and d (both ends of its own) 2; c, x and y 1.
    assert_eq!(
        summary.degrees.into_iter().collect::<Vec<_>>(),
        [(1, 3), (2, 2), (3, 1)]
    );
    let heaviest: Vec<String> = graph
        .edges()
        .iter()
        .map(|edge| {
            let (from, to, weight) = graph.named(edge);
            format!("{}{}{weight}", from.text(), to.text())
        })
        .collect();
    assert_eq!(heaviest, ["dd4", "ab3", "ba2", "ac1.5", "xy0.5"]);
    // Nodes a, b, c, d, x, y; a loop counts once.
    assert_eq!(graph.strengths(), [6.5, 5.0, 1.5, 4.0, 0.5, 0.5]);
    assert_eq!(graph.heaviest(2).nodes().len(), 3);
}

#[test]
fn an_edge_is_there_once_and_its_weight_is_a_number() {
    let graph = graph(&[
        ("a", "b", 1.0),
        ("a", "b", 5.0),
        ("a", "c", f64::INFINITY),
        ("c", "a", f64::NAN),
    ]);
    assert_eq!(graph.edges().len(), 1);
    assert_eq!(graph.edges()[0].weight, 5.0);
    assert_eq!(graph.nodes().len(), 2, "a node without an edge is none");
    let none = Graph::default().summary();
    assert_eq!((none.nodes, none.edges, none.components), (0, 0, vec![]));
}

#[test]
fn names_that_look_alike_stay_apart() {
    let names = hostile();
    assert_eq!(hostile_graph().nodes().len(), names.len());
    let alike = Graph::new([
        (Name::new(*b"\xff"), Name::from("x"), 1.0),
        (Name::new(*b"\xfe"), Name::from("x"), 2.0),
        (Name::from("\u{fffd}"), Name::from("x"), 3.0),
    ]);
    assert_eq!((alike.nodes().len(), alike.edges().len()), (4, 3));
}
