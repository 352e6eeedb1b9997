//! The extra program that prints the heaviest edges.

use rand::RngExt as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use super::super::never_asked::NeverAsked;
use super::super::printed::{self, Quantity};
use super::super::{Outcome, Trial, ending, with_redis};
use super::causes::Cause;
use super::gather::TOP;
use super::graph::{Edge, Graph};
use super::trace::Trace;
use crate::arena::{Detail, Ending, Event, Schedule, World, connect_to_redis};
use crate::services::redis::{Installation, Server};

/// How many edges it prints.
const HOW_MANY: usize = 10;

/// How long a program may go on after it has printed them.
const AFTERWARDS: std::time::Duration = std::time::Duration::from_secs(1);

/// Puts a graph into Redis, and runs the program.
pub async fn gather(trial: &Trial<'_>, installation: Result<&Installation, &String>) -> std::io::Result<()> {
    let mut world = World::open(&trial.recorder, TOP, Detail::Messages).await?;
    let mut server = None;
    if let Some(command) = trial.extra("top", None) {
        server = with_redis::start(trial, installation, TOP, &mut world, Schedule::Watch).await;
        if let Some(server) = &server {
            fill(server, trial.seed).await.map_err(std::io::Error::other)?;
            world.record_redis_contents().await?;
            if let Some(mut session) = trial.start(&mut world, TOP, command).await? {
                let ending = session
                    .wait_until(|seen| seen.lines >= HOW_MANY as u64 && seen.still >= AFTERWARDS)
                    .await;
                session.end(ending).await;
            }
        }
    }
    with_redis::close(trial, TOP, world, server).await;
    (trial.over)(TOP);
    Ok(())
}

/// A graph in which a careless look finds other edges than the heaviest: more nodes than one page of SCAN names, the
/// heaviest edges at several nodes and several of them at one, weights of one, two and three digits, and equal ones where
/// the tenth is.
fn edges(seed: u64) -> Vec<(Edge, f64)> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(50);
    let edge = |from: String, to: String, weight: u32| ((from, to), f64::from(weight));
    let page = |index: u32| format!("http://www.loc.gov/page/{index}");
    let mut edges = Vec::new();
    for node in 0..300 {
        let from = format!("http://site{node}.example/");
        for _ in 0..2 {
            let weight = generator.random_range(1..10);
            edges.push(edge(from.clone(), page(generator.random_range(0..1000)), weight));
        }
    }
    let heavy = generator.random_range(700..900);
    for (index, weight) in (0..).zip([heavy, heavy / 2, 97, 96]) {
        edges.push(edge("direct".to_owned(), page(2000 + index), weight));
    }
    // The second heaviest of this node is heavier than the heaviest of most others.
    edges.push(edge("http://t.example/café".to_owned(), page(3000), 250));
    edges.push(edge("http://t.example/café".to_owned(), page(3001), 249));
    // There and back, with other weights.
    edges.push(edge(page(2000), "direct".to_owned(), 108));
    edges.push(edge("http://mail.example.org/".to_owned(), page(4000), 61));
    // The ninth to the thirteenth: any two of them will do.
    for index in 0..5 {
        let from = format!("http://equal{index}.example/");
        edges.push(edge(from, page(5000), 44));
    }
    edges
}

async fn fill(redis: &Server, seed: u64) -> redis::RedisResult<()> {
    let mut connection = connect_to_redis(redis.address(), 1).await?;
    let mut pipeline = redis::pipe();
    for ((from, to), weight) in edges(seed) {
        pipeline.zadd(from, to, weight).ignore();
    }
    pipeline.query_async(&mut connection).await
}

/// Whether the program printed the ten heaviest edges.
pub fn judge(trace: &Trace) -> Outcome {
    let Some(before) = trace.before else {
        return Outcome::could_not_tell(Cause::NoContents);
    };
    let graph = Graph::in_redis(before);
    let mut weights: Vec<f64> = graph.edges().map(|(_, weight)| weight).collect();
    weights.sort_by(|a, b| b.total_cmp(a));
    weights.truncate(HOW_MANY);
    let printed = printed_edges(trace);
    if printed.is_empty() && trace.commands == 0 && trace.end.names_the_port_of_redis() {
        return Outcome::fail(Cause::NeverAsked(NeverAsked::Redis(trace.end.clone())));
    }
    let outcome = compare(&graph, &weights, &printed);
    let late = trace.ending == Some(Ending::OutOfTime) || ending::stood_still(&trace.scenario);
    match outcome {
        Ok(()) => Outcome::pass("the ten heaviest edges, in order"),
        Err(_) if late && printed.len() < HOW_MANY => Outcome::could_not_tell(ending::STANDSTILL),
        Err(problem) => {
            let ended = if printed.is_empty() {
                format!("\nWhat happened: {}", trace.end)
            } else {
                trace.end.last_words()
            };
            let list = |weights: &mut dyn Iterator<Item = f64>| {
                let weights: Vec<String> = weights.map(|weight| weight.to_string()).collect();
                if weights.is_empty() {
                    "nothing".to_owned()
                } else {
                    format!("weights {}", weights.join(", "))
                }
            };
            Outcome::fail(format!("{problem}{ended}")).with(
                list(&mut weights.iter().copied()),
                list(&mut printed.iter().map(|(_, weight)| *weight).take(2 * HOW_MANY)),
            )
        }
    }
}

/// Every line that has the three fields.
fn printed_edges(trace: &Trace) -> Vec<(Edge, f64)> {
    let lines = trace.scenario.events().filter_map(|event| match event {
        Event::Printed { line } => printed::object(line),
        _ => None,
    });
    lines
        .filter_map(|object| {
            let name = |key: &str| Some(object.get(key)?.as_str()?.to_owned());
            let weight = Quantity::of(&object, "weight").number()?;
            Some(((name("from")?, name("to")?), weight))
        })
        .collect()
}

/// What is wrong with what was printed.
fn compare(graph: &Graph, weights: &[f64], printed: &[(Edge, f64)]) -> Result<(), String> {
    if printed.is_empty() {
        return Err(
            "It printed no edge. top reads the graph from Redis and prints a JSON object a line, like {\"from\": \
             \"direct\", \"to\": \"http://www.nasa.gov/\", \"weight\": 830}, with a number as the weight."
                .to_owned(),
        );
    }
    for (edge, weight) in printed {
        let (from, to) = edge;
        let turned = (to.clone(), from.clone());
        match graph.weight(edge) {
            Some(there) if there == *weight => {}
            Some(there) => {
                return Err(format!(
                    "The edge from {from} to {to} weighs {there}, not {weight}."
                ));
            }
            None if graph.weight(&turned) == Some(*weight) => {
                return Err(format!(
                    "It is the other way round: the edge leads from {to} to {from}. The key is where an edge comes from, \
                     the member where it leads."
                ));
            }
            None => return Err(format!("There is no edge from {from} to {to}.")),
        }
    }
    let told: Vec<f64> = printed.iter().map(|(_, weight)| *weight).collect();
    let mut sorted = told.clone();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let twice = printed
        .iter()
        .enumerate()
        .find(|(index, (edge, _))| printed[..*index].iter().any(|(earlier, _)| earlier == edge));
    if let Some((_, ((from, to), _))) = twice {
        return Err(format!("It names the edge from {from} to {to} twice."));
    }
    if printed.len() != HOW_MANY {
        return Err(format!("It printed {} edges, and not ten.", printed.len()));
    }
    if sorted != weights {
        return Err("These are edges of the graph, but not its ten heaviest. Look at every node, at more than one edge \
                    of each, and compare weights as numbers."
            .to_owned());
    }
    if told != weights {
        return Err("These are the ten heaviest edges, but the heaviest has to come first.".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_careless_look_finds_other_edges() {
        for seed in 0..50 {
            let graph: Graph = edges(seed).into_iter().collect();
            let mut all: Vec<(Edge, f64)> = graph
                .edges()
                .map(|(edge, weight)| (edge.clone(), weight))
                .collect();
            all.sort_by(|a, b| b.1.total_cmp(&a.1));
            let weights: Vec<f64> = all.iter().take(10).map(|(_, weight)| *weight).collect();
            let ten = |edges: &[(Edge, f64)]| edges.iter().take(10).cloned().collect::<Vec<_>>();
            assert_eq!(compare(&graph, &weights, &ten(&all)), Ok(()), "seed {seed}");
            // Of equal ones, any.
            let mut others = ten(&all);
            others[9] = all[12].clone();
            assert_eq!(compare(&graph, &weights, &others), Ok(()));
            let mut as_text = all.clone();
            as_text.sort_by_key(|(_, weight)| std::cmp::Reverse(weight.to_string()));
            let of_direct: Vec<_> = all
                .iter()
                .filter(|((from, _), _)| from == "direct")
                .cloned()
                .collect();
            let mut upside_down = ten(&all);
            upside_down.reverse();
            for wrong in [ten(&as_text), of_direct, upside_down, all[..9].to_vec(), vec![]] {
                assert!(compare(&graph, &weights, &wrong).is_err(), "seed {seed}");
            }
        }
    }
}
