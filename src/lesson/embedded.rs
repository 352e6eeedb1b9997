//! The files inside the binary.

use std::borrow::Cow;
use std::sync::LazyLock;

use rust_embed::Embed;

/// A file that travels inside the binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File {
    /// Where it stands, from the folder it was asked of, with `/` between the parts on every system.
    pub path: &'static str,
    /// What is in it.
    pub contents: &'static [u8],
    /// Whether it is to be executable once written: it begins with `#!`. (Permissions do not travel.)
    pub executable: bool,
}

impl File {
    /// The file at `path` with these contents.
    pub(super) fn new(path: &'static str, contents: &'static [u8]) -> Self {
        Self {
            path,
            contents,
            executable: contents.starts_with(b"#!"),
        }
    }

    /// The same file seen from `folder` (given with its `/`), or `None` where it is not inside.
    pub(super) fn inside(self, folder: &str) -> Option<Self> {
        let path = self.path.strip_prefix(folder)?;
        Some(Self { path, ..self })
    }
}

// A checkout without one of these folders still builds. In the patterns `*` matches `/` too.

#[derive(Embed)]
#[folder = "lessons/"]
#[exclude = "*__pycache__/*"]
#[exclude = "*.pyc"]
#[exclude = ".*"]
#[exclude = "*/.*"]
#[allow_missing = true]
struct Lessons;

#[derive(Embed)]
#[folder = "solutions/"]
#[exclude = "*__pycache__/*"]
#[exclude = "*.pyc"]
#[exclude = ".*"]
#[exclude = "*/.*"]
#[allow_missing = true]
struct Solutions;

/// Named one by one, so that tests, build products and packaging never get in.
#[derive(Embed)]
#[folder = "clients/python/"]
#[include = "pysimplehttp/*.py"]
#[include = "pysimplehttp/py.typed"]
#[allow_missing = true]
struct PythonClient;

/// As [`PythonClient`].
#[derive(Embed)]
#[folder = "clients/rust/"]
#[include = "Cargo.toml"]
#[include = "README.md"]
#[include = "src/*.rs"]
#[allow_missing = true]
struct RustClient;

/// The client libraries, by the names of their folders in `clients/`.
pub(super) const CLIENTS: &[&str] = &["python", "rust"];

/// Everything under `lessons/`.
pub(super) fn lessons() -> &'static [File] {
    static FILES: LazyLock<Vec<File>> = LazyLock::new(files::<Lessons>);
    &FILES
}

/// Everything under `solutions/`.
pub(super) fn solutions() -> &'static [File] {
    static FILES: LazyLock<Vec<File>> = LazyLock::new(files::<Solutions>);
    &FILES
}

/// The client library in this folder of `clients/`; nothing for a folder that is not one of [`CLIENTS`].
pub(super) fn client(folder: &str) -> &'static [File] {
    static PYTHON: LazyLock<Vec<File>> = LazyLock::new(files::<PythonClient>);
    static RUST: LazyLock<Vec<File>> = LazyLock::new(files::<RustClient>);
    match folder {
        "python" => &PYTHON,
        "rust" => &RUST,
        _ => &[],
    }
}

/// Every file of one embedded folder.
fn files<Folder: Embed>() -> Vec<File> {
    let file = |path: Cow<'static, str>| {
        let contents = Folder::get(&path)?.data;
        Some(File::new(borrowed_str(path), borrowed_bytes(contents)))
    };
    Folder::iter().filter_map(file).collect()
}

/// Embedded names are borrowed from the binary already; leaking covers what rust-embed's types also allow.
fn borrowed_str(text: Cow<'static, str>) -> &'static str {
    match text {
        Cow::Borrowed(text) => text,
        Cow::Owned(text) => text.leak(),
    }
}

/// As [`borrowed_str`], for contents.
fn borrowed_bytes(bytes: Cow<'static, [u8]>) -> &'static [u8] {
    match bytes {
        Cow::Borrowed(bytes) => bytes,
        Cow::Owned(bytes) => bytes.leak(),
    }
}

#[cfg(test)]
mod tests {
    use super::{CLIENTS, client, lessons, solutions};

    #[test]
    fn byte_code_and_hidden_files_stay_out() {
        let clients = CLIENTS.iter().flat_map(|folder| client(folder));
        for file in lessons().iter().chain(solutions()).chain(clients) {
            let unwanted = file.path.contains("__pycache__")
                || file.path.ends_with(".pyc")
                || file.path.split('/').any(|part| part.starts_with('.'));
            assert!(!unwanted, "{} should not travel inside the binary", file.path);
        }
    }

    #[test]
    fn a_client_file_is_named_as_it_is_imported() {
        for file in client("python") {
            assert!(file.path.starts_with("pysimplehttp/"), "{}", file.path);
        }
    }

    #[test]
    fn every_client_is_there() {
        for folder in CLIENTS {
            assert!(!client(folder).is_empty(), "clients/{folder}");
        }
    }
}
