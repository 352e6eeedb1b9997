//! Graphviz, networkx and ourselves read what is written.
//!
//! networkx and Graphviz are asked themselves where they are installed. `WORKSHOP_NETWORKX` names a Python that has
//! networkx; without it, `python3` is tried.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;
use workshop::graph::{Graph, dot, from_json, graphml, json};

use super::{graph, hostile_graph};

/// Runs a program with `input`; `None`, said aloud, where it is not installed.
fn run(program: &str, arguments: &[&str], input: &str) -> Option<String> {
    let mut child = match Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
    {
        Ok(child) => child,
        Err(error) => {
            eprintln!("SKIPPED: {program} is not to be had ({error})");
            return None;
        }
    };
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writing = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program}: {errors}");
    assert!(
        !errors.contains("Warning") && !errors.contains("Error"),
        "{program}: {errors}"
    );
    writing.join().unwrap().unwrap();
    Some(String::from_utf8(output.stdout).unwrap())
}

/// What networkx makes of a document: its names by id, and its edges with their weights.
fn networkx(read: &str, input: &str) -> Option<Value> {
    let python = std::env::var("WORKSHOP_NETWORKX").unwrap_or_else(|_| "python3".into());
    if !Command::new(&python)
        .args(["-c", "import networkx"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
    {
        eprintln!("SKIPPED: {python} has no networkx; WORKSHOP_NETWORKX names a Python that has");
        return None;
    }
    let program = format!(
        "import io, json, sys, networkx\n\
         data = sys.stdin.buffer.read()\n\
         g = {read}\n\
         assert g.is_directed() and not g.is_multigraph()\n\
         print(json.dumps({{'nodes': [[str(n), a['name'], a.get('bytes')] for n, a in g.nodes(data=True)],\n\
         'edges': [[str(u), str(v), a['weight']] for u, v, a in g.edges(data=True)]}}))\n"
    );
    let output = run(&python, &["-c", &program], input)?;
    Some(serde_json::from_str(&output).unwrap())
}

/// The edges of what networkx read, by the bytes of the names.
fn edges_of(read: &Value) -> BTreeMap<(Vec<u8>, Vec<u8>), String> {
    let names: BTreeMap<&str, Vec<u8>> = read["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| {
            let name = match node[2].as_str() {
                Some(bytes) => (0..bytes.len())
                    .step_by(2)
                    .map(|at| u8::from_str_radix(&bytes[at..at + 2], 16).unwrap())
                    .collect(),
                None => node[1].as_str().unwrap().as_bytes().to_vec(),
            };
            (node[0].as_str().unwrap(), name)
        })
        .collect();
    let name = |id: &Value| names[id.as_str().unwrap()].clone();
    read["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| {
            (
                (name(&edge[0]), name(&edge[1])),
                edge[2].as_f64().unwrap().to_string(),
            )
        })
        .collect()
}

fn edges(graph: &Graph) -> BTreeMap<(Vec<u8>, Vec<u8>), String> {
    graph
        .edges()
        .iter()
        .map(|edge| {
            let (from, to, weight) = graph.named(edge);
            ((from.bytes().to_vec(), to.bytes().to_vec()), weight.to_string())
        })
        .collect()
}

#[test]
fn json_comes_back_as_it_was() {
    for graph in [
        hostile_graph(),
        Graph::default(),
        graph(&[("a", "b", 0.1), ("b", "a", -1e-300)]),
    ] {
        let text = json(&graph);
        assert_eq!(from_json(text.as_bytes()).unwrap(), graph, "{text}");
    }
    let text = json(&graph(&[("direct", "http://a", 836.0)]));
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["nodes"][0]["name"], "direct");
    assert_eq!(
        document["links"][0],
        serde_json::json!({"source": 0, "target": 1, "weight": 836.0})
    );
}

#[test]
fn what_is_no_graph_is_said_to_be_none() {
    for (text, sentence) in [
        (
            "",
            "this is no graph as `workshop graph --format json` writes it: EOF",
        ),
        ("[]", "this is no graph"),
        (r#"{"nodes": []}"#, "missing field `links`"),
        (
            r#"{"nodes": [], "links": [{"source": 0, "target": 1, "weight": 1}]}"#,
            "names the node 0",
        ),
        (
            r#"{"nodes": [{"id": 4, "name": "a"}, {"id": 4, "name": "b"}], "links": []}"#,
            "two nodes have the id 4",
        ),
        (
            r#"{"nodes": [{"id": 4, "name": "a", "bytes": "zz"}], "links": []}"#,
            "node 4 has the bytes \"zz\"",
        ),
        (
            r#"{"nodes": [], "links": [{"source": 0, "target": 1, "weight": 1e999}]}"#,
            "out of range",
        ),
    ] {
        let error = from_json(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(sentence), "{text}: {error}");
    }
}

#[test]
fn graphml_is_well_formed_and_holds_every_name() {
    let graph = hostile_graph();
    let text = graphml(&graph);
    let document = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let nodes = document
        .descendants()
        .filter(|node| node.tag_name().name() == "node");
    for (node, name) in nodes.zip(graph.nodes()) {
        let data = |key: &str| {
            let found = node
                .children()
                .find(|child| child.attribute("key") == Some(key))?;
            Some(found.text().unwrap_or("").to_owned())
        };
        match data("bytes") {
            None => assert_eq!(data("name").unwrap().as_bytes(), name.bytes()),
            Some(bytes) => assert_eq!(bytes.len(), 2 * name.bytes().len()),
        }
    }
}

#[test]
fn networkx_reads_the_graphml_and_the_json() {
    for graph in [
        hostile_graph(),
        graph(&[("a", "b", 0.5), ("b", "a", 2.0), ("c", "c", 1e100)]),
    ] {
        for (read, text) in [
            ("networkx.read_graphml(io.BytesIO(data))", graphml(&graph)),
            (
                "networkx.node_link_graph(json.loads(data), edges='links')",
                json(&graph),
            ),
        ] {
            let Some(found) = networkx(read, &text) else {
                return;
            };
            assert_eq!(edges_of(&found), edges(&graph), "{read}");
        }
    }
}

/// A string as Graphviz shows it: `\\n` is a newline, and a doubled backslash one.
fn unescaped(text: &str) -> String {
    let mut characters = text.chars();
    let mut plain = String::new();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '\\' => match characters.next() {
                Some('n') => '\n',
                other => other.unwrap(),
            },
            other => other,
        });
    }
    plain
}

#[test]
fn graphviz_reads_the_dot() {
    for graph in [
        hostile_graph(),
        graph(&[("a", "b", 0.5), ("b", "a", 2.0)]),
        Graph::default(),
    ] {
        let text = dot(&graph);
        // What Graphviz writes as JSON is the graph as it understood it.
        let Some(found) = run("dot", &["-Kdot", "-Tdot_json"], &text) else {
            return;
        };
        let found: Value = serde_json::from_str(&found).unwrap();
        let empty = Vec::new();
        let nodes = found["objects"].as_array().unwrap_or(&empty);
        assert_eq!(nodes.len(), graph.nodes().len());
        for (node, name) in nodes.iter().zip(graph.nodes()) {
            if node.get("bytes").is_none_or(|bytes| bytes == "") {
                // It leaves out what is empty.
                let whole = node["fullname"].as_str().unwrap_or_default();
                assert_eq!(unescaped(whole).as_bytes(), name.bytes());
            }
        }
        let links = found["edges"].as_array().unwrap_or(&empty);
        let weights: Vec<f64> = links
            .iter()
            .map(|link| link["weight"].as_str().unwrap().parse().unwrap())
            .collect();
        let mut expected: Vec<f64> = graph.edges().iter().map(|edge| edge.weight).collect();
        expected.sort_by(f64::total_cmp);
        let mut sorted = weights;
        sorted.sort_by(f64::total_cmp);
        assert_eq!(sorted, expected);
    }
}

#[test]
fn graphviz_draws_the_names_and_not_what_they_could_mean() {
    let graph = graph(&[("&lt;b&gt; \\N \\l", "\"q\" <i>", 1.0)]);
    let Some(svg) = run("dot", &["-Tsvg"], &dot(&graph)) else {
        return;
    };
    let document = roxmltree::Document::parse_with_options(
        &svg,
        roxmltree::ParsingOptions {
            allow_dtd: true,
            ..roxmltree::ParsingOptions::default()
        },
    )
    .unwrap();
    let texts: Vec<String> = document
        .descendants()
        .filter(|node| node.tag_name().name() == "text")
        .filter_map(|node| node.text())
        // Graphviz writes blanks that do not break.
        .map(|text| text.replace('\u{a0}', " "))
        .collect();
    assert_eq!(texts.len(), 2);
    assert!(
        texts.contains(&"&lt;b&gt; \\N \\l".to_owned()) && texts.contains(&"\"q\" <i>".to_owned()),
        "{texts:?}"
    );
}
