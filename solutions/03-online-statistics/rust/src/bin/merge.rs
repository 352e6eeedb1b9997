//! Merge the results of several readers into one, as Chan, Golub and LeVeque do.
//!
//! Every line of standard input is one partial result, `{"n": 3, "mean": 2.0, "m2": 2.0}`; the merged one is printed.

use std::error::Error;
use std::io;

use simplehttp_reader::{json, serde_json, Value};

/// What one reader knows.
struct Partial {
    n: u64,
    mean: f64,
    m2: f64,
}

/// What one reader would know that had seen the numbers of both.
fn merge(a: Partial, b: Partial) -> Partial {
    let n = a.n + b.n;
    if n == 0 {
        return a; // nobody has seen anything, and there is nothing to divide by
    }
    let (weight_a, weight_b) = (a.n as f64, b.n as f64);
    let distance = b.mean - a.mean;
    Partial {
        n,
        // From a's mean, go towards b's as far as b's share of the numbers says.
        mean: a.mean + distance * weight_b / n as f64,
        // Each m2 is measured from its own mean. The last term is what moving all to the common mean adds.
        m2: a.m2 + b.m2 + distance * distance * weight_a * weight_b / n as f64,
    }
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
