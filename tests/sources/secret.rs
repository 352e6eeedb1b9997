//! The secret: committed to, kept, opened.

use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use workshop::source::{Secret, SecretError};

#[test]
fn a_secret_is_opened_by_its_line_and_by_no_other() {
    let mut families = HashSet::new();
    for _ in 0..200 {
        let secret = Secret::draw().unwrap();
        let line = secret.opening();
        assert!(
            line.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '),
            "{line}"
        );
        assert!(
            !line.contains('\''),
            "the line is quoted with ' in a shell: {line}"
        );
        assert!(Secret::parse(&line).unwrap() == secret, "{line}");
        families.insert(line.split(' ').nth(1).unwrap().to_string());

        for other in [
            line.clone() + " ",
            line.to_uppercase(),
            line.replace("secret-1", "secret-2"),
            line[1..].into(),
        ] {
            assert!(
                matches!(Secret::parse(&other), Err(SecretError::Line(_))),
                "{other}"
            );
        }
    }
    assert!(
        families.len() >= 5,
        "200 draws of 10 families gave only {families:?}"
    );
}

#[test]
fn a_line_that_opens_nothing_says_why_and_shows_nothing() {
    let salt = "salt=00112233445566778899aabbccddeeff";
    let line = |middle: &str| format!("workshop-secret-1 {middle} {salt}");
    assert!(Secret::parse(&line("normal mean=1.5 standard_deviation=2.5")).is_ok());
    for (wrong, reason) in [
        (String::new(), "does not begin"),
        ("workshop-secret-1".into(), "does not end in a salt"),
        (format!("workshop-secret-1 {salt}"), "names no distribution"),
        (
            "workshop-secret-1 normal mean=1.5 standard_deviation=2.5 salt=00".into(),
            "does not end in a salt",
        ),
        (line("binomial mean=1.5"), "not known"),
        (line("normal mean=1.5"), "other parameters"),
        (
            line("normal mean=1.5 standard_deviation=2.5 shape=3.5"),
            "other parameters",
        ),
        (line("normal mean=1.5 standard_deviation=x"), "no number"),
        (line("normal mean=1.5 standard_deviation"), "no parameter"),
        (
            line("normal mean=1.5 standard_deviation=-2.5"),
            "make no distribution",
        ),
        (line("normal mean=NaN standard_deviation=2.5"), "other parameters"),
        (
            line("normal mean=1.50 standard_deviation=2.5"),
            "not written as it was",
        ),
        (
            line("normal standard_deviation=2.5 mean=1.5"),
            "not written as it was",
        ),
        (line(&"normal ".repeat(200)), "too long"),
    ] {
        let error = Secret::parse(&wrong).map(drop).expect_err(&wrong).to_string();
        assert!(error.contains(reason), "{wrong}: {error}");
        assert!(!error.contains("1.5"), "{error}");
    }
}

/// What the first of these tools that is installed makes of `line`: what a student would type.
fn hashed_by_a_tool(line: &str) -> String {
    let tools = [
        &["sha256sum"][..],
        &["shasum", "-a", "256"],
        &["openssl", "dgst", "-sha256", "-r"],
    ];
    for tool in tools {
        let mut command = Command::new(tool[0]);
        command
            .args(&tool[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        if let Ok(mut child) = command.spawn() {
            child.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
            let printed = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
            return printed.split_whitespace().next().unwrap_or_default().to_string();
        }
    }
    panic!("none of {tools:?} is installed, and every Unix has one");
}

#[test]
fn a_commitment_can_be_verified_with_the_systems_own_tools() {
    let secret = Secret::draw().unwrap();
    assert_eq!(secret.commitment(), hashed_by_a_tool(&secret.opening()));
    assert_eq!(secret.commitment().len(), 64);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    secret.save(&path).unwrap();
    assert_eq!(
        secret.commitment(),
        hashed_by_a_tool(&fs::read_to_string(path).unwrap())
    );
}

#[test]
fn debug_output_does_not_give_the_secret_away() {
    let secret = Secret::draw().unwrap();
    assert_eq!(format!("{secret:?}"), "Secret { .. }");
    assert_eq!(format!("{:?}", Some(secret)), "Some(Secret { .. })");
}

#[test]
fn a_kept_secret_is_for_its_owner_alone_and_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let secret = Secret::load_or_draw(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(Secret::load(&path).unwrap() == secret);
    assert!(Secret::load_or_draw(&path).unwrap() == secret);

    let error = Secret::draw().unwrap().save(&path).unwrap_err();
    assert!(matches!(error, SecretError::Exists { .. }), "{error}");
    assert!(Secret::load(&path).unwrap() == secret);
    let names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["secret"], "a temporary file was left behind");

    // An editor's line end does no harm.
    fs::write(&path, secret.opening() + "\n").unwrap();
    assert!(Secret::load(&path).unwrap() == secret);
}

#[test]
fn many_who_draw_at_once_get_the_same_secret() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let commitments = std::thread::scope(|scope| {
        let draw = || Secret::load_or_draw(&path).unwrap().commitment();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(draw)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect::<HashSet<String>>()
    });
    assert_eq!(commitments.len(), 1);
}

#[test]
fn a_secret_that_cannot_be_kept_or_read_is_a_sentence_with_the_path() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("missing/secret");
    let written = Secret::draw().unwrap().save(&nowhere).unwrap_err();
    assert!(
        matches!(&written, SecretError::Write { path, .. } if *path == nowhere),
        "{written}"
    );
    assert!(written.to_string().contains("missing/secret"), "{written}");
    let read = Secret::load(&nowhere).unwrap_err();
    assert!(
        matches!(&read, SecretError::Read { path, .. } if *path == nowhere),
        "{read}"
    );

    // A damaged file is not replaced by a new secret.
    let damaged = folder.path().join("secret");
    fs::write(&damaged, b"workshop-secret-1 normal mean=1.5 \xFF").unwrap();
    let error = Secret::load_or_draw(&damaged).unwrap_err();
    assert!(
        matches!(&error, SecretError::File { path, .. } if *path == damaged),
        "{error}"
    );
    assert!(!error.to_string().contains("1.5"), "{error}");
}
