//! A server of the student's own, named by `--redis-url` or `WORKSHOP_REDIS_URL`.

use std::fmt;

use redis::{ConnectionInfo, ErrorKind, IntoConnectionInfo as _, RedisError};

use super::{DATABASE, Report, ReportError};

/// A server that is somebody's. The workshop asks it how it is, and does nothing else to it: students' programs write
/// into its database 1, and nothing in it is ever flushed or deleted by us.
#[derive(Clone)]
pub struct Foreign {
    /// With the database, and with the password where there is one.
    url: String,
    info: ConnectionInfo,
}

/// Why a server of the student's own cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ForeignError {
    /// It is not given as such a URL.
    #[error("the URL of your Redis server must look like redis://HOST:PORT/1, and `{given}` does not: {why}")]
    Malformed {
        /// The URL as it was given, less its password.
        given: String,
        /// What is wrong with it.
        why: String,
    },
    /// It wants a password, or another one.
    #[error(
        "your Redis server at {url} wants a password, and the URL has none that it takes; write it as \
         redis://:PASSWORD@HOST:PORT/{DATABASE}"
    )]
    Password {
        /// The URL, less its password.
        url: String,
    },
    /// It does not answer.
    #[error("your Redis server at {url} does not answer: {source}; start it, or leave its URL away")]
    Silent {
        /// The URL, less its password.
        url: String,
        /// What happened.
        source: ReportError,
    },
}

impl Foreign {
    /// The server at `url`, which names database 1 or none.
    ///
    /// # Errors
    /// It is not the URL of a Redis server, or names another database.
    pub fn parse(url: &str) -> Result<Self, ForeignError> {
        let malformed = |why: &str| ForeignError::Malformed {
            given: without_password(url),
            why: why.to_owned(),
        };
        if !url.starts_with("redis://") {
            return Err(malformed("it does not begin with redis://"));
        }
        let rest = &url["redis://".len()..];
        let path = rest.trim_end_matches('/').split_once('/');
        if rest.contains(['?', '#']) || path.is_some_and(|(_, database)| database.contains('/')) {
            return Err(malformed("it has more than a host, a port and a database"));
        }
        let host = path.map_or_else(
            || Ok(rest.trim_end_matches('/')),
            |(host, database)| {
                if database == DATABASE.to_string() {
                    Ok(host)
                } else {
                    Err(malformed(
                        "the workshop uses database 1 of a server, so that what is in the others stays apart",
                    ))
                }
            },
        )?;
        let url = format!("redis://{host}/{DATABASE}");
        let info = url
            .as_str()
            .into_connection_info()
            .map_err(|error: RedisError| malformed(&error.to_string()))?;
        Ok(Self { url, info })
    }

    /// What students' programs are given, with the password where there is one.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Asks it how it is.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn report(&self) -> Result<Report, ForeignError> {
        let report = Report::of(self.info.clone()).await;
        report.map_err(|source| {
            let url = self.to_string();
            match source {
                ReportError::Redis(error) if wants_password(&error) => ForeignError::Password { url },
                source => ForeignError::Silent { url, source },
            }
        })
    }
}

/// The URL as it may be shown: without the password.
impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_password(&self.url))
    }
}

impl fmt::Debug for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Foreign({self})")
    }
}

/// Whether a server said by `error` that it wants a password, or another one.
pub(in crate::services) fn wants_password(error: &RedisError) -> bool {
    // It comes without its code where it was said of the database that a connection was to switch to.
    error.kind() == ErrorKind::AuthenticationFailed || error.to_string().contains("Authentication required")
}

/// `url` without what stands between `//` and the last `@`.
pub(in crate::services) fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        (None, Some((_, host))) => format!("…@{host}"),
        (_, None) => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Foreign;

    #[test]
    fn a_server_is_named_by_its_url_and_its_password_is_never_shown() {
        for (given, url, shown) in [
            ("redis://localhost", "redis://localhost/1", "redis://localhost/1"),
            (
                "redis://localhost:6379/",
                "redis://localhost:6379/1",
                "redis://localhost:6379/1",
            ),
            (
                "redis://me:p%40ss@db:1/1",
                "redis://me:p%40ss@db:1/1",
                "redis://…@db:1/1",
            ),
        ] {
            let foreign = Foreign::parse(given).expect("a sound URL");
            assert_eq!((foreign.url(), foreign.to_string().as_str()), (url, shown));
            assert!(!format!("{foreign:?}").contains("p%40ss"));
        }
        for (given, why) in [
            ("localhost:6379", "begin with redis://"),
            ("rediss://me:secret@db", "begin with redis://"),
            ("redis://me:secret@db/0", "database 1"),
            ("redis://me:secret@db/2", "database 1"),
            ("redis://me:secret@db/1?protocol=resp3", "more than a host"),
            ("redis://me:secret@db:port", "must look like redis://HOST:PORT/1"),
            ("redis://", "must look like redis://HOST:PORT/1"),
        ] {
            let error = Foreign::parse(given).expect_err(given).to_string();
            assert!(error.contains(why), "{given}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
