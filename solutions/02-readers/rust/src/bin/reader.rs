//! A reader that handles numbers. It fails on a low one the first time, and on a negative one always.

use std::collections::HashSet;
use std::time::Duration;

use simplehttp_reader::{json, Envelope, Error, Reader};

/// Called with a message that has failed for the last time.
fn given_up(envelope: &Envelope) {
    eprintln!("given up after {} tries: {}", envelope.tries, envelope.data);
}

fn main() -> Result<(), Error> {
    // A check sets SIMPLEQUEUE_URL to a queue of its own. By hand, the tutorial's address is used.
    let queue = std::env::var("SIMPLEQUEUE_URL").unwrap_or_else(|_| "http://localhost:8081".into());

    // The low numbers that have failed here once and have not come back yet, as their bits: a set wants what is equal to
    // itself, and not every f64 is. With two readers each has a memory of its own, so a number may fail once at each: that
    // is why max_tries is 3.
    let mut failed_once = HashSet::new();

    Reader::new(queue)
        .task("handle", |data| {
            let Some(number) = data["number"].as_f64() else {
                eprintln!("skipped, for want of a number: {data}");
                return Ok(()); // trying it again would not make it better
            };
            if number < 0.0 {
                return Err(format!("{number} is negative").into());
            }
            // `remove` says whether it was there, that is, whether this is its second time.
            if number < 0.1 && !failed_once.remove(&number.to_bits()) {
                failed_once.insert(number.to_bits());
                return Err(format!("{number} is low, and was not seen before").into());
            }
            // Printing comes last: a task that fails after it would print again on the next try.
            println!("{}", json!({"number": data["number"]}));
            Ok(())
        })
        .max_tries(3) // of one message: then it is given up
        .requeue_delay(Duration::from_millis(200)) // until its second try, and twice that until its third
        .giveup(given_up)
        .sleeptime_requeue(Duration::from_millis(100)) // until it looks again when nothing in the queue is due yet
        .sleeptime_queue_empty(Duration::from_millis(100)) // until it looks again when there is nothing
        .run() // until Ctrl-C, or until the check ends it
}
