//! The picture of the pipeline, as it is when the page is loaded. The page's script keeps it true from then on.

use maud::{Markup, html};

use super::snapshot::Snapshot;

/// The parts from left to right, each with what it says of itself, and the flows between them.
pub(super) fn of(now: &Snapshot) -> Markup {
    html! {
        h1 { "Pipeline" }
        p.lead {
            "What one POST publishes, every subscriber receives; a bridge puts it into a queue, and each message of the \
             queue goes to one reader."
        }
        noscript { p.quiet { "Without JavaScript these are the figures of this moment; load the page again for newer ones." } }
        p #news.hidden role="status" {}
        ol.pipeline {
            @if let Some(published) = now.stream {
                li.part.stream {
                    h2 { "Stream" }
                    (figure("stream-rate", "–", "messages a second"))
                    dl { (row("published", "published", published)) }
                }
                (flow("stream"))
            }
            li.part.pubsub {
                h2 { "pubsub" }
                (figure("pubsub-subscribers", &now.pubsub.subscribers.to_string(), "subscribed"))
                dl {
                    (row("messages in", "pubsub-in", now.pubsub.published))
                    (row("bytes pending", "pubsub-pending", now.pubsub.pending.iter().sum()))
                    (row("kicked", "pubsub-kicked", now.pubsub.kicked))
                }
            }
            (flow("bridge"))
            li.part.bridge data-own=[now.bridge.is_none().then_some("true")] {
                h2 { "Bridge" }
                @match &now.bridge {
                    Some(bridge) => {
                        (figure("bridge-state", if bridge.connected { "connected" } else { "reconnecting" }, "to pubsub and queue"))
                        dl {
                            (row("received", "bridge-in", bridge.received))
                            (row("delivered", "bridge-out", bridge.delivered))
                            (row("waiting", "bridge-pending", bridge.pending))
                        }
                    }
                    None => p { "Yours to build here, with " code { "ps_to_http" } ". A subscriber of the pubsub that puts into the queue." }
                }
            }
            (flow("queue"))
            li.part.queue {
                h2 { "simplequeue" }
                (figure("queue-depth", &now.queue.depth.to_string(), "messages wait"))
                svg #depth viewBox="0 0 120 32" preserveAspectRatio="none" aria-hidden="true" {
                    polyline points="" {}
                }
                dl {
                    (row("put", "queue-in", now.queue.puts))
                    (row("taken", "queue-out", now.queue.taken))
                    (row("dropped, full", "queue-dropped", now.queue.dropped))
                }
                p { a href="/ledger?of=live" { "what becomes of each message" } }
            }
            (flow("readers"))
            li.part.readers {
                h2 { "Readers" }
                p #no-readers hidden[!now.readers.is_empty()] {
                    "Nobody has got a message lately. " code { "workshop run" } " starts your reader; so does "
                    code { "curl" } " at " code { "/get" } "."
                }
                ul #readers {
                    @for reader in &now.readers {
                        li data-number=(reader.number) {
                            span.name { "reader " (reader.number) }
                            span.rate {}
                            span.count { (reader.messages) " messages" }
                        }
                    }
                }
                p #more-readers hidden[now.more_readers == 0] { "and " span { (now.more_readers) } " more" }
            }
            @if let Some(redis) = &now.redis {
                (flow("redis"))
                li.part.redis {
                    h2 { "Redis" }
                    (figure("redis-keys", &redis.keys.map_or("–".into(), |keys| keys.to_string()), "keys"))
                    dl {
                        (row("commands", "redis-commands", redis.commands.unwrap_or_default()))
                        dt { "state" } dd #redis-state { (redis.state) }
                    }
                }
            }
        }
    }
}

/// The figure that a part is mostly about.
fn figure(id: &str, value: &str, unit: &str) -> Markup {
    html! { p.figure { strong id=(id) { (value) } " " span { (unit) } } }
}

fn row(name: &str, id: &str, count: u64) -> Markup {
    html! { dt { (name) } dd id=(id) { (count) } }
}

/// The way from one part to the next, and how much goes along it.
fn flow(id: &str) -> Markup {
    html! {
        li.flow id={ "flow-" (id) } {
            span.line aria-hidden="true" {}
            span.rate {}
        }
    }
}
