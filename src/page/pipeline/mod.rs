//! The pipeline, live: what comes in, what goes out, what waits, and who reads.

mod snapshot;

use std::time::Duration;

use maud::{Markup, html};
use serde_json::json;

use super::feed::Feed;
use super::view::{Answer, Answering, Asked, Page, View};
use crate::services::Live;
use snapshot::Observed;

/// How often the picture is drawn anew.
const PERIOD: Duration = Duration::from_millis(100);

/// The view `/pipeline`.
pub(super) struct Pipeline {
    observed: Observed,
    feed: Feed,
}

impl Pipeline {
    pub fn new(live: &Live) -> Self {
        let observed = Observed::new(live.parts.clone());
        let looked_at = observed.clone();
        Self {
            observed,
            feed: Feed::every(PERIOD, move || {
                let snapshot = looked_at.now();
                async move { json!(snapshot) }
            }),
        }
    }

    fn page(&self) -> Markup {
        let now = self.observed.now();
        html! {
            h1 { "Pipeline" }
            p { "Published: " span #published { (now.pubsub.published) } }
            p { "In the queue: " span #depth { (now.queue.depth) } }
        }
    }
}

impl View for Pipeline {
    fn name(&self) -> &'static str {
        "pipeline"
    }

    fn title(&self) -> &'static str {
        "Pipeline"
    }

    fn answer<'a>(&'a self, asked: &'a Asked) -> Answering<'a> {
        Box::pin(async move {
            match (asked.acts(), asked.rest.as_str()) {
                (false, "") => Page::new(self.title(), self.page())
                    .with_module("pipeline.js")
                    .with_feed("/pipeline/events")
                    .into(),
                (false, "events") => Answer::Events(self.feed.clone()),
                _ => Answer::NotFound,
            }
        })
    }
}
