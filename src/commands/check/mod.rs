//! `workshop check`

mod screen;
mod subject;
mod watch;

use std::io::IsTerminal as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use indicatif::{ProgressBar, ProgressStyle};

use super::exit::{self, Exit, Usage};
use super::interruption::Interruption;
use super::suspension::Suspension;
use super::{Outcome, build, language, run, say};
use crate::arena::Recorder;
use crate::checks::{Claim, Report, Trial, Verdict, report_text};
use crate::cli;
use crate::lesson::Stream;
use crate::program::guard::Guard;
use crate::render::Style;
use crate::workspace::{PYTHON, RunFolder, SOLUTION_FOLDER, unpack_client};
use subject::{Place, Subject};

pub fn check(dir: Option<&Path>, arguments: cli::Check) -> Outcome {
    let place = Place::find(dir, arguments.program)?;
    if let (Some(seed), false) = (arguments.seed, place.section.has_program()) {
        return Err(Usage(format!(
            "section {number} judges no program and draws no numbers, so --seed {seed} has nothing to repeat; \
             `workshop check {number}` looks again at what you have running, and at your answers",
            number = place.section.number
        ))
        .into());
    }
    if arguments.watch {
        return watch::watch(&place, arguments.seed, arguments.json);
    }
    let subject = place.subject()?;
    // As many threads as the machine has: the servers of the arena are not to be what is slow.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(async {
        // Before any program runs: a signal must not find this command without an ear for it.
        let mut interruption = Interruption::listen()?;
        let suspension = Suspension::listen()?;
        tokio::select! {
            report = examine(&subject, arguments.seed, &suspension) => {
                let report = report?;
                conclude(&place, &report, arguments.json)?;
                Ok(report.verdict.into())
            }
            // What runs is ended by being dropped.
            signal = interruption.number() => Ok(Exit::Interrupted(signal)),
        }
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

/// Checks, and returns what was found out. Says and notes nothing yet.
async fn examine(
    subject: &Subject<'_>,
    seed: Option<u64>,
    suspension: &Suspension,
) -> anyhow::Result<Report> {
    let begun = Instant::now();
    let place = subject.place;
    let run = match &place.workspace {
        Some(workspace) => workspace.new_run(place.section.number)?,
        None => RunFolder::temporary().map_err(|error| {
            let folder = std::env::temp_dir();
            anyhow!(
                "cannot make a folder for the record of this check in {}: {error}; set TMPDIR to another",
                folder.display()
            )
        })?,
    };
    // A seed that is easy to read out and to type again.
    let seed = seed.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    let recorder = Recorder::begin(&run.record()).with_context(|| unwritten(&run))?;
    let bar = Bar::new(place.check.scenarios().len() as u64);
    let mut trial = trial(subject, seed, recorder.clone(), run.clone(), &bar.0)?;
    suspension.covers(&trial.guard);
    if let Some(command) = &subject.build {
        bar.0.set_message("building");
        let (directory, log) = (&trial.directory, run.standard_error("build"));
        trial.not_built = build::for_check(command, directory, &trial.environment, log, &trial.guard).await;
    }
    place.check.gather(&trial).await?;
    let history = recorder.finish().with_context(|| unwritten(&run))?;
    Ok(Report::of(
        place.check,
        &history,
        seed,
        subject.command.clone(),
        run.path(),
        u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    ))
}

/// What to say where the record could not be written: nothing can be told from the part of it that was.
fn unwritten(run: &RunFolder) -> String {
    format!(
        "the record {} could not be written, so nothing can be said of your program; make room there, and check again",
        run.record().display()
    )
}

/// Notes what a check has found out, and says it.
fn conclude(place: &Place, report: &Report, json: bool) -> anyhow::Result<()> {
    let done = report.verdict == Verdict::Pass && place.is_own();
    let next = if done {
        section_done(place)
    } else {
        Ok(what_next(&report.claims))
    };
    if json {
        say::say(&format!("{}\n", serde_json::to_string(report)?))?;
    } else {
        let page = report_text(report, &place.section.lesson.title, &Style::for_stdout());
        say::say(&format!("{page}{}", next.as_deref().unwrap_or_default()))?;
    }
    // The verdict stands, whatever became of the note.
    if let Err(error) = next {
        exit::report(&error, Exit::Done);
    }
    Ok(())
}

fn trial<'a>(
    subject: &'a Subject<'a>,
    seed: u64,
    recorder: Recorder,
    run: RunFolder,
    bar: &'a ProgressBar,
) -> anyhow::Result<Trial<'a>> {
    let place = subject.place;
    let client = match &place.workspace {
        Some(workspace) => {
            let programs = workspace.programs(place.section).ok();
            workspace.unpack_clients(programs.as_ref().and_then(language::of_programs))?;
            workspace.python_client()
        }
        None => {
            let client = run.path().join("clients").join(PYTHON);
            unpack_client(PYTHON, &client)?;
            client
        }
    };
    let executable = std::env::current_exe().context("cannot tell where the workshop command is")?;
    Ok(Trial {
        seed,
        recorder,
        guard: Guard::start(&executable).context("cannot start the guard of the student's programs")?,
        command: subject.command.clone(),
        extras: subject.extras.clone(),
        not_built: None,
        directory: place.directory.clone(),
        environment: run::environment(place.workspace.as_ref(), &client),
        run,
        workspace: place.workspace.as_ref().filter(|_| place.is_own()),
        over: Box::new(|scenario| {
            bar.set_message(scenario.to_owned());
            bar.inc(1);
        }),
    })
}

/// A bar on standard error, where that is a terminal; nothing anywhere else. Gone when it is dropped.
struct Bar(ProgressBar);

impl Bar {
    fn new(steps: u64) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(steps);
        if let Ok(style) = ProgressStyle::with_template("  {bar:30} {pos}/{len} experiments  {msg}") {
            bar.set_style(style);
        }
        bar.tick();
        Self(bar)
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Notes that the section is done, puts the solution beside the student's work, and says what comes next.
fn section_done(place: &Place) -> anyhow::Result<String> {
    let Some(workspace) = &place.workspace else {
        return Ok(String::new());
    };
    let section = place.section;
    workspace
        .update_progress(|progress| progress.section(section.number).note_passed())
        .context("the section is done, but that cannot be noted")?;
    let programs = workspace.programs(section).ok();
    if let Some(language) = language::of_solution(section, programs.as_ref(), &workspace.progress()?) {
        workspace
            .add_solution(section, language)
            .context("the section is done, but no solution can be put beside your work")?;
    }
    let solution = workspace.section(section).join(SOLUTION_FOLDER);
    let mut lines = vec![(
        format!("ls {}", say::shown(&solution)),
        "one solution, to compare with yours",
    )];
    if section.lesson.stream == Some(Stream::Secret) {
        lines.push(("workshop reveal-secret-stream".into(), "how near you came"));
    }
    match crate::lesson::sections()
        .iter()
        .find(|later| later.number > section.number)
    {
        Some(later) => lines.push((format!("workshop start {}", later.number), "the next section")),
        None => lines.push(("workshop stop".into(), "this was the last section there is")),
    }
    let style = Style::for_stdout();
    Ok(format!(
        "\n{}",
        say::commands(&format!("Section {} is done", section.number), &lines, &style)
    ))
}

/// Where to go from a check that did not pass: to what makes other claims fail too, or else to the first that fails.
pub fn what_next(claims: &[Claim]) -> String {
    let open = || {
        claims
            .iter()
            .filter(|claim| claim.required && claim.verdict != Verdict::Pass)
    };
    let first = open()
        .find(|claim| claim.decisive)
        .or_else(|| open().find(|claim| claim.verdict == Verdict::Fail))
        .or_else(|| open().next());
    first.map_or_else(String::new, |first| format!("\nBegin with `{}`.\n", first.id))
}
