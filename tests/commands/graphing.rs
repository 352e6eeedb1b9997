//! `graph`: what a student sees of a graph. (What is drawn and written is tested in `graphs`.)

use std::collections::HashMap;

use serde_json::Value;
use workshop::services::redis::{Port, Server};
use workshop::services::zsets::Database;

use super::student::{Student, text};
use crate::redis::{ask, connect, guard, installation};

/// A graph as `--format json` writes it, with a name that would command a terminal and one that is not UTF-8.
const GRAPH: &str = r#"{"nodes": [{"id": 0, "name": "direct"}, {"id": 1, "name": "http://a.example/\u001b[2J"},
    {"id": 2, "name": "", "bytes": "ff"}], "links": [{"source": 0, "target": 1, "weight": 830},
    {"source": 2, "target": 1, "weight": 2.5}]}"#;

fn with_graph() -> Student {
    let student = Student::new();
    std::fs::write(student.folder().join("graph.json"), GRAPH).unwrap();
    student
}

#[test]
fn the_figures_come_as_tables_and_names_command_no_terminal() {
    let student = with_graph();
    let page = student.says(["graph", "--from", "graph.json"]);
    let row = |label: &str| {
        let line = page.lines().find(|line| line.starts_with(label)).unwrap();
        line.rsplit('│').next().unwrap().trim().to_owned()
    };
    assert_eq!(row("nodes "), "3");
    assert_eq!(row("edges "), "2");
    assert_eq!(row("weight of all edges"), "832.5");
    assert_eq!(row("direct"), "830");
    assert!(
        page.contains("http://a.example/␛[2J") && !page.contains('\u{1b}'),
        "{page}"
    );
}

#[test]
fn a_picture_and_a_file_for_another_program_are_written_side_by_side() {
    let student = with_graph();
    let fixed = [
        "graph",
        "--from",
        "graph.json",
        "--svg",
        "a.svg",
        "--format",
        "json",
    ];
    let page = student.says(fixed.iter().chain(&["--output", "b.json"]));
    assert!(page.contains("The heaviest edges"), "{page}");
    let read = |name: &str| std::fs::read_to_string(student.folder().join(name)).unwrap();
    assert!(read("a.svg").starts_with("<svg ") && read("a.svg").contains("direct"));
    assert!(read("b.json").contains("\"bytes\":\"ff\""));
    // What it wrote is what it reads, and alone on standard output where no file was named.
    let again = student.says(["graph", "--from", "b.json", "--format", "json"]);
    assert_eq!(again, read("b.json"));
    assert!(
        student
            .says(["graph", "--from", "b.json", "--format", "dot"])
            .starts_with("digraph {")
    );
    assert!(
        student
            .says(["graph", "--from", "b.json", "--format", "graphml"])
            .starts_with("<?xml ")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_zsets_of_a_redis_are_the_graph_and_nothing_else_is() {
    let redis = Server::start(&installation().await, Port::Free, &guard())
        .await
        .unwrap();
    let student = Student::new();
    let graph = |url: &str, more: &[&str]| {
        let fixed = ["graph", "--redis-url", url];
        let output = student.workshop(fixed.iter().chain(more));
        assert!(output.status.success(), "{}", text(&output.stderr));
        (text(&output.stdout), text(&output.stderr))
    };
    let url = format!("redis://{}/1", redis.address());
    let mut first = connect(&url);
    for (key, score, member) in [
        ("direct", "830", "http://a.gov/"),
        ("direct", "2.5", "http://b.gov/\u{e9}"),
        ("http://a.gov/", "1", "direct"),
        ("direct", "inf", "http://c.gov/"),
    ] {
        ask::<()>(&mut first, &["ZADD", key, score, member]).unwrap();
    }
    // More members than one page of ZSCAN has, more keys than one of SCAN, and a name that is no text.
    for n in 0..1500 {
        ask::<()>(&mut first, &["ZADD", "hub", "1", &format!("page {n}")]).unwrap();
        ask::<()>(&mut first, &["ZADD", &format!("node {n}"), "1", "hub"]).unwrap();
    }
    redis::cmd("ZADD")
        .arg(b"\xff\0")
        .arg(7)
        .arg("hub")
        .exec(&mut first)
        .unwrap();
    ask::<()>(&mut first, &["SET", "lock", "mine"]).unwrap();
    ask::<()>(&mut first, &["HSET", "seen", "a", "1"]).unwrap();

    let (json, notes) = graph(&url, &["--format", "json"]);
    assert!(
        notes.contains("2 keys are no zsets") && notes.contains("1 member has an infinite score"),
        "{notes}"
    );
    let json: Value = serde_json::from_str(&json).unwrap();
    let name = |end: &Value| {
        let node = &json["nodes"][usize::try_from(end.as_u64().unwrap()).unwrap()];
        node["bytes"]
            .as_str()
            .or(node["name"].as_str())
            .unwrap()
            .to_owned()
    };
    let edges: HashMap<(String, String), f64> = json["links"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| {
            let ends = (name(&edge["source"]), name(&edge["target"]));
            (ends, edge["weight"].as_f64().unwrap())
        })
        .collect();
    let weight = |from: &str, to: &str| edges.get(&(from.to_owned(), to.to_owned())).copied();
    assert_eq!(edges.len(), 3 + 1500 + 1500 + 1);
    assert_eq!(weight("direct", "http://a.gov/"), Some(830.0));
    assert_eq!(weight("direct", "http://b.gov/\u{e9}"), Some(2.5));
    assert_eq!(weight("http://a.gov/", "direct"), Some(1.0));
    assert_eq!(weight("ff00", "hub"), Some(7.0));
    assert!((0..1500).all(|n| weight("hub", &format!("page {n}")) == Some(1.0)));
    assert!((0..1500).all(|n| weight(&format!("node {n}"), "hub") == Some(1.0)));

    let too_much = Database::of(&url, None).unwrap().read_at_most(100).unwrap_err();
    assert_eq!(
        too_much.to_string(),
        format!(
            "database 1 of the Redis at {} holds more than 100 edges or 512 MiB of names; is it the one that you mean?",
            redis.address()
        )
    );

    // The number is asked for, is in the address, or is 1.
    let without = format!("redis://{}", redis.address());
    assert!(graph(&without, &[]).0.contains("http://a.gov/"));
    for (address, more) in [(&url, &["--database", "2"][..]), (&format!("{without}/0"), &[])] {
        let page = graph(address, more).0;
        assert!(page.contains("There is no zset in database"), "{page}");
    }
    redis.stop().await;
}
