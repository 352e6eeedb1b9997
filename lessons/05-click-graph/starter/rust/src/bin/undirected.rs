//! Extra: the same clicks as an undirected graph, in which the edge stands at both ends.
//!
//! A click from r to u counts u in the zset named r, and r in the zset named u. So both pages know of each other, and "who
//! is connected to this page?" is one look at one zset.

use std::env::var;
use std::error::Error;
use std::time::Duration;

use simplehttp_reader::Reader;

fn main() -> Result<(), Box<dyn Error>> {
    let queue = var("SIMPLEQUEUE_URL").unwrap_or_else(|_| "http://localhost:8081".into());
    let redis = var("REDIS_URL").unwrap_or_else(|_| "redis://localhost:6379/1".into());
    let db = redis::Client::open(redis)?.get_connection()?;

    Reader::new(queue)
        .task("graph", |click| {
            // TODO: what reader.rs does, at both ends. Somebody may look at the graph between your two commands: can you
            // send them so that nobody ever sees half an edge?
            let _ = (&db, click);
            Ok(())
        })
        .mget_items(100)
        .sleeptime_queue_empty(Duration::from_millis(100))
        .run()?;
    Ok(())
}
