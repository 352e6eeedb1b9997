//! The counters in a server's `/stats`, as the originals and ours print them: a name, a colon, a number, a line each.

use crate::arena::{Counters, Found};
use crate::render::untrusted;

/// As much of an answer that is no counters as is worth showing, in columns.
const SHOWN: usize = 60;

/// Whose counters `text` is.
pub fn found(text: &str) -> Found {
    match (pubsub(text), queue(text)) {
        (Some((subscribers, received)), _) => Found::Pubsub {
            subscribers,
            received,
        },
        (None, Some(counters)) => Found::Simplequeue(counters),
        (None, None) => Found::SomethingElse {
            answer: untrusted(text.lines().next().unwrap_or_default(), SHOWN),
        },
    }
}

/// Subscribers now, and messages received.
fn pubsub(text: &str) -> Option<(u64, u64)> {
    Some((
        counter(text, "Active connections")?,
        counter(text, "Messages received")?,
    ))
}

/// The counters of a queue; one that counts no overflow has none.
pub fn queue(text: &str) -> Option<Counters> {
    Some(Counters {
        puts: counter(text, "puts")?,
        gets: counter(text, "gets")?,
        depth: counter(text, "depth")?,
        overflow: counter(text, "overflow").unwrap_or(0),
    })
}

fn counter(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| {
        let (label, value) = line.split_once(':')?;
        let wanted = label.trim().eq_ignore_ascii_case(name);
        wanted.then(|| value.trim().parse().ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_known_by_their_counters() {
        let pubsub = "Active connections: 2\nTotal connections: 9\nMessages received: 7\nMessages sent: 14\nKicked clients: 0\n";
        assert_eq!(
            found(pubsub),
            Found::Pubsub {
                subscribers: 2,
                received: 7
            }
        );
        let queue = "puts:5\ngets:3\ndepth:2\ndepth_high_water:4\nbytes:90\noverflow:1\n";
        let counters = Counters {
            puts: 5,
            gets: 3,
            depth: 2,
            overflow: 1,
        };
        assert_eq!(found(queue), Found::Simplequeue(counters));
        let other = found("<html>\u{1b}[2J\n");
        assert_eq!(
            other,
            Found::SomethingElse {
                answer: "<html>␛[2J".into()
            }
        );
        assert!(matches!(
            found("puts:many\ngets:1\ndepth:0\n"),
            Found::SomethingElse { .. }
        ));
    }
}
