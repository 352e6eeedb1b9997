//! The embedded course: what must be true of every section, whichever there are.
//!
//! What `workshop verify` finds wrong with a course it says itself; here it is only asked.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use workshop::lesson;

use super::commands::student::{Student, flat, text};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_course_loads() {
    match lesson::load() {
        Ok(sections) => assert!(
            !sections.is_empty(),
            "a course without a section passes every other test"
        ),
        Err(error) => panic!("{error}"),
    }
}

/// Every file under a folder, by its path from there, less what never travels.
fn files_on_disk(folder: &Path) -> BTreeSet<String> {
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    let mut files = BTreeSet::new();
    while let Some(inside) = folders.pop() {
        for entry in fs::read_dir(inside).into_iter().flatten() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name == "__pycache__" || name.starts_with('.') || name.ends_with(".pyc") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.strip_prefix(folder).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    files
}

#[test]
fn the_binary_holds_what_is_on_disk() {
    let lessons = repository().join("lessons");
    let folders: BTreeSet<String> = files_on_disk(&lessons)
        .iter()
        .filter_map(|path| Some(path.split_once('/')?.0.to_owned()))
        .collect();
    let embedded: BTreeSet<String> = lesson::sections()
        .iter()
        .map(|section| section.folder.to_owned())
        .collect();
    assert_eq!(embedded, folders);
    for section in lesson::sections() {
        for language in section.languages() {
            let starter = lessons.join(section.folder).join("starter");
            let mut on_disk = files_on_disk(&starter.join(language));
            // What stands in no folder of a language belongs to all of them.
            on_disk.extend(
                files_on_disk(&starter)
                    .into_iter()
                    .filter(|path| !path.contains('/')),
            );
            let embedded: BTreeSet<String> = section
                .starter(language)
                .map(|file| file.path.to_owned())
                .collect();
            assert_eq!(
                embedded, on_disk,
                "the starter of {} in {language}",
                section.folder
            );
        }
        for language in section.solution_languages() {
            let on_disk = files_on_disk(&repository().join("solutions").join(section.folder).join(language));
            let embedded: BTreeSet<String> = section
                .solution(language)
                .map(|file| file.path.to_owned())
                .collect();
            assert_eq!(
                embedded, on_disk,
                "the solution of {} in {language}",
                section.folder
            );
        }
    }
    let on_disk: BTreeSet<String> = files_on_disk(&repository().join("clients/python/pysimplehttp"))
        .into_iter()
        .filter(|path| path.ends_with(".py") || path == "py.typed")
        .map(|path| format!("pysimplehttp/{path}"))
        .collect();
    let embedded: BTreeSet<String> = lesson::client("python")
        .map(|file| file.path.to_owned())
        .collect();
    assert_eq!(embedded, on_disk);
    let on_disk: BTreeSet<String> = files_on_disk(&repository().join("clients/rust"))
        .into_iter()
        .filter(|path| path != "Cargo.lock" && !path.starts_with("target/"))
        .collect();
    let embedded: BTreeSet<String> = lesson::client("rust").map(|file| file.path.to_owned()).collect();
    assert_eq!(embedded, on_disk);
}

/// So that whoever has built the workshop can build a starter too, offline.
#[test]
fn a_starter_in_rust_needs_no_crate_that_the_workshop_does_not_need() {
    let packages = |text: &str| -> BTreeSet<(String, String)> {
        let lock: toml::Table = toml::from_str(text).unwrap();
        let packages = lock["package"].as_array().unwrap().iter();
        let own = |package: &&toml::Value| package.get("source").is_some();
        let word = |package: &toml::Value, key| package[key].as_str().unwrap().to_owned();
        packages
            .filter(own)
            .map(|package| (word(package, "name"), word(package, "version")))
            .collect()
    };
    let ours = packages(&fs::read_to_string(repository().join("Cargo.lock")).unwrap());
    for section in lesson::sections() {
        for lock in section.starter("rust").filter(|file| file.path == "Cargo.lock") {
            let theirs = packages(std::str::from_utf8(lock.contents).unwrap());
            let others: Vec<_> = theirs.difference(&ours).collect();
            assert!(
                !theirs.is_empty() && others.is_empty(),
                "lessons/{}/starter/rust/Cargo.lock has {others:?}: put a copy of the workshop's Cargo.lock beside a \
                 Cargo.toml of a workspace made by `workshop start`, let `cargo build --offline` prune it, and copy it back",
                section.folder
            );
        }
    }
}

#[test]
fn a_section_is_found_by_its_number() {
    for section in lesson::sections() {
        assert_eq!(lesson::section(section.number).unwrap().folder, section.folder);
    }
    assert!(lesson::section(0).is_none());
}

#[test]
fn nothing_is_wrong_with_any_section() {
    let output = Student::new().workshop(["verify", "--quick", "--course", env!("CARGO_MANIFEST_DIR")]);
    let page = text(&output.stdout);
    assert!(output.status.success(), "{page}{}", text(&output.stderr));
    for section in lesson::sections() {
        assert!(page.contains(&format!("✓ {}: ", section.folder)), "{page}");
    }
    let without_sources = Student::new().says(["verify", "--quick"]);
    assert!(without_sources.starts_with(&page), "{without_sources}");
    assert!(
        flat(&without_sources).contains("were not looked at"),
        "{without_sources}"
    );
    assert!(
        without_sources.lines().all(|line| line.chars().count() <= 80),
        "{without_sources}"
    );
}
