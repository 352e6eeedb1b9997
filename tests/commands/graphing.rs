//! `graph`: what a student sees of a graph. (What is drawn and written is tested in `graphs`.)

use super::student::{Student, text};

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

#[test]
fn what_cannot_be_shown_is_said_in_a_sentence() {
    let student = with_graph();
    std::fs::write(student.folder().join("broken.json"), "{").unwrap();
    let says = |arguments: &[&str], expected: i32, sentence: &str| {
        let output = student.workshop(["graph"].iter().chain(arguments));
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(expected), "{arguments:?}: {said}");
        assert!(said.contains(sentence), "{arguments:?}: {said}");
    };
    says(
        &["--from", "nothing.json"],
        2,
        "cannot read nothing.json: No such file",
    );
    says(&["--from", "broken.json"], 2, "broken.json: this is no graph");
    says(
        &["--from", "graph.json", "--edges", "0"],
        2,
        "a number from 1 to 20000",
    );
    says(
        &["--from", "graph.json", "--svg", "no/such/folder.svg"],
        1,
        "cannot write no/such/folder.svg",
    );
    says(
        &["--redis-url", "http://127.0.0.1"],
        2,
        "none of the form redis://HOST:PORT/DATABASE",
    );
    says(
        &["--redis-url", "redis://127.0.0.1:1"],
        1,
        "cannot read the Redis at 127.0.0.1:1",
    );
    says(&[], 2, "--redis-url");
}
