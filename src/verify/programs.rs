//! Running the programs of a section: each starter must fail its check, each solution must pass, each wrong program must
//! fail for the reason in its head, each right one must pass.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use futures_util::StreamExt as _;
use serde::Deserialize;

use super::Finding;
use super::specimens::{Specimen, interpreter, specimens};
use super::starters::{file_name, programs};
use crate::checks::{self, Verdict};
use crate::lesson::{self, Section, Stream};
use crate::program::guard::Guard;
use crate::program::{Command, Limits, Output, Program};
use crate::services::python;
use crate::source::Secret;
use crate::workspace::Workspace;

/// So many are checked at once: most wait more than they compute.
const AT_ONCE: usize = 4;

/// So often a program is checked again where a busy machine kept the check from telling: that is no verdict.
const MOST_CHECKS: usize = 4;

/// As long as one check may take, the building before it included.
const LIMIT: Duration = Duration::from_secs(600);

/// No report of a check is longer, in bytes.
const LONGEST_REPORT: usize = 16 << 20;

/// A program, and what its check must come to.
struct Subject {
    /// Where it stands, from the course's folder.
    file: String,
    kind: Kind,
    wanted: Wanted,
}

enum Kind {
    /// What a language has, as a student has it: the starter, with the solution in its place or not.
    Work { language: &'static str, solved: bool },
    /// A program by itself.
    Alone { interpreter: String, path: PathBuf },
    /// An extra program, beside the solution.
    Extra {
        name: String,
        language: &'static str,
        interpreter: String,
        path: PathBuf,
    },
}

enum Wanted {
    /// The check fails.
    Failure,
    /// This claim fails.
    FailureOf(String),
    /// Every claim holds.
    EveryClaim,
    /// Every required claim holds.
    Pass,
}

/// What `check --json` says, as far as it is looked at.
#[derive(Deserialize)]
struct Report {
    verdict: Verdict,
    claims: Vec<Judged>,
}

#[derive(Deserialize)]
struct Judged {
    id: String,
    verdict: Verdict,
    required: bool,
    explanation: String,
}

/// Runs the programs of a section, in scratch workspaces of their own.
pub struct Bench<'a> {
    section: &'static Section,
    executable: &'a Path,
    scratch: tempfile::TempDir,
    base: Workspace,
    subjects: Vec<Subject>,
}

impl<'a> Bench<'a> {
    /// Gets ready to try the programs of `section`, but for starters and solutions in the language `except`. What its
    /// Python programs need is installed, once.
    ///
    /// # Errors
    /// The scratch folder cannot be filled.
    pub async fn new(
        section: &'static Section,
        executable: &'a Path,
        except: Option<&str>,
    ) -> anyhow::Result<Self> {
        let scratch =
            tempfile::TempDir::with_prefix("workshop-programs-").context("cannot make a scratch folder")?;
        let base = Workspace::create(&scratch.path().join("base"))?;
        base.add_section(section, section.languages().next().unwrap_or_default())?;
        if python::are_missing(&base, section) {
            let guard = Guard::start(executable).context("cannot start the guard of the programs")?;
            // Where they are not to be had, a python3 that has them will do; without either, the checks say so.
            let _ = python::provide(&base, section, &guard, &|_| ()).await;
        }
        Ok(Self {
            section,
            executable,
            scratch,
            base,
            subjects: subjects(section, except),
        })
    }

    /// How many programs there are to try.
    pub fn count(&self) -> usize {
        self.subjects.len()
    }

    /// Tries them all, and calls `told` with each that was tried. Returns what is wrong.
    ///
    /// # Errors
    /// A check cannot be run at all.
    pub async fn run(&self, told: &dyn Fn(&str)) -> anyhow::Result<Vec<Finding>> {
        let tries = self
            .subjects
            .iter()
            .enumerate()
            .map(|(number, subject)| async move {
                let problem = self.problem(number, subject).await;
                told(&subject.file);
                let problem = problem.with_context(|| subject.file.clone())?;
                anyhow::Ok(problem.map(|problem| Finding::of(&subject.file, problem)))
            });
        let mut found: Vec<Finding> = Vec::new();
        let mut tries = futures_util::stream::iter(tries).buffer_unordered(AT_ONCE);
        while let Some(tried) = tries.next().await {
            found.extend(tried?);
        }
        found.sort();
        Ok(found)
    }

    /// What is wrong with the verdict on `subject`.
    async fn problem(&self, number: usize, subject: &Subject) -> anyhow::Result<Option<String>> {
        let mut arguments: Vec<String> =
            vec!["check".into(), "--json".into(), self.section.number.to_string()];
        if let Some(course) = self.section.course() {
            arguments.extend(["--course".into(), course.display().to_string()]);
        }
        let workspace = match &subject.kind {
            Kind::Alone { .. } => self.base.clone(),
            _ => self.workspace(number, &subject.kind)?,
        };
        arguments.extend(["--dir".into(), workspace.root().display().to_string()]);
        if let Kind::Alone { interpreter, path } = &subject.kind {
            arguments.extend(["--".into(), interpreter.clone(), path.display().to_string()]);
        }
        let mut report = self.check(&arguments).await?;
        for _ in 1..MOST_CHECKS {
            if self.is_told(&subject.wanted, &report) {
                break;
            }
            report = self.check(&arguments).await?;
        }
        Ok(self.complaint(&subject.wanted, &report))
    }

    /// A workspace of its own for what is not a program by itself.
    fn workspace(&self, number: usize, kind: &Kind) -> anyhow::Result<Workspace> {
        let section = self.section;
        let workspace = Workspace::create(&self.scratch.path().join(number.to_string()))?;
        let (language, solved) = match kind {
            Kind::Work { language, solved } => (*language, *solved),
            Kind::Extra { language, .. } => (*language, true),
            Kind::Alone { .. } => bail!("a program by itself needs no workspace of its own"),
        };
        workspace.add_section(section, language)?;
        let folder = workspace.section(section);
        for file in section.solution(language).filter(|_| solved) {
            let path = folder.join(file.path);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(&path, file.contents)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        let mut settings = toml::Table::new();
        let names: BTreeSet<String> = section
            .languages()
            .flat_map(|language| programs(section, language))
            .collect();
        for name in names {
            let known = lesson::language(language).context("a language of the course")?;
            let program = file_name(&name);
            let there = folder.join(known.file(program)).exists();
            let command = match kind {
                Kind::Extra {
                    name: extra,
                    interpreter,
                    path,
                    ..
                } if *extra == name => Some(vec![interpreter.clone(), path.display().to_string()]),
                _ => there.then(|| known.run(program)),
            };
            settings.extend(command.map(|command| (name, command.into())));
            if let Some(build) = &known.build {
                settings.insert("build".into(), build.clone().into());
            }
        }
        let table = toml::Table::from_iter([(section.folder.to_owned(), settings.into())]);
        std::fs::write(workspace.settings_path(), toml::to_string(&table)?)?;
        if section.lesson.stream == Some(Stream::Secret) {
            Secret::load_or_draw(&workspace.secret_path())?;
        }
        // What is compiled is compiled in one place, and installed in one place.
        let target = self.scratch.path().join(format!("target-{language}"));
        std::fs::create_dir_all(&target)?;
        for (there, here) in [
            (self.base.root().join(".venv"), workspace.root().join(".venv")),
            (target, folder.join("target")),
        ] {
            if there.exists() {
                std::os::unix::fs::symlink(there, here)?;
            }
        }
        Ok(workspace)
    }

    async fn check(&self, arguments: &[String]) -> anyhow::Result<Report> {
        let mut argv = vec![self.executable.display().to_string()];
        argv.extend_from_slice(arguments);
        let command = Command {
            argv,
            directory: self.scratch.path().to_owned(),
            ..Command::default()
        };
        let limits = Limits {
            line_bytes: LONGEST_REPORT,
            ..Limits::default()
        };
        let mut program = Program::spawn(command, limits)?;
        let mut last = String::new();
        let ended = async {
            loop {
                match program.next().await {
                    Some(Output::Line(line)) => last = line,
                    Some(Output::Exited(exit)) => break Some(exit),
                    Some(_) => {}
                    None => break None,
                }
            }
        };
        let exit = tokio::time::timeout(LIMIT, ended).await.ok().flatten();
        let exit = exit.with_context(|| format!("the check did not end within {} s", LIMIT.as_secs()))?;
        serde_json::from_str(&last).with_context(|| {
            format!(
                "the check printed no report ({}): {}",
                exit.status,
                exit.stderr_tail.trim_end()
            )
        })
    }

    fn is_told(&self, wanted: &Wanted, report: &Report) -> bool {
        let untold = |judged: &Judged| judged.verdict == Verdict::CouldNotTell;
        match wanted {
            Wanted::Failure | Wanted::Pass => report.verdict != Verdict::CouldNotTell,
            Wanted::FailureOf(claim) => !report
                .claims
                .iter()
                .any(|judged| judged.id == *claim && untold(judged)),
            Wanted::EveryClaim => !self.of_programs(report).any(untold),
        }
    }

    /// What is wrong with a report; it quotes what the report says of the claim.
    fn complaint(&self, wanted: &Wanted, report: &Report) -> Option<String> {
        let said = |judged: &Judged| {
            let verdict = match judged.verdict {
                Verdict::Pass => "passes",
                Verdict::CouldNotTell => "cannot be told",
                Verdict::Fail => "fails",
            };
            format!("`{}` {verdict}: {}", judged.id, judged.explanation.trim_end())
        };
        match wanted {
            Wanted::Failure if report.verdict == Verdict::Fail => None,
            Wanted::Failure => {
                let mut required = report.claims.iter().filter(|judged| judged.required);
                let why = required.find(|judged| judged.verdict != Verdict::Pass).map(said);
                let why = why.unwrap_or_else(|| "it passes".into());
                Some(format!("a starter must fail its check, and {why}"))
            }
            Wanted::FailureOf(claim) => match report.claims.iter().find(|judged| judged.id == *claim) {
                Some(judged) if judged.verdict == Verdict::Fail => None,
                Some(judged) => Some(format!("it must fail {claim:?}, and {}", said(judged))),
                None => Some(format!("it must fail {claim:?}, which the check does not judge")),
            },
            Wanted::EveryClaim => {
                // An extra claim may be one that no machine tells of every language, such as what a runtime keeps.
                let held = |judged: &&Judged| match judged.verdict {
                    Verdict::Pass => false,
                    Verdict::Fail => true,
                    Verdict::CouldNotTell => judged.required,
                };
                let mut claims = self.of_programs(report);
                claims
                    .find(held)
                    .map(|judged| format!("a solution must pass every claim, and {}", said(judged)))
            }
            Wanted::Pass => {
                let mut required = report.claims.iter().filter(|judged| judged.required);
                required
                    .find(|judged| judged.verdict != Verdict::Pass)
                    .map(|judged| format!("it must pass, and {}", said(judged)))
            }
        }
    }

    /// The claims of a report that programs decide, and not answers.
    fn of_programs<'r>(&self, report: &'r Report) -> impl Iterator<Item = &'r Judged> {
        let answered =
            checks::of_section(self.section.number).map_or(&[] as &[&str], |check| check.answered());
        report
            .claims
            .iter()
            .filter(|judged| !answered.contains(&judged.id.as_str()))
    }
}

/// All there is to try of `section`.
fn subjects(section: &'static Section, except: Option<&str>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    let folder = section.folder;
    for language in section.languages().filter(|language| Some(*language) != except) {
        subjects.push(Subject {
            file: format!("lessons/{folder}/starter/{language}"),
            kind: Kind::Work {
                language,
                solved: false,
            },
            wanted: Wanted::Failure,
        });
    }
    for language in section
        .solution_languages()
        .filter(|language| Some(*language) != except)
    {
        subjects.push(Subject {
            file: format!("solutions/{folder}/{language}"),
            kind: Kind::Work {
                language,
                solved: true,
            },
            wanted: Wanted::EveryClaim,
        });
    }
    let checks = section.check_folder().unwrap_or_default();
    let specimen = |specimen: Specimen, wanted| {
        let interpreter = interpreter(specimen.path)?;
        let path = checks.join(specimen.path);
        let kind = match specimen.program {
            None => Kind::Alone { interpreter, path },
            Some(name) => Kind::Extra {
                name,
                language: section.languages().find(|language| {
                    lesson::language(language).is_some_and(|language| language.build.is_none())
                })?,
                interpreter,
                path,
            },
        };
        let file = format!("checks/{folder}/{}", specimen.path);
        Some(Subject { file, kind, wanted })
    };
    for wrong in specimens(section, "wrong") {
        // One that names no claim has been spoken of already.
        if let Some((_, claim)) = wrong.claim.clone() {
            subjects.extend(specimen(wrong, Wanted::FailureOf(claim)));
        }
    }
    for right in specimens(section, "right") {
        subjects.extend(specimen(right, Wanted::Pass));
    }
    subjects
}
