//! The pipeline, live: what comes in, what goes out, what waits, and who reads.

mod diagram;
mod snapshot;

use std::time::Duration;

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
                (false, "") => Page::new(self.title(), diagram::of(&self.observed.now()))
                    .with_style("pipeline.css")
                    .with_module("pipeline.js")
                    .with_feed("/pipeline/events")
                    .into(),
                (false, "events") => Answer::Events(self.feed.clone()),
                _ => Answer::NotFound,
            }
        })
    }
}
