//! `workshop check --watch`: a check whenever something is saved.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::screen::Screen;
use super::subject::Place;
use super::{conclude, examine};
use crate::checks::Report;
use crate::commands::Outcome;
use crate::commands::exit::{self, Exit};
use crate::commands::interruption::Interruption;
use crate::commands::output;
use crate::commands::suspension::Suspension;
use crate::workspace::{Saved, Saves, differences, is_half_done};

/// How often the files are looked at. A save is settled once two looks find the same, so that the check begins within
/// 200 ms of it.
const TICK: Duration = Duration::from_millis(40);

/// How long a save may go on, with whole files all the while, before the check begins all the same.
const SETTLED_AFTER: Duration = Duration::from_millis(120);

/// How long a file that had something in it may be gone or empty before that is taken for what was meant.
const HALF_DONE: Duration = Duration::from_secs(2);

/// A file that changes during so many checks in a row is changed by the program.
const CHANGED_BY_PROGRAM: u8 = 3;

/// Checks now and after each save, until a signal ends it, or nobody reads any more.
pub fn watch(place: &Place, seed: Option<u64>, json: bool) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(async {
        let mut interruption = Interruption::listen()?;
        let suspension = Suspension::listen()?;
        tokio::select! {
            outcome = again_and_again(place, seed, json, &suspension) => outcome,
            signal = interruption.number() => Ok(Exit::Interrupted(signal)),
        }
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

async fn again_and_again(place: &Place, seed: Option<u64>, json: bool, suspension: &Suspension) -> Outcome {
    let screen = Screen::of(place, json);
    let mut watcher = Watcher::of(place);
    let mut cause = Vec::new();
    let mut checked = watcher.settled(&Saved::new()).await?;
    loop {
        screen.begin(&cause)?;
        let told = tokio::select! {
            told = one_check(place, seed, suspension) => Some(told),
            saved = watcher.saved_during_check(&checked) => {
                saved?;
                // What runs is ended by being dropped.
                None
            }
        };
        // What was saved while the check ended counts too: it may have failed for nothing else.
        let now = watcher.settled(&checked).await?;
        let saved = watcher.saved(&checked, &now);
        if let Some(told) = told
            && saved.is_empty()
        {
            say(place, told, json)?;
            let written = differences(&checked, &now);
            screen.wait(&written)?;
            watcher.by_program.extend(written);
            let now = watcher.after_the_page(now).await?;
            (checked, cause) = watcher.next_save(now).await?;
        } else {
            watcher.blame(&saved);
            (checked, cause) = (now, saved);
        }
    }
}

async fn one_check(place: &Place, seed: Option<u64>, suspension: &Suspension) -> anyhow::Result<Report> {
    examine(&place.subject()?, seed, suspension).await
}

/// Says what a check came to. What keeps it from being made, such as a line of `workshop.toml`, can be mended, and saved.
fn say(place: &Place, told: anyhow::Result<Report>, json: bool) -> anyhow::Result<()> {
    match told {
        Ok(report) => conclude(place, &report, json),
        Err(error) => {
            exit::report(&error, Exit::CouldNotTell);
            Ok(())
        }
    }
}

/// Looks at the student's files, and tells a save from what happens to files otherwise.
struct Watcher {
    saves: Saves,
    /// What the program under check writes itself.
    by_program: HashSet<PathBuf>,
    /// In how many checks in a row each file has changed.
    in_a_row: HashMap<PathBuf, u8>,
}

impl Watcher {
    fn of(place: &Place) -> Self {
        Self {
            saves: Saves::of(place.depends_on(), output::places()),
            by_program: HashSet::new(),
            in_a_row: HashMap::new(),
        }
    }

    /// Waits until the files stay as they are for a moment, and nothing is half done as against `before`.
    async fn settled(&mut self, before: &Saved) -> anyhow::Result<Saved> {
        let begun = Instant::now();
        let mut last = self.saves.look()?;
        loop {
            sleep(TICK).await;
            let now = self.saves.look()?;
            let (waited, whole) = (begun.elapsed(), !is_half_done(before, &now));
            if whole && (now == last || waited >= SETTLED_AFTER) || waited >= HALF_DONE {
                return Ok(now);
            }
            last = now;
        }
    }

    /// Waits until something is saved that the check at work began without.
    async fn saved_during_check(&mut self, checked: &Saved) -> anyhow::Result<()> {
        loop {
            sleep(TICK).await;
            let now = self.saves.look()?;
            if !self.saved(checked, &now).is_empty() {
                let now = self.settled(checked).await?;
                if !self.saved(checked, &now).is_empty() {
                    return Ok(());
                }
            }
        }
    }

    /// The files once the page has been printed: `tee` may keep it in one of those that no student writes.
    async fn after_the_page(&mut self, mut checked: Saved) -> anyhow::Result<Saved> {
        let now = self.settled(&checked).await?;
        for path in &self.by_program {
            match now.get(path) {
                Some(contents) => checked.insert(path.clone(), *contents),
                None => checked.remove(path),
            };
        }
        Ok(checked)
    }

    /// Waits, between checks, until anything is saved. Returns the files then, and which of them were saved.
    async fn next_save(&mut self, checked: Saved) -> anyhow::Result<(Saved, Vec<PathBuf>)> {
        self.in_a_row.clear();
        loop {
            sleep(TICK).await;
            output::is_read()?;
            if self.saves.look()? != checked {
                let now = self.settled(&checked).await?;
                let saved = differences(&checked, &now);
                if !saved.is_empty() {
                    return Ok((now, saved));
                }
            }
        }
    }

    /// What the student has saved since the check began. A file that was not there then is the program's: it may write one
    /// each time.
    fn saved(&self, checked: &Saved, now: &Saved) -> Vec<PathBuf> {
        let mut saved = differences(checked, now);
        saved.retain(|path| checked.contains_key(path) && !self.by_program.contains(path));
        saved
    }

    /// Notes that a check was ended for these. A check that is ended again and again for the same file would never end.
    fn blame(&mut self, saved: &[PathBuf]) {
        self.in_a_row.retain(|path, _| saved.contains(path));
        for path in saved {
            let times = self.in_a_row.entry(path.clone()).or_default();
            *times += 1;
            if *times >= CHANGED_BY_PROGRAM {
                self.by_program.insert(path.clone());
            }
        }
    }
}
