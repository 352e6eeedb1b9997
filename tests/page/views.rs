//! What the views of a section answer, before anybody looks at them.

use serde_json::Value;

use super::client::{address, get};
use super::events::{listen, next};
use crate::commands::student::{Student, script, wait_for};

#[test]
fn estimates_are_told_and_the_truth_is_not_before_it_is_revealed() {
    let student = Student::started("1");
    let page = address(&student);
    let mut feed = listen(&page, "/convergence/events");
    assert_eq!(
        next(&mut feed, None).unwrap(),
        serde_json::json!({"points": [], "truth": null})
    );
    let program = student.folder().join("program");
    script(
        &program,
        r#"echo '{"n": 2, "mean": 1.5, "variance": 0.5}'; echo '<script>'"#,
    );
    student.says(["run", "--", program.to_str().unwrap()]);
    let told = wait_for("the estimate", || {
        let told = next(&mut feed, None).unwrap();
        (told["points"] != Value::Array(Vec::new())).then_some(told)
    });
    assert_eq!(
        told,
        serde_json::json!({"points": [[2, 1.5, 0.5]], "truth": null})
    );
    let secret = student.says(["reveal-secret-stream", "--yes"]);
    let mean: f64 = secret
        .lines()
        .find_map(|line| line.strip_prefix("mean: ")?.parse().ok())
        .unwrap();
    wait_for("the truth", || {
        (next(&mut feed, None).unwrap()["truth"]["mean"] == mean).then_some(())
    });
}

#[test]
fn views_without_data_say_what_to_do_and_whatever_is_asked_is_answered() {
    let student = Student::new();
    student.says(["start", "2", "--rate", "1"]);
    let page = address(&student);
    for (path, expected) in [
        ("/ledger", "workshop check"),
        (
            "/ledger?page=-1&find=%3Cscript%3E&scenario=%ff%00&message=99999999999",
            "workshop check",
        ),
        ("/race", "workshop check 4"),
        ("/convergence/lab", "Welford"),
        ("/graph", "workshop run"),
    ] {
        let reply = get(&page, path);
        assert_eq!(reply.status, 200, "{path}");
        assert!(reply.text().contains(expected), "{path}");
    }
    assert_eq!(get(&page, "/convergence/secret").status, 404);
    for query in [
        "",
        "?epoch=0&since=0",
        "?epoch=x&since=-1",
        "?since=18446744073709551616",
    ] {
        let reply = get(&page, &format!("/graph/changes{query}"));
        let changes: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(changes["edges"], serde_json::json!([]), "{query}");
    }
    let problem = next(&mut listen(&page, "/graph/events"), None).unwrap();
    assert!(
        problem["problem"].as_str().unwrap().contains("workshop start 5"),
        "{problem}"
    );
}
