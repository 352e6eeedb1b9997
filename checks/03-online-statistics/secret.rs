//! What `answers.toml` says about the secret stream.

use super::super::{Claim, ClaimHead, Outcome, Trial};
use crate::arena::{Comparison, Event, History};
use crate::lesson;
use crate::services::published;
use crate::source::Secret;

/// The questions.
pub const QUESTIONS: [&str; 2] = ["mean", "variance"];

/// As many numbers must have been published before an answer is judged: before, the error of the variance is not yet
/// normal enough for a bound in standard errors to mean much.
const FEWEST: u64 = 1_000;

/// No more numbers are expected of anyone to have read: what waits in a live queue is bounded, and an answer must not
/// go stale while the stream runs on.
const MOST: u64 = 10_000;

/// An answer this many standard errors off is wrong. A right one is this far off once in 1.7 million (normal
/// distribution, two-sided).
const STANDARD_ERRORS: f64 = 5.0;

/// Records how the answers compare with the secret, where there is a workspace with both.
pub async fn gather(trial: &Trial<'_>) -> anyhow::Result<()> {
    let Some(workspace) = trial.workspace else {
        return Ok(());
    };
    let Some(section) = lesson::section(3) else {
        return Ok(());
    };
    let secret = Secret::load(&workspace.secret_path())?;
    let published = published::so_far(workspace).await?;
    let answers = workspace.answers(section);
    for name in QUESTIONS {
        let event = match answers
            .as_ref()
            .map_err(ToString::to_string)
            .and_then(|answers| answers.number(name).map_err(|error| error.to_string()))
        {
            Ok(answer) => Event::Answer {
                name: name.to_owned(),
                comparison: compare(name, answer, &secret, published),
                published,
            },
            Err(problem) => Event::AnswersUnreadable { problem },
        };
        trial.recorder.record("secret", 0, event);
    }
    Ok(())
}

/// How far off `answer` is from the truth about `name`, in standard errors of an estimate from `n` numbers.
pub fn standard_errors_off(name: &str, answer: f64, secret: &Secret, n: u64) -> f64 {
    let distribution = secret.distribution();
    match name {
        "mean" => (answer - distribution.mean()) / distribution.mean_standard_error(n),
        _ => (answer - distribution.variance()) / distribution.variance_standard_error(n),
    }
}

/// The numbers that an answer is judged by: those published so far, but no more than are expected to be read.
pub fn judged_by(published: u64) -> u64 {
    published.min(MOST)
}

fn compare(name: &str, answer: Option<f64>, secret: &Secret, published: u64) -> Comparison {
    let Some(answer) = answer else {
        return Comparison::Unanswered;
    };
    if published < FEWEST {
        return Comparison::TooEarly;
    }
    let near =
        |answer| standard_errors_off(name, answer, secret, judged_by(published)).abs() <= STANDARD_ERRORS;
    if near(answer) {
        Comparison::Near
    } else if name == "variance" && answer > 0.0 && near(answer * answer) {
        Comparison::StandardDeviation
    } else {
        Comparison::Far
    }
}

/// Judges the claim; `None` where no answers were looked at.
pub fn judge(head: &ClaimHead, history: &History) -> Option<Claim> {
    let scenario = history.scenario("secret");
    let worst = scenario
        .events()
        .filter_map(|event| match event {
            Event::Answer {
                name,
                comparison,
                published,
            } => Some(outcome(name, *comparison, *published)),
            Event::AnswersUnreadable { problem } => Some(Outcome::fail(problem)),
            _ => None,
        })
        .reduce(Outcome::or_worse)?;
    Some(head.judged(worst, 0))
}

fn outcome(name: &str, comparison: Comparison, published: u64) -> Outcome {
    let judged_by = judged_by(published);
    match comparison {
        Comparison::Near => Outcome::pass(format!(
            "mean and variance are within {STANDARD_ERRORS} standard errors of the truth"
        )),
        Comparison::Unanswered => Outcome::fail(format!(
            "answers.toml has no {name} yet. `workshop run` runs your reader on the live stream; when its numbers have \
             settled, write them after `{name} =`."
        )),
        Comparison::TooEarly => Outcome::could_not_tell(format!(
            "The stream has published {published} numbers so far, too few to judge an answer by. With `workshop start \
             3` it runs on; from {FEWEST} numbers on, check again."
        )),
        Comparison::StandardDeviation => Outcome::fail(
            "What answers.toml gives as the variance looks like the standard deviation: the variance is its square.",
        ),
        Comparison::Far => Outcome::fail(format!(
            "The {name} in answers.toml is more than {STANDARD_ERRORS} standard errors off (those of an estimate from \
             {judged_by} numbers). Let your reader read on until n is at least {judged_by}, and take what it says then."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Verdict;
    use super::*;

    fn secret() -> Secret {
        let line =
            "workshop-secret-1 normal mean=4.0 standard_deviation=3.0 salt=00112233445566778899aabbccddeeff";
        Secret::parse(line).expect("an opening as `start` writes it")
    }

    #[test]
    fn answers_are_judged_in_standard_errors() {
        // 3/√10000 = 0.03 for the mean; 9·√(2/9999) ≈ 0.1273 for the variance of a normal distribution.
        let verdict = |name, answer, published| compare(name, Some(answer), &secret(), published);
        assert_eq!(verdict("mean", 4.0 + 0.149, 10_000), Comparison::Near);
        assert_eq!(verdict("mean", 4.0 - 0.151, 10_000), Comparison::Far);
        assert_eq!(verdict("variance", 9.0 + 0.63, 10_000), Comparison::Near);
        assert_eq!(verdict("variance", 9.0 + 0.65, 10_000), Comparison::Far);
        assert_eq!(verdict("variance", 3.0, 10_000), Comparison::StandardDeviation);
        assert_eq!(verdict("mean", -4.0, 10_000), Comparison::Far);
    }

    #[test]
    fn an_answer_never_goes_stale() {
        for published in [10_000, 1_000_000, u64::MAX] {
            assert_eq!(compare("mean", Some(4.1), &secret(), published), Comparison::Near);
        }
    }

    #[test]
    fn too_few_numbers_and_no_answer_are_said_as_such() {
        assert_eq!(compare("mean", Some(4.0), &secret(), 999), Comparison::TooEarly);
        assert_eq!(compare("mean", None, &secret(), 5), Comparison::Unanswered);
        assert_eq!(
            outcome("mean", Comparison::TooEarly, 999).verdict,
            Verdict::CouldNotTell
        );
        assert_eq!(
            outcome("mean", Comparison::Unanswered, 999).verdict,
            Verdict::Fail
        );
    }
}
