//! Programs that cannot be started: which error, and what it tells to do.

use std::path::PathBuf;

use super::*;
use workshop::program::SpawnError;

/// Why `argv` cannot be started in `directory` with that `PATH`.
fn refused(argv: &[&str], directory: &Path, path: &str) -> SpawnError {
    let command = Command {
        argv: argv.iter().map(|word| word.to_string()).collect(),
        directory: directory.into(),
        environment: vec![("PATH".into(), path.into())],
        ..Command::default()
    };
    Program::spawn(command, Limits::default()).map(drop).unwrap_err()
}

fn assert_says(error: &SpawnError, words: &[&str]) {
    let text = error.to_string();
    assert!(
        words.iter().all(|word| text.contains(word)),
        "{words:?} not all in: {text}"
    );
}

#[tokio::test]
async fn a_command_that_is_not_installed_says_how_to_get_it() {
    let folder = tempfile::tempdir().unwrap();
    let error = refused(&["python3", "reader.py"], folder.path(), "/nowhere");
    assert!(
        matches!(&error, SpawnError::NotFound { what, instead: None } if what == "python3"),
        "{error:?}"
    );
    assert_says(
        &error,
        &["`python3`", "PATH", "Python 3.9 or newer", "python.org"],
    );
    let error = refused(&["frobnicate"], folder.path(), "");
    assert_says(&error, &["`frobnicate`", "install it"]);
    let error = refused(&["./build/reader"], folder.path(), "/bin");
    assert!(matches!(&error, SpawnError::NotFound { .. }), "{error:?}");
    assert_says(&error, &["no file `./build/reader`", "build"]);
}

#[tokio::test]
async fn a_slip_in_the_name_is_met_with_the_name_that_works() {
    let folder = tempfile::tempdir().unwrap();
    write_executable(&folder.path().join("python3"), "#!/bin/sh\n");
    let path = folder.path().to_str().unwrap();
    let error = refused(&["python", "reader.py"], Path::new("/"), path);
    assert!(
        matches!(&error, SpawnError::NotFound { instead: Some(name), .. } if name == "python3"),
        "{error:?}"
    );
    assert_says(&error, &["`python`", "`python3`"]);

    fs::write(folder.path().join("reader.py"), "").unwrap();
    let error = refused(&["reader.py"], folder.path(), "/bin");
    assert!(
        matches!(&error, SpawnError::NotFound { instead: Some(name), .. } if name == "./reader.py"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_file_that_nobody_may_run_is_named_with_chmod() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("reader.py");
    fs::write(&file, "#!/bin/sh\n").unwrap();
    let error = refused(&["./reader.py"], folder.path(), "/bin");
    assert!(
        matches!(&error, SpawnError::NotExecutable { path } if path.ends_with("reader.py")),
        "{error:?}"
    );
    assert_says(&error, &["chmod +x", "reader.py"]);

    let error = refused(&["./"], folder.path(), "/bin");
    assert!(matches!(&error, SpawnError::IsDirectory { .. }), "{error:?}");
}

#[tokio::test]
async fn a_script_whose_interpreter_is_missing_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script");
    for (first_line, missing, advice) in [
        (
            "#!/no/such/interpreter -x",
            "/no/such/interpreter",
            "install what it names",
        ),
        ("#! /usr/bin/env  -S python3 -u", "python3", "python.org"),
        ("#!/usr/bin/env A=1 frobnicate", "frobnicate", "install it"),
        ("#!/bin/sh\r", "/bin/sh\r", "Windows line endings"),
        ("#!/usr/bin/env sh\r", "sh\r", "Windows line endings"),
    ] {
        write_executable(&script, &format!("{first_line}\n"));
        let error = refused(&["./script"], folder.path(), "/nowhere");
        let is_it = matches!(&error, SpawnError::BadInterpreter { path, interpreter }
            if path.ends_with("script") && interpreter == missing);
        assert!(is_it, "{first_line:?}: {error:?}");
        assert_says(&error, &[missing.trim_end(), advice]);
    }
}

#[tokio::test]
async fn a_file_that_the_system_cannot_run_is_told_from_one_that_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    write_executable(&folder.path().join("program"), "\u{1}\u{2} not a program\n");
    let error = refused(&["./program"], folder.path(), "/bin");
    assert!(
        matches!(&error, SpawnError::UnknownFormat { path } if path.ends_with("program")),
        "{error:?}"
    );
    assert_says(&error, &["#!/usr/bin/env"]);
}

#[tokio::test]
async fn what_else_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(refused(&[], folder.path(), "/bin"), SpawnError::Empty));
    let missing = folder.path().join("missing");
    let error = refused(&["sh"], &missing, "/bin");
    assert!(
        matches!(&error, SpawnError::DirectoryMissing { path } if *path == missing),
        "{error:?}"
    );

    let log = missing.join("stderr.log");
    let limits = Limits {
        stderr_log: Some(log.clone()),
        ..Limits::default()
    };
    let error = Program::spawn(shell("echo"), limits).map(drop).unwrap_err();
    assert!(
        matches!(&error, SpawnError::Log { path, .. } if *path == log),
        "{error:?}"
    );

    let error = refused(&["sh", "with a \0 in it"], folder.path(), "/bin");
    assert!(
        matches!(&error, SpawnError::Other { what, .. } if what == "sh"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_program_is_looked_up_on_the_path_that_it_is_given() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("bin")).unwrap();
    write_executable(
        &folder.path().join("bin/sh"),
        "#!/bin/sh\necho the one of the environment\n",
    );
    // A relative entry is relative to where the program runs.
    let command = |argv: &str, directory: PathBuf| Command {
        argv: vec![argv.into()],
        directory,
        environment: vec![("PATH".into(), "bin:/bin".into())],
        ..Command::default()
    };
    let mut program = Program::spawn(command("sh", folder.path().into()), Limits::default()).unwrap();
    assert_eq!(rest(&mut program).await.0, lines(&["the one of the environment"]));
    // A name with a slash is not looked up.
    let mut program = Program::spawn(command("bin/sh", folder.path().into()), Limits::default()).unwrap();
    assert_eq!(rest(&mut program).await.0, lines(&["the one of the environment"]));
}
