//! What a live workshop leaves on disk while it lives.

use std::fs::{File, TryLockError};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::redis::Place;
use crate::workspace::{Unread, Unwritten, Workspace, write_atomically};

/// Where a live workshop is to be found. Readable by its owner alone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LiveState {
    /// The background process.
    pub pid: u32,
    /// The version of the binary that it runs.
    pub version: String,
    /// When it came up.
    pub since: Timestamp,
    /// The section that it was started for.
    pub section: u8,
    /// Messages a second; 0 where the section has no stream, and where a capture is replayed at its own pace.
    pub rate: f64,
    /// The capture that is replayed in place of the section's stream.
    #[serde(default)]
    pub replay: Option<PathBuf>,
    /// Where it takes orders.
    pub control: SocketAddr,
    /// What whoever gives orders must say.
    pub token: String,
    /// Where its pubsub listens.
    pub pubsub: SocketAddr,
    /// Where its queue listens.
    pub simplequeue: SocketAddr,
    /// Where its Redis is, where the section has one.
    #[serde(default)]
    pub redis: Option<Place>,
    /// Where its page is, where it has one.
    #[serde(default)]
    pub page: Option<SocketAddr>,
}

impl LiveState {
    /// The address of the page as a student types it.
    pub fn page_url(&self) -> Option<String> {
        self.page.map(|page| format!("http://localhost:{}/", page.port()))
    }
}

/// What is known of the live workshop of a workspace.
#[derive(Debug)]
pub enum Presence {
    /// None is running.
    Absent,
    /// It runs.
    Running(Box<LiveState>),
    /// It ran, and is gone without having said so.
    Died(Box<LiveState>),
    /// One is coming up or going down: the lock is held, but it is not to be found.
    Busy,
}

fn state_path(workspace: &Workspace) -> PathBuf {
    workspace.state().join("live.json")
}

fn lock_path(workspace: &Workspace) -> PathBuf {
    workspace.state().join("live.lock")
}

/// The log of the background process.
pub fn log_path(workspace: &Workspace) -> PathBuf {
    workspace.state().join("live.log")
}

/// Looks for the live workshop of `workspace`.
pub fn presence(workspace: &Workspace) -> anyhow::Result<Presence> {
    let state = read(workspace)?;
    let free = try_lock(workspace)?.is_some();
    Ok(match (state, free) {
        (None, true) => Presence::Absent,
        (None, false) => Presence::Busy,
        (Some(state), true) => Presence::Died(Box::new(state)),
        (Some(state), false) => Presence::Running(Box::new(state)),
    })
}

/// Takes the lock of the live workshop of `workspace`; `None` where a living process has it. It is held until the
/// file is dropped or the process is gone.
pub fn try_lock(workspace: &Workspace) -> anyhow::Result<Option<File>> {
    let path = lock_path(workspace);
    let file = File::create(&path)
        // In a folder that has become read-only, what runs is to be found and stopped all the same.
        .or_else(|error| File::open(&path).map_err(|_| error))
        .map_err(Unwritten::to("make", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

/// Waits until no live workshop holds the lock; false if one still does after `limit`.
pub async fn wait_until_gone(workspace: &Workspace, limit: Duration) -> anyhow::Result<bool> {
    let deadline = Instant::now() + limit;
    while try_lock(workspace)?.is_none() {
        if Instant::now() >= deadline {
            return Ok(false);
        }
        // A lock that another process holds gives no event that can be waited for with a deadline.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(true)
}

/// Says where the live workshop is.
pub fn write(workspace: &Workspace, state: &LiveState) -> anyhow::Result<()> {
    let path = state_path(workspace);
    let text = serde_json::to_vec_pretty(state).context("the state does not fit into JSON")?;
    Ok(write_atomically(&path, &text).map_err(Unwritten::to("write", &path))?)
}

/// Forgets the live workshop.
pub fn remove(workspace: &Workspace) -> anyhow::Result<()> {
    let path = state_path(workspace);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Unwritten::to("remove", &path)(error).into())
        }
        _ => Ok(()),
    }
}

fn read(workspace: &Workspace) -> anyhow::Result<Option<LiveState>> {
    let path = state_path(workspace);
    match std::fs::read(&path) {
        // A file that another version wrote and this one cannot read is as good as none: the lock tells who lives.
        Ok(text) => Ok(serde_json::from_slice(&text).ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Unread::at(&path)(error).into()),
    }
}
