//! Reading a graph out of Redis: each zset is a node, an edge leads to each of its members, the score is the weight.

use std::time::Duration;

use redis::{Cmd, Connection, ConnectionInfo, FromRedisValue, IntoConnectionInfo as _, Pipeline, RedisError};

use super::redis::{wants_password, without_password};
use crate::graph::{Graph, Name};

/// How long Redis may take to let us in, and to answer a request.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

/// The most that is read: a graph of a million edges is nothing that anybody looks at, and still fits into memory.
const MOST_EDGES: usize = 1_000_000;
const MOST_BYTES: usize = 512 << 20;

/// Hints for SCAN and ZSCAN: how much to look at for one answer.
const KEYS_AT_ONCE: usize = 500;
const MEMBERS_AT_ONCE: usize = 1000;

/// What was read.
#[derive(Debug)]
pub struct Zsets {
    /// The graph.
    pub graph: Graph,
    /// How many keys of other types there are, which are no part of it.
    pub other_keys: usize,
    /// How many members have an infinite score, which is no weight.
    pub infinite: usize,
}

/// Why no graph was read.
#[derive(Debug, thiserror::Error)]
pub enum ZsetsError {
    /// Not the URL of a Redis.
    #[error("the URL of a Redis looks like redis://HOST:PORT/DATABASE, and `{given}` does not")]
    Url {
        /// The URL as it was given, less its password.
        given: String,
    },
    /// It wants a password, or another one.
    #[error(
        "the Redis at {address} wants a password, and the URL has none that it takes; write it as \
         redis://:PASSWORD@HOST:PORT/DATABASE"
    )]
    Password {
        /// Host and port.
        address: String,
    },
    /// It has fewer databases.
    #[error("the Redis at {address} has no database {database}; most servers have those from 0 to 15")]
    NoDatabase {
        /// Host and port.
        address: String,
        /// The number that was asked for.
        database: i64,
    },
    /// Nobody answers there, or not in time.
    #[error("cannot read the Redis at {address}: {reason}; is it running there?")]
    Redis {
        /// Host and port.
        address: String,
        /// What went wrong.
        reason: String,
    },
    /// There is too much of it.
    #[error(
        "database {database} of the Redis at {address} holds more than {edges} edges or {} MiB of names; is it the one \
         that you mean?",
        MOST_BYTES >> 20
    )]
    TooMuch {
        /// Host and port.
        address: String,
        /// The number of the database.
        database: i64,
        /// As many edges would have been read.
        edges: usize,
    },
}

/// A database of a Redis.
#[derive(Debug, Clone)]
pub struct Database {
    info: ConnectionInfo,
}

impl Database {
    /// The database that `url` names, or another `database`; number 1 where neither says which.
    ///
    /// # Errors
    ///
    /// Where it is not the URL of a Redis.
    pub fn of(url: &str, database: Option<u16>) -> Result<Database, ZsetsError> {
        let no_url = |_: RedisError| ZsetsError::Url {
            given: without_password(url),
        };
        let info = url.into_connection_info().map_err(no_url)?;
        // A path that is empty is taken for database 0, but nobody has chosen it.
        let names_one = redis::parse_redis_url(url).is_some_and(|url| url.path().len() > 1);
        let number = match (database, names_one) {
            (Some(number), _) => i64::from(number),
            (None, true) => info.redis_settings().db(),
            (None, false) => 1,
        };
        let settings = info.redis_settings().clone().set_db(number);
        Ok(Database {
            info: info.set_redis_settings(settings),
        })
    }

    /// Its number.
    pub fn number(&self) -> i64 {
        self.info.redis_settings().db()
    }

    /// Where its Redis is.
    pub fn address(&self) -> String {
        self.info.addr().to_string()
    }

    /// Reads all of its zsets. What changes meanwhile may be read as it was before or as it is after. Blocks.
    ///
    /// # Errors
    ///
    /// Where the Redis does not answer, or holds far more than a graph that can be looked at.
    pub fn read(&self) -> Result<Zsets, ZsetsError> {
        self.read_at_most(MOST_EDGES)
    }

    /// The same, where more than `edges` are too much.
    ///
    /// # Errors
    ///
    /// As [`Database::read`].
    pub fn read_at_most(&self, edges: usize) -> Result<Zsets, ZsetsError> {
        let failed = |error: RedisError| self.failed(&error);
        let mut reading = Reading {
            connection: self.connect().map_err(failed)?,
            edges: Vec::new(),
            most_edges: edges,
            bytes: 0,
            other_keys: 0,
            infinite: 0,
        };
        let mut cursor = 0;
        loop {
            let mut scan = redis::cmd("SCAN");
            scan.arg(cursor).arg("COUNT").arg(KEYS_AT_ONCE);
            let (next, keys): (u64, Vec<Vec<u8>>) = reading.ask(&scan).map_err(failed)?;
            reading.read_keys(keys).map_err(failed)?;
            if reading.is_full() {
                return Err(ZsetsError::TooMuch {
                    address: self.address(),
                    database: self.number(),
                    edges,
                });
            }
            if next == 0 {
                break;
            }
            cursor = next;
        }
        Ok(Zsets {
            graph: Graph::new(reading.edges),
            other_keys: reading.other_keys,
            infinite: reading.infinite,
        })
    }

    /// What `error` means for whoever gave the URL.
    fn failed(&self, error: &RedisError) -> ZsetsError {
        let (address, reason) = (self.address(), error.to_string());
        if wants_password(error) {
            ZsetsError::Password { address }
        } else if reason.contains("DB index is out of range") {
            ZsetsError::NoDatabase {
                address,
                database: self.number(),
            }
        } else if error.is_timeout() {
            // What the system says of it is that a resource is temporarily unavailable.
            let reason = "it does not answer in time".to_owned();
            ZsetsError::Redis { address, reason }
        } else {
            ZsetsError::Redis { address, reason }
        }
    }

    fn connect(&self) -> Result<Connection, RedisError> {
        let client = redis::Client::open(self.info.clone())?;
        let connection = client.get_connection_with_timeout(CONNECT_LIMIT)?;
        connection.set_read_timeout(Some(ANSWER_LIMIT))?;
        connection.set_write_timeout(Some(ANSWER_LIMIT))?;
        Ok(connection)
    }
}

struct Reading {
    connection: Connection,
    edges: Vec<(Name, Name, f64)>,
    most_edges: usize,
    bytes: usize,
    other_keys: usize,
    infinite: usize,
}

/// A cursor, and members with their scores.
type Part = (u64, Vec<(Vec<u8>, f64)>);

impl Reading {
    fn ask<T: FromRedisValue>(&mut self, command: &Cmd) -> Result<T, RedisError> {
        command.query(&mut self.connection)
    }

    fn is_full(&self) -> bool {
        self.edges.len() > self.most_edges || self.bytes > MOST_BYTES
    }

    /// Reads those of the keys that are zsets. One round trip tells the types, and one fetches what fits into an answer,
    /// which for most zsets is all.
    fn read_keys(&mut self, keys: Vec<Vec<u8>>) -> Result<(), RedisError> {
        let zsets = self.zsets_among(keys)?;
        if zsets.is_empty() {
            return Ok(());
        }
        let mut scans = Pipeline::new();
        for key in &zsets {
            scans
                .cmd("ZSCAN")
                .arg(key)
                .arg(0)
                .arg("COUNT")
                .arg(MEMBERS_AT_ONCE);
        }
        let parts: Vec<Part> = scans.query(&mut self.connection)?;
        for (key, (mut cursor, members)) in zsets.iter().zip(parts) {
            self.take(key, members);
            while cursor != 0 && !self.is_full() {
                let mut scan = redis::cmd("ZSCAN");
                scan.arg(key).arg(cursor).arg("COUNT").arg(MEMBERS_AT_ONCE);
                let (next, members): Part = self.ask(&scan)?;
                self.take(key, members);
                cursor = next;
            }
        }
        Ok(())
    }

    fn zsets_among(&mut self, keys: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, RedisError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut types = Pipeline::new();
        for key in &keys {
            types.cmd("TYPE").arg(key);
        }
        let types: Vec<String> = types.query(&mut self.connection)?;
        let mut zsets = Vec::new();
        for (key, kind) in keys.into_iter().zip(types) {
            match kind.as_str() {
                "zset" => zsets.push(key),
                // It went between the two questions.
                "none" => {}
                _ => self.other_keys += 1,
            }
        }
        Ok(zsets)
    }

    fn take(&mut self, key: &[u8], members: Vec<(Vec<u8>, f64)>) {
        for (member, score) in members {
            if !score.is_finite() {
                self.infinite += 1;
                continue;
            }
            self.bytes += key.len() + member.len();
            self.edges.push((Name::new(key), Name::new(member), score));
        }
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use super::*;

    #[test]
    fn the_database_is_the_one_that_was_named_and_else_number_1() {
        for (url, database, expected) in [
            ("redis://localhost:6379/1", None, 1),
            ("redis://localhost:6379/0", None, 0),
            ("redis://localhost:6379/3", Some(2), 2),
            ("redis://localhost:6379", None, 1),
            ("redis://localhost:6379/", None, 1),
        ] {
            assert_eq!(Database::of(url, database).unwrap().number(), expected, "{url}");
        }
    }

    #[test]
    fn no_sentence_repeats_a_password() {
        let error = Database::of("http://:geheim@localhost", None).unwrap_err();
        assert!(!error.to_string().contains("geheim"), "{error}");
        let closed = Database::of("redis://:geheim@127.0.0.1:1/1", None).unwrap();
        let error = closed.read().unwrap_err().to_string();
        assert!(
            error.contains("127.0.0.1:1") && !error.contains("geheim"),
            "{error}"
        );
    }
}
