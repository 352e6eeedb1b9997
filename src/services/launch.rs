//! Starting the background process, and stopping it.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};

use super::control::Client;
use super::live::{Announcement, LiveOptions};
use super::redis;
use super::state::{self, LiveState, Presence};
use crate::program;
use crate::workspace::{Unwritten, Workspace};

/// How long the process may take to come up, and to go away.
const START_LIMIT: Duration = Duration::from_secs(15);
const STOP_LIMIT: Duration = Duration::from_secs(8);
const KILL_LIMIT: Duration = Duration::from_secs(5);
const REDIS_LIMIT: Duration = Duration::from_secs(3);

/// No announcement is longer.
const LONGEST_ANNOUNCEMENT: u64 = 64 << 10;

/// Starts a live workshop in the background and waits until every part of it answers. Returns what the student
/// should know, such as ports that were taken.
pub async fn start(workspace: &Workspace, options: &LiveOptions) -> anyhow::Result<Vec<String>> {
    let log_path = state::log_path(workspace);
    // A new file, and not the old one emptied: who follows the old one sees that it is over.
    let log = match std::fs::remove_file(&log_path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => File::create(&log_path),
    }
    .map_err(Unwritten::to("write", &log_path))?;
    let executable = std::env::current_exe().context("cannot tell where the workshop command is")?;
    let replay = options
        .replay
        .iter()
        .flat_map(|path| [OsStr::new("--replay"), path.as_os_str()]);
    let mut child = tokio::process::Command::new(executable)
        .arg("live")
        .arg(options.section.to_string())
        .arg("--rate")
        .arg(options.rate.to_string())
        .arg("--dir")
        .arg(workspace.root())
        .args(replay)
        .current_dir("/")
        // It outlives the program that started it, if one did, and is nothing that was left behind.
        .env_remove(program::MARK_VARIABLE)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .context("cannot start the background process")?;
    if let Some(mut stdin) = child.stdin.take() {
        // Not an argument: the URL of a student's own server can have a password in it. Where the process is gone and
        // does not read, it announces nothing either.
        let _ = stdin.write_all(&serde_json::to_vec(&options.redis)?).await;
    }
    let announced = match child.stdout.take() {
        Some(stdout) => tokio::time::timeout(START_LIMIT, announcement(stdout)).await,
        None => bail!("the background process has no output to listen to"),
    };
    let (why, limit) = match announced {
        Ok(Ok(Announcement::Ready { notes })) => return Ok(notes),
        Ok(Ok(Announcement::Failed { error, .. })) => (anyhow!("{error}"), STOP_LIMIT),
        Ok(Err(error)) => {
            let why = error.context(format!(
                "the background process ended before it was ready; its log is {}",
                log_path.display()
            ));
            (why, STOP_LIMIT)
        }
        Err(_) => {
            let why = anyhow!(
                "the background process was not ready within {} s; its log is {}",
                START_LIMIT.as_secs(),
                log_path.display()
            );
            (why, Duration::ZERO)
        }
    };
    // Nothing half done: it goes, whatever it is at, and is gone when this is told.
    if tokio::time::timeout(limit, child.wait()).await.is_err() {
        child.kill().await.context("cannot end the background process")?;
    }
    Err(why)
}

async fn announcement(stdout: impl tokio::io::AsyncRead + Unpin) -> anyhow::Result<Announcement> {
    let mut line = String::new();
    BufReader::new(stdout.take(LONGEST_ANNOUNCEMENT))
        .read_line(&mut line)
        .await?;
    serde_json::from_str(&line).with_context(|| format!("it said {line:?}"))
}

/// What stopping came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// It was running, and is gone.
    Stopped,
    /// It had died before; what it left is cleaned up.
    HadDied,
    /// There was none.
    NothingToStop,
}

/// Stops the live workshop of `workspace`, if there is one, and waits until it is gone.
pub async fn stop(workspace: &Workspace) -> anyhow::Result<Stopped> {
    match state::presence(workspace)? {
        Presence::Absent => Ok(Stopped::NothingToStop),
        Presence::Died(live) => {
            redis_gone(&live).await;
            state::remove(workspace)?;
            Ok(Stopped::HadDied)
        }
        Presence::Busy => {
            if !state::wait_until_gone(workspace, STOP_LIMIT).await? {
                bail!(
                    "a process holds the lock of the live workshop, but cannot be found; `fuser {}` names it",
                    workspace.state().join("live.lock").display()
                );
            }
            Ok(Stopped::Stopped)
        }
        Presence::Running(live) => {
            stop_running(workspace, &live).await?;
            state::remove(workspace).context("the live workshop is stopped, but one thing is left")?;
            Ok(Stopped::Stopped)
        }
    }
}

async fn stop_running(workspace: &Workspace, live: &LiveState) -> anyhow::Result<()> {
    // One that does not answer is stopped all the same, below.
    let asked = Client::of(live).stop().await.is_ok();
    if asked && state::wait_until_gone(workspace, STOP_LIMIT).await? {
        return Ok(());
    }
    // The lock is held, so the process that wrote this number is alive, and the number is its own.
    let pid = i32::try_from(live.pid).ok().filter(|pid| *pid > 1);
    pid.map_or(Err(Errno::ESRCH), |pid| kill(Pid::from_raw(pid), Signal::SIGKILL))
        .map_err(|error| {
            anyhow!(
                "cannot end the process {} that live.json names: {error}; `fuser {}` names the one that has the lock of \
                 the live workshop",
                live.pid,
                workspace.state().join("live.lock").display()
            )
        })?;
    if state::wait_until_gone(workspace, KILL_LIMIT).await? {
        redis_gone(live).await;
        return Ok(());
    }
    bail!(
        "the process {} was killed, and the lock of the live workshop is still held; `fuser {}` names who has it",
        live.pid,
        workspace.state().join("live.lock").display()
    )
}

/// Waits for the end of the private Redis of a live workshop that was killed. Its guard ends it a moment later; who
/// starts the next one at once would find its port taken.
async fn redis_gone(live: &LiveState) {
    let Some(redis) = live.redis.as_ref().filter(|redis| !redis.foreign) else {
        return;
    };
    let gone = async {
        while redis::Report::of(redis.url.as_str()).await.is_ok() {
            // A process that is not our child gives no event when it ends.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    // Somebody else's server may have taken that port since.
    let _ = tokio::time::timeout(REDIS_LIMIT, gone).await;
}
