//! Formulas: LaTeX in, Unicode out.
//!
//! `pulldown-latex` parses. The crates that also print (`term-maths`, `mdwright-latex`, `unicodeit`) either pass over
//! commands that they do not know without a word, or know neither `M_{2,n}` nor a fraction.

mod characters;
mod flat;
mod stacked;
mod tree;

use pulldown_latex::parser::error::ParserError;

/// Why a formula cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum FormulaError {
    /// Not LaTeX, or a command that does not exist.
    #[error("the formula `{latex}` is not LaTeX; correct it, or write it in words")]
    Syntax {
        /// The formula.
        latex: String,
        /// Where it went wrong.
        source: Box<ParserError>,
    },
    /// LaTeX that has no form in a terminal.
    #[error("the formula `{latex}` cannot be shown in a terminal: {reason}; write it another way")]
    Unsupported {
        /// The formula.
        latex: String,
        /// What is in the way.
        reason: &'static str,
    },
}

/// Writes a LaTeX formula (without its `$`) on one line of Unicode: `\frac{n-1}{n} \cdot d^2` as `(n − 1)/n · d²`.
///
/// Fractions become quotients with the parentheses that they need; a superscript or subscript that Unicode has no
/// characters for is written as LaTeX would, `x_{max}`.
///
/// # Errors
/// What LaTeX or this translation does not know, so that no formula is ever shown wrong.
pub fn math(latex: &str) -> Result<String, FormulaError> {
    Ok(flat::row(&tree::parse(latex)?, flat::Spacing::Normal))
}

/// Writes a LaTeX formula on up to three lines, fractions and limits of sums stacked.
///
/// # Errors
/// As [`math`].
pub(super) fn display(latex: &str) -> Result<Vec<String>, FormulaError> {
    Ok(stacked::rows(&tree::parse(latex)?))
}

#[cfg(test)]
mod tests;
