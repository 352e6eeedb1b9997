//! Verdicts: pass, fail, could not tell.

use serde::{Deserialize, Serialize};

/// What is said of a claim, and of a whole check. Ordered by which one prevails: fail beats could-not-tell beats pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It holds.
    Pass,
    /// Too little was seen to say.
    CouldNotTell,
    /// It does not hold.
    Fail,
}

/// What is claimed of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimHead {
    /// Its name for machines; never changes.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Whether the section needs it to be done.
    pub required: bool,
}

/// What was found out about a claim.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// What should have been seen, where that can be said in a line.
    pub expected: Option<String>,
    /// What was seen instead.
    pub received: Option<String>,
    /// Why, and what to do next.
    pub explanation: String,
    /// Whether this is where to begin: what is wrong here makes other claims fail too.
    pub decisive: bool,
    /// Whether the explanation is to be read even where the claim holds.
    pub worth_reading: bool,
}

impl Outcome {
    /// It holds, and how that was seen.
    pub fn pass(explanation: impl ToString) -> Self {
        Self::new(Verdict::Pass, explanation)
    }

    /// It does not hold, and why.
    pub fn fail(cause: impl ToString) -> Self {
        Self::new(Verdict::Fail, cause)
    }

    /// It could not be told, and why.
    pub fn could_not_tell(cause: impl ToString) -> Self {
        Self::new(Verdict::CouldNotTell, cause)
    }

    /// The same, with what was expected beside what was received.
    pub fn with(mut self, expected: impl ToString, received: impl ToString) -> Self {
        self.expected = Some(expected.to_string());
        self.received = Some(received.to_string());
        self
    }

    /// The same, as the place to begin.
    pub fn decisive(self) -> Self {
        Self {
            decisive: true,
            ..self
        }
    }

    /// The same, with an explanation that is to be read even where the claim holds.
    pub fn worth_reading(self) -> Self {
        Self {
            worth_reading: true,
            ..self
        }
    }

    /// The one with the verdict that prevails; where both have the same, the first.
    pub fn or_worse(self, other: Self) -> Self {
        if other.verdict > self.verdict { other } else { self }
    }

    fn new(verdict: Verdict, explanation: impl ToString) -> Self {
        Self {
            verdict,
            expected: None,
            received: None,
            explanation: explanation.to_string(),
            decisive: false,
            worth_reading: false,
        }
    }
}

/// A judged claim.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Claim {
    /// Its name for machines.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Whether the section needs it to be done.
    pub required: bool,
    /// The verdict.
    pub verdict: Verdict,
    /// What should have been seen.
    pub expected: Option<String>,
    /// What was seen instead.
    pub received: Option<String>,
    /// Why, and what to do next.
    pub explanation: String,
    /// How long the experiment behind it took, in milliseconds.
    pub duration_ms: u64,
    /// Whether this is where to begin: what is wrong here makes other claims fail too.
    #[serde(skip)]
    pub decisive: bool,
    /// Whether the explanation is to be read even where the claim holds.
    #[serde(skip)]
    pub worth_reading: bool,
}

impl ClaimHead {
    /// A claim that the section needs to be done.
    pub const fn required(id: &'static str, title: &'static str) -> Self {
        Self {
            id,
            title,
            required: true,
        }
    }

    /// A claim about an extra.
    pub const fn extra(id: &'static str, title: &'static str) -> Self {
        Self {
            id,
            title,
            required: false,
        }
    }

    /// The claim, judged.
    pub fn judged(&self, outcome: Outcome, duration_ms: u64) -> Claim {
        Claim {
            id: self.id,
            title: self.title,
            required: self.required,
            verdict: outcome.verdict,
            expected: outcome.expected,
            received: outcome.received,
            explanation: outcome.explanation,
            duration_ms,
            decisive: outcome.decisive,
            worth_reading: outcome.worth_reading,
        }
    }
}

/// The verdict on the whole: the worst of the required claims. Where there are none, nothing was told.
pub fn overall(claims: &[Claim]) -> Verdict {
    claims
        .iter()
        .filter(|claim| claim.required)
        .map(|claim| claim.verdict)
        .max()
        .unwrap_or(Verdict::CouldNotTell)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(required: bool, verdict: Verdict) -> Claim {
        let head = ClaimHead {
            id: "id",
            title: "title",
            required,
        };
        head.judged(Outcome::new(verdict, "because"), 0)
    }

    #[test]
    fn fail_beats_could_not_tell_beats_pass_and_extras_do_not_count() {
        use Verdict::{CouldNotTell, Fail, Pass};
        let whole = |verdicts: &[Verdict]| {
            let claims: Vec<_> = verdicts.iter().map(|verdict| claim(true, *verdict)).collect();
            overall(&claims)
        };
        assert_eq!(whole(&[Pass, Pass]), Pass);
        assert_eq!(whole(&[Pass, CouldNotTell]), CouldNotTell);
        assert_eq!(whole(&[CouldNotTell, Fail, Pass]), Fail);
        assert_eq!(overall(&[claim(true, Pass), claim(false, Fail)]), Pass);
    }

    #[test]
    fn nothing_judged_is_never_a_pass() {
        assert_eq!(overall(&[]), Verdict::CouldNotTell);
        assert_eq!(overall(&[claim(false, Verdict::Pass)]), Verdict::CouldNotTell);
    }
}
