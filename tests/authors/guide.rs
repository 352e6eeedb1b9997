//! The guide for authors: what it shows to save is what the example has, and what it says to type prints what it shows.

use workshop::verify::{Step, Terminal, steps};

use super::{copy, example};
use crate::commands::student::{Student, WORKSHOP};

#[tokio::test]
async fn what_the_guide_shows_is_so() {
    let guide = include_str!("../../docs/authors.md");
    let student = Student::new();
    let home = student.folder();
    copy(&example(), &home.join("course"));
    let bin = home.join("bin");
    std::fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(WORKSHOP, bin.join("workshop")).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let environment = [("PATH", path.as_str()), ("NO_COLOR", "1"), ("COLUMNS", "80")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut terminal = Terminal::open(home, &environment, home.join("memory"));
    let (mut saved, mut commands) = (0, 0);
    for step in steps(guide).unwrap() {
        match step {
            Step::Save { path, text } => {
                saved += 1;
                assert_eq!(std::fs::read_to_string(home.join(&path)).unwrap(), text, "{path}");
            }
            Step::Type(typed) => {
                commands += 1;
                let printed = terminal.type_in(&typed).await;
                assert!(
                    printed.is_ok(),
                    "docs/authors.md, line {}: {:#}",
                    typed.line,
                    printed.unwrap_err()
                );
            }
            Step::Solve => panic!("nobody has an exercise here"),
        }
    }
    terminal.close().await;
    assert!(saved >= 3 && commands >= 4, "{saved} files, {commands} commands");
}
