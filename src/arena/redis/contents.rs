//! What stands in a database, read by the arena itself.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use redis::aio::MultiplexedConnection;
use redis::{FromRedisValue, RedisResult, cmd};

use super::connect_to;
use super::record::{Contents, RedisContents};

/// As many keys, and as many bytes at all of them, as are read.
const MOST_KEYS: usize = 100_000;
const MOST_BYTES: usize = 16 << 20;

/// As many elements of one key as are read at once.
const MOST_ELEMENTS: u64 = 200_000;

/// Reads all of `database`.
pub(super) async fn read(server: SocketAddr, database: u32) -> RedisResult<RedisContents> {
    let mut server = connect_to(server, database).await?;
    let mut contents = RedisContents {
        database,
        keys: BTreeMap::new(),
        complete: true,
    };
    let mut bytes = 0;
    let mut cursor: u64 = 0;
    loop {
        let (next, keys): (u64, Vec<Vec<u8>>) = cmd("SCAN")
            .arg(cursor)
            .arg("COUNT")
            .arg(1000)
            .query_async(&mut server)
            .await?;
        for key in keys {
            if contents.keys.len() >= MOST_KEYS || bytes >= MOST_BYTES {
                contents.complete = false;
                return Ok(contents);
            }
            // One that is gone since, as a lock whose time is up, is not there.
            let Some(value) = value(&mut server, &key).await? else {
                continue;
            };
            let Some(value) = value else {
                contents.complete = false;
                continue;
            };
            let one = RedisContents {
                database,
                keys: BTreeMap::from([(text(&key), value)]),
                complete: true,
            };
            bytes += one.size();
            contents.keys.extend(one.keys);
        }
        cursor = next;
        if cursor == 0 {
            return Ok(contents);
        }
    }
}

/// What stands at `key`: nothing where it is gone, and nothing within where it is too much to read.
async fn value(server: &mut MultiplexedConnection, key: &[u8]) -> RedisResult<Option<Option<Contents>>> {
    let kind: String = cmd("TYPE").arg(key).query_async(server).await?;
    let (size, read): (&str, &[&str]) = match kind.as_str() {
        "string" => ("STRLEN", &["GET"]),
        "hash" => ("HLEN", &["HGETALL"]),
        "zset" => ("ZCARD", &["ZRANGE", "0", "-1", "WITHSCORES"]),
        "list" => ("LLEN", &["LRANGE", "0", "-1"]),
        "set" => ("SCARD", &["SMEMBERS"]),
        "none" => return Ok(None),
        other => return Ok(Some(Some(Contents::Other(other.to_owned())))),
    };
    let size: u64 = cmd(size).arg(key).query_async(server).await?;
    let limit = if kind == "string" {
        MOST_BYTES as u64
    } else {
        MOST_ELEMENTS
    };
    if size > limit {
        return Ok(Some(None));
    }
    let mut question = cmd(read[0]);
    question.arg(key).arg(&read[1..]);
    let contents = match kind.as_str() {
        "string" => ask::<Option<Vec<u8>>>(&question, server)
            .await?
            .map(|bytes| Contents::String(text(&bytes))),
        "hash" => Some(Contents::Hash(pairs(ask(&question, server).await?))),
        "zset" => Some(Contents::Zset(pairs(ask(&question, server).await?))),
        "list" => Some(Contents::List(texts(ask(&question, server).await?))),
        _ => Some(Contents::Set(texts(ask(&question, server).await?))),
    };
    Ok(contents.map(Some))
}

async fn ask<T: FromRedisValue>(question: &redis::Cmd, server: &mut MultiplexedConnection) -> RedisResult<T> {
    question.query_async(server).await
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn texts(elements: Vec<Vec<u8>>) -> Vec<String> {
    elements.iter().map(|element| text(element)).collect()
}

fn pairs(elements: Vec<Vec<u8>>) -> BTreeMap<String, String> {
    elements
        .chunks_exact(2)
        .map(|pair| (text(&pair[0]), text(&pair[1])))
        .collect()
}
