//! A real Redis: where it is found, and what a private one does and leaves behind.
//!
//! These tests need a server, as students do: one that is installed, or PyPI. Without either they fail.

mod locate;
mod private;

use std::path::{Path, PathBuf};

use workshop::program::guard::Guard;
use workshop::services::redis::{Installation, Search, locate};

/// A cache that all tests share, so that a server is fetched once.
pub fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache")
}

/// What ends the servers of a test that is killed.
pub fn guard() -> Guard {
    Guard::start(Path::new(env!("CARGO_BIN_EXE_workshop"))).unwrap()
}

/// A server to run.
pub async fn installation() -> Installation {
    let search = Search {
        cache: Some(cache()),
        ..Search::of_environment()
    };
    locate(&search, &guard(), &|| ())
        .await
        .unwrap_or_else(|missing| panic!("{missing}"))
}

/// A connection to the server at `url`.
pub fn connect(url: &str) -> redis::Connection {
    redis::Client::open(url).unwrap().get_connection().unwrap()
}

/// Runs one command, given with its arguments, and returns what it says.
pub fn ask<T: redis::FromRedisValue>(
    connection: &mut redis::Connection,
    command: &[&str],
) -> redis::RedisResult<T> {
    redis::cmd(command[0]).arg(&command[1..]).query(connection)
}
