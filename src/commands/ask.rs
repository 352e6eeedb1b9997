//! Asking before something that cannot be taken back.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _};

use super::exit::Usage;
use super::say;
use crate::render::Style;

/// Nobody means yes with more than this, in bytes.
const LONGEST_ANSWER: u64 = 1024;

/// Whether the answer to `question` is yes. Where nobody can be asked, the command is to be given as `without_asking`.
pub fn confirmed(question: &str, without_asking: &str) -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() {
        return Err(Usage(format!(
            "nobody is here to ask; `{without_asking}` does it without asking"
        ))
        .into());
    }
    let style = Style::for_stdout();
    let lines: Vec<String> = question.lines().map(|line| say::wrapped(line, &style)).collect();
    say::say(&format!("{} [y/N] ", lines.join("\n")))?;
    let mut answer = String::new();
    if io::stdin().lock().take(LONGEST_ANSWER).read_line(&mut answer)? == 0 {
        say::say("\n")?;
    }
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
