//! Following a lesson to the letter, in a workspace of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::script::{Step, steps};
use super::terminal::Terminal;
use crate::lesson::Section;
use crate::program::{Command, Limits, Output, Program};

/// As long as a section may take to come up or to go.
const LIMIT: Duration = Duration::from_secs(120);

/// The language of the lessons.
const LANGUAGE: &str = "python";

/// Somebody who does everything that a lesson says.
struct Follower<'a> {
    section: &'a Section,
    /// A folder of their own, with the workspace in it.
    home: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

/// Starts the section in a scratch workspace, types every command of its lesson in order, and compares what each prints
/// with what the lesson shows. `told` is called with each command before it is typed. Returns how many there were.
///
/// # Errors
/// The first command that prints something else, with its line in the lesson.
pub async fn follow(section: &Section, executable: &Path, told: &dyn Fn(&str)) -> anyhow::Result<usize> {
    let steps = steps(section.lesson.markdown)?;
    let follower = Follower::begin(section, executable)?;
    let mut begin = vec!["start".into(), section.number.to_string()];
    if let Some(course) = section.course() {
        begin.extend(["--course".into(), course.display().to_string()]);
    }
    follower
        .workshop(begin)
        .await
        .context("the section does not start")?;
    let outcome = follower.take(&steps, told).await;
    let ended = follower.workshop(vec!["stop".into()]).await;
    let typed = outcome?;
    ended.context("the section does not stop")?;
    Ok(typed)
}

impl<'a> Follower<'a> {
    fn begin(section: &'a Section, executable: &Path) -> anyhow::Result<Self> {
        let home =
            tempfile::TempDir::with_prefix("workshop-lesson-").context("cannot make a scratch folder")?;
        let bin = home.path().join("bin");
        std::fs::create_dir(&bin)?;
        std::os::unix::fs::symlink(executable, bin.join("workshop"))?;
        let path = std::env::var("PATH").unwrap_or_default();
        let environment = vec![
            ("PATH".into(), format!("{}:{path}", bin.display())),
            ("NO_COLOR".into(), "1".into()),
            ("COLUMNS".into(), "80".into()),
        ];
        Ok(Self {
            section,
            home,
            environment,
        })
    }

    fn workspace(&self) -> PathBuf {
        self.home.path().join("realtime-workshop")
    }

    /// Runs the workshop itself, which must succeed.
    async fn workshop(&self, arguments: Vec<String>) -> anyhow::Result<()> {
        let mut argv = vec!["workshop".to_owned()];
        argv.extend(arguments);
        let command = Command {
            argv,
            directory: self.home.path().to_path_buf(),
            environment: self.environment.clone(),
            ..Command::default()
        };
        let mut program = Program::spawn(command, Limits::default())?;
        let ended = async {
            loop {
                match program.next().await {
                    Some(Output::Exited(exit)) => break Some(exit),
                    Some(_) => {}
                    None => break None,
                }
            }
        };
        let exit = tokio::time::timeout(LIMIT, ended).await.ok().flatten();
        match exit {
            Some(exit) if exit.status.success() => Ok(()),
            Some(exit) => bail!("{}: {}", exit.status, exit.stderr_tail.trim_end()),
            None => bail!("it did not end within {} s", LIMIT.as_secs()),
        }
    }

    /// Puts the solution where the starter was.
    fn solve(&self) -> anyhow::Result<()> {
        let folder = self.workspace().join(self.section.folder);
        for file in self.section.solution(LANGUAGE) {
            let path = folder.join(file.path);
            std::fs::write(&path, file.contents)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }

    async fn take(&self, steps: &[Step], told: &dyn Fn(&str)) -> anyhow::Result<usize> {
        let mut terminals: BTreeMap<&str, Terminal> = BTreeMap::new();
        let mut count = 0;
        let mut outcome = Ok(());
        for step in steps {
            match step {
                Step::Save { path, text } => {
                    let file = self.workspace().join(path);
                    std::fs::write(&file, text).with_context(|| format!("cannot save {path}"))?;
                }
                Step::Solve => self.solve()?,
                Step::Type(typed) => {
                    count += 1;
                    told(&typed.command);
                    let name = typed.terminal.as_str();
                    let terminal = terminals.entry(name).or_insert_with(|| {
                        let memory = self.home.path().join(format!("terminal-{name}"));
                        Terminal::open(&self.workspace(), &self.environment, memory)
                    });
                    outcome = terminal.type_in(typed).await.with_context(|| {
                        format!(
                            "lessons/{}/lesson.md, line {}: `{}` does not print what is shown",
                            self.section.folder,
                            self.section.lesson.first_line - 1 + typed.line,
                            typed.command
                        )
                    });
                    if outcome.is_err() {
                        break;
                    }
                }
            }
        }
        for terminal in terminals.into_values() {
            terminal.close().await;
        }
        outcome.map(|()| count)
    }
}
