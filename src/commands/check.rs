//! `workshop check`

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::exit::{Exit, Usage};
use super::{Outcome, build, language, names, run, say};
use crate::arena::Recorder;
use crate::checks::{self, Check, Claim, Report, Trial, Verdict, overall, report_text};
use crate::cli;
use crate::lesson::{Section, Stream};
use crate::program::guard::Guard;
use crate::render::Style;
use crate::workspace::{PYTHON, RunFolder, SOLUTION_FOLDER, Workspace, unpack_client};

/// What is judged: the section's program in a workspace, or a command given by itself.
struct Subject {
    section: &'static Section,
    check: &'static dyn Check,
    workspace: Option<Workspace>,
    command: Vec<String>,
    extras: Vec<(String, Vec<String>)>,
    /// What has to be run before them.
    build: Option<Vec<String>>,
    directory: PathBuf,
    /// Whether it is the section's own program, whose passing means that the section is done.
    own: bool,
}

pub fn check(dir: Option<&Path>, arguments: cli::Check) -> Outcome {
    let subject = subject(dir, arguments.program)?;
    // As many threads as the machine has: the servers of the arena are not to be what is slow.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(async {
        // Before any program runs: a signal must not find this command without an ear for it.
        let mut interruption = Interruption::listen()?;
        tokio::select! {
            outcome = judge(&subject, arguments.seed, arguments.json) => outcome,
            // What runs is ended by being dropped.
            signal = interruption.number() => Ok(Exit::Interrupted(signal)),
        }
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

fn subject(dir: Option<&Path>, program: cli::Program) -> anyhow::Result<Subject> {
    let found = Workspace::find(dir);
    let own = program.command.is_empty();
    let (section, workspace) = match (program.section, own, found) {
        (Some(number), false, found) => (names::section(number)?, found.ok()),
        (number, true, found) => {
            let workspace = found?;
            (names::started(number, &workspace)?, Some(workspace))
        }
        (None, false, found) => {
            let workspace = found?;
            (names::section_or_current(None, &workspace)?, Some(workspace))
        }
    };
    let check = checks::of_section(section.number)
        .ok_or_else(|| Usage(format!("section {} has no check", section.number)))?;
    if !own && !section.has_program() {
        return Err(Usage(format!(
            "section {number} judges no program, so there is nothing to name after `--`: `workshop check {number}` looks \
             at what you have running, and at your answers",
            number = section.number
        ))
        .into());
    }
    let (command, extras, build, directory) = match &workspace {
        Some(workspace) if own && !section.has_program() => {
            (Vec::new(), Vec::new(), None, workspace.section(section))
        }
        Some(workspace) if own => {
            let programs = workspace.programs(section)?;
            let extras = programs
                .extras()
                .map(|(name, command)| (name.to_owned(), command.to_vec()))
                .collect();
            let build = programs.build().map(<[String]>::to_vec);
            (programs.run().to_vec(), extras, build, workspace.section(section))
        }
        _ => (program.command, Vec::new(), None, std::env::current_dir()?),
    };
    Ok(Subject {
        section,
        check,
        workspace,
        command,
        extras,
        build,
        directory,
        own,
    })
}

async fn judge(subject: &Subject, seed: Option<u64>, json: bool) -> Outcome {
    let begun = Instant::now();
    let run = match &subject.workspace {
        Some(workspace) => workspace.new_run(subject.section.number),
        None => RunFolder::temporary(),
    }
    .context("cannot make a folder for the record of this check")?;
    // A seed that is easy to read out and to type again.
    let seed = seed.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    let recorder = Recorder::begin(&run.record())
        .with_context(|| format!("cannot write the record {}", run.record().display()))?;
    let bar = progress_bar(subject.check.scenarios().len() as u64);
    let mut trial = trial(subject, seed, recorder.clone(), run.clone(), &bar)?;
    if let Some(command) = &subject.build {
        bar.set_message("building");
        let (directory, log) = (&trial.directory, run.standard_error("build"));
        trial.not_built = build::for_check(command, directory, &trial.environment, log, &trial.guard).await;
    }
    let gathered = subject.check.gather(&trial).await;
    bar.finish_and_clear();
    gathered?;
    let history = recorder
        .finish()
        .with_context(|| format!("cannot write the record {}", run.record().display()))?;
    let claims = subject.check.judge(&history);
    let verdict = overall(&claims);
    let report = Report {
        section: subject.section.number,
        verdict,
        seed,
        command: subject.command.clone(),
        run: run.path().display().to_string(),
        duration_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        claims,
    };
    let done = verdict == Verdict::Pass && subject.own;
    let next = if done {
        section_done(subject)?
    } else {
        String::new()
    };
    if json {
        say::say(&format!("{}\n", serde_json::to_string(&report)?))?;
    } else {
        let style = Style::for_stdout();
        let page = report_text(&report, &subject.section.lesson.title, &style);
        say::say(&format!(
            "{page}{}",
            if done { next } else { what_next(&report.claims) }
        ))?;
    }
    Ok(verdict.into())
}

fn trial<'a>(
    subject: &'a Subject,
    seed: u64,
    recorder: Recorder,
    run: RunFolder,
    bar: &'a ProgressBar,
) -> anyhow::Result<Trial<'a>> {
    let client = match &subject.workspace {
        Some(workspace) => {
            let programs = workspace.programs(subject.section).ok();
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
        directory: subject.directory.clone(),
        environment: run::environment(subject.workspace.as_ref(), &client),
        run,
        workspace: subject.workspace.as_ref().filter(|_| subject.own),
        over: Box::new(|scenario| {
            bar.set_message(scenario.to_owned());
            bar.inc(1);
        }),
    })
}

/// A bar on standard error, where that is a terminal; nothing anywhere else.
fn progress_bar(steps: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(steps);
    if let Ok(style) = ProgressStyle::with_template("  {bar:30} {pos}/{len} experiments  {msg}") {
        bar.set_style(style);
    }
    bar.tick();
    bar
}

/// Notes that the section is done, puts the solution beside the student's work, and says what comes next.
fn section_done(subject: &Subject) -> anyhow::Result<String> {
    let Some(workspace) = &subject.workspace else {
        return Ok(String::new());
    };
    let section = subject.section;
    let programs = workspace.programs(section).ok();
    if let Some(language) = language::of_solution(section, programs.as_ref(), &workspace.progress()?) {
        workspace.add_solution(section, language)?;
    }
    workspace.update_progress(|progress| {
        progress
            .section(section.number)
            .passed
            .get_or_insert_with(Timestamp::now);
    })?;
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
pub(super) fn what_next(claims: &[Claim]) -> String {
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

/// The signals that ask this command to end.
struct Interruption {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Interruption {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for one of them and returns its number.
    async fn number(&mut self) -> u8 {
        tokio::select! {
            _ = self.interrupt.recv() => 2,
            _ = self.terminate.recv() => 15,
            _ = self.hangup.recv() => 1,
        }
    }
}
