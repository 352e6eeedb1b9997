//! The clicks that a program is tried on. The same seed makes the same clicks, on every machine.
//!
//! They have the fields of the real ones and are as lopsided, but they are few, and among them is every kind of address
//! that shows a mistake: see [`AWKWARD`].

use bytes::Bytes;
use rand::RngExt as _;
use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

/// A stream to be tried on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Clicks between pages of every kind.
    Clicks,
    /// Clicks, and among them heartbeats and clicks that lack an end.
    Heartbeats,
    /// Clicks in an order in which readers meet.
    Collisions,
}

/// Seconds since 1970 at the first message.
const FIRST_TIME: u64 = 1_331_923_247;

/// Where clicks come from, and where they lead to, other than the awkward ones.
const REFERRERS: [&str; 8] = [
    "direct",
    "http://news.example.com/",
    "http://t.example/Kx41",
    "http://www.weather.example/today",
    "http://mail.example.org/",
    "http://blog.example.net/2012/03",
    "http://forum.example.org/space",
    "http://search.example.com/",
];
const TARGETS: [&str; 8] = [
    "http://www.nasa.gov/",
    "http://apod.nasa.gov/apod/",
    "http://www.weather.gov/",
    "http://www.loc.gov/maps",
    "http://www.nps.gov/yell",
    "http://www.usgs.gov/earthquakes",
    "http://www.noaa.gov/tides",
    "http://www.archives.gov/",
];

/// Edges whose names are easily mistaken for one another, or mishandled. Every one comes twice at least, written in plain
/// UTF-8 and with escapes.
const AWKWARD: [(&str, &str); 24] = [
    // Capital letters count.
    ("http://t.example/AbCd", "http://www.nasa.gov/Moon"),
    ("http://t.example/abcd", "http://www.nasa.gov/moon"),
    // So does what stands behind a question mark or a #.
    (
        "http://search.example.com/?q=moon&hl=en",
        "http://www.loc.gov/maps?id=1",
    ),
    (
        "http://search.example.com/?q=mars&hl=en",
        "http://www.loc.gov/maps?id=2",
    ),
    ("http://www.nps.gov/yell#map", "http://www.nps.gov/yell#roads"),
    // A percent escape is not the character that it stands for.
    ("http://search.example.com/?q=a%20b", "http://www.loc.gov/a%2Fb"),
    ("http://search.example.com/?q=a b", "http://www.loc.gov/a/b"),
    ("http://www.loc.gov/caf%C3%A9", "http://www.loc.gov/S%C3%A3o"),
    // Letters far from ASCII, some of them beyond 16 bits.
    ("http://www.loc.gov/café", "http://www.loc.gov/São"),
    ("http://例え.example/", "http://www.loc.gov/地図"),
    ("http://blog.example.net/🚀", "http://www.nasa.gov/🌙"),
    ("http://www.loc.gov/Straße", "http://www.loc.gov/кит"),
    // What has a meaning in JSON, in a shell, or in Lua.
    (
        "http://search.example.com/?q=\"moon\"",
        "http://www.nasa.gov/it's",
    ),
    ("http://files.example/C:\\maps", "http://www.loc.gov/$HOME"),
    // With a slash at the end and without.
    ("http://news.example.com", "http://www.weather.gov"),
    // Another scheme.
    ("https://news.example.com/", "https://www.weather.gov/"),
    // A page that leads to itself.
    ("http://www.nasa.gov/", "http://www.nasa.gov/"),
    ("http://apod.nasa.gov/apod/", "http://apod.nasa.gov/apod/"),
    // There and back.
    ("http://www.nasa.gov/", "http://apod.nasa.gov/apod/"),
    ("http://apod.nasa.gov/apod/", "http://www.nasa.gov/"),
    ("http://www.nasa.gov/", "http://news.example.com/"),
    // A word is a name too.
    ("direct", "direct"),
    ("None", "null"),
    ("http://www.archives.gov/", "http://www.archives.gov/?"),
];

impl Stream {
    /// The messages of the stream, no two of which are the same.
    pub fn messages(self, seed: u64) -> Vec<Bytes> {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        // Each stream has clicks of its own, whichever others are drawn.
        generator.set_stream(self as u64 + 1);
        let kinds = match self {
            Self::Clicks => clicks(&mut generator),
            Self::Heartbeats => with_heartbeats(&mut generator),
            Self::Collisions => collisions(&mut generator),
        };
        kinds
            .iter()
            .enumerate()
            .map(|(index, kind)| kind.message(index as u64, &mut generator).into())
            .collect()
    }
}

/// What a message says.
#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Heartbeat,
    /// A click; the names are those of its ends, where it has them.
    Click {
        r: Option<String>,
        u: Option<String>,
        /// Whether everything that is not ASCII is written as `\u` and four digits.
        ascii: bool,
    },
}

fn click(r: &str, u: &str, ascii: bool) -> Kind {
    Kind::Click {
        r: Some(r.to_owned()),
        u: Some(u.to_owned()),
        ascii,
    }
}

/// One of `names`, the first ones far more often than the last.
fn drawn<'a>(names: &[&'a str], generator: &mut ChaCha8Rng) -> &'a str {
    let one: f64 = generator.random();
    // The square of a number below 1 is nearer to 0.
    names[(one * one * names.len() as f64) as usize]
}

fn clicks(generator: &mut ChaCha8Rng) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for (r, u) in AWKWARD {
        for index in 0..generator.random_range(2..5) {
            kinds.push(click(r, u, index % 2 == 1));
        }
    }
    // Two addresses that go on for long, and differ in the last letter.
    for last in ["a", "b"] {
        let long = format!("http://www.loc.gov/search?q={}", "realtime+".repeat(150));
        for ascii in [false, true] {
            kinds.push(click("direct", &format!("{long}{last}"), ascii));
            kinds.push(click(&format!("{long}{last}"), TARGETS[0], ascii));
        }
    }
    for _ in 0..150 {
        kinds.push(click(
            drawn(&REFERRERS, generator),
            drawn(&TARGETS, generator),
            generator.random(),
        ));
    }
    kinds.shuffle(generator);
    kinds
}

fn with_heartbeats(generator: &mut ChaCha8Rng) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for _ in 0..90 {
        kinds.push(click(
            drawn(&REFERRERS, generator),
            drawn(&TARGETS, generator),
            generator.random(),
        ));
    }
    for _ in 0..10 {
        let (r, u) = (drawn(&REFERRERS, generator), drawn(&TARGETS, generator));
        let without = |r: Option<&str>, u: Option<&str>| Kind::Click {
            r: r.map(str::to_owned),
            u: u.map(str::to_owned),
            ascii: false,
        };
        kinds.extend([
            Kind::Heartbeat,
            Kind::Heartbeat,
            without(None, Some(u)),
            without(Some(r), None),
            without(None, None),
        ]);
    }
    kinds.shuffle(generator);
    // One of each kind early, with clicks behind it: who drops the rest of a batch there drops something.
    let early = [
        Kind::Heartbeat,
        Kind::Click {
            r: None,
            u: Some(TARGETS[0].to_owned()),
            ascii: false,
        },
        Kind::Click {
            r: Some(REFERRERS[0].to_owned()),
            u: None,
            ascii: false,
        },
    ];
    for (place, kind) in (1..).zip(early) {
        kinds.insert(3 * place, kind);
    }
    kinds.push(click(REFERRERS[0], TARGETS[0], false));
    kinds
}

/// Each edge four times in a row, and all of them in the same order again every hundred: whether readers take one at a
/// time or a hundred, they come to the same edge at the same time, and many edges are new once.
fn collisions(generator: &mut ChaCha8Rng) -> Vec<Kind> {
    let mut edges: Vec<(&str, &str)> = REFERRERS
        .into_iter()
        .flat_map(|r| TARGETS.map(|u| (r, u)))
        .collect();
    edges.shuffle(generator);
    edges
        .iter()
        .take(25)
        .flat_map(|&edge| [edge; 4])
        .cycle()
        .take(240)
        .map(|(r, u)| click(r, u, false))
        .collect()
}

impl Kind {
    /// The message: one line of JSON, its slashes escaped. `index` is in it, so that no two are the same.
    fn message(&self, index: u64, generator: &mut ChaCha8Rng) -> String {
        let time = FIRST_TIME + index;
        let Self::Click { r, u, ascii } = self else {
            return format!("{{ \"_heartbeat_\": {time} }}");
        };
        let mut fields = vec![
            ("a", quoted("Mozilla/5.0 (X11; Linux x86_64)")),
            ("c", quoted("US")),
            ("nk", u8::from(generator.random::<bool>()).to_string()),
            ("tz", quoted("America/New_York")),
        ];
        // Fields are missing as often as in the real stream: nobody should rely on one.
        if generator.random_bool(0.85) {
            fields.push(("gr", quoted("NY")));
        }
        let hash = format!("q{index:05}");
        fields.extend([("g", quoted(&hash)), ("h", quoted(&hash)), ("l", quoted("bitly"))]);
        if generator.random_bool(0.9) {
            fields.push(("al", quoted("en-US,en;q=0.8")));
        }
        fields.push(("hh", quoted("1.usa.gov")));
        fields.extend(r.iter().map(|r| ("r", quoted(r))));
        fields.extend(u.iter().map(|u| ("u", quoted(u))));
        fields.extend([("t", time.to_string()), ("hc", (time - 101_329).to_string())]);
        if generator.random_bool(0.85) {
            fields.push(("cy", quoted("New York")));
            fields.push(("ll", "[ 40.714298, -74.005997 ]".to_owned()));
        }
        let fields: Vec<String> = fields
            .into_iter()
            .map(|(key, value)| format!("\"{key}\": {value}"))
            .collect();
        let message = format!("{{ {} }}", fields.join(", "));
        if *ascii { escaped(&message) } else { message }
    }
}

/// `text` as a JSON string whose slashes are escaped, as the real stream has them.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('/', "\\/")
}

/// `json` with everything that is not ASCII as `\u` and four digits, two of these where 16 bits are too few.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            text.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::graph::Graph;
    use super::super::mistakes::{Change, Mistake, recognise};
    use super::super::trace::Message;
    use super::*;

    fn read(stream: Stream, seed: u64) -> Vec<Message> {
        let messages = stream.messages(seed);
        let read = |message: &Bytes| Message::read(std::str::from_utf8(message).expect("UTF-8"));
        messages.iter().map(read).collect()
    }

    #[test]
    fn a_seed_is_a_stream_and_no_message_comes_twice() {
        for stream in [Stream::Clicks, Stream::Heartbeats, Stream::Collisions] {
            let messages = stream.messages(7);
            assert_eq!(messages, stream.messages(7));
            assert_ne!(messages, stream.messages(8));
            let different: HashSet<&Bytes> = messages.iter().collect();
            assert_eq!(different.len(), messages.len());
            assert!(
                messages
                    .iter()
                    .all(|message| !message.contains(&b'\n') && message.len() < 4096)
            );
        }
    }

    #[test]
    fn every_message_is_read_back_as_it_was_meant() {
        let clicks = read(Stream::Clicks, 7);
        assert!(clicks.iter().all(|click| click.ends().is_some()));
        let truth = Graph::directed(&clicks);
        for (r, u) in AWKWARD {
            let weight = truth.weight(&(r.to_owned(), u.to_owned()));
            assert!(weight >= Some(2.0), "{r} -> {u}: {weight:?}");
        }
        let odd = read(Stream::Heartbeats, 7)
            .iter()
            .filter(|message| message.ends().is_none())
            .count();
        assert_eq!(odd, 53);
    }

    #[test]
    fn every_mistake_shows_with_every_seed_and_is_known_by_its_graph() {
        let mistakes = [
            Mistake::Swapped,
            Mistake::DirectLeftOut,
            Mistake::SelfLinksLeftOut,
            Mistake::Ones,
            Mistake::Times(2),
            Mistake::BothEnds,
            Mistake::Prefix("graph:".to_owned()),
            Mistake::Renamed(Change::CutAt(200)),
        ]
        .into_iter()
        .chain(Change::ALL.map(Mistake::Renamed));
        for mistake in mistakes {
            for seed in 0..20 {
                let clicks = read(Stream::Clicks, seed);
                let graph = mistake.graph(&clicks);
                assert_ne!(graph, Graph::directed(&clicks), "{mistake:?} of seed {seed}");
                assert_eq!(
                    recognise(&clicks, &graph, false),
                    Some(mistake.clone()),
                    "seed {seed}"
                );
            }
        }
    }

    #[test]
    fn what_an_undirected_graph_can_have_wrong_shows_too() {
        for mistake in [Mistake::OneEnd, Mistake::FirstEnd, Mistake::Halves] {
            for seed in 0..20 {
                let clicks = read(Stream::Clicks, seed);
                let graph = mistake.graph(&clicks);
                for to_itself in [1.0, 2.0] {
                    assert_ne!(graph, Graph::undirected(&clicks, to_itself), "{mistake:?}");
                }
                assert_eq!(recognise(&clicks, &graph, true), Some(mistake.clone()));
            }
        }
    }

    #[test]
    fn a_missing_end_shows_whatever_it_is_taken_for() {
        for seed in 0..20 {
            let messages = read(Stream::Heartbeats, seed);
            for mistake in [Mistake::MissingIsDirect, Mistake::MissingNamed("None")] {
                let graph = mistake.graph(&messages);
                assert_ne!(graph, Graph::directed(&messages));
                assert_eq!(recognise(&messages, &graph, false), Some(mistake));
            }
        }
    }
}
