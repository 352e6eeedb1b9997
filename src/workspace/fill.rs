//! Adding what is missing to a workspace. Nothing of the student's is ever overwritten.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::{Unwritten, Workspace, atomic, find, settings};
use crate::lesson::{self, File, Language, SETTINGS_PART, Section};

/// Where the solution goes, inside the section's folder, once the section is done.
pub const SOLUTION_FOLDER: &str = "solution";

/// The folder of the Python client, which every program gets: it costs nothing where it is not used.
pub const PYTHON: &str = "python";

const SETTINGS_HEAD: &str = "\
# How the workshop runs your programs: one table a section, named like its
# folder. All of it is yours to change.
#
#   run     the program of the section, as a list: the command, then each argument
#   build   what is run before it, where it has to be compiled; without it, nothing is
#   others  extra programs of the section, such as merge, which a check runs too
#
# Each is run inside the section's folder, so a path begins there. Any language will do:
#
#   run = [\"node\", \"reader.js\"]
#
#   build = [\"go\", \"build\", \"-o\", \"reader\", \"reader.go\"]
#   run = [\"./reader\", \"--fast\"]
#
# A program gets PUBSUB_URL, SIMPLEQUEUE_URL and REDIS_URL in its environment,
# prints one JSON object a line, and is ended with SIGTERM. To try another one
# once, nothing here has to change: workshop check 3 -- ./mine --fast
";

/// What was added, relative to the workspace.
pub type Added = Vec<PathBuf>;

impl Workspace {
    /// Makes the workspace at `root`, or finds the one that is there.
    ///
    /// # Errors
    /// A folder cannot be made; the message names it.
    pub fn create(root: &Path) -> anyhow::Result<Self> {
        // PYTHONPATH and PATH are lists with colons between, and JSON holds text.
        let name = root.to_str().filter(|name| !name.contains(':'));
        name.with_context(|| {
            format!(
                "a workspace cannot be at {root:?}: its path must be UTF-8 text without a colon; name another with \
                 --dir FOLDER"
            )
        })?;
        let state = root.join(find::STATE_FOLDER);
        fs::create_dir_all(root).map_err(cannot_make(root))?;
        // What the workshop keeps (the secret, the token of the live workshop) is for its owner's eyes.
        match fs::DirBuilder::new().mode(0o700).create(&state) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(cannot_make(&state)(error));
            }
            _ => {}
        }
        let root = fs::canonicalize(root).with_context(|| format!("cannot resolve {}", root.display()))?;
        Ok(Self { root })
    }

    /// Adds the starter of `section` in `language`, its part of `workshop.toml`, and the client library.
    pub fn add_section(&self, section: &Section, language: &str) -> anyhow::Result<Added> {
        let mut added = Added::new();
        // Read before anything is written, so that a file that cannot be understood leaves nothing half done.
        let settings = self.settings_without(section)?;
        let folder = self.section(section);
        // By this a section is known to have been started, though it may have no starter.
        fs::create_dir_all(&folder).map_err(Unwritten::to("make the folder", &folder))?;
        for file in section
            .starter(language)
            .filter(|file| file.path != SETTINGS_PART)
        {
            if add(&folder, &file)? {
                added.push(Path::new(section.folder).join(file.path));
            }
        }
        if let Some(settings) = settings
            && let Some(part) = section.starter(language).find(|file| file.path == SETTINGS_PART)
        {
            let start = if settings.is_empty() {
                SETTINGS_HEAD
            } else {
                &settings
            };
            let (path, text) = (
                self.settings_path(),
                [start.as_bytes(), b"\n", part.contents].concat(),
            );
            atomic::replace(&path, &text).map_err(Unwritten::to("write", &path))?;
            added.push("workshop.toml".into());
        }
        self.unpack_clients(lesson::language(language))?;
        Ok(added)
    }

    /// Puts the client libraries into the workspace as this binary carries them: Python's, that of `language`, and those
    /// that are there already, from another version perhaps.
    pub fn unpack_clients(&self, language: Option<&Language>) -> anyhow::Result<()> {
        unpack_client(PYTHON, &self.python_client())?;
        let clients = lesson::languages()
            .iter()
            .filter_map(|known| known.client.as_deref().map(|client| (known, client)));
        for (known, client) in clients.filter(|(_, client)| *client != PYTHON) {
            let folder = self.client(client);
            if language == Some(known) || folder.is_dir() {
                unpack_client(client, &folder)?;
            }
        }
        Ok(())
    }

    /// Puts the solution of `section` in `language` beside the student's work.
    pub fn add_solution(&self, section: &Section, language: &str) -> anyhow::Result<Added> {
        let folder = self.section(section).join(SOLUTION_FOLDER);
        let mut added = Added::new();
        for file in section.solution(language) {
            if add(&folder, &file)? {
                added.push(Path::new(section.folder).join(SOLUTION_FOLDER).join(file.path));
            }
        }
        Ok(added)
    }

    /// The text of `workshop.toml` where it lacks `section`; `None` where it has it.
    fn settings_without(&self, section: &Section) -> anyhow::Result<Option<String>> {
        let path = self.settings_path();
        let text = settings::text(&path)?;
        let known = settings::parse(&path, &text)?;
        Ok((!known.contains_key(section.folder)).then_some(text))
    }
}

/// Puts the client library `client` (`python`) that this binary carries into `folder`, replacing another version's.
pub fn unpack_client(client: &str, folder: &Path) -> anyhow::Result<()> {
    for file in lesson::client(client) {
        let path = folder.join(file.path);
        if fs::read(&path).is_ok_and(|there| there == file.contents) {
            continue;
        }
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(Unwritten::to("make the folder", parent))?;
        super::write_atomically(&path, file.contents).map_err(Unwritten::to("write", &path))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644))
            .map_err(Unwritten::to("make readable", &path))?;
    }
    Ok(())
}

/// Writes `file` below `folder` unless something stands there; true if it was written.
fn add(folder: &Path, file: &File) -> anyhow::Result<bool> {
    let path = folder.join(file.path);
    let parent = path.parent().unwrap_or(folder);
    fs::create_dir_all(parent).map_err(Unwritten::to("make the folder", parent))?;
    let mode = if file.executable { 0o755 } else { 0o644 };
    if path.symlink_metadata().is_ok() {
        return Ok(false);
    }
    // Whole or not at all: a linked file that was never finished would count as the student's from then on.
    let mut unfinished = tempfile::Builder::new()
        .prefix(&atomic::unfinished())
        .permissions(fs::Permissions::from_mode(mode))
        .tempfile_in(parent)
        .map_err(Unwritten::to("write into", parent))?;
    unfinished
        .write_all(file.contents)
        .map_err(Unwritten::to("write", &path))?;
    match unfinished.persist_noclobber(&path) {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(Unwritten::to("write", &path)(error.error).into()),
    }
}

fn cannot_make(folder: &Path) -> impl FnOnce(io::Error) -> anyhow::Error {
    move |error| {
        anyhow::anyhow!(
            "cannot make the folder {}: {error}; choose a place that you may write to with --dir FOLDER or WORKSHOP_DIR",
            folder.display()
        )
    }
}
