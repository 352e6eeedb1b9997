//! The embedded course: what must be true of every section, whichever there are.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use unicode_width::UnicodeWidthStr;
use workshop::lesson::{self, Section};
use workshop::render::{self, Style};

use super::rendering::too_long;

/// Code wider than this is cut by a terminal of 80 columns, or wrapped where nobody wants it.
const CODE_COLUMNS: usize = 76;

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

#[test]
fn every_starter_is_run_and_built_as_its_language_says() {
    for section in lesson::sections() {
        for name in section.languages() {
            let language = lesson::language(name).unwrap();
            let Some(settings) = section.starter(name).find(|file| file.path == "workshop.toml") else {
                continue;
            };
            let settings = std::str::from_utf8(settings.contents).unwrap();
            let settings: toml::Table = toml::from_str(settings).unwrap();
            assert_eq!(settings.keys().collect::<Vec<_>>(), [section.folder]);
            let table = settings[section.folder].as_table().unwrap();
            let words = |value: &toml::Value| -> Vec<String> { value.clone().try_into().unwrap() };
            assert_eq!(
                table.get("build").map(words),
                language.build,
                "{} in {name}",
                section.folder
            );
            for (program, command) in table.iter().filter(|(program, _)| *program != "build") {
                let program = if program == "run" { "reader" } else { program };
                assert_eq!(
                    words(command),
                    language.run(program),
                    "{} in {name}",
                    section.folder
                );
                let file = language.file(program);
                assert!(section.starter(name).any(|there| there.path == file), "{file}");
            }
        }
    }
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
fn every_lesson_is_sound() {
    for section in lesson::sections() {
        let Section { folder, lesson, .. } = section;
        let faults = faults(&lesson.title, lesson.markdown);
        assert!(
            faults.is_empty(),
            "lessons/{folder}/lesson.md:\n{}",
            faults.join("\n")
        );
    }
}

#[test]
fn every_section_has_a_ladder_of_three_hints() {
    for section in lesson::sections() {
        assert_eq!(section.hints.len(), 3, "lessons/{}/hints.md", section.folder);
        assert!(section.hints.iter().all(|hint| !hint.is_empty()));
    }
}

#[test]
fn every_lesson_fits_every_terminal() {
    for section in lesson::sections() {
        for width in [40, 57, 80, 100, 120] {
            let text = render::lesson(section.lesson.markdown, &Style { width, colour: false });
            assert!(!text.contains('\x1b'));
            let found = too_long(&text, width);
            assert!(
                found.is_empty(),
                "{} at {width} columns:\n{}",
                section.folder,
                found.join("\n")
            );
        }
    }
}

/// What is wrong with a lesson's text, a sentence each.
fn faults(title: &str, markdown: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut headings: Vec<(HeadingLevel, String)> = Vec::new();
    let mut links = Vec::new();
    let mut heading = None;
    let mut in_code = false;
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_MATH) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => heading = Some((level, String::new())),
            Event::End(TagEnd::Heading(_)) => headings.extend(heading.take()),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                links.push(dest_url.to_string())
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                in_code = true;
                if !matches!(&kind, CodeBlockKind::Fenced(language) if !language.trim().is_empty()) {
                    faults.push("a code block names no language".to_owned());
                }
            }
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::InlineMath(latex) | Event::DisplayMath(latex) => {
                faults.extend(render::math(&latex).err().map(|error| error.to_string()));
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                faults.push(format!("`{}` is HTML, which no terminal shows", html.trim()));
            }
            Event::Text(text) if in_code => {
                for line in text.lines().filter(|line| line.width() > CODE_COLUMNS) {
                    faults.push(format!("code is wider than {CODE_COLUMNS} columns: {line}"));
                }
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some((_, words)) = &mut heading {
                    words.push_str(&text);
                }
            }
            _ => {}
        }
    }
    faults.extend(heading_faults(title, &headings));
    let anchors: Vec<String> = headings.iter().map(|(_, words)| anchor(words)).collect();
    for link in links {
        let leads = match link.strip_prefix('#') {
            Some(place) => anchors.iter().any(|anchor| anchor == place),
            None => {
                link.starts_with("https://")
                    || link.starts_with("http://")
                    || repository().join(&link).exists()
            }
        };
        if !leads {
            faults.push(format!("the link to {link} leads nowhere"));
        }
    }
    faults
}

fn heading_faults(title: &str, headings: &[(HeadingLevel, String)]) -> Vec<String> {
    let mut faults = Vec::new();
    let first: Vec<_> = headings
        .iter()
        .filter(|(level, _)| *level == HeadingLevel::H1)
        .map(|(_, words)| words)
        .collect();
    if first != [title]
        || headings
            .first()
            .is_none_or(|(level, _)| *level != HeadingLevel::H1)
    {
        faults.push(format!(
            "it begins with one h1, the title {title:?}; found {first:?}"
        ));
    }
    for pair in headings.windows(2) {
        if pair[1].0 as usize > pair[0].0 as usize + 1 {
            faults.push(format!(
                "the heading {:?} is more than one level below {:?}",
                pair[1].1, pair[0].1
            ));
        }
    }
    let last = headings
        .iter()
        .rev()
        .find(|(level, _)| *level == HeadingLevel::H2);
    if last.is_none_or(|(_, words)| words != "Now you!") {
        faults.push(format!("its last h2 is \"Now you!\"; found {last:?}"));
    }
    faults
}

/// The anchor of a heading, as the usual Markdown sites make it.
fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|character| character.is_alphanumeric() || " -_".contains(*character));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[test]
fn a_sound_lesson_has_no_faults() {
    let lesson = "# T\n\n[there](#now-you) [web](https://example.org)\n\n## A `b`\n\n### C $x$\n\n## Now you!\n\n\
                  ```python\nx = 1\n```\n\n$$\\frac{a}{b}$$\n\n### Done\n";
    assert_eq!(faults("T", lesson), [""; 0]);
}

#[test]
fn every_fault_is_found() {
    let end = "\n\n## Now you!\n";
    for (lesson, fault) in [
        (format!("## A{end}"), "begins with one h1"),
        (format!("# Other{end}"), "begins with one h1"),
        (format!("# T\n\n# T{end}"), "begins with one h1"),
        (format!("## A\n\n# T{end}"), "begins with one h1"),
        (format!("# T\n\n### A{end}"), "more than one level below \"T\""),
        (
            "# T\n\n## Now you!\n\n## More\n".to_owned(),
            "last h2 is \"Now you!\"",
        ),
        ("# T\n".to_owned(), "last h2 is \"Now you!\""),
        (format!("# T\n\n[a](#nowhere){end}"), "#nowhere leads nowhere"),
        (
            format!("# T\n\n![a](missing.svg){end}"),
            "missing.svg leads nowhere",
        ),
        (format!("# T\n\n$\\foo${end}"), "the formula `\\foo` is not LaTeX"),
        (format!("# T\n\n```\nx\n```{end}"), "names no language"),
        (format!("# T\n\n    x{end}"), "names no language"),
        (
            format!("# T\n\n```sh\n{}\n```{end}", "x".repeat(77)),
            "wider than 76 columns",
        ),
        (format!("# T\n\n<br>{end}"), "`<br>` is HTML"),
    ] {
        let found = faults("T", &lesson);
        assert!(
            found.iter().any(|found| found.contains(fault)),
            "{lesson:?}: expected {fault:?}, found {found:?}"
        );
    }
}
