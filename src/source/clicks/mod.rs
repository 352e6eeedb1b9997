//! Clicks on short links, as the pubsub of developer.usa.gov sent them: made up, in the shape of a real hour.
//!
//! The shape is that of an hour of 16 March 2012 with 3,560 lines. Every name in it is made up.

mod names;
mod pairs;
mod visitor;

use bytes::Bytes;

use super::Messages;
use super::dice::{Dice, mixed};
use pairs::Pairs;

/// When a stream begins, in seconds after the epoch: Friday, 16 March 2012, 18:40 UTC. Fixed, so that a seed gives the
/// same stream whenever it is asked for.
const BEGIN_S: u64 = 1_331_923_200;

/// How often the server says that it is there, in seconds.
const HEARTBEAT_EVERY_S: u64 = 30;

/// 3,440 clicks in 3,600 seconds: the clock stands still after a click more often than it moves on.
const SECONDS: u64 = 3600;
const CLICKS: u64 = 3440;

/// 93 of 3,440 clicks carry a keyword.
const KEYWORDS: u64 = 93;

/// The hosts that short links are on, each with its share in 10,000; the rest are on the first.
const SHORT_HOSTS: [(&str, u64); 5] = [
    ("1.usa.gov", 0),
    ("go.nasa.gov", 730),
    ("bit.example", 640),
    ("j.example", 280),
    ("gr.example", 50),
];

/// An endless stream of clicks and heartbeats that its seed determines, byte by byte, on every machine.
///
/// The pages and the sites that link to them are the same for every seed; who clicks what, and when, is the seed's.
#[derive(Debug, Clone)]
pub struct Clicks {
    dice: Dice,
    pairs: Pairs,
    now_s: u64,
    next_heartbeat_s: u64,
}

/// A line of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClickLine {
    /// The message: one JSON object, slashes escaped, in UTF-8, without a newline.
    pub message: Bytes,
    /// The fields `r` and `u` of a click; `None` for a heartbeat.
    pub click: Option<Click>,
}

/// What a click says of the graph.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Click {
    /// Where the visitor came from, `direct` or a URL: the field `r`.
    pub referrer: String,
    /// Where the visitor went, a URL: the field `u`.
    pub target: String,
}

impl Clicks {
    /// The stream of that seed.
    pub fn new(seed: u64) -> Clicks {
        Clicks {
            dice: Dice::new(seed),
            pairs: Pairs::new(),
            now_s: BEGIN_S,
            next_heartbeat_s: BEGIN_S + HEARTBEAT_EVERY_S,
        }
    }

    /// The messages alone.
    pub fn messages(self) -> Messages {
        Box::new(self.map(|line| line.message))
    }

    fn click(&mut self) -> ClickLine {
        let pair = self.pairs.draw(&mut self.dice);
        let click = Click {
            referrer: pair.referrer.map_or_else(|| "direct".to_owned(), names::referrer),
            target: names::target(pair.target),
        };
        ClickLine {
            message: Bytes::from(self.json(pair.target, &click)),
            click: Some(click),
        }
    }

    /// The fields in their usual order, with the blanks of the original.
    fn json(&mut self, page: u64, click: &Click) -> String {
        let dice = &mut self.dice;
        let mut object = Object::new();
        object.text("a", &visitor::agent(dice));
        let languages = visitor::languages(dice);
        let place = visitor::place(dice);
        object.text_or_null("c", place.as_ref().map(|place| place.country));
        object.raw("nk", if dice.in_ten_thousand(4490) { "1" } else { "0" });
        object.text("tz", place.as_ref().map_or("", |place| place.time_zone));
        if let Some(place) = &place {
            object.text("gr", place.region);
        }
        let global = names::short_code(page);
        let login = names::login(page);
        // Whoever shortens a link without an account gets the hash that everybody gets.
        let own = if login == "workshop" {
            global.clone()
        } else {
            names::short_code(page ^ u64::MAX)
        };
        object.text("g", &global);
        object.text("h", &own);
        object.text("l", &login);
        if let Some(languages) = languages {
            object.text("al", languages);
        }
        object.text("hh", short_host(dice));
        object.text("r", &click.referrer);
        object.text("u", &click.target);
        object.raw("t", &self.now_s.to_string());
        let age_s = mixed(page) % 10_000_000;
        object.raw("hc", &(BEGIN_S - 1 - age_s).to_string());
        if dice.below(CLICKS) < KEYWORDS {
            object.text("kw", &names::keyword(page));
        }
        if let Some(place) = &place {
            object.text("cy", &place.city);
            let (latitude, longitude) = (degrees(place.latitude), degrees(place.longitude));
            object.raw("ll", &format!("[ {latitude}, {longitude} ]"));
        }
        object.end()
    }
}

impl Iterator for Clicks {
    type Item = ClickLine;

    fn next(&mut self) -> Option<ClickLine> {
        if self.now_s >= self.next_heartbeat_s {
            let message = format!(r#"{{"_heartbeat_":{}}}"#, self.next_heartbeat_s);
            self.next_heartbeat_s += HEARTBEAT_EVERY_S;
            return Some(ClickLine {
                message: Bytes::from(message),
                click: None,
            });
        }
        let line = self.click();
        // Seconds without a click, geometrically: so many pass before the next one, on average 3600/3440.
        while self.dice.below(SECONDS + CLICKS) < SECONDS {
            self.now_s += 1;
        }
        Some(line)
    }
}

fn short_host(dice: &mut Dice) -> &'static str {
    let mut at = dice.below(10_000);
    for (host, share) in SHORT_HOSTS {
        if at < share {
            return host;
        }
        at -= share;
    }
    SHORT_HOSTS[0].0
}

/// Millionths of a degree as degrees with six decimals.
fn degrees(millionths: i64) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let size = millionths.unsigned_abs();
    format!("{sign}{}.{:06}", size / 1_000_000, size % 1_000_000)
}

/// A JSON object in the making.
struct Object(String);

impl Object {
    fn new() -> Object {
        Object("{ ".to_owned())
    }

    fn raw(&mut self, name: &str, value: &str) {
        if self.0.len() > 2 {
            self.0.push_str(", ");
        }
        self.0.push_str(&format!("\"{name}\": {value}"));
    }

    fn text(&mut self, name: &str, value: &str) {
        // Nothing here has a control character; the slashes are escaped as the original did, which JSON allows.
        let escaped = value
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('/', "\\/");
        self.raw(name, &format!("\"{escaped}\""));
    }

    fn text_or_null(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.text(name, value),
            None => self.raw(name, "null"),
        }
    }

    fn end(self) -> String {
        self.0 + " }"
    }
}
