//! Print a quarter of the stream. A sample, such as one draws where all of it would be too much.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use simplehttp_reader::{json, Error, Reader};

fn main() -> Result<(), Error> {
    let queue = std::env::var("SIMPLEQUEUE_URL").unwrap_or_else(|_| "http://localhost:8081".into());

    // By chance, so that no pattern in the stream can hide from the sample, as it could from every fourth message. The
    // standard library has no dice, but a hash with secret, random keys is as good: of the message's place in the stream,
    // it is any number with equal chance. (The crate `rand` is what larger programs take.)
    let dice = RandomState::new();
    let mut place: u64 = 0;

    Reader::new(queue)
        .validate(|_| {
            place += 1;
            dice.hash_one(place) % 4 == 0
        })
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
