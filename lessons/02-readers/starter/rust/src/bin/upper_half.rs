//! Extra: print only the numbers between 0.5 and 1, the ends not among them. Nothing has to fail here.

use std::time::Duration;

use simplehttp_reader::{json, Error, Reader, Value};

/// Called with every message before any task. What it returns is what the tasks get; `None` drops the message.
fn upper_half(data: Value) -> Option<Value> {
    // TODO: drop what does not lie in the open interval (0.5, 1).
    Some(data)
}

fn main() -> Result<(), Error> {
    let queue = std::env::var("SIMPLEQUEUE_URL").unwrap_or_else(|_| "http://localhost:8081".into());
    Reader::new(queue)
        .preprocess(upper_half)
        .task("show", |data| {
            println!("{}", json!({"number": data["number"]}));
            Ok(())
        })
        .max_tries(3)
        .requeue_delay(Duration::from_millis(200))
        .sleeptime_queue_empty(Duration::from_millis(100))
        .run()
}
