//! A lesson as HTML: the same document that the terminal shows.

use std::collections::HashMap;

use maud::{Markup, PreEscaped, Render as _, html};
use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::code;

/// A part of a lesson: a heading and what stands below it, down to the next one.
#[derive(Debug)]
pub(super) struct Part {
    /// Names it in an address.
    pub anchor: String,
    /// 1 for the title.
    pub level: u8,
    /// The words of the heading.
    pub words: String,
    /// The heading and what stands below it.
    pub html: Markup,
}

/// Reads a lesson's Markdown: CommonMark with tables and `$…$` formulas. HTML in it is shown as text. The words behind a
/// code block's language are for whoever verifies the lesson, and left out.
pub(super) fn parts(markdown: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut anchors = HashMap::new();
    let mut begun: Option<Begun> = None;
    let mut code_block: Option<(String, String)> = None;
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_MATH) {
        if let Event::Start(Tag::Heading { level, .. }) = &event {
            parts.extend(begun.take().map(Begun::end));
            begun = Some(Begun::at(*level));
        }
        let part = begun.get_or_insert_with(|| Begun::at(HeadingLevel::H1));
        let shown = match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                code_block = Some((language(&kind), String::new()));
                continue;
            }
            Event::End(TagEnd::CodeBlock) => match code_block.take() {
                Some((language, text)) => html_event(code::block(&language, &text)),
                None => continue,
            },
            Event::Text(text) => match &mut code_block {
                Some((_, code)) => {
                    code.push_str(&text);
                    continue;
                }
                None => {
                    part.hear(&text);
                    // A line does not end between a formula and the full stop after it.
                    let clings =
                        part.after_formula() && text.starts_with(['.', ',', ';', ':', '?', '!', ')']);
                    Event::Text(if clings {
                        format!("\u{2060}{text}").into()
                    } else {
                        text
                    })
                }
            },
            Event::Code(text) => {
                part.hear(&text);
                Event::Code(text)
            }
            Event::InlineMath(latex) => {
                part.hear(&latex);
                Event::InlineHtml(formula(&latex, false).into_string().into())
            }
            Event::DisplayMath(latex) => Event::InlineHtml(formula(&latex, true).into_string().into()),
            // Nothing but what is written here is ever HTML.
            Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
            Event::End(TagEnd::Heading(level)) => {
                part.name(&mut anchors);
                Event::End(TagEnd::Heading(level))
            }
            // A table may be wider than a telephone.
            Event::Start(Tag::Table(columns)) => {
                part.events
                    .push(Event::Html("<div class=\"wide\" tabindex=\"0\">".into()));
                Event::Start(Tag::Table(columns))
            }
            Event::End(TagEnd::Table) => {
                part.events.push(Event::End(TagEnd::Table));
                Event::Html("</div>\n".into())
            }
            other => other,
        };
        part.events.push(shown);
    }
    parts.extend(begun.map(Begun::end));
    parts
}

/// A part that is being read.
struct Begun<'text> {
    level: HeadingLevel,
    in_heading: bool,
    words: String,
    anchor: String,
    events: Vec<Event<'text>>,
}

impl Begun<'_> {
    fn at(level: HeadingLevel) -> Self {
        Self {
            level,
            in_heading: true,
            words: String::new(),
            anchor: String::new(),
            events: Vec::new(),
        }
    }

    fn hear(&mut self, text: &str) {
        if self.in_heading {
            self.words.push_str(text);
        }
    }

    fn after_formula(&self) -> bool {
        matches!(self.events.last(), Some(Event::InlineHtml(html)) if html.ends_with("</math>"))
    }

    /// The heading has ended: gives it the anchor that its links in the lesson name.
    fn name(&mut self, anchors: &mut HashMap<String, u32>) {
        self.in_heading = false;
        let anchor = anchor(&self.words);
        let seen = anchors.entry(anchor.clone()).or_default();
        *seen += 1;
        self.anchor = match seen {
            1 => anchor,
            again => format!("{anchor}-{again}"),
        };
    }

    fn end(self) -> Part {
        let mut html = String::new();
        pulldown_cmark::html::push_html(&mut html, self.events.into_iter());
        // The policy of the page allows no style in a tag. No text looks like this: its quotes are escaped.
        for side in ["left", "center", "right"] {
            let (style, class) = (
                format!("style=\"text-align: {side}\""),
                format!("class=\"{side}\""),
            );
            html = html.replace(&style, &class);
            // A corner of a table that names nothing is no heading.
            html = html.replace(&format!("<th {class}></th>"), "<td></td>");
        }
        let html = html.replace("<th></th>", "<td></td>");
        Part {
            anchor: self.anchor,
            level: self.level as u8,
            words: self.words,
            html: PreEscaped(html),
        }
    }
}

fn html_event(markup: Markup) -> Event<'static> {
    Event::Html(CowStr::from(markup.into_string()))
}

/// The first word behind the fence.
fn language(kind: &CodeBlockKind) -> String {
    let CodeBlockKind::Fenced(words) = kind else {
        return String::new();
    };
    words.split_whitespace().next().unwrap_or_default().to_owned()
}

/// A formula as MathML; one that is none, as its LaTeX source.
fn formula(latex: &str, display: bool) -> Markup {
    use pulldown_latex::config::DisplayMode;
    use pulldown_latex::{Parser, RenderConfig, Storage, push_mathml};
    let storage = Storage::new();
    let config = RenderConfig {
        display_mode: if display {
            DisplayMode::Block
        } else {
            DisplayMode::Inline
        },
        ..RenderConfig::default()
    };
    let mut mathml = String::new();
    let sound = Parser::new(latex, &storage).all(|event| event.is_ok());
    if !sound || push_mathml(&mut mathml, Parser::new(latex, &storage), config).is_err() {
        return html! { code { (latex) } };
    }
    let mathml = PreEscaped(mathml);
    if display {
        html! { span.formula tabindex="0" { (mathml.render()) } }
    } else {
        mathml
    }
}

/// The anchor of a heading, as the usual Markdown sites make it.
fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|character| character.is_alphanumeric() || " -_".contains(*character));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::parts;
    use crate::lesson;

    fn html(markdown: &str) -> String {
        parts(markdown)
            .into_iter()
            .map(|part| part.html.into_string())
            .collect()
    }

    #[test]
    fn a_part_begins_at_each_heading() {
        let found: Vec<_> = parts("# The $x$ of `y`\n\nText.\n\n## A\n\n### Now you!\n\n## A\n")
            .into_iter()
            .map(|part| (part.level, part.words, part.anchor))
            .collect();
        let expected = [
            (1, "The x of y", "the-x-of-y"),
            (2, "A", "a"),
            (3, "Now you!", "now-you"),
            (2, "A", "a-2"),
        ];
        assert_eq!(
            found,
            expected.map(|(level, words, anchor)| (level, words.to_owned(), anchor.to_owned()))
        );
    }

    #[test]
    fn html_in_a_lesson_is_text() {
        let shown = html(
            "# T\n\n<script>alert(1)</script>\n\na <b onclick=x>b</b> & `<i>`\n\n```python\n\"<b>\"\n```\n",
        );
        for tag in ["<script", "<b", "<i"] {
            assert!(!shown.contains(tag), "{tag}: {shown}");
        }
        assert!(
            shown.contains("&lt;script&gt;") && shown.contains("&lt;b&gt;"),
            "{shown}"
        );
    }

    #[test]
    fn a_formula_is_mathml_and_one_that_is_none_its_source() {
        let shown = html("# T\n\n$\\frac{a}{b}$\n\n$$x_n^2$$\n\n$\\nosuch<$\n");
        assert!(shown.contains("<mfrac"), "{shown}");
        assert!(
            shown.contains("display=\"block\"") && shown.contains("<msubsup"),
            "{shown}"
        );
        assert!(shown.contains("<code>\\nosuch&lt;</code>"), "{shown}");
    }

    #[test]
    fn what_stands_behind_a_language_is_never_shown() {
        let shown =
            html("# T\n\n```console any=number settles\n$ ls\n1\n```\n\n```python file=a.py\nx = 1\n```\n");
        for word in ["any=", "settles", "file=", "a.py"] {
            assert!(!shown.contains(word), "{word}: {shown}");
        }
    }

    #[test]
    fn no_lesson_needs_a_style_or_a_script_within_it() {
        for section in lesson::sections() {
            let shown = html(section.lesson.markdown);
            assert!(
                !shown.contains(" style=") && !shown.contains("<script"),
                "{}",
                section.folder
            );
            assert!(!shown.contains("<merror"), "{}", section.folder);
        }
    }
}
