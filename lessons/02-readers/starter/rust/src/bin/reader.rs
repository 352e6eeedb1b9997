//! A reader that handles numbers, and fails on some of them.
//!
//! It runs as it stands, and handles everything that it meets, which is too much: two places are marked TODO.

use std::time::Duration;

use simplehttp_reader::{json, Envelope, Error, Reader};

/// Called with a message that has failed for the last time. Standard error is ours to write on.
fn given_up(_envelope: &Envelope) {}

fn main() -> Result<(), Error> {
    // A check sets SIMPLEQUEUE_URL to a queue of its own. By hand, the tutorial's address is used.
    let queue = std::env::var("SIMPLEQUEUE_URL").unwrap_or_else(|_| "http://localhost:8081".into());

    Reader::new(queue)
        // Called with every message of the queue, for example {"time": 1346619003.2, "number": 0.25}.
        .task("handle", |data| {
            let number = &data["number"];
            // TODO 1: fail on a negative number, always. To fail is to return an error: Err("negative".into()).
            // TODO 2: fail on a number below 0.1, the first time that you see it. (What do you have to remember for that?)
            println!("{}", json!({ "number": number }));
            Ok(()) // done; after an error the reader brings the message again
        })
        .max_tries(3) // of one message: then it is given up
        .requeue_delay(Duration::from_millis(200)) // until its second try, and twice that until its third
        .giveup(given_up)
        .sleeptime_requeue(Duration::from_millis(100)) // until it looks again when nothing in the queue is due yet
        .sleeptime_queue_empty(Duration::from_millis(100)) // until it looks again when there is nothing
        .run() // until Ctrl-C, or until the check ends it
}
