//! The text of a lesson: headings, links, code, formulas, and whether a terminal can show it.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use unicode_width::UnicodeWidthStr as _;

use crate::render::{self, Style};

/// Code wider than this is cut by a terminal of 80 columns, or wrapped where nobody wants it.
const CODE_COLUMNS: usize = 76;

/// The widths of terminals at which a lesson has to fit.
const WIDTHS: [usize; 5] = [40, 57, 80, 100, 120];

/// The heading under which the exercise stands.
const EXERCISE: &str = "Now you!";

/// What is wrong with a text: the line, counted from 1, and what it is.
type Fault = (usize, String);

struct Heading {
    line: usize,
    level: HeadingLevel,
    words: String,
}

/// What is wrong with the text `markdown` of a lesson called `title`.
pub fn text_faults(title: &str, markdown: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut headings: Vec<Heading> = Vec::new();
    let mut links = Vec::new();
    let mut heading = None;
    let mut in_code = false;
    let parser = Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_MATH);
    for (event, range) in parser.into_offset_iter() {
        let line = 1 + markdown[..range.start].matches('\n').count();
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                heading = Some(Heading {
                    line,
                    level,
                    words: String::new(),
                });
            }
            Event::End(TagEnd::Heading(_)) => headings.extend(heading.take()),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                links.push((line, dest_url.to_string()));
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                in_code = true;
                if !names_a_language(&kind) {
                    faults.push((
                        line,
                        "a code block names no language; write ```text where there is none".into(),
                    ));
                }
            }
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::InlineMath(latex) | Event::DisplayMath(latex) => {
                faults.extend(render::math(&latex).err().map(|error| (line, error.to_string())));
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                let html = html.trim();
                faults.push((
                    line,
                    format!("`{html}` is HTML, which no terminal shows; write it in Markdown"),
                ));
            }
            Event::Text(text) if in_code => {
                for (below, code) in text
                    .lines()
                    .enumerate()
                    .filter(|(_, code)| code.width() > CODE_COLUMNS)
                {
                    let fault = format!("code is wider than {CODE_COLUMNS} columns, break it: {code}");
                    faults.push((line + below, fault));
                }
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.words.push_str(&text);
                }
            }
            _ => {}
        }
    }
    faults.extend(heading_faults(title, &headings));
    let anchors: Vec<String> = headings.iter().map(|heading| anchor(&heading.words)).collect();
    for (line, link) in links {
        // Whoever reads a lesson has a workspace, and no file of the course.
        let leads = match link.strip_prefix('#') {
            Some(place) => anchors.iter().any(|anchor| anchor == place),
            None => link.starts_with("https://") || link.starts_with("http://"),
        };
        if !leads {
            let fault = format!(
                "the link to {link} leads nowhere; a lesson links to its own headings (#like-this) and to the web"
            );
            faults.push((line, fault));
        }
    }
    faults.extend(width_faults(markdown));
    faults
}

/// Whether a code block begins with a language; the words behind it, such as `file=a.py`, are no language.
fn names_a_language(kind: &CodeBlockKind) -> bool {
    let CodeBlockKind::Fenced(info) = kind else {
        return false;
    };
    info.split_whitespace()
        .next()
        .is_some_and(|first| !first.contains('='))
}

fn heading_faults(title: &str, headings: &[Heading]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let first = headings.first();
    if first.is_none_or(|first| first.level != HeadingLevel::H1 || first.words != title) {
        let found = first.map_or("no heading", |first| &first.words);
        let fault = format!(
            "the text begins with a heading `# {title}`, the title of the front matter; found {found:?}"
        );
        faults.push((first.map_or(1, |first| first.line), fault));
    }
    for heading in headings
        .iter()
        .skip(1)
        .filter(|heading| heading.level == HeadingLevel::H1)
    {
        let fault = format!(
            "{:?} is a second heading of the first level; write ## before it",
            heading.words
        );
        faults.push((heading.line, fault));
    }
    for pair in headings.windows(2) {
        if pair[1].level as usize > pair[0].level as usize + 1 {
            let fault = format!(
                "the heading {:?} is more than one level below {:?}; take a # away",
                pair[1].words, pair[0].words
            );
            faults.push((pair[1].line, fault));
        }
    }
    let last = headings
        .iter()
        .rev()
        .find(|heading| heading.level == HeadingLevel::H2);
    if last.is_none_or(|last| last.words != EXERCISE) {
        let found = last.map_or("none", |last| &last.words);
        let fault = format!(
            "the last heading of the second level is `## {EXERCISE}`, for the exercise; found {found:?}"
        );
        faults.push((last.map_or(1, |last| last.line), fault));
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

fn width_faults(markdown: &str) -> Vec<Fault> {
    let too_long = |width| {
        let text = render::lesson(markdown, &Style { width, colour: false });
        let longest = too_long(&text, width).into_iter().next()?;
        Some((
            1,
            format!("does not fit a terminal of {width} columns; shorten what becomes: {longest}"),
        ))
    };
    WIDTHS.into_iter().find_map(too_long).into_iter().collect()
}

/// The lines of a lesson as it is shown that are wider than `width`. Code is what was written, and an address is not
/// broken: both may be.
pub fn too_long(shown: &str, width: usize) -> Vec<String> {
    let mut in_code = false;
    let mut found = Vec::new();
    for line in shown.lines() {
        let mark = line.trim_start();
        if mark.starts_with("╭─") || mark.starts_with("╰─") {
            in_code = mark.starts_with("╭─");
        } else if !in_code && !line.contains("://") && line.width() > width {
            found.push(line.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::text_faults;

    #[test]
    fn a_sound_lesson_has_no_faults() {
        let lesson = "# T\n\n[there](#now-you) [web](https://example.org)\n\n## A `b`\n\n### C $x$\n\n## Now you!\n\n\
                      ```python\nx = 1\n```\n\n$$\\frac{a}{b}$$\n\n### Done\n";
        assert_eq!(text_faults("T", lesson), []);
    }

    #[test]
    fn every_fault_is_found_with_its_line() {
        let end = "\n\n## Now you!\n";
        for (lesson, line, fault) in [
            (format!("## A{end}"), 1, "begins with a heading `# T`"),
            (format!("\n# Other{end}"), 2, "begins with a heading `# T`"),
            (format!("# T\n\n# T{end}"), 3, "second heading of the first level"),
            (format!("## A\n\n# T{end}"), 1, "begins with a heading `# T`"),
            (format!("# T\n\n### A{end}"), 3, "more than one level below \"T\""),
            ("# T\n\n## Now you!\n\n## More\n".into(), 5, "is `## Now you!`"),
            ("# T\n".into(), 1, "is `## Now you!`"),
            (format!("# T\n\n[a](#nowhere){end}"), 3, "#nowhere leads nowhere"),
            (
                format!("# T\n\n![a](missing.svg){end}"),
                3,
                "missing.svg leads nowhere",
            ),
            (
                format!("# T\n\n$\\foo${end}"),
                3,
                "the formula `\\foo` is not LaTeX",
            ),
            (format!("# T\n\n```\nx\n```{end}"), 3, "names no language"),
            (
                format!("# T\n\n``` file=a.py\nx\n```{end}"),
                3,
                "names no language",
            ),
            (format!("# T\n\n    x{end}"), 3, "names no language"),
            (
                format!("# T\n\n```sh\na\n{}\n```{end}", "x".repeat(77)),
                5,
                "wider than 76 columns",
            ),
            (format!("# T\n\n<br>{end}"), 3, "`<br>` is HTML"),
            (
                format!("# T\n\n{0}|\n{1}|\n{0}|\n{end}", "|a".repeat(40), "|-".repeat(40)),
                1,
                "does not fit",
            ),
        ] {
            let found = text_faults("T", &lesson);
            assert!(
                found
                    .iter()
                    .any(|(at, found)| *at == line && found.contains(fault)),
                "{lesson:?}: expected {fault:?} in line {line}, found {found:?}"
            );
        }
    }
}
