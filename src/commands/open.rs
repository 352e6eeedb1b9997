//! `workshop open`

use std::env;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{anyhow, bail};
use tokio::time::timeout;

use super::exit::Exit;
use super::{Outcome, say};
use crate::program;
use crate::server::client;
use crate::services::state::{self, Presence};
use crate::workspace::Workspace;

/// What opens an address and hands it on ends within this time; what goes on is the browser itself.
const HANDED_ON: Duration = Duration::from_secs(5);

pub async fn open(dir: Option<&Path>) -> Outcome {
    let workspace = Workspace::find(dir)?;
    let Presence::Running(live) = state::presence(&workspace)? else {
        bail!("no live workshop is running, so there is no page; `workshop start N` brings both up");
    };
    let Some(url) = live.page_url() else {
        bail!(
            "this live workshop has no page: it found no port for it, or is of an older version; `workshop stop`, then \
             `workshop start {}`, tries again",
            live.section
        );
    };
    client::get(&url, client::Bounds::default())
        .await
        .map_err(|error| {
            anyhow!(
                "no answer from {url}: {error}; `workshop stop`, then `workshop start {}`, tries again",
                live.section
            )
        })?;
    match opener() {
        Ok((name, command)) if opens(&command, &url).await => {
            say::say(&format!("{url} is opened by {name}.\n"))?;
        }
        Ok((name, _)) => say::say(&by_hand(&format!("{name} could not open the page."), &url))?,
        Err(why) => say::say(&by_hand(why, &url))?,
    }
    Ok(Exit::Done)
}

/// What opens addresses here, by its name; or why nothing does.
fn opener() -> Result<(String, PathBuf), &'static str> {
    let path = env::var("PATH").unwrap_or_default();
    let found = |name: &str| {
        let file = program::find(name, Path::new("/"), &path).ok()?;
        Some((name.to_owned(), file))
    };
    // A list of commands, as Debian's sensible-browser and Python's webbrowser read it.
    let browser = env::var("BROWSER").unwrap_or_default();
    if let Some(named) = browser.split(':').filter(|name| !name.is_empty()).find_map(found) {
        return Ok(named);
    }
    if cfg!(target_os = "macos") {
        return found("open").ok_or("There is no `open` here.");
    }
    let has_display = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()));
    if !has_display {
        return Err("There is no display here to open a browser on.");
    }
    found("xdg-open").ok_or("There is no `xdg-open` here, and $BROWSER names no browser.")
}

/// Whether `command` has opened `url`, or is the browser that shows it.
async fn opens(command: &Path, url: &str) -> bool {
    let mut command = std::process::Command::new(command);
    command
        .arg(url)
        // A browser outlives this command, and Ctrl-C in this terminal.
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let Ok(mut child) = tokio::process::Command::from(command).spawn() else {
        return false;
    };
    match timeout(HANDED_ON, child.wait()).await {
        Ok(status) => status.is_ok_and(|status| status.success()),
        Err(_) => true,
    }
}

fn by_hand(why: &str, url: &str) -> String {
    let mut text = format!("{why} The page is at\n\n    {url}\n\n");
    if env::var_os("SSH_CONNECTION").is_some() {
        let port = url.trim_end_matches('/').rsplit(':').next().unwrap_or_default();
        text.push_str(&format!(
            "From the machine that you sit at, `ssh -L {port}:localhost:{port} HOST` leads it there; then open that \
             address.\n"
        ));
    } else {
        text.push_str("Open that address in a browser on this machine.\n");
    }
    text
}
