//! `workshop graph`: the graph in the zsets of a Redis, in figures, as a picture, or for another program.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::Context as _;

use super::exit::{Exit, Usage};
use super::{Outcome, run, say};
use crate::cli::{self, GraphFormat};
use crate::graph::{self, Graph, Summary};
use crate::render::{self, Style};
use crate::services::zsets::Database;
use crate::workspace::Workspace;

/// The most that is read of a file, in bytes.
const LONGEST_FILE: u64 = 256 << 20;

/// The most edges that a picture can be asked for: past that it is a stain, and takes minutes.
const MOST_DRAWN: usize = 20_000;

/// How many of the heaviest edges the summary shows.
const HEAVIEST: usize = 10;

/// What a line of theirs needs beside the two names: the weight, and the lines between columns.
const BESIDE_NAMES: usize = 16;

pub fn graph(dir: Option<&Path>, arguments: &cli::Graph) -> Outcome {
    if arguments.edges == 0 || arguments.edges > MOST_DRAWN {
        return Err(Usage(format!(
            "{} edges cannot be drawn; give --edges a number from 1 to {MOST_DRAWN}",
            arguments.edges
        ))
        .into());
    }
    let (graph, notes) = match &arguments.from {
        Some(file) => (read(file)?, Vec::new()),
        None => ask(dir, arguments)?,
    };
    if let Some(file) = &arguments.svg {
        let picture = graph::svg(&graph, arguments.edges);
        write(file, &picture.svg)?;
    }
    if let Some(format) = arguments.format {
        let text = match format {
            GraphFormat::Dot => graph::dot(&graph),
            GraphFormat::Graphml => graph::graphml(&graph),
            GraphFormat::Json => graph::json(&graph),
        };
        match &arguments.output {
            Some(file) => write(file, &text)?,
            None => {
                // What is meant for another program is not mixed with what is meant for the eye.
                say::say(&text)?;
                for note in notes {
                    eprintln!("workshop: {note}");
                }
                return Ok(Exit::Done);
            }
        }
    }
    let style = Style::for_stdout();
    say::say(&page(&graph, &style))?;
    for note in notes {
        say::say(&format!("\n{note}\n"))?;
    }
    Ok(Exit::Done)
}

/// The graph of a file that `--format json` wrote.
fn read(file: &Path) -> anyhow::Result<Graph> {
    let shown = file.display();
    let refused = |error| Usage(format!("cannot read {shown}: {error}"));
    let too_long = || Usage(format!("{shown} is longer than {} MiB", LONGEST_FILE >> 20));
    let mut text = Vec::new();
    if file == Path::new("-") {
        io::stdin().lock().take(LONGEST_FILE + 1).read_to_end(&mut text)
    } else {
        let file = File::open(file).map_err(refused)?;
        // Not all of it is read first to find that it is too much.
        if file.metadata().map_err(refused)?.len() > LONGEST_FILE {
            return Err(too_long().into());
        }
        file.take(LONGEST_FILE + 1).read_to_end(&mut text)
    }
    .map_err(refused)?;
    if text.len() as u64 > LONGEST_FILE {
        return Err(too_long().into());
    }
    Ok(graph::from_json(&text).map_err(|error| Usage(format!("{shown}: {error}")))?)
}

/// The graph in Redis: the one that was named, or the live workshop's. With it, what there is to say of what is no part
/// of it.
fn ask(dir: Option<&Path>, arguments: &cli::Graph) -> anyhow::Result<(Graph, Vec<String>)> {
    let url = match &arguments.redis_url {
        Some(url) => url.clone(),
        None => {
            let workspace = Workspace::find(dir)
                .map_err(|error| Usage(format!("{error}; or say with --redis-url which Redis is meant")))?;
            let [_, _, (_, url)] = run::addresses(&run::running(&workspace)?);
            url
        }
    };
    let database = Database::of(&url, arguments.database).map_err(|error| Usage(error.to_string()))?;
    let zsets = database.read()?;
    let mut notes = Vec::new();
    if zsets.graph.edges().is_empty() {
        notes.push(format!(
            "There is no zset in database {} of the Redis at {}; has your reader counted anything yet?",
            database.number(),
            database.address()
        ));
    }
    match zsets.other_keys {
        0 => {}
        1 => notes.push("1 key is no zset, and no part of the graph.".into()),
        keys => notes.push(format!("{keys} keys are no zsets, and no part of the graph.")),
    }
    match zsets.infinite {
        0 => {}
        1 => notes.push("1 member has an infinite score, and is left out.".into()),
        members => notes.push(format!(
            "{members} members have an infinite score, and are left out."
        )),
    }
    Ok((zsets.graph, notes))
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

/// The figures, for the eye.
fn page(graph: &Graph, style: &Style) -> String {
    let summary = graph.summary();
    let mut page = format!(
        "{}\n{}",
        style.strong("The graph"),
        render::table(&["what", "how many"], &figures(&summary), style)
    );
    if !graph.edges().is_empty() {
        page.push_str(&format!(
            "\n{}\n{}",
            style.strong("The heaviest edges"),
            render::table(&["from", "to", "weight"], &heaviest(graph, style.width), style)
        ));
        page.push_str(&format!(
            "\n{}\n{}",
            style.strong("Edges at a node"),
            render::table(&["edges", "nodes"], &degrees(&summary), style)
        ));
    }
    page
}

fn figures(summary: &Summary) -> Vec<Vec<String>> {
    let largest = summary.components.first().copied().unwrap_or(0);
    let row = |what: &str, figure: String| vec![what.to_owned(), figure];
    vec![
        row("nodes", summary.nodes.to_string()),
        row("of them with edges to others", summary.leading_on.to_string()),
        row("of them with edges from others", summary.led_to.to_string()),
        row("edges", summary.edges.to_string()),
        row("weight of all edges", summary.total_weight.to_string()),
        row("parts that hang together", summary.components.len().to_string()),
        row("nodes in the largest part", largest.to_string()),
    ]
}

fn heaviest(graph: &Graph, width: usize) -> Vec<Vec<String>> {
    // Half of the line for each name, so that an edge stays on a line of its own.
    let name = (width.saturating_sub(BESIDE_NAMES) / 2).clamp(16, 60);
    let edges = graph.edges().iter().take(HEAVIEST);
    edges
        .map(|edge| {
            let (from, to, weight) = graph.named(edge);
            vec![from.shown(name), to.shown(name), weight.to_string()]
        })
        .collect()
}

/// The distribution of degrees, in classes that double: 1, 2, 3 to 4, 5 to 8, …
fn degrees(summary: &Summary) -> Vec<Vec<String>> {
    let mut classes: Vec<(usize, usize, usize)> = Vec::new();
    for (&degree, &nodes) in &summary.degrees {
        let high = degree.next_power_of_two();
        match classes.last_mut() {
            Some((_, last_high, count)) if *last_high == high => *count += nodes,
            _ => classes.push((high / 2 + 1, high, nodes)),
        }
    }
    classes
        .into_iter()
        .map(|(low, high, nodes)| {
            let edges = if low >= high {
                high.to_string()
            } else {
                format!("{low} to {high}")
            };
            vec![edges, nodes.to_string()]
        })
        .collect()
}
