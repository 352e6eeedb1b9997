//! `workshop judge RECORD`

use std::path::Path;

use super::exit::Usage;
use super::{Outcome, check, names, say};
use crate::arena::WholeRecord;
use crate::checks::{self, Report, report_text};
use crate::cli;
use crate::lesson;
use crate::render::Style;

/// Judges a record again. Nothing is run, and nothing is noted: what is done once, stays done, and a record is a file that
/// anybody may have written.
pub fn judge(dir: Option<&Path>, arguments: &cli::Judge) -> Outcome {
    let path = names::record(dir, Some(&arguments.record))?;
    let record = WholeRecord::read(&path)?;
    let number = record.section;
    let (Some(section), Some(check)) = (lesson::section(number), checks::of_section(number)) else {
        return Err(Usage(format!(
            "{}, line 1: this version of the workshop has no section {number} whose check could be judged",
            path.display()
        ))
        .into());
    };
    let report = Report::of(
        check,
        &record.history,
        record.seed,
        record.command,
        path.parent().unwrap_or(Path::new(".")),
        record.duration_ms,
    );
    if arguments.json {
        say::say(&format!("{}\n", serde_json::to_string(&report)?))?;
    } else {
        let page = report_text(&report, &section.lesson.title, &Style::for_stdout());
        say::say(&format!("{page}{}", check::what_next(&report.claims)))?;
    }
    Ok(report.verdict.into())
}
