//! Breaking styled text into lines.

use textwrap::core::Fragment;
use textwrap::wrap_algorithms::wrap_first_fit;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::text::{Line, Look, Span};

/// What to do with a word that is wider than a whole line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TooLong {
    /// Break it, unless it is an address: a broken address cannot be clicked or copied.
    KeepAddresses,
    /// Leave it.
    Keep,
    /// Break it: the column of a table cannot give way.
    Break,
}

/// Breaks text into lines of at most `columns`, at the spaces between words; `\n` ends a line too.
pub(super) fn wrap(spans: &[Span], columns: usize, too_long: TooLong) -> Vec<Line> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    for paragraph in paragraphs(spans) {
        let words: Vec<Word> = words(&paragraph)
            .into_iter()
            .flat_map(|word| word.fit(columns, too_long))
            .collect();
        #[expect(
            clippy::cast_precision_loss,
            reason = "a line has far fewer than 2^52 columns"
        )]
        let widths = [columns as f64];
        for fragments in wrap_first_fit(&words, &widths) {
            lines.push(join(fragments));
        }
    }
    lines
}

/// Splits text at its hard line breaks.
fn paragraphs(spans: &[Span]) -> Vec<Vec<Span>> {
    let mut paragraphs = vec![Vec::new()];
    for span in spans {
        for (index, part) in span.text.split('\n').enumerate() {
            if index > 0 {
                paragraphs.push(Vec::new());
            }
            if let (false, Some(paragraph)) = (part.is_empty(), paragraphs.last_mut()) {
                paragraph.push(Span {
                    text: part.to_owned(),
                    ..span.clone()
                });
            }
        }
    }
    paragraphs
}

/// A word, which may change its look midway, as in **bold**ly.
#[derive(Debug, Clone, Default)]
struct Word {
    spans: Vec<Span>,
    columns: usize,
    /// The look of the space after it; `None` where the next word follows at once.
    space: Option<Look>,
}

impl Fragment for Word {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a line has far fewer than 2^52 columns"
    )]
    fn width(&self) -> f64 {
        self.columns as f64
    }
    fn whitespace_width(&self) -> f64 {
        if self.space.is_some() { 1.0 } else { 0.0 }
    }
    fn penalty_width(&self) -> f64 {
        0.0
    }
}

impl Word {
    fn push(&mut self, span: Span) {
        self.columns += span.text.width();
        self.spans.push(span);
    }

    /// This word, or the parts that it has to be broken into.
    fn fit(self, columns: usize, too_long: TooLong) -> Vec<Word> {
        let address = self.spans.iter().any(|span| span.text.contains("://"));
        let kept = match too_long {
            TooLong::KeepAddresses => address,
            TooLong::Keep => true,
            TooLong::Break => false,
        };
        if self.columns <= columns || kept {
            return vec![self];
        }
        let mut parts = vec![Word::default()];
        for span in &self.spans {
            let mut rest = span.text.as_str();
            while !rest.is_empty() {
                let free = columns.saturating_sub(parts.last().map_or(0, |part| part.columns));
                let end = prefix(rest, free);
                if end == 0 && free < columns {
                    parts.push(Word::default());
                    continue;
                }
                // A character wider than the whole line has to stand somewhere.
                let end = if end == 0 {
                    rest.chars().next().map_or(rest.len(), char::len_utf8)
                } else {
                    end
                };
                if let Some(part) = parts.last_mut() {
                    part.push(Span {
                        text: rest[..end].to_owned(),
                        ..span.clone()
                    });
                }
                rest = &rest[end..];
            }
        }
        if let Some(last) = parts.last_mut() {
            last.space = self.space;
        }
        parts
    }
}

/// Bytes of the longest beginning of `text` that takes at most `columns`.
fn prefix(text: &str, columns: usize) -> usize {
    let mut used = 0;
    for (index, character) in text.char_indices() {
        used += character.width().unwrap_or(0);
        if used > columns {
            return index;
        }
    }
    text.len()
}

/// Takes a line of text apart into words.
fn words(spans: &[Span]) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word = Word::default();
    for span in spans {
        if !span.breakable {
            word.push(span.clone());
            continue;
        }
        for (index, part) in span.text.split(' ').enumerate() {
            // Several spaces count as one, and those at the start of a line as none.
            if index > 0 && !word.spans.is_empty() {
                words.push(Word {
                    space: Some(span.look),
                    ..std::mem::take(&mut word)
                });
            }
            if !part.is_empty() {
                word.push(Span {
                    text: part.to_owned(),
                    ..span.clone()
                });
            }
        }
    }
    if !word.spans.is_empty() {
        words.push(word);
    }
    words
}

/// Makes a line of words, neighbours of one look in one span.
fn join(words: &[Word]) -> Line {
    let mut line: Line = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let space = word.space.filter(|_| index + 1 < words.len());
        let space = space.map(|look| Span {
            text: " ".to_owned(),
            look,
            breakable: true,
        });
        for span in word.spans.iter().cloned().chain(space) {
            match line.last_mut() {
                Some(last) if last.look == span.look => last.text.push_str(&span.text),
                _ => line.push(span),
            }
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::{TooLong, wrap};
    use crate::render::Style;
    use crate::render::text::{Kind, Span, paint, width};

    fn wrapped(spans: &[Span], columns: usize, too_long: TooLong) -> Vec<String> {
        let lines = wrap(spans, columns, too_long);
        let text = paint(
            &lines,
            &Style {
                width: 80,
                colour: false,
            },
        );
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_word_that_changes_its_look_stays_whole() {
        let spans = [
            Span::new("one bold", Kind::Prose),
            Span::new("ly", Kind::Code),
            Span::new(", two", Kind::Prose),
        ];
        assert_eq!(wrapped(&spans, 8, TooLong::Break), ["one", "boldly,", "two"]);
    }

    #[test]
    fn width_is_what_is_seen() {
        let line = [Span::new("x\u{304}日", Kind::Math)];
        assert_eq!(width(&line), 3);
        assert_eq!(
            wrapped(&[Span::new("日本語", Kind::Prose)], 4, TooLong::Break),
            ["日本", "語"]
        );
        assert_eq!(
            wrapped(&[Span::new("日", Kind::Prose)], 1, TooLong::Break),
            ["日"]
        );
    }

    #[test]
    fn only_an_address_is_longer_than_the_line() {
        let address = [Span::new("see http://localhost:8080/sub", Kind::Prose)];
        assert_eq!(
            wrapped(&address, 10, TooLong::KeepAddresses),
            ["see", "http://localhost:8080/sub"]
        );
        assert_eq!(
            wrapped(&address, 10, TooLong::Break),
            ["see", "http://loc", "alhost:808", "0/sub"]
        );
        let word = [Span::new("incomprehensibility", Kind::Prose)];
        assert_eq!(
            wrapped(&word, 10, TooLong::KeepAddresses),
            ["incomprehe", "nsibility"]
        );
    }

    #[test]
    fn an_unbreakable_span_keeps_its_spaces() {
        let code = Span {
            breakable: false,
            ..Span::new("`a  b`", Kind::Code)
        };
        let spans = [Span::new("say ", Kind::Prose), code, Span::new(".", Kind::Prose)];
        assert_eq!(wrapped(&spans, 10, TooLong::Break), ["say", "`a  b`."]);
    }

    #[test]
    fn a_newline_ends_a_line() {
        assert_eq!(
            wrapped(&[Span::new("a\nb  c ", Kind::Prose)], 10, TooLong::Break),
            ["a", "b c"]
        );
    }
}
