//! The last check of a section, and running it.

use super::client::{address, get, post, request, token};
use crate::commands::student::{Student, wait_for};

/// What the page of section 3 says once its check is over.
fn over(page: &str) -> String {
    wait_for("the end of the check", || {
        let shown = get(page, "/checks/3").text();
        (!shown.contains("is running")).then_some(shown)
    })
}

#[test]
fn the_last_check_is_shown_as_the_terminal_showed_it() {
    let student = Student::started("1");
    let page = address(&student);
    assert!(
        get(&page, "/checks/3")
            .text()
            .contains("There was no check of this section yet")
    );
    student.write(
        "reader.py",
        "raise SystemExit('x' * 100_000 + '\\n<script>alert(1)</script> \\x1b[31m')\n",
    );
    let terminal =
        String::from_utf8_lossy(&student.workshop(["check", "3", "--seed", "7"]).stdout).into_owned();
    let shown = get(&page, "/checks/3").text();
    let claims: Vec<&str> = terminal
        .lines()
        .filter_map(|line| line.strip_prefix("  ✗ ").or_else(|| line.strip_prefix("  ? ")))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(claims.contains(&"mean"), "{terminal}");
    for claim in claims {
        assert!(
            shown.contains(&format!("<code class=\"id\">{claim}</code>")),
            "{claim}: {shown}"
        );
    }
    assert!(shown.contains("Not yet") && shown.contains("--seed 7"), "{shown}");
    assert!(
        shown.contains("&lt;script&gt;alert(1)&lt;/script&gt;"),
        "what the program said is shown"
    );
    assert!(
        !shown.contains("<script>alert") && !shown.contains('\u{1b}'),
        "and does nothing"
    );
    assert!(shown.len() < 200_000, "{}", shown.len());
}

#[test]
fn a_post_runs_the_check_one_at_a_time() {
    let student = Student::started("1");
    let page = address(&student);
    student.solve("03-online-statistics");
    let token = token(&page, "/checks/3");
    let headers = [("host", page.as_str())];
    assert_eq!(request(&page, "POST", "/checks/3", &headers, b"").status, 403);
    assert_eq!(post(&page, "/checks/9", &token, "").status, 404);
    let begun = post(&page, "/checks/3", &token, "");
    assert_eq!((begun.status, begun.header("location")), (303, Some("/checks/3")));
    assert!(
        get(&page, "/checks/3")
            .text()
            .contains("The check of section 3 is running")
    );
    let second = post(&page, "/checks/2", &token, "");
    assert_eq!(second.status, 409);
    assert!(second.text().contains("one at a time"));
    let shown = over(&page);
    for claim in ["mean", "variance", "large-offset"] {
        assert!(
            shown.contains(&format!("<code class=\"id\">{claim}</code>")),
            "{claim}: {shown}"
        );
    }
    // Section 2 was never started here, so there is nothing to check.
    assert_eq!(post(&page, "/checks/2", &token, "").status, 303);
    let refused = wait_for("the refusal", || {
        let shown = get(&page, "/checks/2").text();
        shown.contains("could not be run").then_some(shown)
    });
    assert!(refused.contains("workshop start 2"), "{refused}");
}

#[test]
fn a_check_that_runs_ends_with_the_workshop() {
    let student = Student::started("1");
    let page = address(&student);
    student.write("reader.py", "import time\nwhile True: time.sleep(1)\n");
    assert_eq!(
        post(&page, "/checks/3", &token(&page, "/checks/3"), "").status,
        303
    );
    let running = || crate::commands::student::processes_mentioning(student.folder()).len();
    wait_for("the check", || (running() >= 2).then_some(()));
    student.says(["stop"]);
    wait_for("the end of all of it", || (running() == 0).then_some(()));
}
