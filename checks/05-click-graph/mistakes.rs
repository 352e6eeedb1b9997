//! Mistakes that are often made: where the graph is exactly what one of them gives, the report can say so.

use std::fmt;

use super::graph::{Edge, Graph, one};
use super::trace::Message;

/// A mistake whose graph can be foretold.
#[derive(Debug, Clone, PartialEq)]
pub enum Mistake {
    /// The names are not used as they came, but changed; and how.
    Renamed(Change),
    /// Each edge points the wrong way.
    Swapped,
    /// Clicks with the referrer `direct` are left out.
    DirectLeftOut,
    /// Clicks from a page to itself are left out.
    SelfLinksLeftOut,
    /// Every edge has weight 1.
    Ones,
    /// Every weight is this many times what it should be.
    Times(u32),
    /// Each edge stands at both ends, where it should stand at one.
    BothEnds,
    /// Each edge stands at one end, where it should stand at both.
    OneEnd,
    /// Each edge stands once, at the end whose name comes first.
    FirstEnd,
    /// Each end gets half of the weight.
    Halves,
    /// An end that is missing is taken for a page of this name.
    MissingNamed(&'static str),
    /// A click without a referrer is taken for a direct one.
    MissingIsDirect,
    /// The keys have something in front of the node's name.
    Prefix(String),
}

/// How names are changed that should be left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// All letters lower case.
    LowerCase,
    /// The escapes of the JSON text are still in them.
    EscapesKept,
    /// So too, with the quotes around them.
    QuotesKept,
    /// UTF-8 taken for Latin-1.
    Latin1,
    /// What is not ASCII is left out.
    AsciiOnly,
    /// What is not ASCII is a question mark.
    AsciiWithMarks,
    /// Percent escapes are decoded.
    PercentDecoded,
    /// Cut at the question mark.
    QueryCut,
    /// Cut at the #.
    FragmentCut,
    /// Cut at the question mark or the #.
    PathOnly,
    /// Nothing but the host.
    HostOnly,
    /// The slash at the end is gone.
    NoLastSlash,
    /// The scheme is gone.
    NoScheme,
    /// No more than so many characters.
    CutAt(usize),
}

/// Which mistake makes exactly the graph `yours` of `messages`, where the true graph is the undirected one or not.
pub fn recognise(messages: &[Message], yours: &Graph, undirected: bool) -> Option<Mistake> {
    candidates(messages, yours, undirected)
        .into_iter()
        .find(|mistake| mistake.graph(messages) == *yours)
}

/// The mistakes that could be it.
fn candidates(messages: &[Message], yours: &Graph, undirected: bool) -> Vec<Mistake> {
    if undirected {
        return vec![
            Mistake::OneEnd,
            Mistake::FirstEnd,
            Mistake::Halves,
            Mistake::Swapped,
        ];
    }
    let longest = yours
        .edges()
        .flat_map(|((from, to), _)| [from, to])
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0);
    let mut candidates: Vec<Mistake> = Change::ALL.into_iter().map(Mistake::Renamed).collect();
    candidates.push(Mistake::Renamed(Change::CutAt(longest)));
    candidates.extend([
        Mistake::Swapped,
        Mistake::DirectLeftOut,
        Mistake::SelfLinksLeftOut,
        Mistake::Ones,
        Mistake::Times(2),
        Mistake::Times(4),
        Mistake::BothEnds,
        Mistake::MissingIsDirect,
    ]);
    candidates.extend(
        ["None", "null", "undefined", "nil", ""]
            .into_iter()
            .map(Mistake::MissingNamed),
    );
    candidates.extend(prefix(messages, yours).map(Mistake::Prefix));
    candidates
}

/// What stands before a node's name in one of the keys, where something does.
fn prefix(messages: &[Message], yours: &Graph) -> Option<String> {
    let (r, _) = messages.iter().find_map(Message::ends)?;
    yours
        .edges()
        .find_map(|((from, _), _)| from.strip_suffix(r).filter(|prefix| !prefix.is_empty()))
        .map(str::to_owned)
}

impl Mistake {
    /// The graph that the mistake makes of `messages`.
    pub fn graph(&self, messages: &[Message]) -> Graph {
        match self {
            Self::Ones => Graph::directed(messages).weighted(|_| 1.0),
            Self::Times(times) => Graph::directed(messages).weighted(|weight| weight * f64::from(*times)),
            Self::BothEnds => Graph::undirected(messages, 2.0),
            _ => messages
                .iter()
                .flat_map(|message| self.edges(message).unwrap_or_default())
                .collect(),
        }
    }

    /// What one message adds.
    fn edges(&self, message: &Message) -> Option<Vec<(Edge, f64)>> {
        let single = |from: &str, to: &str| Some(vec![one((from, to))]);
        match self {
            Self::MissingIsDirect => single(message.end("r").unwrap_or("direct"), message.end("u")?),
            Self::MissingNamed(name) => {
                single(message.end("r").unwrap_or(name), message.end("u").unwrap_or(name))
            }
            Self::Renamed(change) => {
                message.ends()?;
                single(&change.name(message, "r")?, &change.name(message, "u")?)
            }
            _ => {
                let (r, u) = message.ends()?;
                match self {
                    Self::Swapped => single(u, r),
                    Self::DirectLeftOut if r == "direct" => None,
                    Self::SelfLinksLeftOut if r == u => None,
                    Self::FirstEnd => single(r.min(u), r.max(u)),
                    Self::Halves => {
                        let half = |from: &str, to: &str| ((from.to_owned(), to.to_owned()), 0.5);
                        Some(vec![half(r, u), half(u, r)])
                    }
                    Self::Prefix(prefix) => single(&format!("{prefix}{r}"), u),
                    _ => single(r, u),
                }
            }
        }
    }
}

impl Change {
    /// All that need no measure.
    pub(super) const ALL: [Self; 13] = [
        Self::LowerCase,
        Self::EscapesKept,
        Self::QuotesKept,
        Self::Latin1,
        Self::AsciiOnly,
        Self::AsciiWithMarks,
        Self::PercentDecoded,
        Self::QueryCut,
        Self::FragmentCut,
        Self::PathOnly,
        Self::HostOnly,
        Self::NoLastSlash,
        Self::NoScheme,
    ];

    /// The field `field` of `message` as the mistake has it.
    fn name(self, message: &Message, field: &str) -> Option<String> {
        let name = message.end(field)?;
        let before = |marks: &[char]| name.split(marks).next().unwrap_or(name).to_owned();
        Some(match self {
            Self::LowerCase => name.to_lowercase(),
            Self::EscapesKept => raw(&message.text, field)?.to_owned(),
            Self::QuotesKept => format!("\"{}\"", raw(&message.text, field)?),
            Self::Latin1 => {
                let text: String = message.text.bytes().map(char::from).collect();
                Message::read(&text).end(field)?.to_owned()
            }
            Self::AsciiOnly => name.chars().filter(char::is_ascii).collect(),
            Self::AsciiWithMarks => name.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect(),
            Self::PercentDecoded => percent_decoded(name),
            Self::QueryCut => before(&['?']),
            Self::FragmentCut => before(&['#']),
            Self::PathOnly => before(&['?', '#']),
            Self::HostOnly => match name.split_once("://") {
                Some((_, rest)) => rest.split(['/', '?', '#']).next().unwrap_or(rest).to_owned(),
                None => name.to_owned(),
            },
            Self::NoLastSlash => name.trim_end_matches('/').to_owned(),
            Self::NoScheme => name.split_once("://").map_or(name, |(_, rest)| rest).to_owned(),
            Self::CutAt(most) => name.chars().take(most).collect(),
        })
    }
}

/// The text between the quotes of a field's value, as it stands in the JSON.
fn raw<'a>(text: &'a str, field: &str) -> Option<&'a str> {
    let key = format!("\"{field}\":");
    let value = text[text.find(&key)? + key.len()..]
        .trim_start()
        .strip_prefix('"')?;
    let mut escaped = false;
    let end = value.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    Some(&value[..end])
}

fn percent_decoded(name: &str) -> String {
    percent_encoding::percent_decode_str(name)
        .decode_utf8_lossy()
        .into_owned()
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("This is exactly ")?;
        match self {
            Self::Renamed(change) => change.fmt(formatter),
            Self::Swapped => formatter.write_str(
                "the graph with every edge turned round: r and u have changed places. The key is r, where the click came \
                 from; the member is u, where it went.",
            ),
            Self::DirectLeftOut => formatter.write_str(
                "the graph without `direct`. To this stream that is a referrer like any other: a node named `direct`.",
            ),
            Self::SelfLinksLeftOut => formatter.write_str(
                "the graph without the pages that lead to themselves. They are clicks too: the zset of such a page has \
                 the page itself as a member.",
            ),
            Self::Ones => formatter.write_str(
                "the graph with every weight 1. ZADD sets a score, however often it is called; a click adds 1 to what is \
                 there: ZINCRBY.",
            ),
            Self::Times(times) => write!(formatter, "the graph with every click counted {times} times."),
            Self::BothEnds => formatter.write_str(
                "the undirected graph. Here an edge stands in the zset of r alone; at both ends is what the extra \
                 program, undirected, does.",
            ),
            Self::OneEnd => formatter.write_str(
                "the directed graph. Undirected, an edge stands at both ends: u in the zset of r, and r in the zset of u.",
            ),
            Self::FirstEnd => formatter.write_str(
                "what comes of keeping each edge once, at the end whose name sorts first. It has to stand at both ends, \
                 or one of the two does not know of it.",
            ),
            Self::Halves => formatter.write_str(
                "what comes of giving half of each click to each end. Both ends have the whole weight: it is one edge, \
                 seen from two sides.",
            ),
            Self::MissingNamed(name) => write!(
                formatter,
                "what comes of taking an end that is missing for a page named `{name}`. What has no r or no u is no click \
                 from one page to another: leave it out."
            ),
            Self::MissingIsDirect => formatter.write_str(
                "what comes of taking a click without r for a direct one. `direct` is something the stream says; where \
                 it says nothing, nothing is known: leave the click out.",
            ),
            Self::Prefix(prefix) => write!(
                formatter,
                "the graph with `{prefix}` in front of every key. The key is the node's own name, r and nothing else: \
                 whoever draws the graph takes it for a page."
            ),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self {
            Self::LowerCase => "all names in lower case",
            Self::EscapesKept => {
                "the escapes of the JSON text (`\\/`, `\\u00e9`) still in the names: let a JSON decoder read \
                 the message, and take its r and u"
            }
            Self::QuotesKept => {
                "the names as they stand in the JSON text, with quotes and escapes: let a JSON decoder read \
                 the message, and take its r and u"
            }
            Self::Latin1 => "the UTF-8 of the messages read as Latin-1: decode them as UTF-8",
            Self::AsciiOnly => "everything left out of the names that is not ASCII",
            Self::AsciiWithMarks => "a question mark in the place of everything that is not ASCII",
            Self::PercentDecoded => "the percent escapes of the addresses decoded",
            Self::QueryCut => "the addresses cut at the question mark",
            Self::FragmentCut => "the addresses cut at the #",
            Self::PathOnly => "the addresses cut at the question mark or the #",
            Self::HostOnly => "nothing left of the addresses but the host",
            Self::NoLastSlash => "the slash at the end of the addresses left out",
            Self::NoScheme => "the addresses without http:// or https://",
            Self::CutAt(most) => &format!("no more than {most} characters of each name"),
        };
        write!(
            formatter,
            "the graph with {how}. Use names as they are: other pages have other names, and who changes names makes one \
             node of several."
        )
    }
}
