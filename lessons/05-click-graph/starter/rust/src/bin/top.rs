//! Extra: the ten heaviest edges of the graph in Redis, the heaviest first, one JSON object a line:
//!
//!     {"from": "direct", "to": "http://www.nasa.gov/", "weight": 830}
//!
//! It reads what is there, prints, and ends.

use std::env::var;
use std::error::Error;

use redis::Commands;
use simplehttp_reader::json;

fn main() -> Result<(), Box<dyn Error>> {
    let redis = var("REDIS_URL").unwrap_or_else(|_| "redis://localhost:6379/1".into());
    let mut db = redis::Client::open(redis)?.get_connection()?;

    // While the keys are being scanned, the connection is busy with that: so they are collected first.
    let only_zsets = redis::ScanOptions::default().with_type("zset");
    let nodes: Vec<String> = db.scan_options(only_zsets)?.collect::<Result<_, _>>()?;
    for from in nodes {
        // TODO: this prints the edges of one node after the other. The ten heaviest of all are wanted, and heaviest first.
        let edges: Vec<(String, f64)> = db.zrange_withscores(&from, 0, -1)?;
        for (to, weight) in edges {
            println!("{}", json!({"from": from, "to": to, "weight": weight}));
        }
    }
    Ok(())
}
