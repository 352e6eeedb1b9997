//! Text from elsewhere: a student's program, a server's answer, a file.

use unicode_width::UnicodeWidthChar;

/// What stands for the rest of a text that was cut.
const ELLIPSIS: char = '…';

/// Makes text from elsewhere safe to print within a line: whatever could command a terminal or reorder the line is
/// made visible, and the text is cut to at most `max` columns, an ellipsis at its end.
///
/// Control characters become their pictures (a newline `␊`, an escape `␛`), others that cannot be seen their code point
/// (`<U+202E>`). More combining marks than a letter ever bears are left out.
pub fn untrusted(text: &str, max: usize) -> String {
    let mut safe = String::new();
    let mut columns = 0;
    // Where to cut, should the text turn out too long: the ellipsis needs a column of its own.
    let mut cut = 0;
    for piece in Visible::new(text) {
        columns += piece.columns();
        if columns > max {
            safe.truncate(cut);
            if max > 0 {
                safe.push(ELLIPSIS);
            }
            break;
        }
        piece.push_to(&mut safe);
        if columns < max {
            cut = safe.len();
        }
    }
    safe
}

/// All of a text that we ship ourselves, made as harmless as [`untrusted`] text; a tab becomes four spaces.
pub(super) fn harmless(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for piece in Visible::new(text) {
        match piece {
            Piece::Plain('␉') => safe.push_str("    "),
            piece => piece.push_to(&mut safe),
        }
    }
    safe
}

/// Marks in a row that a letter may bear: Vietnamese and Hebrew get by with fewer, and a mark has no width, so that
/// nothing else would bound them.
const MAX_MARKS: usize = 4;

/// A character as it may be printed.
enum Piece {
    Plain(char),
    Code(char),
}

impl Piece {
    fn columns(&self) -> usize {
        match self {
            Self::Plain(character) => character.width().unwrap_or(0),
            Self::Code(character) => code(*character).len(),
        }
    }

    fn push_to(&self, text: &mut String) {
        match self {
            Self::Plain(character) => text.push(*character),
            Self::Code(character) => text.push_str(&code(*character)),
        }
    }
}

/// The code point of a character, as Unicode's charts write it.
fn code(character: char) -> String {
    format!("<U+{:04X}>", u32::from(character))
}

/// The printable pieces of a text.
struct Visible<'text> {
    characters: std::str::Chars<'text>,
    marks: usize,
}

impl<'text> Visible<'text> {
    fn new(text: &'text str) -> Self {
        Self {
            characters: text.chars(),
            marks: 0,
        }
    }
}

impl Iterator for Visible<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            let character = self.characters.next()?;
            if is_mark(character) {
                self.marks += 1;
                if self.marks > MAX_MARKS {
                    continue;
                }
            } else {
                self.marks = 0;
            }
            return Some(match character {
                // U+2400 to U+2421 are the pictures of the ASCII control characters.
                '\0'..='\u{1f}' => {
                    Piece::Plain(char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'))
                }
                '\u{7f}' => Piece::Plain('\u{2421}'),
                _ if character.is_control() || is_invisible(character) => Piece::Code(character),
                _ => Piece::Plain(character),
            });
        }
    }
}

/// A combining mark or another character that takes no column of its own and is not ours to show.
fn is_mark(character: char) -> bool {
    character.width() == Some(0) && !is_invisible(character)
}

/// Characters that cannot be seen but change the line: direction overrides and isolates, zero-width and other format
/// characters, line and paragraph separators, tags. (Unicode's category Cf and its like, less soft hyphen and emoji's
/// joiner and selectors.)
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::{harmless, untrusted};
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn plain_text_stays_as_it_is() {
        for text in ["", "{\"n\": 1}", "Ünïcödé 日本語", "x\u{304}", "👩\u{200d}💻"] {
            assert_eq!(untrusted(text, 80), text);
        }
    }

    #[test]
    fn what_commands_a_terminal_becomes_visible() {
        assert_eq!(untrusted("\x1b[2Jred\r\n\t\0\x7f", 80), "␛[2Jred␍␊␉␀␡");
        assert_eq!(untrusted("\u{9b}31m\u{85}", 80), "<U+009B>31m<U+0085>");
        assert_eq!(
            untrusted("a\u{202e}b\u{2028}\u{feff}", 80),
            "a<U+202E>b<U+2028><U+FEFF>"
        );
    }

    #[test]
    fn a_long_text_is_cut_at_the_column() {
        assert_eq!(untrusted("abcdef", 6), "abcdef");
        assert_eq!(untrusted("abcdefg", 6), "abcde…");
        assert_eq!(untrusted("abc\n\n\n\n", 5), "abc␊…");
        assert_eq!(untrusted("日本語", 5), "日本…");
        assert_eq!(untrusted("日本語", 4), "日…");
        assert_eq!(untrusted("ab\u{9b}", 5), "ab…");
        assert_eq!(untrusted("ab", 1), "…");
        assert_eq!(untrusted("ab", 0), "");
    }

    #[test]
    fn marks_without_end_are_bounded() {
        let flood = format!("a{}", "\u{304}".repeat(10_000));
        assert_eq!(untrusted(&flood, 80), "a\u{304}\u{304}\u{304}\u{304}");
    }

    #[test]
    fn our_own_tabs_are_four_spaces() {
        assert_eq!(harmless("\tx\x1b"), "    x␛");
    }

    proptest! {
        #[test]
        fn nothing_gets_through_and_nothing_gets_wide(text in any::<String>(), max in 0_usize..40) {
            let safe = untrusted(&text, max);
            prop_assert!(!safe.chars().any(char::is_control));
            let columns: usize = safe.chars().filter_map(unicode_width::UnicodeWidthChar::width).sum();
            prop_assert!(columns <= max);
            prop_assert!(safe.width() <= max);
        }
    }
}
