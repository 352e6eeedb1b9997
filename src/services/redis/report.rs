//! What a server says of itself.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ConnectionInfo, IntoConnectionInfo, RedisError};

use super::{DATABASE, Kind};

/// How long a server may take to answer. One that is kept busy by a student's script answers nobody.
const ANSWER_LIMIT: Duration = Duration::from_secs(1);

/// A server does not say how it is.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// It does not answer, or not as a server does.
    #[error(transparent)]
    Redis(#[from] RedisError),
    /// It answered, but not what was asked for.
    #[error("it says nothing of its `{field}`")]
    Missing {
        /// What it does not name.
        field: &'static str,
    },
}

/// How a server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What it is.
    pub kind: Kind,
    /// Its version.
    pub version: String,
    /// The memory that its data takes, in bytes.
    pub memory: u64,
    /// How many commands it has carried out for students' programs: all but those that set a connection up or ask how
    /// the server is.
    pub commands: u64,
    /// How many keys there are in the database of the workshop.
    pub keys: u64,
}

/// Commands that no student's program is after.
const HOUSEKEEPING: [&str; 8] = [
    "auth", "client", "command", "config", "hello", "info", "ping", "select",
];

impl Report {
    /// Asks the server at `server` how it is.
    ///
    /// # Errors
    /// It does not answer within a second, or not in these terms.
    pub async fn of(server: impl IntoConnectionInfo) -> Result<Self, ReportError> {
        let mut connection = connect(server.into_connection_info()?).await?;
        // Sections are named one by one since Redis 7 only; `all` is understood by every version.
        let info: String = redis::cmd("INFO").arg("all").query_async(&mut connection).await?;
        Self::read(&info)
    }

    fn read(info: &str) -> Result<Self, ReportError> {
        let field = |name: &'static str| {
            info.lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
                .map(str::trim)
                .ok_or(ReportError::Missing { field: name })
        };
        let (kind, version) = match field("valkey_version") {
            Ok(version) => (Kind::Valkey, version),
            Err(_) => (Kind::Redis, field("redis_version")?),
        };
        let memory = field("used_memory")?;
        let keyspace = format!("db{DATABASE}:keys=");
        let keys = info.lines().find_map(|line| line.strip_prefix(&keyspace));
        Ok(Self {
            kind,
            version: version.to_owned(),
            memory: memory
                .parse()
                .map_err(|_| ReportError::Missing { field: "used_memory" })?,
            commands: info.lines().filter_map(calls).sum(),
            keys: keys
                .and_then(|keys| keys.split(',').next()?.parse().ok())
                .unwrap_or(0),
        })
    }
}

/// The calls in a line like `cmdstat_config|get:calls=2,usec=14,…`, where it is about a command that counts.
fn calls(line: &str) -> Option<u64> {
    let (name, rest) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
    let command = name.split('|').next()?;
    let calls = rest.split(',').next()?.parse().ok()?;
    (!HOUSEKEEPING.contains(&command)).then_some(calls)
}

/// The folder that the server at `address` runs in.
pub(super) async fn folder(address: SocketAddr) -> Result<PathBuf, ReportError> {
    let mut connection = connect(format!("redis://{address}/").into_connection_info()?).await?;
    let answer: Vec<Vec<u8>> = redis::cmd("CONFIG")
        .arg(&["GET", "dir"])
        .query_async(&mut connection)
        .await?;
    let [_, folder] = <[Vec<u8>; 2]>::try_from(answer).map_err(|_| ReportError::Missing { field: "dir" })?;
    Ok(OsString::from_vec(folder).into())
}

/// A connection on which nothing takes longer than a second.
pub(super) async fn connect(server: ConnectionInfo) -> Result<MultiplexedConnection, RedisError> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(ANSWER_LIMIT))
        .set_response_timeout(Some(ANSWER_LIMIT));
    Client::open(server)?
        .get_multiplexed_async_connection_with_config(&config)
        .await
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use super::{Kind, Report};

    #[test]
    fn only_what_students_programs_asked_for_counts() {
        let info = "# Server\r\nredis_version:7.0.15\r\nused_memory:1048576\r\nused_memory_human:1M\r\n\
            cmdstat_client|setinfo:calls=9,usec=1\r\ncmdstat_info:calls=3,usec=1\r\n\
            cmdstat_hincrby:calls=40,usec=9\r\ncmdstat_get:calls=2,usec=9\r\n\
            db0:keys=7,expires=0\r\ndb1:keys=3,expires=0,avg_ttl=0\r\n";
        let expected = Report {
            kind: Kind::Redis,
            version: "7.0.15".into(),
            memory: 1 << 20,
            commands: 42,
            keys: 3,
        };
        assert_eq!(Report::read(info).unwrap(), expected);
        let valkey = info.replace(
            "redis_version:7.0.15",
            "redis_version:7.2.4\r\nvalkey_version:9.1.2",
        );
        let report = Report::read(&valkey).unwrap();
        assert_eq!((report.kind, report.version.as_str()), (Kind::Valkey, "9.1.2"));
        let error = Report::read("nothing\r\n").unwrap_err();
        assert!(error.to_string().contains("redis_version"), "{error}");
    }
}
