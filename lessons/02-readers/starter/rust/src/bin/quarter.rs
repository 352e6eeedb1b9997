//! Extra: print a quarter of the stream. A sample, such as one draws where all of it would be too much.

use std::time::Duration;

use simplehttp_reader::{json, Error, Reader, Value};

/// Called with every message before any task. Returns whether we want it; if not, it is done with.
fn in_sample(_data: &Value) -> bool {
    // TODO: want a quarter of them.
    true
}

fn main() -> Result<(), Error> {
    let queue = std::env::var("SIMPLEQUEUE_URL").unwrap_or_else(|_| "http://localhost:8081".into());
    Reader::new(queue)
        .validate(in_sample)
        .task("show", |data| {
            println!("{}", json!({"number": data["number"]}));
            Ok(())
        })
        .max_tries(3)
        .requeue_delay(Duration::from_millis(200))
        .mget_items(100) // up to a hundred messages with one request: faster, and more to lose
        .sleeptime_queue_empty(Duration::from_millis(100))
        .run()
}
