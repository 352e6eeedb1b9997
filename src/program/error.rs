//! Why a program could not be started, as a sentence that says what to do next.

use std::io;
use std::path::PathBuf;

use crate::lesson;

/// Why a program could not be started. Nothing was run and nothing is left behind.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// The command has no words at all.
    #[error("there is no command to run; name a program and its arguments, such as `python3 reader.py`")]
    Empty,
    /// No such program on the `PATH`, or no such file where the name has a slash.
    #[error("{}", not_found(what, instead.as_deref()))]
    NotFound {
        /// The first word of the command, as it was given.
        what: String,
        /// A first word that would have worked.
        instead: Option<String>,
    },
    /// The command names a directory.
    #[error("`{}` is a directory; name the program in it", path.display())]
    IsDirectory {
        /// The directory.
        path: PathBuf,
    },
    /// The file is there, but nobody may run it.
    #[error(
        "`{path}` may not be run: it has no execute permission; run `chmod +x '{path}'`, or put its interpreter \
         before it, as in `python3 reader.py`",
        path = path.display()
    )]
    NotExecutable {
        /// The file.
        path: PathBuf,
    },
    /// The first line of the script names an interpreter that is not there.
    #[error("{}", bad_interpreter(path, interpreter))]
    BadInterpreter {
        /// The script.
        path: PathBuf,
        /// What its first line asks for.
        interpreter: String,
    },
    /// The file may be run, but the system does not know how.
    #[error(
        "`{}` is neither a program for this machine nor a script whose first line says what runs it; give it a first \
         line such as `#!/usr/bin/env python3`, or put the interpreter before it in the command",
        path.display()
    )]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// What has to be done before it can be run was not done: it was not built.
    #[error("{problem}")]
    NotBuilt {
        /// Why not, as [`Command::not_built`](super::Command::not_built) says it.
        problem: String,
    },
    /// The directory to run in is not there.
    #[error("there is no directory `{}` to run the program in; `workshop start` makes it again", path.display())]
    DirectoryMissing {
        /// The directory.
        path: PathBuf,
    },
    /// The log of standard error could not be made.
    #[error("the log `{}` cannot be written; check the permissions of its directory and the space left", path.display())]
    Log {
        /// The log.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The system refused for a reason of its own.
    #[error("the system could not start `{what}`")]
    Other {
        /// The first word of the command.
        what: String,
        /// Why not.
        source: io::Error,
    },
}

fn not_found(what: &str, instead: Option<&str>) -> String {
    match instead {
        Some(instead) => {
            format!("there is no `{what}` on the PATH, but `{instead}` is there; name that in the command")
        }
        None if what.contains('/') => {
            format!(
                "there is no file `{what}`; correct the path, or build the program first if it is a compiled one"
            )
        }
        None => format!("there is no `{what}` on the PATH; {}", how_to_get(what)),
    }
}

fn bad_interpreter(path: &std::path::Path, interpreter: &str) -> String {
    let path = path.display();
    if interpreter.ends_with('\r') {
        return format!(
            "the first line of `{path}` asks for `{}` followed by a carriage return, since the file has Windows line \
             endings; save it with Unix line endings (`sed -i.bak 's/\\r$//' '{path}'` does it)",
            interpreter.trim_end(),
        );
    }
    let next = match interpreter.contains('/') {
        true => "correct that line, or install what it names".to_string(),
        false => format!("correct that line, or {}", how_to_get(interpreter)),
    };
    format!("the first line of `{path}` asks for `{interpreter}`, which is not there; {next}")
}

/// Where a program comes from: one that a language of the course needs, or others that students' programs are most often
/// written in.
fn how_to_get(what: &str) -> String {
    let needs = lesson::languages().iter().flat_map(|language| &language.needs);
    let (name, site) = match what {
        "python" => return how_to_get("python3"),
        "npm" | "npx" => return how_to_get("node"),
        "rustc" => return how_to_get("cargo"),
        what if needs.clone().any(|need| need.command == what) => {
            return needs
                .filter(|need| need.command == what)
                .map(|need| need.get.clone())
                .next()
                .unwrap_or_default();
        }
        "ruby" => ("Ruby", "ruby-lang.org"),
        "go" => ("Go", "go.dev"),
        "java" | "javac" => ("a Java development kit", "adoptium.net"),
        _ => return "install it, or name the program by its full path".to_string(),
    };
    format!("install {name} from your package manager or {site}")
}
