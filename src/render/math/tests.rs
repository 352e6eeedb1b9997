//! What formulas look like. Expected values are what one would write by hand on one line, or on three.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]

use super::{display, math};

#[test]
fn formulas_on_one_line() {
    for (latex, expected) in [
        (
            r"\bar{x}_n = \bar{x}_{n-1} + \frac{x_n - \bar{x}_{n-1}}{n}",
            "x\u{304}ₙ = x\u{304}ₙ₋₁ + (xₙ − x\u{304}ₙ₋₁)/n",
        ),
        (r"M_{2,n} = M_{2,n-1} + d^2", "M₂,ₙ = M₂,ₙ₋₁ + d²"),
        (r"\sum_{i=1}^{n} (x_i - \bar x)^2", "∑ᵢ₌₁ⁿ (xᵢ − x\u{304})²"),
        (r"n_a n_b + 2n(n-1)", "nₐ n_b + 2n(n − 1)"),
        (r"d = -2 \cdot 5/10", "d = −2 · 5/10"),
        (r"10^{-9} \le \epsilon \times 10^{19}", "10⁻⁹ ≤ ϵ × 10¹⁹"),
        (r"\hat\mu \approx \infty", "µ\u{302} ≈ ∞"),
        (r"x_{max}, x_{old}, e^{q+1}, a_q", "xₘₐₓ, x_{old}, e^{q+1}, a_q"),
        (r"\left(\frac{a}{b}\right)^2", "(a/b)²"),
        (r"P(|x| \ge k\sigma) \ne \text{a half}", "P(|x| ≥ kσ) ≠ a half"),
        (
            r"\lim_{n \to \infty} \log x, \mathrm{Var}(x)",
            "lim_{n→∞} log x, Var(x)",
        ),
        (r"1{,}000.5 \quad a\,b", "1,000.5  a b"),
    ] {
        assert_eq!(math(latex).unwrap(), expected, "{latex}");
    }
}

#[test]
fn a_quotient_gets_the_parentheses_it_needs_and_no_more() {
    for (latex, expected) in [
        (r"\frac{a}{b}", "a/b"),
        (r"\frac{n-1}{n} \cdot d^2", "(n − 1)/n · d²"),
        (r"\frac{d^2 \cdot n_v^2}{n^2}", "d² · nᵥ²/n²"),
        (r"\frac{s}{\sqrt{n}}", "s/√n"),
        (r"s^2 \cdot \sqrt{\frac{2}{n-1}}", "s² · √(2/(n − 1))"),
        (r"\frac{1}{ab}", "1/(ab)"),
        (r"\frac{\frac{a}{b}}{c}", "(a/b)/c"),
        (r"\frac{a}{b} c", "(a/b)c"),
        (r"c \frac{a}{b}", "c(a/b)"),
        (r"(n-1) \frac{a}{b}", "(n − 1)a/b"),
        (r"\frac{-b}{2}", "−b/2"),
        (r"\frac{(a + b)}{(c - d)}", "(a + b)/(c − d)"),
        (
            r"\frac{(a + b)(c - d)}{(a + b)(c - d)}",
            "(a + b)(c − d)/((a + b)(c − d))",
        ),
        (r"x^{\frac{1}{2}} \sqrt[3]{x + y}", "x^{1/2} ³√(x + y)"),
        (r"{(a + b)}^2 + {a + b}^2", "(a + b)² + (a + b)²"),
    ] {
        assert_eq!(math(latex).unwrap(), expected, "{latex}");
    }
}

#[test]
fn what_cannot_be_shown_is_refused() {
    for (latex, reason) in [
        (r"\foo + 1", "is not LaTeX"),
        (r"\frac{a}", "is not LaTeX"),
        (r"x_{n", "is not LaTeX"),
        (r"\binom{n}{k}", "without a line"),
        (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", r"uses \begin"),
        (r"\mathbb{R}", r"\mathbb"),
        (r"a \not= b", r"\not"),
        (r"\underset{x}{y}", "above or below"),
    ] {
        let error = math(latex).unwrap_err().to_string();
        assert!(error.contains(reason) && error.contains(latex), "{error}");
    }
    let deep = format!("{}x{}", "{".repeat(60), "}".repeat(60));
    assert!(math(&deep).unwrap_err().to_string().contains("nested too deeply"));
}

#[test]
fn a_displayed_formula_stacks_fractions_and_limits() {
    assert_eq!(display(r"a = b").unwrap(), ["a = b"]);
    assert_eq!(
        display(r"y = \frac{x + 1}{n} \cdot \frac{a}{b}").unwrap(),
        ["    x + 1   a", "y = ───── · ─", "      n     b",]
    );
    assert_eq!(
        display(r"M = \sum_{i=1}^{n} (x_i - \frac{d}{n})^2").unwrap(),
        ["     n        d", "M =  ∑  (xᵢ − ─)²", "    i=1       n",]
    );
    assert_eq!(
        display(r"c \frac{\frac{a}{b}}{d} c").unwrap(),
        ["  a/b", "c ─── c", "   d"],
        "an inner fraction is flat"
    );
}
