//! From Markdown to blocks: paragraphs, lists, tables and so on, their text already in spans.

use pulldown_cmark::{Alignment as Aligned, CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use unicode_width::UnicodeWidthStr;

use super::table::{Alignment, Cell};
use super::text::{Kind, Look, Span};
use super::untrusted::harmless;
use super::{Style, math};

/// Quotes and lists inside each other beyond this are laid out as if they were one: there is no room to indent more.
const MAX_DEPTH: usize = 8;
/// Code within a sentence stays on one line up to this many columns.
const UNBROKEN_CODE: usize = 40;
/// A formula within a sentence stays on one line up to this many columns.
const UNBROKEN_FORMULA: usize = 28;

/// A block of a lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    Heading {
        level: usize,
        text: Vec<Span>,
    },
    Paragraph(Vec<Span>),
    Code {
        language: String,
        text: String,
    },
    /// A formula on lines of its own: stacked, and on one line for a narrow terminal.
    Formula {
        stacked: Vec<String>,
        flat: String,
    },
    Table {
        header: Vec<Cell>,
        rows: Vec<Vec<Cell>>,
        alignments: Vec<Alignment>,
    },
    Quote(Vec<Block>),
    List {
        first: Option<u64>,
        items: Vec<Vec<Block>>,
        tight: bool,
    },
    Rule,
}

/// Parses Markdown. `style` decides only whether signs have to stand in for colours.
pub(super) fn parse(markdown: &str, style: &Style) -> Vec<Block> {
    let mut builder = Builder {
        signs: !style.colour,
        ..Builder::default()
    };
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_MATH) {
        builder.event(event);
    }
    builder.finish()
}

/// A container that is still open.
#[derive(Debug)]
enum Container {
    Quote(Vec<Block>),
    List {
        first: Option<u64>,
        items: Vec<Vec<Block>>,
        tight: bool,
    },
    Item(Vec<Block>),
    /// Nested too deeply: its blocks go to the container around it.
    Flat,
}

#[derive(Debug, Default)]
struct Builder {
    signs: bool,
    done: Vec<Block>,
    open: Vec<Container>,
    /// The text of the paragraph, heading or cell that is being read.
    text: Vec<Span>,
    strong: usize,
    emphasis: usize,
    /// The links that are open: where each leads, and where its words begin in `text`.
    links: Vec<(String, usize)>,
    code: Option<(String, String)>,
    alignments: Vec<Alignment>,
    rows: Vec<Vec<Cell>>,
}

impl Builder {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None => self.push(harmless(&text), Kind::Prose),
            },
            Event::Code(code) => self.code_span(&harmless(&code)),
            Event::InlineMath(latex) => self.formula(&latex),
            Event::DisplayMath(latex) => self.displayed_formula(&latex),
            Event::SoftBreak => self.push(" ".to_owned(), Kind::Prose),
            Event::HardBreak => self.push("\n".to_owned(), Kind::Prose),
            Event::Rule => self.block(Block::Rule),
            // Not Markdown that a terminal could show: the reader sees what stands there.
            Event::Html(text) | Event::InlineHtml(text) | Event::FootnoteReference(text) => {
                self.push(harmless(&text), Kind::Prose);
            }
            Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => {
                // A list is loose where its items hold paragraphs, not bare text.
                if let [.., Container::List { tight, .. }, Container::Item(_)] = self.open.as_mut_slice() {
                    *tight = false;
                }
            }
            Tag::BlockQuote(_) => self.open(Container::Quote(Vec::new())),
            Tag::List(first) => self.open(Container::List {
                first,
                items: Vec::new(),
                tight: true,
            }),
            Tag::Item => match self.open.last() {
                Some(Container::Flat) => self.open.push(Container::Flat),
                _ => self.open.push(Container::Item(Vec::new())),
            },
            Tag::CodeBlock(kind) => {
                self.flush();
                let info = match &kind {
                    CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or_default(),
                    CodeBlockKind::Indented => "",
                };
                self.code = Some((harmless(info), String::new()));
            }
            Tag::Table(alignments) => {
                self.flush();
                let alignment = |aligned| match aligned {
                    Aligned::None | Aligned::Left => Alignment::Left,
                    Aligned::Center => Alignment::Centre,
                    Aligned::Right => Alignment::Right,
                };
                self.alignments = alignments.into_iter().map(alignment).collect();
            }
            Tag::TableHead | Tag::TableRow => self.rows.push(Vec::new()),
            Tag::Emphasis => {
                self.sign("_");
                self.emphasis += 1;
            }
            Tag::Strong => {
                self.sign("*");
                self.strong += 1;
            }
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.links.push((harmless(&dest_url), self.text.len()));
            }
            // A heading's text comes after what is still open; the others have no start to act on.
            _ => self.flush(),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => {
                let text = std::mem::take(&mut self.text);
                self.block(Block::Heading {
                    level: level as usize,
                    text,
                });
            }
            TagEnd::CodeBlock => {
                if let Some((language, text)) = self.code.take() {
                    // Words behind it are for those who verify lessons.
                    let language = language.split_whitespace().next().unwrap_or_default().to_owned();
                    let text = text.lines().map(harmless).collect::<Vec<_>>().join("\n");
                    self.block(Block::Code { language, text });
                }
            }
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item => self.close(),
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.text);
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Table => {
                let mut rows = std::mem::take(&mut self.rows).into_iter();
                let header = rows.next().unwrap_or_default();
                let alignments = std::mem::take(&mut self.alignments);
                self.block(Block::Table {
                    header,
                    rows: rows.collect(),
                    alignments,
                });
            }
            TagEnd::Emphasis => {
                self.emphasis = self.emphasis.saturating_sub(1);
                self.sign("_");
            }
            TagEnd::Strong => {
                self.strong = self.strong.saturating_sub(1);
                self.sign("*");
            }
            TagEnd::Link | TagEnd::Image => self.end_link(),
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.flush(),
            _ => {}
        }
    }

    /// Adds text with the look of where it stands.
    fn push(&mut self, text: String, kind: Kind) {
        let kind = if kind == Kind::Prose && !self.links.is_empty() {
            Kind::Link
        } else {
            kind
        };
        let look = Look {
            strong: self.strong > 0,
            emphasis: self.emphasis > 0,
            kind,
        };
        self.text.push(Span {
            text,
            look,
            breakable: true,
        });
    }

    /// Where there are no colours, a sign stands at both ends of what would look different.
    fn sign(&mut self, sign: &str) {
        if self.signs {
            self.push(sign.to_owned(), Kind::Prose);
        }
    }

    fn code_span(&mut self, code: &str) {
        let text = if self.signs {
            format!("`{code}`")
        } else {
            code.to_owned()
        };
        let breakable = text.width() > UNBROKEN_CODE;
        self.push(text, Kind::Code);
        if let Some(span) = self.text.last_mut() {
            span.breakable = breakable;
        }
    }

    fn formula(&mut self, latex: &str) {
        match math::math(latex) {
            Ok(text) => {
                let breakable = text.width() > UNBROKEN_FORMULA;
                self.push(harmless(&text), Kind::Math);
                if let Some(span) = self.text.last_mut() {
                    span.breakable = breakable;
                }
            }
            Err(_) => self.code_span(&harmless(latex)),
        }
    }

    /// A formula on lines of its own, even in the middle of a paragraph.
    fn displayed_formula(&mut self, latex: &str) {
        self.flush();
        let block = match (math::display(latex), math::math(latex)) {
            (Ok(stacked), Ok(flat)) => Block::Formula {
                stacked: stacked.iter().map(|line| harmless(line)).collect(),
                flat: harmless(&flat),
            },
            _ => Block::Code {
                language: "latex".to_owned(),
                text: harmless(latex.trim()),
            },
        };
        self.block(block);
    }

    /// Puts the address after the words of a link: not every terminal can hide it behind them.
    fn end_link(&mut self) {
        let Some((address, begin)) = self.links.pop() else {
            return;
        };
        let words: String = self
            .text
            .iter()
            .skip(begin)
            .map(|span| span.text.as_str())
            .collect();
        // A place in the same lesson has no address to go to.
        if !address.is_empty() && !address.starts_with('#') && words != address {
            self.push(" (".to_owned(), Kind::Quiet);
            self.push(address, Kind::Quiet);
            self.push(")".to_owned(), Kind::Quiet);
        }
    }

    /// Ends the paragraph that is being read, if there is one.
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        if text.iter().any(|span| !span.text.trim().is_empty()) {
            self.block(Block::Paragraph(text));
        }
    }

    fn block(&mut self, block: Block) {
        if !self.text.is_empty() {
            self.flush();
        }
        let open = self.open.iter_mut().rev().find_map(|container| match container {
            Container::Quote(blocks) | Container::Item(blocks) => Some(blocks),
            Container::List { .. } | Container::Flat => None,
        });
        open.unwrap_or(&mut self.done).push(block);
    }

    fn open(&mut self, container: Container) {
        self.flush();
        self.open.push(if self.open.len() < MAX_DEPTH {
            container
        } else {
            Container::Flat
        });
    }

    /// Ends the innermost quote, list or item.
    fn close(&mut self) {
        self.flush();
        match self.open.pop() {
            Some(Container::Quote(blocks)) => self.block(Block::Quote(blocks)),
            Some(Container::List { first, items, tight }) => self.block(Block::List { first, items, tight }),
            Some(Container::Item(blocks)) => {
                if let Some(Container::List { items, .. }) = self.open.last_mut() {
                    items.push(blocks);
                }
            }
            Some(Container::Flat) | None => {}
        }
    }

    fn finish(mut self) -> Vec<Block> {
        self.flush();
        self.done
    }
}
