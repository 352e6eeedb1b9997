//! The picture: well-formed, readable, the same each time, whatever the names are.

use workshop::graph::{Graph, Name, Picture, svg};

use super::{graph, hostile_graph};

/// A graph in the shape of clicks: one node leads to most others, which have one edge each, and a few that have more.
fn like_clicks(edges: u32) -> Graph {
    Graph::new((0..edges).map(|number| {
        let from = if number % 3 == 0 { 0 } else { number % 97 + 1 };
        let to = if number % 5 == 0 { number % 7 } else { number };
        (
            Name::from(format!("http://www.site-{from}.example/some/page.html").as_str()),
            Name::from(format!("http://www.target-{to}.gov/a/path/to/page-{to}.html").as_str()),
            f64::from(1 + 3000 / (number + 1)),
        )
    }))
}

/// Parses the picture and sees to it that nothing in it could load or run anything.
fn parsed(picture: &Picture) -> roxmltree::Document<'_> {
    let document =
        roxmltree::Document::parse(&picture.svg).unwrap_or_else(|error| panic!("{error}: {}", picture.svg));
    for node in document.descendants().filter(|node| node.is_element()) {
        let known = [
            "svg", "title", "desc", "defs", "marker", "path", "rect", "text", "g", "circle",
        ];
        assert!(known.contains(&node.tag_name().name()), "{:?}", node.tag_name());
        for attribute in node.attributes() {
            assert!(
                !attribute.name().starts_with("on") && attribute.name() != "href",
                "{attribute:?}"
            );
            assert!(
                !attribute.value().contains("NaN") && !attribute.value().contains("inf"),
                "{attribute:?}"
            );
        }
    }
    document
}

fn count(document: &roxmltree::Document<'_>, tag: &str, attribute: &str) -> usize {
    document
        .descendants()
        .filter(|node| node.tag_name().name() == tag && node.has_attribute(attribute))
        .count()
}

#[track_caller]
fn assert_apart(picture: &Picture) {
    for (index, label) in picture.labels.iter().enumerate() {
        assert!(
            label.x >= 0.0
                && label.y >= 0.0
                && label.x + label.width <= 1600.0
                && label.y + label.height <= 1000.0,
            "{label:?} lies outside"
        );
        for other in &picture.labels[..index] {
            assert!(!label.overlaps(other), "{label:?} and {other:?}");
        }
    }
}

#[test]
fn every_edge_and_every_node_is_drawn_and_no_label_covers_another() {
    let graph = like_clicks(120);
    let picture = svg(&graph, 120);
    let document = parsed(&picture);
    assert_eq!(picture.edges, graph.edges().len());
    assert_eq!(count(&document, "path", "marker-end"), graph.edges().len());
    // Three more in the legend.
    assert_eq!(count(&document, "circle", "r"), graph.nodes().len() + 3);
    assert_eq!(count(&document, "text", "textLength"), picture.labels.len());
    assert!(
        picture.labels.len() >= 25,
        "only {} labels found room",
        picture.labels.len()
    );
    assert_apart(&picture);
    let title = document
        .descendants()
        .find(|node| node.tag_name().name() == "title")
        .unwrap();
    assert!(title.text().unwrap().starts_with("A graph of "), "{title:?}");
    assert_eq!(svg(&graph, 120), picture, "the same graph gives the same picture");
}

#[test]
fn of_a_large_graph_the_heaviest_edges_are_drawn() {
    let graph = like_clicks(1400);
    let picture = svg(&graph, 60);
    let document = parsed(&picture);
    assert_eq!(count(&document, "path", "marker-end"), 60);
    assert!(
        picture.svg.contains("drawn are the 60 heaviest edges"),
        "{}",
        picture.svg
    );
    assert_apart(&picture);
}

#[test]
fn a_label_takes_the_room_that_it_is_given() {
    // Whatever font draws it: the text is told the width that was kept free for it.
    let picture = svg(&graph(&[("http://www.nasa.gov/", "WWWWWWWWWW", 2.0)]), 10);
    let document = parsed(&picture);
    for text in document
        .descendants()
        .filter(|node| node.has_attribute("textLength"))
    {
        let number = |name: &str| text.attribute(name).unwrap().parse::<f64>().unwrap();
        let room = picture
            .labels
            .iter()
            .find(|label| (label.x - number("x")).abs() < 0.1)
            .unwrap();
        assert!((room.width - number("textLength")).abs() < 0.1, "{room:?}");
        assert!(number("y") > room.y && number("y") < room.y + room.height);
    }
}

#[test]
fn hostile_names_do_no_harm() {
    let graph = hostile_graph();
    let picture = svg(&graph, 1000);
    let document = parsed(&picture);
    assert_eq!(count(&document, "circle", "r"), graph.nodes().len() + 3);
    assert_apart(&picture);
    assert!(
        picture.svg.len() < 60_000,
        "a name of 10 kB is cut: {}",
        picture.svg.len()
    );
    let visible = |character: char| {
        character == '\n' || !character.is_control() && !('\u{202a}'..='\u{202e}').contains(&character)
    };
    assert!(
        picture.svg.chars().all(visible),
        "what could command a terminal is made visible"
    );
}

#[test]
fn graphs_of_hardly_anything_have_a_picture() {
    for edges in [
        &[][..],
        &[("a", "a", 1.0)],
        &[("a", "b", 0.0)],
        &[("a", "b", -3.0), ("b", "a", -1.0)],
        &[("a", "b", 1e300), ("c", "d", 1e-300)],
        &[("a", "b", f64::MAX), ("a", "c", f64::MAX)],
    ] {
        let graph = graph(edges);
        let picture = svg(&graph, 100);
        let document = parsed(&picture);
        assert_eq!(
            count(&document, "path", "marker-end"),
            graph.edges().len(),
            "{edges:?}"
        );
        assert_apart(&picture);
    }
}
