//! `workshop run`

use std::io::{IsTerminal as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::exit::Usage;
use super::{Outcome, build, language, names, overhear};
use crate::cli;
use crate::lesson::Stream;
use crate::program;
use crate::render::Style;
use crate::services::state::{self, LiveState, Presence};
use crate::workspace::Workspace;

/// Runs the student's program in place of this command: its output, its signals and its exit status are its own. What
/// it estimates of the secret stream is overheard.
pub async fn run(dir: Option<&Path>, arguments: cli::Program) -> Outcome {
    let workspace = Workspace::find(dir)?;
    let section = names::started(arguments.section, &workspace)?;
    if arguments.command.is_empty() && !section.has_program() {
        return Err(Usage(format!(
            "section {number} has no program of yours to run: what you do there, you type yourself, as `workshop lesson \
             {number}` shows; `workshop run -- COMMAND` runs any command with the addresses of the live workshop",
            number = section.number
        ))
        .into());
    }
    let live = running(&workspace)?;
    let environment = environment(Some(&workspace), &workspace.python_client());
    let is_own = arguments.command.is_empty();
    let (command, folder) = if is_own {
        let (programs, folder) = (workspace.programs(section)?, workspace.section(section));
        if let Some(command) = programs.build() {
            workspace.unpack_clients(language::of_programs(&programs))?;
            build::for_run(command, &folder, &environment)?;
        }
        (programs.run().to_vec(), folder)
    } else {
        (arguments.command, std::env::current_dir()?)
    };
    let (name, rest) = command.split_first().context("the command is empty")?;
    let file = program::find(name, &folder, &build::path_of(&environment))?;
    let mut command = std::process::Command::new(file);
    command
        .args(rest)
        .current_dir(&folder)
        .envs(environment)
        .envs(addresses(&live));
    if is_own {
        say_what_is_read();
    }
    if section.lesson.stream == Some(Stream::Secret) {
        let estimates = workspace.estimates_path();
        // The program runs all the same where nobody can listen.
        if let Ok(Some(terminal)) = overhear::stand_between(&mut command, &estimates) {
            let error = overhear::beside(command, terminal, &estimates).await;
            let Err(error) = error;
            return Err(error).with_context(|| format!("cannot run {name}"));
        }
    }
    Err(command.exec()).with_context(|| format!("cannot run {name}"))
}

/// Says on a terminal what the program is about, which may print nothing for long, or ever.
fn say_what_is_read() {
    if std::io::stderr().is_terminal() {
        let said = Style::for_stderr().quiet("your program reads the live queue; Ctrl-C ends it");
        // Where standard error is gone, the program runs all the same.
        let _ = writeln!(std::io::stderr(), "{said}");
    }
}

/// The live workshop of `workspace`.
pub fn running(workspace: &Workspace) -> anyhow::Result<LiveState> {
    match state::presence(workspace)? {
        Presence::Running(live) => Ok(*live),
        Presence::Busy => bail!("the live workshop is just coming up or going down; try again"),
        Presence::Absent | Presence::Died(_) => {
            bail!("no live workshop is running; `workshop start N` brings up section N's")
        }
    }
}

/// The three addresses that a program reads from its environment. Where the section has no Redis, the third one is
/// the tutorial's.
pub fn addresses(live: &LiveState) -> [(&'static str, String); 3] {
    let redis = live.redis.as_ref().map(|redis| redis.url.clone());
    [
        ("PUBSUB_URL", format!("http://{}", live.pubsub)),
        ("SIMPLEQUEUE_URL", format!("http://{}", live.simplequeue)),
        (
            "REDIS_URL",
            redis.unwrap_or_else(|| "redis://localhost:6379/1".into()),
        ),
    ]
}

/// What else a student's program needs in its environment: the client library, the workspace's own tools first on
/// the path, and output that is not held back where it goes into a pipe.
pub fn environment(workspace: Option<&Workspace>, client: &Path) -> Vec<(String, String)> {
    let with = |first: PathBuf, rest: Option<std::ffi::OsString>| {
        let rest = rest.unwrap_or_default();
        let all = std::iter::once(first)
            .chain(std::env::split_paths(&rest).filter(|path| !path.as_os_str().is_empty()));
        // A folder with a colon in its name cannot stand in such a list; the rest can.
        std::env::join_paths(all)
            .unwrap_or(rest)
            .to_string_lossy()
            .into_owned()
    };
    let mut environment = vec![
        (
            "PYTHONPATH".to_owned(),
            with(client.to_path_buf(), std::env::var_os("PYTHONPATH")),
        ),
        ("PYTHONUNBUFFERED".to_owned(), "1".to_owned()),
    ];
    let tools = workspace.map(|workspace| workspace.root().join(".venv").join("bin"));
    if let Some(tools) = tools.filter(|tools| tools.is_dir()) {
        environment.push(("PATH".to_owned(), with(tools, std::env::var_os("PATH"))));
    }
    environment
}
