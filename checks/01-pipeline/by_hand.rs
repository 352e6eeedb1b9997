//! Whether the student has put a message in and taken one out, as the counters from before the check have it.

use super::super::{Outcome, Verdict};
use super::delivery::{missing_server, not_yours};
use super::link::{Link, Server};
use crate::arena::{Counters, Found};

/// Judges `you-published`: the pubsub had received a message that was no check's probe.
pub fn published(link: &Link<'_>) -> Outcome {
    if let Some(outcome) = untellable(link, link.pubsub.as_ref(), "pubsub") {
        return outcome;
    }
    let Some(Server {
        address,
        found: Found::Pubsub { received, .. },
        ..
    }) = link.pubsub
    else {
        return Outcome::could_not_tell("The check ended before it had asked the pubsub.");
    };
    let own = received.saturating_sub(link.earlier_probes);
    if own > 0 {
        return Outcome::pass(format!(
            "the pubsub had received {} before this check",
            messages(own)
        ));
    }
    let probes = match link.earlier_probes {
        0 => String::new(),
        count => format!(" but {count} of this check's own"),
    };
    Outcome::fail(format!(
        "The pubsub at {address} has received no message{probes} since it started. Publish one, with the bridge \
         running:\n  echo \"H3110\" | curl -d@- \"{address}/pub\""
    ))
    .with("a message that you published", "none")
}

/// Judges `you-fetched`: a message had left the queue because somebody got it.
pub fn fetched(link: &Link<'_>) -> Outcome {
    if let Some(outcome) = untellable(link, link.queue.as_ref(), "simplequeue") {
        return outcome;
    }
    let Some(Server {
        address,
        found: Found::Simplequeue(counters),
        ..
    }) = link.queue
    else {
        return Outcome::could_not_tell("The check ended before it had asked the queue.");
    };
    let expected = "a message that you fetched";
    match taken(*counters) {
        Taken::Some(count) => Outcome::pass(format!("{} had left the queue before this check", messages(count))),
        Taken::None if counters.gets == 0 => Outcome::fail(format!(
            "Nobody has asked the queue at {address} for a message since it started. It holds {} now. Fetch one:\n  \
             curl -s \"{address}/get\"",
            messages(counters.depth)
        ))
        .with(expected, "none"),
        Taken::None => Outcome::fail(format!(
            "The queue at {address} was asked (gets: {}), and found empty each time: no message has left it. Publish one \
             first, and then fetch it:\n  curl -s \"{address}/get\"",
            counters.gets
        ))
        .with(expected, "only empty answers"),
        Taken::Unknown => Outcome::could_not_tell(format!(
            "The counters of the queue at {address} were reset, and nobody has fetched a message since. Fetch one:\n  \
             curl -s \"{address}/get\""
        )),
    }
}

fn messages(count: u64) -> String {
    match count {
        0 => "no message".into(),
        1 => "1 message".into(),
        more => format!("{more} messages"),
    }
}

/// The messages that were taken from a queue.
enum Taken {
    None,
    Some(u64),
    Unknown,
}

/// What the counters prove. `gets` counts empty answers too, so it proves nothing by itself; but a message that was put,
/// was not dropped and is not there any more was taken. Where more is there than was put, the counters were reset; then
/// the queue has never been empty since, and each get took one.
fn taken(counters: Counters) -> Taken {
    let Counters {
        puts,
        gets,
        depth,
        overflow,
    } = counters;
    match puts.checked_sub(depth + overflow) {
        Some(0) => Taken::None,
        // Messages do leave in other ways, such as a limit that counts nothing as overflow.
        Some(gone) if gets > 0 => Taken::Some(gone),
        Some(_) => Taken::None,
        None if depth > puts && gets > 0 => Taken::Some(gets),
        None => Taken::Unknown,
    }
}

/// Where the server could not be asked, what it counted is not known: the reason is the one that `chain-delivers` has.
fn untellable(link: &Link<'_>, server: Option<&Server<'_>>, part: &str) -> Option<Outcome> {
    let outcome = not_yours(link).or_else(|| missing_server(server, part))?;
    Some(Outcome {
        verdict: Verdict::CouldNotTell,
        decisive: false,
        ..outcome
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counters(puts: u64, gets: u64, depth: u64, overflow: u64) -> Counters {
        Counters {
            puts,
            gets,
            depth,
            overflow,
        }
    }

    #[test]
    fn counters_tell_what_left_the_queue_and_how() {
        let count = |counters| match taken(counters) {
            Taken::None => "none".to_owned(),
            Taken::Some(count) => count.to_string(),
            Taken::Unknown => "unknown".to_owned(),
        };
        assert_eq!(count(counters(0, 0, 0, 0)), "none");
        assert_eq!(count(counters(3, 0, 3, 0)), "none");
        assert_eq!(
            count(counters(3, 5, 3, 0)),
            "none",
            "five empty answers, and then three puts"
        );
        assert_eq!(
            count(counters(3, 5, 1, 0)),
            "2",
            "two messages and three empty answers"
        );
        assert_eq!(
            count(counters(3, 5, 1, 2)),
            "none",
            "dropped messages were not fetched"
        );
        assert_eq!(
            count(counters(1, 2, 3, 0)),
            "2",
            "reset when it held at least four"
        );
        assert_eq!(count(counters(0, 0, 3, 0)), "unknown");
    }
}
