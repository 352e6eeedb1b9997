//! What the views of a section answer, before anybody looks at them.

use serde_json::Value;

use super::client::{address, get, request};
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
fn the_ledger_tells_what_becomes_of_a_live_message() {
    // Section 1 has neither a stream nor a bridge: what happens is what is done here.
    let student = Student::new();
    student.says(["start", "1"]);
    let page = address(&student);
    assert!(
        get(&page, "/ledger")
            .text()
            .contains("Nothing has been published yet")
    );
    let mut feed = listen(&page, "/ledger/events");
    assert_eq!(next(&mut feed, None).unwrap(), serde_json::json!({"happened": 0}));
    let live = student.live();
    let [pubsub, queue] = ["pubsub", "simplequeue"].map(|part| live[part].as_str().unwrap());
    let message = "<script>alert(1)</script>";
    for (server, method, path, body, fate) in [
        (pubsub, "POST", "/pub", message, "published"),
        (queue, "POST", "/put", message, "waits"),
        (queue, "GET", "/get", "", "in hand"),
        (queue, "POST", "/put", message, "waits again"),
    ] {
        assert_eq!(
            request(server, method, path, &[("host", server)], body.as_bytes()).status,
            200
        );
        let told = get(&page, "/ledger?message=1").text();
        assert!(!told.contains("<script>alert"), "{told}");
        assert!(told.contains("&lt;script&gt;alert(1)"), "{told}");
        let (_, life) = told.split_once("id=\"life-of\"").unwrap();
        let heading = life.split("</h2>").next().unwrap();
        assert!(heading.contains(&format!(">{fate}<")), "{fate}: {heading}");
    }
    let nonsense = "/ledger?of=live&page=-1&find=%3Cscript%3E&fate=%ff&message=99999999999";
    assert!(get(&page, nonsense).text().contains("None is like that"));
    wait_for("all four to be told of", || {
        (next(&mut feed, None).unwrap()["happened"] == 4).then_some(())
    });
}

#[test]
fn views_without_data_say_what_to_do_and_whatever_is_asked_is_answered() {
    let student = Student::new();
    student.says(["start", "2", "--rate", "1"]);
    let page = address(&student);
    for (path, expected) in [
        ("/ledger?of=check", "workshop check"),
        (
            "/ledger?of=check&page=-1&find=%3Cscript%3E&scenario=%ff%00&message=99999999999",
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
