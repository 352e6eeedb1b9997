//! Mean and variance of a stream of numbers, by Welford's algorithm: every number is seen once, none is kept.

use std::time::Duration;

use simplehttp_reader::{json, Error, Reader};

/// What is known of all numbers so far: three values, however long the stream is.
#[derive(Default)]
struct Moments {
    n: u64,
    mean: f64,
    /// Sum of the squared distances from the mean.
    m2: f64,
}

impl Moments {
    /// Takes one number into account.
    fn add(&mut self, x: f64) {
        self.n += 1;
        let distance_before = x - self.mean;
        self.mean += distance_before / self.n as f64;
        let distance_after = x - self.mean;
        // One distance from the old mean times one from the new, because x also moves the mean that all earlier distances
        // are measured from. The square of the first would be too much, that of the second too little.
        self.m2 += distance_before * distance_after;
    }

    /// The sample variance, or `None` (null in JSON): a single number says nothing about how far they scatter.
    fn variance(&self) -> Option<f64> {
        (self.n > 1).then(|| self.m2 / (self.n - 1) as f64)
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
    let queue = std::env::var("SIMPLEQUEUE_URL").unwrap_or_else(|_| "http://localhost:8081".into());
    let mut moments = Moments::default();
    Reader::new(queue)
        .task("moments", |data| {
            moments.add(data["number"].as_f64().ok_or("there is no number in it")?);
            // Printing costs more than calculating, so after the first ten only every 50th number is reported.
            if moments.n <= 10 || moments.n % 50 == 0 {
                moments.report();
            }
            Ok(())
        })
        .mget_items(100)
        .sleeptime_queue_empty(Duration::from_millis(100))
        .run()?;
    // Ended by Ctrl-C or SIGTERM: the best estimate is the one with all the numbers in it.
    if moments.n > 0 {
        moments.report();
    }
    Ok(())
}
