//! A secret that is committed to, then opened.
//!
//! The commitment is the SHA-256 of one printable line, the opening, which holds the distribution and a random salt.
//! Without the salt, likely distributions could be tried out; with it, the commitment tells nothing. Once the line is
//! shown, anyone can verify with standard tools that the secret was not changed: `printf '%s' 'LINE' | sha256sum`.

use std::fmt;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use rand::rngs::SysRng;
use rand::{SeedableRng, TryRng};
use rand_chacha::ChaCha20Rng;
use sha2::{Digest, Sha256};

use super::{Distribution, secret_draw};

/// The first word of an opening; its number goes up when what follows changes.
const VERSION: &str = "workshop-secret-1";

/// The longest opening that is read, in bytes; ours are well under half of it.
const OPENING_BYTES: usize = 1024;

/// The length of a salt, in bytes: 128 bits, which nobody can try out.
const SALT_BYTES: usize = 16;

/// The distribution of a secret stream, with what commits to it.
#[derive(Clone, PartialEq)]
pub struct Secret {
    distribution: Distribution,
    salt: [u8; SALT_BYTES],
}

/// What can go wrong with a secret. None of these show it.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// A line is not what [`Secret::opening`] writes.
    #[error("this line does not open a secret: {0}; copy it whole, from `{VERSION}` to the end of the salt")]
    Line(&'static str),
    /// A file holds no opening.
    #[error(
        "`{}` does not hold a secret ({reason}); restore it, or move it away to have a new secret drawn, which the \
         commitment printed before does not open",
        path.display()
    )]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with its content.
        reason: &'static str,
    },
    /// A file cannot be read.
    #[error("cannot read the secret in `{}`: {source}; {}", path.display(), read_again(source))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// There is a secret in the file already, and that one is committed to.
    #[error("there is a secret in `{}` already; move that away first to have a new one", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be written.
    #[error(
        "cannot keep the secret in `{}`: {source}; check the permissions of its folder and the space left",
        path.display()
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The operating system has no randomness to give.
    #[error("the operating system gives no random numbers, without which there is no secret ({0})")]
    Randomness(String),
}

/// What to do where a secret could not be read.
fn read_again(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => {
            "`workshop start 3` draws a new one, which the commitment printed before does not open"
        }
        io::ErrorKind::PermissionDenied => "make it readable to you (`ls -l` says whose it is)",
        _ => {
            "restore it, or move it away to have a new secret drawn, which the commitment printed before does not open"
        }
    }
}

impl Secret {
    /// Draws a new secret from the operating system's randomness.
    ///
    /// # Errors
    ///
    /// Where the system has none.
    pub fn draw() -> Result<Secret, SecretError> {
        let (mut key, mut salt) = ([0; 32], [0; SALT_BYTES]);
        for bytes in [&mut key[..], &mut salt[..]] {
            SysRng
                .try_fill_bytes(bytes)
                .map_err(|error| SecretError::Randomness(error.to_string()))?;
        }
        Ok(Secret {
            distribution: secret_draw::distribution(&mut ChaCha20Rng::from_seed(key)),
            salt,
        })
    }

    /// The distribution that is secret.
    pub fn distribution(&self) -> &Distribution {
        &self.distribution
    }

    /// The salt, in hexadecimal digits.
    pub fn salt(&self) -> String {
        hexadecimal(&self.salt)
    }

    /// The line that determines the secret fully: printable ASCII without quotes, no line end.
    ///
    /// `workshop-secret-1 normal mean=… standard_deviation=… salt=…`, numbers with as many digits as it takes to read
    /// back the same f64.
    pub fn opening(&self) -> String {
        let fields = serde_json::to_value(self.distribution).unwrap_or_default();
        let words = fields
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| match value.as_str() {
                Some(family) => family.to_string(),
                None => format!("{name}={value}"),
            });
        let words: Vec<String> = words.collect();
        format!("{VERSION} {} salt={}", words.join(" "), self.salt())
    }

    /// The SHA-256 of the opening, in hexadecimal digits.
    pub fn commitment(&self) -> String {
        hexadecimal(&Sha256::digest(self.opening()))
    }

    /// Reads an opening back; only the very line that [`opening`](Self::opening) writes, so that the commitment stays
    /// the same.
    ///
    /// # Errors
    ///
    /// Where the line is not one.
    pub fn parse(line: &str) -> Result<Secret, SecretError> {
        let secret = parse(line).map_err(SecretError::Line)?;
        match secret.opening() == line {
            true => Ok(secret),
            false => Err(SecretError::Line("a number in it is not written as it was")),
        }
    }

    /// Keeps the secret in a file that only its owner may read, and that is there whole or not at all. Its content is
    /// the opening, so the SHA-256 of the file is the commitment.
    ///
    /// # Errors
    ///
    /// Where the file cannot be written, or exists: a secret that is committed to is not overwritten.
    pub fn save(&self, path: &Path) -> Result<(), SecretError> {
        let failed = |source| SecretError::Write {
            path: path.to_owned(),
            source,
        };
        let directory = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        // Temporary files are made with mode 0600; by this name, one that a killed process left is found and removed.
        let mut file = tempfile::Builder::new()
            .prefix(&format!(".unfinished-{}-", std::process::id()))
            .tempfile_in(directory)
            .map_err(failed)?;
        file.write_all(self.opening().as_bytes()).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist_noclobber(path)
            .map(drop)
            .map_err(|error| match error.error.kind() {
                io::ErrorKind::AlreadyExists => SecretError::Exists {
                    path: path.to_owned(),
                },
                _ => failed(error.error),
            })
    }

    /// Reads back what [`save`](Self::save) has kept.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read or holds something else.
    pub fn load(path: &Path) -> Result<Secret, SecretError> {
        let content = read_beginning(path).map_err(|source| SecretError::Read {
            path: path.to_owned(),
            source,
        })?;
        let line = String::from_utf8_lossy(&content);
        // Editors end a file with a line end.
        Secret::parse(line.trim_end_matches(['\r', '\n'])).map_err(|error| match error {
            SecretError::Line(reason) => SecretError::File {
                path: path.to_owned(),
                reason,
            },
            other => other,
        })
    }

    /// The secret kept in the file, or a new one, which is kept there. Two processes that do this at once get the same.
    ///
    /// # Errors
    ///
    /// Those of [`load`](Self::load), [`draw`](Self::draw) and [`save`](Self::save).
    pub fn load_or_draw(path: &Path) -> Result<Secret, SecretError> {
        match Secret::load(path) {
            Err(SecretError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            kept => return kept,
        }
        let secret = Secret::draw()?;
        match secret.save(path) {
            Err(SecretError::Exists { .. }) => Secret::load(path),
            Err(error) => Err(error),
            Ok(()) => Ok(secret),
        }
    }
}

/// As much of the file at `path` as a secret may take, and a little more.
fn read_beginning(path: &Path) -> io::Result<Vec<u8>> {
    // Looked at before it is opened: to open a pipe may wait for ever.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is not a file"));
    }
    let mut content = Vec::new();
    fs::File::open(path)?
        .take(2 * OPENING_BYTES as u64)
        .read_to_end(&mut content)?;
    Ok(content)
}

impl fmt::Debug for Secret {
    /// Says that there is one, and no more: debug output ends up in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").finish_non_exhaustive()
    }
}

fn parse(line: &str) -> Result<Secret, &'static str> {
    if line.len() > OPENING_BYTES {
        return Err("it is too long");
    }
    let mut words: Vec<&str> = line.split(' ').collect();
    if words.first() != Some(&VERSION) {
        return Err("it does not begin as one does");
    }
    let salt = words
        .pop()
        .and_then(|word| word.strip_prefix("salt="))
        .and_then(salt_from);
    let salt = salt.ok_or("it does not end in a salt")?;
    let family = *words.get(1).ok_or("it names no distribution")?;

    let mut fields = serde_json::Map::new();
    fields.insert("family".into(), family.into());
    for word in &words[2..] {
        let (name, value) = word
            .split_once('=')
            .ok_or("it holds a word that is no parameter")?;
        let value: f64 = value.parse().map_err(|_| "a parameter is no number")?;
        fields.insert(name.into(), value.into());
    }
    let distribution: Result<Distribution, _> = serde_json::from_value(fields.into());
    let distribution = distribution.map_err(|_| "its distribution is not known, or has other parameters")?;
    distribution
        .check()
        .map_err(|_| "its parameters make no distribution")?;
    Ok(Secret { distribution, salt })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn salt_from(digits: &str) -> Option<[u8; SALT_BYTES]> {
    let valid = digits.len() == 2 * SALT_BYTES && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let salt = valid.then(|| u128::from_str_radix(digits, 16).ok()).flatten()?;
    Some(salt.to_be_bytes())
}
