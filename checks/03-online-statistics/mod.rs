//! Section 3: the mean and the variance of a stream.

mod causes;
mod claims;
mod counting;
mod gather;
mod growth;
mod memory;
mod merge;
mod numbers;
mod recognise;
mod secret;
mod streams;
mod told;

pub use secret::{QUESTIONS, judged_by, standard_errors_off};

use super::{Check, Claim, ClaimHead, Gathering, Trial};
use crate::arena::History;

/// The check of section 3.
pub struct OnlineStatistics;

const CLAIMS: &[ClaimHead] = &[
    ClaimHead::required(
        "reports",
        "prints n, mean and variance, at least every 100 numbers",
    ),
    ClaimHead::required("mean", "the mean is right at every line, to 1e-9"),
    ClaimHead::required("variance", "the variance is right at every line, to 1e-9"),
    ClaimHead::required("first-numbers", "right from the very first number"),
    ClaimHead::required("every-number", "n counts every number, and each once"),
    ClaimHead::required("large-offset", "right where mean is 1e9 and deviation 1, to 1e-6"),
    ClaimHead::required("other-distributions", "right for other distributions too"),
    ClaimHead::required("secret", "answers.toml knows the secret"),
    ClaimHead::extra("merge", "partial results merge exactly"),
    ClaimHead::extra("constant-memory", "memory does not grow with the stream"),
];

impl Check for OnlineStatistics {
    fn section(&self) -> u8 {
        3
    }

    fn claims(&self) -> &'static [ClaimHead] {
        CLAIMS
    }

    fn questions(&self) -> Vec<&'static str> {
        QUESTIONS.to_vec()
    }

    fn answered(&self) -> &'static [&'static str] {
        &["secret"]
    }

    fn scenarios(&self) -> &'static [&'static str] {
        gather::SCENARIOS
    }

    fn gather<'a>(&'a self, trial: &'a Trial) -> Gathering<'a> {
        Box::pin(gather::gather(trial))
    }

    fn judge(&self, history: &History) -> Vec<Claim> {
        CLAIMS
            .iter()
            .filter_map(|head| claims::judge(head, history))
            .collect()
    }
}
