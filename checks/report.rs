//! The report of a check: one document for machines, a page for people.

use std::collections::HashSet;
use std::path::Path;

use serde::Serialize;

use super::verdict::{Claim, Verdict, overall};
use super::{Check, remarks};
use crate::arena::History;
use crate::render::{Style, untrusted};

/// The whole of what a check found out.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The section.
    pub section: u8,
    /// The verdict on the whole.
    pub verdict: Verdict,
    /// `--seed` with this number repeats the check.
    pub seed: u64,
    /// The program that was judged, and its arguments.
    pub command: Vec<String>,
    /// The folder with the record.
    pub run: String,
    /// How long the check took, in milliseconds.
    pub duration_ms: u64,
    /// Every claim that was judged.
    pub claims: Vec<Claim>,
    /// What else there is to say, in sentences ([`remarks`](remarks::remarks)).
    pub remarks: Vec<String>,
}

impl Report {
    /// What `check` says of `history`, the record in the folder `run`.
    pub fn of(
        check: &dyn Check,
        history: &History,
        seed: u64,
        command: Vec<String>,
        run: &Path,
        duration_ms: u64,
    ) -> Self {
        let claims = check.judge(history);
        Self {
            section: check.section(),
            verdict: overall(&claims),
            seed,
            command,
            run: run.display().to_string(),
            duration_ms,
            claims,
            remarks: remarks::remarks(history),
        }
    }
}

/// What is to be read below a claim. Its text is safe to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Explanation {
    /// It holds, or is an extra that is not what to read about now.
    Nothing,
    /// What was said of an earlier claim.
    SameReason,
    /// Why.
    Full {
        /// What should have been seen, and what was seen instead.
        compared: Option<(String, String)>,
        /// Lines, in passages: those that are indented are a quotation, and each of the others is one by itself.
        passages: Vec<Vec<String>>,
    },
}

/// Each claim of `report`, with what is to be read below it. What was said under one claim is not said again under
/// another.
pub fn explained(report: &Report) -> Vec<(&Claim, Explanation)> {
    // While required claims do not hold, extras are not what to read about.
    let extras_in_full = report.verdict == Verdict::Pass;
    let mut said = HashSet::new();
    let mut explanation = |claim: &Claim| {
        if (claim.verdict == Verdict::Pass && !claim.worth_reading) || !(claim.required || extras_in_full) {
            return Explanation::Nothing;
        }
        let begins = claim.explanation.lines().next().unwrap_or_default();
        if said.contains(begins) {
            return Explanation::SameReason;
        }
        let compared = match (&claim.expected, &claim.received) {
            (Some(expected), Some(received)) => Some((untrusted(expected, 400), untrusted(received, 400))),
            _ => None,
        };
        let new = passages(&claim.explanation)
            .into_iter()
            .filter(|passage| said.insert(passage.join("\n")));
        Explanation::Full {
            compared,
            passages: new
                .map(|passage| passage.iter().map(|line| untrusted(line, 2000)).collect())
                .collect(),
        }
    };
    report
        .claims
        .iter()
        .map(|claim| (claim, explanation(claim)))
        .collect()
}

/// The report as a page for people: a line a claim, and for each that does not hold, why. What was said under one
/// claim is not said again under another.
pub fn report_text(report: &Report, title: &str, style: &Style) -> String {
    let mut page = Page {
        text: String::new(),
        style: *style,
    };
    page.line(&style.strong(&format!("Section {} · {title}", report.section)));
    page.line("");
    for (claim, explanation) in explained(report) {
        page.claim(claim, &explanation);
    }
    for remark in &report.remarks {
        page.line("");
        page.wrapped("  ! ", remark);
    }
    let mut text = page.text.trim_end().to_owned();
    text.push_str("\n\n");
    text.push_str(&summary(report, style));
    text
}

struct Page {
    text: String,
    style: Style,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn claim(&mut self, claim: &Claim, explanation: &Explanation) {
        let style = self.style;
        let mark = match claim.verdict {
            Verdict::Pass => style.good("✓"),
            Verdict::Fail => style.bad("✗"),
            Verdict::CouldNotTell => style.doubtful("?"),
        };
        let extra = if claim.required { "" } else { " (extra)" };
        self.line(&format!(
            "  {mark} {:<20} {}{}",
            claim.id,
            claim.title,
            style.quiet(extra)
        ));
        match explanation {
            Explanation::Nothing => return,
            Explanation::SameReason => self.paragraph("", "For the same reason."),
            Explanation::Full { compared, passages } => {
                if let Some((expected, received)) = compared {
                    self.paragraph("expected  ", expected);
                    self.paragraph("received  ", received);
                }
                for line in passages.iter().flatten() {
                    self.paragraph("", line);
                }
            }
        }
        self.line("");
    }

    /// A paragraph below a claim: `head`, then `text` beside it, wrapped.
    fn paragraph(&mut self, head: &str, text: &str) {
        const INDENT: &str = "      ";
        // What is indented is quoted (a traceback, a column of numbers): its shape is its meaning.
        if head.is_empty() && text.starts_with(' ') {
            self.line(&format!("{INDENT}{text}"));
            return;
        }
        self.wrapped(&format!("{INDENT}{head}"), text);
    }

    /// `head`, then `text` beside it, wrapped.
    fn wrapped(&mut self, head: &str, text: &str) {
        let rest = " ".repeat(head.len());
        let options = textwrap::Options::new(self.style.width.clamp(40, 100))
            .initial_indent(head)
            .subsequent_indent(&rest);
        self.line(&textwrap::fill(text, options));
    }
}

/// The lines of `text`, each by itself; but indented ones that follow one another, a quotation, together: where two of its
/// lines are the same, both belong to it.
fn passages(text: &str) -> Vec<Vec<&str>> {
    let mut passages: Vec<Vec<&str>> = Vec::new();
    for line in text.lines() {
        match passages.last_mut() {
            Some(quotation) if line.starts_with(' ') && quotation[0].starts_with(' ') => quotation.push(line),
            _ => passages.push(vec![line]),
        }
    }
    passages
}

fn summary(report: &Report, style: &Style) -> String {
    let seconds = report.duration_ms as f64 / 1000.0;
    let required = report.claims.iter().filter(|claim| claim.required);
    let (held, all) = (
        required
            .clone()
            .filter(|claim| claim.verdict == Verdict::Pass)
            .count(),
        required.count(),
    );
    let verdict = match report.verdict {
        Verdict::Pass => style.good("Passed"),
        Verdict::Fail => style.bad("Not yet"),
        Verdict::CouldNotTell => style.doubtful("Could not tell"),
    };
    // Where no program is judged, no numbers are drawn.
    let seed = if report.command.is_empty() {
        String::new()
    } else {
        let again = format!("The same numbers again: --seed {}", report.seed);
        format!("{}\n", style.quiet(&again))
    };
    format!(
        "{verdict}: {held} of {all} required claims hold ({seconds:.1} s).\n{seed}{}\n",
        style.quiet(&format!("The record: {}", report.run)),
    )
}
