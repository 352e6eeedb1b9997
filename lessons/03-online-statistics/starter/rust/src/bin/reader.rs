//! Mean and variance of a stream of numbers.
//!
//! It runs as it stands: start it, and watch n count. The mean and the variance are missing, and they are your work: three
//! places are marked TODO.

use std::time::Duration;

use simplehttp_reader::{json, Error, Reader};

/// What is known of all numbers so far. It must not grow, however long the stream is.
struct Moments {
    n: u64,
    mean: Option<f64>,
    // TODO 1: which start value does the mean need, and what else do you have to remember for the variance?
}

impl Moments {
    fn new() -> Self {
        Self { n: 0, mean: None }
    }

    /// Takes one number into account. It is seen here once, and never again.
    fn add(&mut self, x: f64) {
        self.n += 1;
        // TODO 2: bring the mean, and what you keep for the variance, up to date with x.
        let _ = x;
    }

    /// The sample variance, or `None` (null in JSON) while there is none.
    fn variance(&self) -> Option<f64> {
        // TODO 3: make it from what you remember. Mind n = 1.
        None
    }

    /// Prints what is known, as one line of JSON.
    fn report(&self) {
        println!(
            "{}",
            json!({"n": self.n, "mean": self.mean, "variance": self.variance()})
        );
    }
}

fn main() -> Result<(), Error> {
    // A check sets SIMPLEQUEUE_URL to a queue of its own. By hand, the tutorial's address is used.
    let queue = std::env::var("SIMPLEQUEUE_URL").unwrap_or_else(|_| "http://localhost:8081".into());
    let mut moments = Moments::new();

    Reader::new(queue)
        // Called with every message of the queue, for example {"time": 1346619003.2, "number": 0.25}.
        .task("moments", |data| {
            moments.add(data["number"].as_f64().ok_or("there is no number in it")?);
            // The first ten one by one, because mistakes show there. Then every 50th: the check wants at least every
            // 100th.
            if moments.n <= 10 || moments.n % 50 == 0 {
                moments.report();
            }
            Ok(()) // done; after an error the reader brings the message again
        })
        .mget_items(100) // fetch up to a hundred messages with one request
        .sleeptime_queue_empty(Duration::from_millis(100)) // until it looks again when there are none
        .run() // until Ctrl-C, or until the check ends it
}
