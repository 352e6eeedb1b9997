//! Section 1: a chain that the student built by hand, and what the student expects of such chains.

mod addresses;
mod apparatus;
mod by_hand;
mod chain;
mod delivery;
mod experiments;
mod link;
mod predictions;
mod probes;
mod questions;
mod stats;

use super::{Check, Claim, ClaimHead, Gathering, Trial};
use crate::arena::{Event, History};

/// The check of section 1.
pub struct Pipeline;

const CLAIMS: &[ClaimHead] = &[DELIVERS, PUBLISHED, FETCHED, PREDICTIONS];
const DELIVERS: ClaimHead =
    ClaimHead::required("chain-delivers", "what is published arrives in the queue, once");
const PUBLISHED: ClaimHead = ClaimHead::required("you-published", "you published a message yourself");
const FETCHED: ClaimHead = ClaimHead::required("you-fetched", "you fetched a message yourself");
const PREDICTIONS: ClaimHead =
    ClaimHead::required("predictions", "your predictions in answers.toml come true");

impl Check for Pipeline {
    fn section(&self) -> u8 {
        1
    }

    fn claims(&self) -> &'static [ClaimHead] {
        CLAIMS
    }

    fn questions(&self) -> Vec<&'static str> {
        questions::QUESTIONS
            .iter()
            .map(|question| question.name)
            .collect()
    }

    fn answered(&self) -> &'static [&'static str] {
        &[PREDICTIONS.id]
    }

    fn scenarios(&self) -> &'static [&'static str] {
        questions::SCENARIOS
    }

    fn gather<'a>(&'a self, trial: &'a Trial) -> Gathering<'a> {
        Box::pin(async move {
            let begin = Event::Check {
                section: 1,
                seed: trial.seed,
                command: trial.command.clone(),
            };
            trial.recorder.record("check", 0, begin);
            // The chain first, and alone: how fast it delivers is not to depend on our own experiments.
            chain::gather(trial).await?;
            (trial.over)(chain::SCENARIO);
            predictions::gather(trial).await
        })
    }

    fn judge(&self, history: &History) -> Vec<Claim> {
        let chain = history.scenario(chain::SCENARIO);
        let link = link::Link::of(&chain);
        let duration = chain.duration_ms();
        vec![
            DELIVERS.judged(delivery::judge(&link), duration),
            PUBLISHED.judged(by_hand::published(&link), duration),
            FETCHED.judged(by_hand::fetched(&link), duration),
            predictions::judge(&PREDICTIONS, history),
        ]
    }
}
