//! What the student predicted, beside what came out.

use super::super::{Claim, ClaimHead, Outcome, Trial, Verdict};
use super::experiments;
use super::questions::{Kind, Observation, QUESTIONS, Question};
use crate::arena::{Event, History, Scenario};
use crate::lesson;
use crate::render::untrusted;

/// The name under which the record has what concerns every question.
const SCENARIO: &str = "predictions";

/// The longest prediction that is shown whole, in columns.
const SHOWN: usize = 30;

/// Notes the predictions, and runs the experiment of each question that is answered. One that is not is not run: its
/// outcome is for the student to predict.
pub async fn gather(trial: &Trial<'_>) -> anyhow::Result<()> {
    let (Some(workspace), Some(section)) = (trial.workspace, lesson::section(1)) else {
        return Ok(());
    };
    let answers = match workspace.answers(section) {
        Ok(answers) => answers,
        Err(error) => {
            let problem = error.to_string();
            trial
                .recorder
                .record(SCENARIO, 0, Event::AnswersUnreadable { problem });
            return Ok(());
        }
    };
    let each = QUESTIONS.iter().map(async |question| {
        let answer = answers.said(question.name);
        let is_answered = answer.is_some();
        let event = Event::Predicted {
            question: question.name.to_owned(),
            answer,
        };
        trial.recorder.record(question.name, 0, event);
        if is_answered {
            experiments::run(trial, question.name).await;
        }
        (trial.over)(question.name);
    });
    futures_util::future::join_all(each).await;
    Ok(())
}

/// How a prediction compares with its experiment.
enum Comparison {
    Right,
    Wrong,
    Unanswered,
    /// It is not one of the answers that there are.
    NoAnswer,
    /// The experiment did not come out as it must.
    Unknown(String),
}

/// Judges the claim.
pub fn judge(head: &ClaimHead, history: &History) -> Claim {
    let whole = history.scenario(SCENARIO);
    let unreadable = whole.events().find_map(|event| match event {
        Event::AnswersUnreadable { problem } => Some(problem),
        _ => None,
    });
    if let Some(problem) = unreadable {
        return head.judged(Outcome::fail(problem), 0);
    }
    let (mut counts, mut duration) = (Counts::default(), 0);
    let mut page = Vec::new();
    for question in QUESTIONS {
        let scenario = history.scenario(question.name);
        duration = duration.max(scenario.duration_ms());
        let (comparison, lines) = compare(question, &scenario);
        counts.add(&comparison);
        page.extend(lines);
    }
    head.judged(counts.outcome(&page.join("\n")), duration)
}

#[derive(Default)]
struct Counts {
    right: usize,
    wrong: usize,
    unanswered: usize,
    unknown: usize,
}

impl Counts {
    fn add(&mut self, comparison: &Comparison) {
        *match comparison {
            Comparison::Right => &mut self.right,
            Comparison::Wrong | Comparison::NoAnswer => &mut self.wrong,
            Comparison::Unanswered => &mut self.unanswered,
            Comparison::Unknown(_) => &mut self.unknown,
        } += 1;
    }

    fn outcome(&self, page: &str) -> Outcome {
        let verdict = if self.wrong + self.unanswered > 0 {
            Verdict::Fail
        } else if self.unknown > 0 {
            Verdict::CouldNotTell
        } else {
            Verdict::Pass
        };
        match verdict {
            Verdict::Pass => Outcome::pass(page).worth_reading(),
            Verdict::CouldNotTell => Outcome::could_not_tell(page),
            Verdict::Fail => Outcome::fail(page).with(
                format!("{} predictions that come true", QUESTIONS.len()),
                format!(
                    "{} that came true, {} that did not, {} missing",
                    self.right, self.wrong, self.unanswered
                ),
            ),
        }
    }
}

/// How the prediction compares, and the lines that say so.
fn compare(question: &Question, scenario: &Scenario<'_>) -> (Comparison, Vec<String>) {
    let mut answer = None;
    let mut broken = None;
    let mut observed: Vec<Observation<'_>> = Vec::new();
    for event in scenario.events() {
        match event {
            Event::Predicted { answer: given, .. } => answer = given.as_deref(),
            Event::Observed { what, value } => observed.push((what, value)),
            Event::Broken { problem } => broken = Some(problem.as_str()),
            _ => {}
        }
    }
    let outcome = (question.outcome)(&observed);
    let comparison = match answer {
        None => Comparison::Unanswered,
        Some(answer) => match (question.kind, outcome) {
            (Kind::Number, _) if answer.parse::<f64>().is_err() => Comparison::NoAnswer,
            (Kind::Word(words), _) if !words.contains(&answer) => Comparison::NoAnswer,
            (_, Some(outcome)) if broken.is_none() && outcome == question.promised => {
                if same(&outcome, answer) {
                    Comparison::Right
                } else {
                    Comparison::Wrong
                }
            }
            (_, outcome) => Comparison::Unknown(broken.map(str::to_owned).or(outcome).unwrap_or_default()),
        },
    };
    let lines = lines(question, answer.unwrap_or_default(), &comparison, &observed);
    (comparison, lines)
}

fn same(outcome: &str, answer: &str) -> bool {
    match (outcome.parse::<f64>(), answer.parse::<f64>()) {
        (Ok(outcome), Ok(answer)) => outcome == answer,
        _ => outcome == answer,
    }
}

fn lines(
    question: &Question,
    answer: &str,
    comparison: &Comparison,
    observed: &[Observation<'_>],
) -> Vec<String> {
    let Question {
        name,
        experiment,
        kind,
        lesson,
        ..
    } = question;
    let head = |mark: &str| format!(" {mark} {name} = {}", untrusted(answer, SHOWN));
    let counts = || {
        let each = observed.iter().map(|(what, value)| format!("{what}: {value}"));
        format!("     {}", each.collect::<Vec<_>>().join(", "))
    };
    match comparison {
        Comparison::Right => vec![head("✓"), counts()],
        Comparison::Wrong => vec![
            head("✗"),
            counts(),
            format!("The experiment: {experiment} {lesson}"),
        ],
        Comparison::Unanswered => vec![format!(" · {name} has no answer yet")],
        Comparison::NoAnswer => {
            let wanted = match kind {
                Kind::Number => "a whole number, in digits".to_owned(),
                Kind::Word(words) => format!("one of these words: {}", words.join(", ")),
            };
            vec![head("✗"), format!("{name} asks for {wanted}.")]
        }
        Comparison::Unknown(came) => vec![
            head("?"),
            format!(
                "This experiment could not be carried through as it must be, so your prediction is not judged: {}. Check \
                 again.",
                if came.is_empty() { "it broke off" } else { came }
            ),
        ],
    }
}
