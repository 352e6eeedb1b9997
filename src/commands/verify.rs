//! `workshop verify`

use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::Context as _;
use indicatif::ProgressBar;

use super::exit::{Exit, Usage};
use super::interruption::Interruption;
use super::{Outcome, names, say};
use crate::cli;
use crate::lesson::{self, Section};
use crate::render::{Style, causes, untrusted};
use crate::verify::{self, Bench};

/// No complaint is longer.
const LONGEST: usize = 20_000;

pub fn verify(course: Option<&Path>, arguments: &cli::Verify) -> Outcome {
    let sections = sections(course.is_some(), arguments.section)?;
    if let Some(name) = arguments
        .except
        .as_deref()
        .filter(|name| lesson::language(name).is_none())
    {
        let known: Vec<&str> = lesson::languages()
            .iter()
            .map(|language| language.name.as_str())
            .collect();
        let known = known.join(", ");
        return Err(Usage(format!(
            "there is no language {name:?} that --except could leave out; there are {known}"
        ))
        .into());
    }
    let mut page = Page::default();
    for section in &sections {
        page.files(section)?;
    }
    if !arguments.quick {
        let runtime = super::runtime()?;
        let ended = runtime.block_on(async {
            // What is listened to here is not ignored in what is run: a lesson's Ctrl-C must reach its commands, even where
            // whoever started this ignores it.
            let mut interruption = Interruption::listen()?;
            tokio::select! {
                ended = run(&sections, arguments.except.as_deref(), &mut page) => ended.map(|()| None),
                signal = interruption.number() => Ok(Some(signal)),
            }
        });
        if let Some(signal) = ended? {
            return Ok(Exit::Interrupted(signal));
        }
    }
    if sections.iter().any(|section| section.course().is_none()) {
        page.unknown("the programs that must fail or pass (checks/*/wrong, checks/*/right) are not inside this binary, and were \
            not looked at; --course FOLDER names the sources")?;
    }
    Ok(if page.sound { Exit::Done } else { Exit::Failed })
}

/// The sections that were asked for: of the course that was named, or else of this workshop.
fn sections(named: bool, number: Option<u8>) -> Result<Vec<&'static Section>, Usage> {
    match number {
        Some(number) => Ok(vec![names::section(number)?]),
        None => Ok(lesson::sections()
            .iter()
            .filter(|section| section.course().is_some() == named)
            .collect()),
    }
}

/// Runs the programs, and types what the lessons say.
async fn run(sections: &[&'static Section], except: Option<&str>, page: &mut Page) -> anyhow::Result<()> {
    let executable = std::env::current_exe().context("cannot tell where the workshop command is")?;
    for section in sections {
        if !section.has_program() {
            let what = "its check judges no program but what a student has running, so its starter and solution are not run";
            page.unknown(&format!("{}: {what}", section.folder))?;
            continue;
        }
        let bench = Bench::new(section, &executable, except).await?;
        let bar = progress_bar(section, bench.count());
        let findings = bench
            .run(&|file| {
                bar.set_message(untrusted(file, 60));
                bar.inc(1);
            })
            .await?;
        bar.finish_and_clear();
        match findings.as_slice() {
            [] => page.sound(
                section,
                &format!("{} programs fail and pass as they should", bench.count()),
            )?,
            findings => findings
                .iter()
                .try_for_each(|finding| page.fault(&finding.to_string()))?,
        }
    }
    let _lock = verify::one_at_a_time(|| {
        eprintln!(
            "another `workshop verify` runs the lessons, which name ports of this machine; waiting for it"
        );
    })
    .context("cannot see whether another `workshop verify` is running")?;
    for section in sections {
        let commands = verify::steps(section.lesson.markdown).unwrap_or_default();
        let commands = commands
            .iter()
            .filter(|step| matches!(step, verify::Step::Type(_)));
        let bar = progress_bar(section, commands.count());
        let followed = verify::follow(section, &executable, &|command| {
            bar.set_message(untrusted(command, 60));
            bar.inc(1);
        })
        .await;
        bar.finish_and_clear();
        match followed {
            Ok(commands) => page.sound(
                section,
                &format!("{commands} commands print what the lesson shows"),
            )?,
            Err(error) => page.fault(&causes(error.as_ref()))?,
        }
    }
    Ok(())
}

/// The lines that are printed, one after another, as they are found out.
struct Page {
    style: Style,
    /// Whether nothing was wrong so far.
    sound: bool,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            style: Style::for_stdout(),
            sound: true,
        }
    }
}

impl Page {
    /// What can be seen without running anything.
    fn files(&mut self, section: &Section) -> anyhow::Result<()> {
        let findings = verify::inspect(section);
        if findings.is_empty() {
            return self.sound(section, "lesson, hints, starters, solutions and check agree");
        }
        findings
            .iter()
            .try_for_each(|finding| self.fault(&finding.to_string()))
    }

    fn sound(&self, section: &Section, what: &str) -> anyhow::Result<()> {
        say::say(&format!("{} {}: {what}\n", self.style.good("✓"), section.folder))
    }

    fn unknown(&self, what: &str) -> anyhow::Result<()> {
        let lines = textwrap::fill(
            what,
            say::whole_words(&self.style)
                .initial_indent("  ")
                .subsequent_indent("  "),
        );
        say::say(&format!("{} {}\n", self.style.doubtful("?"), lines.trim_start()))
    }

    fn fault(&mut self, text: &str) -> anyhow::Result<()> {
        self.sound = false;
        let lines: Vec<String> = text.lines().map(|line| untrusted(line, LONGEST)).collect();
        say::say(&format!("{} {}\n", self.style.bad("✗"), lines.join("\n")))
    }
}

/// A line on standard error, where that is a terminal, that shows what is being done.
fn progress_bar(section: &Section, steps: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(steps as u64);
    if let Ok(style) = indicatif::ProgressStyle::with_template("  {prefix} {bar:20} {pos}/{len}  {msg}") {
        bar.set_style(style);
    }
    bar.set_prefix(section.folder);
    bar.tick();
    bar
}
