//! Graph: the zsets of the live Redis as a graph that grows while one looks.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use maud::{Markup, html};
use serde_json::{Value, json};

use super::feed::Feed;
use super::graph_changes::Changes;
use super::view::{Answer, Answering, Asked, Page, View};
use crate::services::Live;
use crate::services::zsets::Database;

/// How often Redis is read at the most, and which part of the time it may take: one that is large is read more seldom.
const PERIOD: Duration = Duration::from_secs(1);
const REST: u32 = 9;

/// A graph of more edges is not read to its end.
const MOST_READ: usize = 50_000;

/// The view `/graph`.
pub(super) struct Graph {
    changes: Arc<Mutex<Changes>>,
    feed: Feed,
}

impl Graph {
    pub fn new(live: &Live) -> Self {
        let changes: Arc<Mutex<Changes>> = Arc::default();
        let database = match &live.parts.redis {
            Some(redis) => Database::of(&redis.place().url, None).map_err(|error| error.to_string()),
            None => Err(format!(
                "Section {} has no Redis; workshop start 5 brings one up.",
                live.section.number
            )),
        };
        let reader = Arc::new(Mutex::new(Reader {
            database,
            changes: Arc::clone(&changes),
            next: None,
            problem: None,
        }));
        Self {
            changes,
            feed: Feed::every(PERIOD, move || {
                let reader = Arc::clone(&reader);
                async move {
                    let read = tokio::task::spawn_blocking(move || {
                        reader.lock().unwrap_or_else(PoisonError::into_inner).look()
                    });
                    read.await.unwrap_or(Value::Null)
                }
            }),
        }
    }
}

/// Reads the graph again and again.
struct Reader {
    database: Result<Database, String>,
    changes: Arc<Mutex<Changes>>,
    next: Option<Instant>,
    problem: Option<String>,
}

impl Reader {
    /// Reads it, where it is time to, and tells whether there is something new.
    fn look(&mut self) -> Value {
        let begun = Instant::now();
        if self.next.is_none_or(|next| next <= begun) {
            self.problem = self.read().err();
            self.next = Some(begun + begun.elapsed() * REST);
        }
        let changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut summary = changes.summary();
        if let (Some(problem), Some(summary)) = (&self.problem, summary.as_object_mut()) {
            summary.insert("problem".into(), json!(problem));
        }
        summary
    }

    fn read(&self) -> Result<(), String> {
        let database = self.database.as_ref().map_err(Clone::clone)?;
        let zsets = database
            .read_at_most(MOST_READ)
            .map_err(|error| error.to_string())?;
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.note(&zsets.graph);
        Ok(())
    }
}

fn page() -> Markup {
    html! {
        h1 { "Graph" }
        noscript { p { "The picture needs JavaScript; " code { "workshop graph" } " tells the same in a terminal." } }
        p #problem .card role="status" hidden {}
        p #waiting .quiet hidden { "Reading the graph…" }
        div #empty .card hidden {
            p { strong { "No edges yet." } " Each zset in Redis is a node, with an edge to each of its members:" }
            pre { code { "workshop start 5\nworkshop run" } }
        }
        div #stage .stage hidden {
            div {
                div.over {
                    p #figures role="status" {}
                    form #search-form role="search" {
                        label for="search" { "Find a node" }
                        input #search type="search" maxlength="200" autocomplete="off";
                        button.plain type="submit" { "Show" }
                        span #found-count .quiet role="status" {}
                        ul #found {}
                    }
                }
                div.picture.card {
                    canvas #graph tabindex="0" role="application"
                        aria-label="The graph. Arrow keys move it, plus and minus zoom, 0 shows all of it, n and p go from node to node. The table below has its heaviest edges."
                    {}
                    div.tools {
                        button #zoom-in .plain type="button" aria-label="Larger" { "+" }
                        button #zoom-out .plain type="button" aria-label="Smaller" { "−" }
                        button #fit .plain type="button" { "All" }
                    }
                }
                p #hovered .quiet aria-live="polite" {}
                p.quiet {
                    "Drag a node or the picture, turn the wheel to zoom, click a node to see its weights. With the keyboard: "
                    kbd { "n" } " and " kbd { "p" } " go from node to node, " kbd { "+" } " " kbd { "−" } " " kbd { "0" }
                    " and the arrow keys move the picture."
                }
                h2 { "The heaviest edges" }
                div.scrolled {
                    table {
                        thead { tr { th scope="col" { "from" } th scope="col" { "to" } th scope="col" { "weight" } } }
                        tbody #heaviest {}
                    }
                }
            }
            section #selected .card aria-labelledby="selected-name" hidden {
                div.head {
                    h2 #selected-name { "-" }
                    button #close .plain type="button" aria-label="Close" { "×" }
                }
                p #selected-figures .quiet {}
                h3 { "To" }
                ul #selected-out {}
                h3 { "From" }
                ul #selected-into {}
            }
        }
    }
}

impl View for Graph {
    fn name(&self) -> &'static str {
        "graph"
    }

    fn title(&self) -> &'static str {
        "Graph"
    }

    fn answer<'a>(&'a self, asked: &'a Asked) -> Answering<'a> {
        Box::pin(async move {
            match (asked.acts(), asked.rest.as_str()) {
                (false, "") => Page::new(self.title(), page())
                    .with_module("graph.js")
                    .with_style("graph.css")
                    .with_feed("/graph/events")
                    .into(),
                (false, "events") => Answer::Events(self.feed.clone()),
                (false, "changes") => {
                    let number = |name| {
                        let value = asked.parameter(name)?;
                        std::str::from_utf8(&value).ok()?.parse().ok()
                    };
                    let changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
                    Answer::Json(changes.since(number("epoch"), number("since")))
                }
                _ => Answer::NotFound,
            }
        })
    }
}
