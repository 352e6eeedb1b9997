//! The events that a page lives on.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;

use serde_json::Value;

use super::client::{address, begin, get, head};
use crate::commands::student::{Student, wait_for};

/// Listens to the feed at `path`.
pub fn listen(page: &str, path: &str) -> BufReader<TcpStream> {
    let mut reader = begin(page, "GET", path, &[("host", page)], b"");
    let (status, headers) = head(&mut reader);
    assert_eq!(status, 200);
    assert!(
        headers.contains(&("content-type".into(), "text/event-stream".into())),
        "{headers:?}"
    );
    reader
}

/// The next document of a feed; `None` when it has ended. (What frames the chunks of the reply is passed over.)
pub fn next(reader: &mut impl BufRead, name: Option<&str>) -> Option<Value> {
    let mut event = None;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() == 0 {
            return None;
        }
        let line = line.trim_end();
        if let Some(named) = line.strip_prefix("event: ") {
            event = Some(named.to_owned());
        } else if let Some(data) = line.strip_prefix("data: ") {
            if event.as_deref() == name {
                return Some(serde_json::from_str(data).unwrap());
            }
            event = None;
        }
    }
}

#[test]
fn the_pipeline_is_told_as_it_flows() {
    let student = Student::started("500");
    let page = address(&student);
    let mut feed = listen(&page, "/pipeline/events");
    let workshop = next(&mut feed, Some("workshop")).unwrap();
    let shown = get(&page, "/pipeline").text();
    let instance = workshop["instance"].as_str().unwrap();
    assert!(shown.contains(&format!("name=\"instance\" content=\"{instance}\"")));

    let first = next(&mut feed, None).unwrap();
    let later = wait_for("50 more messages", || {
        let now = next(&mut feed, None).unwrap();
        let count = |of: &Value| of["pubsub"]["published"].as_u64().unwrap();
        (count(&now) >= count(&first) + 50).then_some(now)
    });
    assert!(later["queue"]["depth"].as_u64() > first["queue"]["depth"].as_u64());
    assert!(later["at_ms"].as_u64() > first["at_ms"].as_u64());
    assert_eq!(later["readers"], serde_json::json!([]), "nobody has got anything");

    let queue = student.live()["simplequeue"].as_str().unwrap().to_owned();
    get(&queue, "/mget?items=3");
    let reader = wait_for("a reader", || {
        next(&mut feed, None).unwrap()["readers"].get(0).cloned()
    });
    assert_eq!(
        (reader["number"].as_u64(), reader["messages"].as_u64()),
        (Some(1), Some(3))
    );
}

#[test]
fn listeners_are_bounded_and_end_with_the_workshop() {
    let student = Student::started("1");
    let page = address(&student);
    let mut listeners: Vec<_> = (0..64).map(|_| listen(&page, "/events")).collect();
    let refused = get(&page, "/events");
    assert_eq!(refused.status, 503);
    assert!(refused.text().contains("64 windows"), "{}", refused.text());
    assert_eq!(
        get(&page, "/pipeline").status,
        200,
        "and pages are still to be had"
    );
    // A place is free again once a window is closed.
    listeners.pop();
    wait_for("a free place", || {
        let mut reader = begin(&page, "GET", "/events", &[("host", &page)], b"");
        (head(&mut reader).0 == 200).then_some(())
    });
    student.says(["stop"]);
    for mut listener in listeners {
        while next(&mut listener, None).is_some() {}
    }
}

#[test]
fn the_next_workshop_of_a_workspace_is_at_the_same_address() {
    let student = Student::started("1");
    let kept = student.workspace().join(".workshop/page-port");
    let port = address(&student).rsplit(':').next().unwrap().to_owned();
    assert_eq!(std::fs::read_to_string(&kept).unwrap().trim(), port);
    student.says(["stop"]);
    // One that the workshops of other tests do not take meanwhile.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let page = free.local_addr().unwrap().to_string();
    drop(free);
    std::fs::write(&kept, page.rsplit(':').next().unwrap()).unwrap();
    let instance = || next(&mut listen(&page, "/events"), Some("workshop")).unwrap();
    student.says(["start", "3", "--rate", "1"]);
    assert_eq!(address(&student), page);
    let first = instance();
    student.says(["start", "3", "--rate", "2"]);
    assert_eq!(address(&student), page);
    assert_ne!(
        instance(),
        first,
        "a page that is open knows that it is another one"
    );
}
