//! What is to be said of a bridge that the student runs, which no command of ours starts or ends.

use crate::lesson::{Section, Service};
use crate::render::Style;
use crate::server::command::ps_to_http_line;
use crate::services::state::LiveState;

/// What to type where the bridge is left to the student.
pub fn line(live: &LiveState, style: &Style) -> String {
    let [pubsub, queue] = [live.pubsub, live.simplequeue].map(|address| format!("http://{address}"));
    let [first, second] = ps_to_http_line(&pubsub, &queue);
    format!(
        "{}\n  {first}\n  {second}\n  {}\n\n",
        style.strong("The bridge from the pubsub to the queue is yours to start"),
        style.quiet("in a terminal of its own, after the eval below"),
    )
}

/// What becomes of a bridge between the servers of `old` now that `new` has taken their place, at `section`. It looks
/// for them where they were: perhaps they are there again, and perhaps not.
pub fn goes_on(old: &LiveState, new: &LiveState, section: &Section) -> String {
    let yours = "what you had subscribed to the pubsub, such as a bridge, is yours and goes on";
    let has_bridge = section.lesson.services.contains(&Service::Bridge);
    let same_places = (old.pubsub, old.simplequeue) == (new.pubsub, new.simplequeue);
    match (same_places, has_bridge) {
        (true, true) => format!(
            "{yours}; section {} has a bridge of its own, so with yours every message comes into the queue twice: end \
             yours with Ctrl-C where it runs",
            section.number
        ),
        (true, false) => format!("{yours}; it subscribes to the new one by itself"),
        (false, true) => format!(
            "{yours}, at ports where the servers are no longer: end it with Ctrl-C where it runs; section {} has a \
             bridge of its own",
            section.number
        ),
        (false, false) => format!(
            "{yours}, at ports where the servers are no longer: end it with Ctrl-C where it runs, and start it anew with \
             the line below"
        ),
    }
}
