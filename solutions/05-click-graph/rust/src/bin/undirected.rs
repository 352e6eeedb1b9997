//! The same clicks as an undirected graph: the edge stands at both ends.

use std::env::var;
use std::error::Error;
use std::time::Duration;

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
            let (Some(from), Some(to)) = (end(&click, "r"), end(&click, "u")) else {
                return Ok(());
            };
            // A transaction: either both ends have the click or neither has, and it costs one round trip.
            let mut both_ends = redis::pipe();
            both_ends.atomic().zincr(from, to, 1).ignore();
            // A page that leads to itself has both ends in one place, and one of them is enough.
            if from != to {
                both_ends.zincr(to, from, 1).ignore();
            }
            both_ends.exec(&mut db)?;
            Ok(())
        })
        .mget_items(100)
        .sleeptime_queue_empty(Duration::from_millis(100))
        .run()?;
    Ok(())
}
