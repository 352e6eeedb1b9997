//! A graph of clicks: from the page that somebody came from, to the page that they went to.
//!
//! It runs as it stands: start it, and watch the clicks go by. Nothing is remembered yet, and that is your work: two places
//! are marked TODO.

use std::env::var;
use std::error::Error;
use std::time::Duration;

use simplehttp_reader::Reader;

fn main() -> Result<(), Box<dyn Error>> {
    // A check sets these to servers of its own. By hand, the tutorial's addresses are used. The /1 is the database.
    let queue = var("SIMPLEQUEUE_URL").unwrap_or_else(|_| "http://localhost:8081".into());
    let redis = var("REDIS_URL").unwrap_or_else(|_| "redis://localhost:6379/1".into());
    let db = redis::Client::open(redis)?.get_connection()?;

    Reader::new(queue)
        // Called with every message of the queue, for example
        // {"r": "direct", "u": "http://www.nasa.gov/", "t": 1331923247, "c": "US"} with more fields than these.
        .task("graph", |click| {
            // TODO 1: some messages are no clicks from one page to another. How do you tell, and what do you do with them?
            // TODO 2: count the click in Redis: the zset named r, the member u. (`use redis::TypedCommands` gives `db` a
            // method for each command, and then it has to be `mut`.)
            let _ = &db;
            println!("{} -> {}", click["r"], click["u"]);
            Ok(()) // done; after an error the reader brings the message again
        })
        .mget_items(100) // fetch up to a hundred messages with one request
        .sleeptime_queue_empty(Duration::from_millis(100)) // until it looks again when there are none
        .run()?; // until Ctrl-C, or until the check ends it
    Ok(())
}
