//! Extra: merge the results of several readers into one.
//!
//! Every line of standard input is what one reader knows of its share of the stream, m2 being the sum of the squared
//! distances from its own mean:
//!
//!     {"n": 3, "mean": 2.0, "m2": 2.0}
//!
//! Print what a single reader would know, had it seen all the numbers. Try it:
//!
//!     printf '%s\n' '{"n": 3, "mean": 2.0, "m2": 2.0}' '{"n": 1, "mean": 6.0, "m2": 0.0}' |
//!         cargo run --release --bin merge
//!
//! That is 1, 2, 3 at one reader and 6 at the other: n is 4, the mean 3, and m2 (1-3)^2 + (2-3)^2 + (3-3)^2 + (6-3)^2 =
//! 14.

use std::error::Error;
use std::io;

use simplehttp_reader::{json, serde_json, Value};

/// What one reader knows.
struct Partial {
    n: u64,
    mean: f64,
    m2: f64,
}

/// Merges two partial results into one.
fn merge(a: Partial, b: Partial) -> Partial {
    // TODO: this forgets a. Make n, mean and m2 out of both; one of the two may be empty (n = 0).
    let _ = a;
    b
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut total = Partial {
        n: 0,
        mean: 0.0,
        m2: 0.0,
    };
    for line in io::stdin().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let line: Value = serde_json::from_str(&line)?;
        let part = Partial {
            n: line["n"].as_u64().ok_or("there is no n")?,
            mean: line["mean"].as_f64().ok_or("there is no mean")?,
            m2: line["m2"].as_f64().ok_or("there is no m2")?,
        };
        total = merge(total, part);
    }
    println!("{}", json!({"n": total.n, "mean": total.mean, "m2": total.m2}));
    Ok(())
}
