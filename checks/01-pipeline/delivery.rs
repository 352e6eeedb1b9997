//! Whether the chain delivers, and which link is missing where it does not.

use super::super::{Outcome, Verdict};
use super::link::{Followed, Link, Server};
use crate::arena::Found;
use crate::server::command::ps_to_http_line;

/// What is wrong with the student's chain before a message can go through it.
///
/// A server that is missing there makes other claims untellable, so this says it with both verdicts.
pub fn missing_server(server: Option<&Server<'_>>, expected: &str) -> Option<Outcome> {
    let Some(server) = server else {
        return Some(Outcome::could_not_tell(format!(
            "The check ended before it had asked the {expected}."
        )));
    };
    let Server {
        part,
        address,
        from,
        found,
    } = server;
    let outcome = match (*part, found) {
        ("pubsub", Found::Pubsub { .. }) | ("simplequeue", Found::Simplequeue(_)) => return None,
        (_, Found::Nobody { problem }) => Outcome::fail(format!(
            "No {part} answers at {address}, {from}: {problem}.\nIs it running? `workshop status` tells where the live \
             workshop's servers are."
        )),
        (_, Found::Silent { problem }) => Outcome::could_not_tell(format!(
            "The {part} at {address} takes connections, but did not answer: {problem}. Is it stopped with Ctrl-Z, or is \
             the machine too busy? Check again."
        )),
        ("pubsub", Found::Simplequeue(_)) => Outcome::fail(format!(
            "What answers at {address}, {from}, is a simplequeue; a pubsub should be there. Have the two addresses \
             changed places?"
        )),
        (_, Found::Pubsub { .. }) => Outcome::fail(format!(
            "What answers at {address}, {from}, is a pubsub; a simplequeue should be there. Have the two addresses \
             changed places?"
        )),
        (_, Found::SomethingElse { answer }) => Outcome::fail(format!(
            "Something answers at {address}, {from}, but it is no {part}: its /stats says {answer:?}."
        )),
        (_, Found::Simplequeue(_)) => return None,
    };
    Some(outcome.decisive())
}

/// Why nothing at all can be said of the chain.
pub fn not_yours(link: &Link<'_>) -> Option<Outcome> {
    let live = link.of_another_section?;
    Some(
        Outcome::could_not_tell(format!(
            "The live workshop is at section {live}, whose chain the workshop built, so it tells nothing of yours. \
             `workshop start 1` brings up the servers of this section."
        ))
        .decisive(),
    )
}

/// Judges `chain-delivers`.
pub fn judge(link: &Link<'_>) -> Outcome {
    if let Some(outcome) = not_yours(link)
        .or_else(|| missing_server(link.pubsub.as_ref(), "pubsub"))
        .or_else(|| missing_server(link.queue.as_ref(), "simplequeue"))
    {
        return outcome;
    }
    let (Some(pubsub), Some(queue)) = (&link.pubsub, &link.queue) else {
        return Outcome::could_not_tell("The check ended before it had asked both servers.");
    };
    let outcome = match (link.subscribers, link.followed) {
        (Some(0), _) => no_subscriber(pubsub.address, queue.address),
        (Some(_), Some(followed)) => arrival(link, followed, pubsub.address, queue.address),
        _ => Outcome::could_not_tell(
            link.lost
                .unwrap_or("The check ended before its message could arrive."),
        ),
    };
    let outcome = match outcome.verdict {
        Verdict::Fail if link.stood_still => Outcome::could_not_tell(
            "This check stood still for a while (suspended, or a machine that was), and what the chain did meanwhile \
             cannot be held against it. Check again.",
        ),
        _ => outcome,
    };
    match outcome.verdict {
        Verdict::Pass => outcome,
        _ => outcome.decisive(),
    }
}

fn no_subscriber(pubsub: &str, queue: &str) -> Outcome {
    let [first, second] = ps_to_http_line(pubsub, queue);
    Outcome::fail(format!(
        "The pubsub answers at {pubsub} and the queue at {queue}, but no subscriber is connected to the pubsub: the \
         bridge is missing. In a terminal that knows the commands (`eval \"$(workshop env)\"`), start it with\n  \
         {first}\n  {second}"
    ))
    .with("a subscriber of the pubsub", "none")
}

fn arrival(link: &Link<'_>, followed: Followed<'_>, pubsub: &str, queue: &str) -> Outcome {
    let Followed {
        copies,
        altered,
        before,
        after,
    } = followed;
    let probe = link.probe.unwrap_or_default();
    let subscribers = link.subscribers.unwrap_or_default();
    let started_anew = after.puts < before.puts || after.gets < before.gets;
    let others_read = after.gets != before.gets || started_anew;
    let put = after.puts.saturating_sub(before.puts);
    let once = "the message once in the queue";
    match (copies, altered) {
        (1, _) if !others_read || (put == 1 && !started_anew) => Outcome::pass(format!(
            "Published at {pubsub} and found at {queue}, once. It stays there as the last message, {probe}; a \
             `curl` to /get brings it when its turn comes."
        ))
        .worth_reading(),
        (0, _) if put == 0 && !started_anew => nothing_came(pubsub, queue, subscribers).with(once, "nothing"),
        (0, Some(altered)) if !others_read => Outcome::fail(
            "The message arrived, but not as it was published. What is between the pubsub and the queue must hand on \
             each message as it is, escaped for a URL where it goes into one.",
        )
        .with(probe, altered),
        (0, None) if !others_read && after.overflow == before.overflow => Outcome::fail(format!(
            "Other messages came into the queue meanwhile ({put}), but not the one that this check published at \
             {pubsub}. Does a bridge read another pubsub, or leave messages out?"
        ))
        .with(once, "other messages"),
        (0 | 1, _) if others_read => Outcome::could_not_tell(format!(
            "Something else takes messages from the queue at {queue} while this check looks for its own (gets went from \
             {} to {}), so it cannot tell how often that arrived. Stop the reader, or the `curl` in a loop, and check \
             again.",
            before.gets, after.gets
        )),
        (0 | 1, _) => Outcome::could_not_tell(format!(
            "The queue at {queue} is full and drops messages, so it cannot be told whether the check's own came. Empty \
             it, and check again."
        )),
        (more, _) => Outcome::fail(format!(
            "One message was published, and {more} came into the queue. The pubsub has {subscribers} subscriber{}. \
             Each bridge brings a copy of every message: stop all but one.",
            if subscribers == 1 { "" } else { "s" }
        ))
        .with(once, format!("{more} times")),
    }
}

fn nothing_came(pubsub: &str, queue: &str, subscribers: u64) -> Outcome {
    let [first, second] = ps_to_http_line(pubsub, queue);
    let who = match subscribers {
        1 => "A subscriber is".to_owned(),
        more => format!("{more} subscribers are"),
    };
    Outcome::fail(format!(
        "{who} connected to the pubsub at {pubsub}, but nothing came into the queue at {queue} within 10 s. Is it a \
         bridge, and does it lead to this queue? What it says in its terminal tells. This one does:\n  {first}\n  \
         {second}"
    ))
}

#[cfg(test)]
mod tests {
    use super::super::super::Verdict::{self, CouldNotTell, Fail, Pass};
    use super::*;
    use crate::arena::Counters;

    /// A queue that had 5 puts, 2 gets and 3 messages, and the puts, gets and overflow that it had more at the end.
    fn verdict(subscribers: u64, copies: u64, altered: Option<&str>, more: [i64; 3]) -> Verdict {
        let at = |[puts, gets, overflow]: [i64; 3]| Counters {
            puts: 5_u64.saturating_add_signed(puts),
            gets: 2_u64.saturating_add_signed(gets),
            depth: 3,
            overflow: overflow.unsigned_abs(),
        };
        let (before, after) = (at([0; 3]), at(more));
        let found = [
            Found::Pubsub {
                subscribers,
                received: 1,
            },
            Found::Simplequeue(before),
        ];
        let server = |part: &'static str, found| {
            Some(Server {
                part,
                address: "http://here",
                from: "as it is",
                found,
            })
        };
        let link = Link {
            pubsub: server("pubsub", &found[0]),
            queue: server("simplequeue", &found[1]),
            subscribers: Some(subscribers),
            probe: Some("probe"),
            followed: (subscribers > 0).then_some(Followed {
                copies,
                altered,
                before,
                after,
            }),
            ..Link::default()
        };
        let stood_still = Link {
            stood_still: true,
            ..link
        };
        assert_ne!(
            judge(&stood_still).verdict,
            Fail,
            "nothing is held against what went on unseen"
        );
        judge(&Link {
            stood_still: false,
            ..stood_still
        })
        .verdict
    }

    #[test]
    fn a_verdict_says_only_what_the_counters_prove() {
        for (subscribers, copies, altered, more, expected) in [
            (0, 0, None, [0, 0, 0], Fail),
            (1, 1, None, [1, 0, 0], Pass),
            (2, 1, None, [1, 0, 0], Pass),
            (1, 1, None, [9, 0, 0], Pass),
            (2, 2, None, [2, 0, 0], Fail),
            (1, 0, None, [0, 0, 0], Fail),
            (1, 0, None, [7, 0, 0], Fail),
            (1, 0, Some("probe%0A"), [1, 0, 0], Fail),
            // Others take messages: of two copies they may have taken one, of one copy that one.
            (1, 1, None, [1, 4, 0], Pass),
            (1, 1, None, [2, 4, 0], CouldNotTell),
            (1, 0, None, [1, 4, 0], CouldNotTell),
            (1, 0, Some("{\"probe\": 1}"), [2, 1, 0], CouldNotTell),
            (2, 2, None, [2, 4, 0], Fail),
            // They take none that has not come.
            (1, 0, None, [0, 4, 0], Fail),
            // Counters that were reset meanwhile, and a queue that drops what is too much.
            (1, 0, None, [-5, -2, 0], CouldNotTell),
            (1, 1, None, [-4, -2, 0], CouldNotTell),
            (1, 0, None, [7, 0, 3], CouldNotTell),
        ] {
            assert_eq!(
                verdict(subscribers, copies, altered, more),
                expected,
                "{subscribers} subscribers, {copies} copies, {altered:?}, {more:?} more"
            );
        }
    }
}
