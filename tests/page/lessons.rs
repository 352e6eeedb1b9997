//! The lessons, as the server writes them.

use super::client::{address, get};
use crate::commands::student::Student;

#[test]
fn every_section_is_there_with_its_minutes_and_none_that_is_not() {
    let student = Student::started("1");
    let page = address(&student);
    let live = get(&page, "/lesson");
    assert_eq!((live.status, live.header("location")), (303, Some("/lesson/3")));
    for section in workshop::lesson::sections() {
        let number = section.number;
        let shown = get(&page, &format!("/lesson/{number}")).text();
        assert!(shown.contains(&format!("Section {number} · {} minutes", section.lesson.minutes)));
        let slides = get(&page, &format!("/lesson/{number}/slides")).text();
        // A section of the document for each heading of the lesson.
        let headings = |text: &str| {
            ["<h1>", "<h2>", "<h3>"]
                .map(|tag| text.matches(tag).count())
                .iter()
                .sum::<usize>()
        };
        assert!(headings(&slides) > 5, "{number}");
        assert_eq!(slides.matches("<section").count(), headings(&slides), "{number}");
    }
    for path in [
        "/lesson/9",
        "/lesson/x",
        "/lesson/3/notes",
        "/lesson/300",
        "/lesson/-1",
    ] {
        assert_eq!(get(&page, path).status, 404, "{path}");
    }
}
