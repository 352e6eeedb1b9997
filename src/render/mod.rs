//! Text for a terminal: lessons, tables, formulas, and text from elsewhere made harmless.
//!
//! A lesson is parsed by `pulldown-cmark` and laid out here. `pulldown-cmark-mdcat`, the ready-made renderer, was judged
//! first: it has no formulas without a picture-capable terminal (a fraction stays as LaTeX source), asks for a newer
//! compiler than this crate, and brings some 300 crates, among them a font renderer and a Mermaid engine.

mod blocks;
mod causes;
mod code;
mod emphasis;
mod layout;
mod math;
mod pager;
mod style;
mod table;
mod text;
mod untrusted;
mod wrap;

pub use causes::causes;
pub use code::{CodeKind, code};
pub use math::{FormulaError, math};
pub use pager::pager;
pub use style::Style;
pub use table::table;
pub use untrusted::untrusted;

/// Lays out a lesson's Markdown: CommonMark with tables and `$…$` formulas.
///
/// Every line ends in a newline and fits `style.width`, except that code and addresses are never broken. Nothing in the
/// text can send a command to the terminal. A formula that cannot be shown stands there as its LaTeX source.
pub fn lesson(markdown: &str, style: &Style) -> String {
    let blocks = blocks::parse(markdown, style);
    text::paint(&layout::lay_out(&blocks, style.width()), style)
}
