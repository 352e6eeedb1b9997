//! The ten heaviest edges of the graph in Redis, the heaviest first.

use std::collections::BTreeSet;
use std::env::var;
use std::error::Error;

use redis::Commands;
use simplehttp_reader::json;

const HOW_MANY: isize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let redis = var("REDIS_URL").unwrap_or_else(|_| "redis://localhost:6379/1".into());
    let mut db = redis::Client::open(redis)?.get_connection()?;

    // SCAN may name a key twice while others add to it; a set does not mind.
    let only_zsets = redis::ScanOptions::default().with_type("zset").with_count(1000);
    let nodes: BTreeSet<String> = db.scan_options(only_zsets)?.collect::<Result<_, _>>()?;
    let mut heaviest: Vec<(f64, String, String)> = Vec::new();
    for from in nodes {
        // No node can have more than ten among the ten heaviest of all.
        let edges: Vec<(String, f64)> = db.zrevrange_withscores(&from, 0, HOW_MANY - 1)?;
        heaviest.extend(edges.into_iter().map(|(to, weight)| (weight, from.clone(), to)));
    }
    heaviest.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (weight, from, to) in heaviest.iter().take(HOW_MANY as usize) {
        println!("{}", json!({"from": from, "to": to, "weight": weight}));
    }
    Ok(())
}
