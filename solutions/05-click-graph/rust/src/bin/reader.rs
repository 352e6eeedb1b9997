//! A graph of clicks: for each referrer r a zset, in which the target u has as its score how many clicks led there.

use std::env::var;
use std::error::Error;
use std::time::Duration;

use redis::TypedCommands;
use simplehttp_reader::{Reader, Value};

/// The page at one end of the click, where there is one.
fn end<'a>(click: &'a Value, name: &str) -> Option<&'a str> {
    click[name].as_str().filter(|page| !page.is_empty())
}

fn main() -> Result<(), Box<dyn Error>> {
    let queue = var("SIMPLEQUEUE_URL").unwrap_or_else(|_| "http://localhost:8081".into());
    let redis = var("REDIS_URL").unwrap_or_else(|_| "redis://localhost:6379/1".into());
    let mut db = redis::Client::open(redis)?.get_connection()?;

    Reader::new(queue)
        .task("graph", |click| {
            // A heartbeat leads nowhere, nor does a click that lacks an end.
            let (Some(from), Some(to)) = (end(&click, "r"), end(&click, "u")) else {
                return Ok(());
            };
            // One command, which reads and adds in one step: four readers can do it at once, and nothing is lost. The
            // names are used as they came, since http://A/ and http://a are different nodes.
            db.zincr(from, to, 1)?;
            Ok(())
        })
        .mget_items(100)
        .sleeptime_queue_empty(Duration::from_millis(100))
        .run()?;
    Ok(())
}
