//! Section 3: the mean and the variance of a stream.

mod causes;
mod claims;
mod counting;
mod gather;
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
    required(
        "reports",
        "prints n, mean and variance, at least every 100 numbers",
    ),
    required("mean", "the mean is right at every line, to 1e-9"),
    required("variance", "the variance is right at every line, to 1e-9"),
    required("first-numbers", "right from the very first number"),
    required("every-number", "n counts every number, and each once"),
    required("large-offset", "right where mean is 1e9 and deviation 1, to 1e-6"),
    required("other-distributions", "right for other distributions too"),
    required("secret", "answers.toml knows the secret"),
    extra("merge", "partial results merge exactly"),
    extra("constant-memory", "memory does not grow with the stream"),
];

const fn required(id: &'static str, title: &'static str) -> ClaimHead {
    ClaimHead {
        id,
        title,
        required: true,
    }
}

const fn extra(id: &'static str, title: &'static str) -> ClaimHead {
    ClaimHead {
        id,
        title,
        required: false,
    }
}

impl Check for OnlineStatistics {
    fn section(&self) -> u8 {
        3
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
