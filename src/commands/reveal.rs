//! `workshop reveal-secret-stream`

use std::path::Path;

use super::exit::Exit;
use super::{Outcome, ask, names, say};
use crate::checks::{QUESTIONS, judged_by, standard_errors_off};
use crate::cli;
use crate::lesson::Section;
use crate::services::published;
use crate::source::Secret;
use crate::workspace::Workspace;

/// The section whose stream has the secret.
const SECTION: u8 = 3;

pub async fn reveal(dir: Option<&Path>, arguments: &cli::Reveal) -> Outcome {
    let workspace = Workspace::find(dir)?;
    let section = names::started(Some(SECTION), &workspace)?;
    let secret = Secret::load(&workspace.secret_path())?;
    let passed = workspace.progress()?.section(SECTION).passed.is_some();
    let warning = if passed {
        ""
    } else {
        "You have not found it yourself yet, and your progress will say so.\n"
    };
    let question = format!("{warning}Reveal the secret mean and variance?");
    if !arguments.yes && !ask::confirmed(&question, "workshop reveal-secret-stream --yes")? {
        say::say("Nothing is revealed.\n")?;
        return Ok(Exit::Done);
    }
    let text = opened(&secret, &own_answers(&workspace, section, &secret).await?);
    workspace.update_progress(|progress| progress.section(SECTION).note_revealed())?;
    say::say(&text)?;
    if !passed {
        say::say("\nSection 3 was not done yet; your progress notes it as revealed before solved.\n")?;
    }
    Ok(Exit::Done)
}

/// The opened commitment. The words before the colons are fixed: scripts read them.
fn opened(secret: &Secret, answers: &str) -> String {
    let distribution = secret.distribution();
    format!(
        "mean: {}\nvariance: {}\ndistribution: {}\nsalt: {}\n{answers}\n\
         The commitment that `workshop start 3` printed is the SHA-256 of this line:\n\n  {opening}\n\n\
         Verify it:\n\n  printf '%s' '{opening}' | sha256sum\n\n\
         It prints (with `shasum -a 256` in place of sha256sum on a Mac):\n\n  {commitment}\n",
        distribution.mean(),
        distribution.variance(),
        distribution.describe(),
        secret.salt(),
        opening = secret.opening(),
        commitment = secret.commitment(),
    )
}

/// A line for each answer: what it was, and how far off.
async fn own_answers(workspace: &Workspace, section: &Section, secret: &Secret) -> anyhow::Result<String> {
    let published = published::so_far(workspace).await?;
    let answers = match workspace.answers(section) {
        Ok(answers) => answers,
        // The secret is revealed all the same.
        Err(error) => return Ok(format!("your answers: {error}\n")),
    };
    let mut text = String::new();
    for name in QUESTIONS {
        let answer = match answers.number(name) {
            Ok(answer) => answer,
            Err(error) => {
                text.push_str(&format!("your {name}: {error}\n"));
                continue;
            }
        };
        text.push_str(&match answer {
            None => format!("your {name}: not answered\n"),
            Some(answer) if published < 2 => format!("your {name}: {answer}\n"),
            Some(answer) => {
                let n = judged_by(published);
                let off = standard_errors_off(name, answer, secret, n);
                format!(
                    "your {name}: {answer}, {:.2} standard errors off (n = {n})\n",
                    off.abs()
                )
            }
        });
    }
    Ok(text)
}
