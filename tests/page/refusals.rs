//! Who is answered, and who may act.

use super::client::{Reply, address, get, post, request, token};
use crate::commands::student::Student;

#[test]
fn only_names_of_this_machine_and_pages_of_this_origin_are_answered() {
    let student = Student::started("1");
    let page = address(&student);
    let port = page.rsplit(':').next().unwrap();
    for host in [page.clone(), format!("localhost:{port}"), format!("[::1]:{port}")] {
        assert_eq!(
            request(&page, "GET", "/pipeline", &[("host", &host)], b"").status,
            200,
            "{host}"
        );
    }
    for host in [
        "evil.example",
        "evil.example:8088",
        "localhost.evil.example",
        "10.0.0.1",
        "",
    ] {
        for path in ["/", "/pipeline", "/events", "/assets/page.css"] {
            let reply = request(&page, "GET", path, &[("host", host)], b"");
            assert_eq!(reply.status, 403, "{host} {path}");
            assert_guarded(&reply, host);
        }
    }
    for (name, value) in [
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("origin", "http://localhost:1"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let reply = request(&page, "GET", "/pipeline", &[("host", &page), (name, value)], b"");
        assert_eq!(reply.status, 403, "{name}: {value}");
        assert_guarded(&reply, value);
        // The page has no option that would allow it.
        assert!(!reply.text().contains("--allow-origin"), "{}", reply.text());
        assert!(
            reply.text().contains("may not use this server"),
            "{}",
            reply.text()
        );
        assert_eq!(reply.header("access-control-allow-origin"), None);
        assert!(!reply.text().contains("name=\"token\""), "{name}: {value}");
    }
}

/// No browser makes anything of the reply but what it says.
fn assert_guarded(reply: &Reply, what: &str) {
    let policy = reply.header("content-security-policy").unwrap();
    for rule in [
        "default-src 'none'",
        "script-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(rule), "{what}: {policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{what}");
    assert_eq!(reply.header("cache-control"), Some("no-store"), "{what}");
}

#[test]
fn a_preflight_of_another_origin_is_refused() {
    let student = Student::started("1");
    let page = address(&student);
    let headers = [
        ("host", page.as_str()),
        ("origin", "http://evil.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "x-workshop-token"),
    ];
    let reply = request(&page, "OPTIONS", "/checks/3", &headers, b"");
    assert_eq!(reply.status, 403);
    assert_guarded(&reply, "a preflight");
    assert_eq!(reply.header("access-control-allow-headers"), None);
}

#[test]
fn every_reply_forbids_what_is_not_from_here() {
    let student = Student::started("1");
    let page = address(&student);
    for path in [
        "/",
        "/pipeline",
        "/assets/page.css",
        "/assets/shell.js",
        "/nothing",
        "/assets/../Cargo.toml",
    ] {
        let reply = get(&page, path);
        assert_guarded(&reply, path);
    }
    assert_eq!(get(&page, "/nothing").status, 404);
    assert_eq!(get(&page, "/assets/../Cargo.toml").status, 404);
    let hostile = get(&page, "/%3Cscript%3E<script>alert(1)</script>").text();
    assert!(!hostile.contains("<script>alert"), "{hostile}");
}

#[test]
fn nothing_acts_without_the_token_or_from_elsewhere() {
    let student = Student::started("1");
    let page = address(&student);
    let token = token(&page, "/pipeline");
    let origin = format!("http://{page}");
    let other = format!("{}x", &token[..token.len() - 1]);
    let form = format!("token={token}");
    // What it is, the headers, the body.
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);
    let cases: [Case; 7] = [
        ("no token", &[("origin", &origin)], ""),
        (
            "an empty one",
            &[("origin", &origin), ("x-workshop-token", "")],
            "",
        ),
        (
            "another one",
            &[("origin", &origin), ("x-workshop-token", &other)],
            "",
        ),
        (
            "a wrong header and a right field",
            &[("origin", &origin), ("x-workshop-token", &other)],
            &form,
        ),
        ("no origin", &[("x-workshop-token", &token)], ""),
        (
            "another origin",
            &[("origin", "http://evil.example"), ("x-workshop-token", &token)],
            "",
        ),
        (
            "a name of this machine, but another",
            &[("origin", "http://localhost:1"), ("x-workshop-token", &token)],
            "",
        ),
    ];
    for (what, headers, body) in cases {
        let mut all = vec![("host", page.as_str())];
        all.extend_from_slice(headers);
        let reply = request(&page, "POST", "/pipeline", &all, body.as_bytes());
        assert_eq!(reply.status, 403, "{what}: {}", reply.text());
        let from_here = headers.contains(&("origin", origin.as_str()));
        let expected = if from_here {
            "the token of this page is missing or old; load the page again"
        } else if headers.iter().any(|(name, _)| *name == "origin") {
            "may not use this server, whatever it asks for"
        } else {
            "only this page itself may ask for that"
        };
        assert!(reply.text().contains(expected), "{what}: {}", reply.text());
    }
    // With both it comes to the view, which has nothing to do here.
    assert_eq!(post(&page, "/pipeline", &token, "").status, 404);
    let headers = [("host", page.as_str()), ("origin", &origin)];
    assert_eq!(
        request(&page, "POST", "/pipeline", &headers, form.as_bytes()).status,
        404
    );
    let deleted = request(&page, "DELETE", "/pipeline", &headers, b"");
    assert_eq!(
        (deleted.status, deleted.text().trim_end()),
        (405, "this page answers GET, HEAD and POST")
    );
}

#[test]
fn a_body_without_end_is_refused() {
    let student = Student::started("1");
    let page = address(&student);
    let token = token(&page, "/pipeline");
    let reply = post(&page, "/pipeline", &token, &"x".repeat(5 << 20));
    assert_eq!(reply.status, 413);
}
