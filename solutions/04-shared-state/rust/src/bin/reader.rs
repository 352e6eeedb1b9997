//! Histograms, a count and moments that any number of readers keep together in Redis.
//!
//! Everything that a message changes goes to Redis in one transaction: a single round trip, and no other reader sees, or
//! gets between, a part of it. Nothing is read here, so nothing that was read can be out of date.

use std::env;
use std::time::Duration;

use redis::ConnectionLike;
use simplehttp_reader::{Reader, TaskError};

/// The update of section 3, run inside Redis: a script is one command, so nobody comes between its HMGET and its HSET.
/// %.17g keeps all digits of a double; Lua's own way of writing a number would keep 14 of them.
const ADD_TO_MOMENTS: &str = r"
local known = redis.call('HMGET', KEYS[1], 'n', 'mean', 'm2')
local x, n = tonumber(ARGV[1]), tonumber(known[1] or 0) + 1
local mean, m2 = tonumber(known[2] or 0), tonumber(known[3] or 0)
local before = x - mean
mean = mean + before / n
m2 = m2 + before * (x - mean)
redis.call('HSET', KEYS[1], 'n', n, 'mean', string.format('%.17g', mean), 'm2', string.format('%.17g', m2))
";

fn main() -> Result<(), TaskError> {
    let queue = env::var("SIMPLEQUEUE_URL").unwrap_or_else(|_| "http://localhost:8081".into());
    let redis = env::var("REDIS_URL").unwrap_or_else(|_| "redis://localhost:6379/1".into());
    let client = redis::Client::open(redis)?;
    let mut db = client
        .get_connection()
        .map_err(|error| format!("there is no Redis at REDIS_URL: {error}"))?;
    // Sent once; from then on its digest is enough.
    let add_to_moments: String = redis::cmd("SCRIPT")
        .arg("LOAD")
        .arg(ADD_TO_MOMENTS)
        .query(&mut db)?;

    Reader::new(queue)
        .task("histogram", |data| {
            let name = data["distribution"]
                .as_str()
                .ok_or("there is no distribution in it")?;
            let number = data["number"].as_i64().ok_or("there is no number in it")?;
            if !db.is_open() {
                // It broke with an earlier message, which the reader brings again.
                db = client.get_connection()?;
            }
            redis::pipe()
                .atomic()
                .hincr(format!("histogram:{name}"), number, 1)
                .incr("messages", 1)
                .cmd("EVALSHA")
                .arg(&add_to_moments)
                .arg(1)
                .arg(format!("moments:{name}"))
                .arg(number)
                .exec(&mut db)?;
            Ok(())
        })
        .mget_items(10)
        .sleeptime_queue_empty(Duration::from_millis(100))
        .run()?;
    Ok(())
}
