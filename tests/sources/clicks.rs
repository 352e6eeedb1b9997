//! The made-up clicks have the shape of the real hour, whose figures stand in the comments.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use serde_json::Value;
use workshop::source::Clicks;

/// Of the hour: lines, heartbeats among them.
const LINES: usize = 3560;

/// What is counted of a stream.
#[derive(Debug, Default)]
struct Shape {
    lines: f64,
    heartbeats: f64,
    clicks: f64,
    direct: f64,
    missing: HashMap<&'static str, f64>,
    keywords: f64,
    known: f64,
    non_ascii: usize,
    longest: usize,
    escaped: bool,
    /// How often each pair comes, the most frequent first.
    pairs: Vec<usize>,
    targets: usize,
    lengths: f64,
}

fn shape(lines: impl IntoIterator<Item = Vec<u8>>) -> Shape {
    let mut shape = Shape::default();
    let mut pairs: HashMap<(String, String), usize> = HashMap::new();
    for line in lines {
        let text = String::from_utf8(line).expect("clicks are UTF-8");
        shape.lines += 1.0;
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let fields = value.as_object().unwrap();
        if fields.contains_key("_heartbeat_") {
            shape.heartbeats += 1.0;
            assert_eq!(fields.len(), 1, "{text}");
            continue;
        }
        shape.clicks += 1.0;
        shape.lengths += text.len() as f64;
        shape.longest = shape.longest.max(text.len());
        shape.non_ascii += usize::from(!text.is_ascii());
        shape.escaped |= text.contains(r"http:\/\/");
        assert!(!text.contains("://"), "every slash is escaped: {text}");
        for name in ["a", "c", "nk", "tz", "g", "h", "l", "hh", "r", "u", "hc", "t"] {
            assert!(fields.contains_key(name), "{name} is missing: {text}");
        }
        for name in ["al", "gr", "cy", "ll"] {
            *shape.missing.entry(name).or_default() += f64::from(!fields.contains_key(name));
        }
        shape.keywords += f64::from(fields.contains_key("kw"));
        shape.known += fields["nk"].as_f64().unwrap();
        let pair = ["r", "u"].map(|name| fields[name].as_str().unwrap().to_owned());
        shape.direct += f64::from(pair[0] == "direct");
        let [referrer, target] = pair;
        *pairs.entry((referrer, target)).or_default() += 1;
    }
    shape.targets = pairs
        .keys()
        .map(|(_, target)| target)
        .collect::<HashSet<_>>()
        .len();
    shape.pairs = pairs.into_values().collect();
    shape.pairs.sort_unstable_by(|left, right| right.cmp(left));
    shape
}

fn made_up(seed: u64) -> Shape {
    shape(
        Clicks::new(seed)
            .messages()
            .take(LINES)
            .map(|message| message.to_vec()),
    )
}

/// Holds a count of a binomial variable to `p`, give or take five standard deviations: over all of this file's uses, one
/// stream in some ten thousand strays further, and the seeds are fixed.
#[track_caller]
fn assert_share(what: &str, count: f64, of: f64, p: f64) {
    let bound = 5.0 * (of * p * (1.0 - p)).sqrt();
    assert!(
        (count - of * p).abs() <= bound,
        "{what}: {count} of {of}, which is not {} give or take {bound}",
        of * p
    );
}

#[test]
fn the_made_up_hour_has_the_shape_of_the_real_one() {
    for seed in 1..=5 {
        let shape = made_up(seed);
        // One every 30 seconds, and the clock's own spread.
        assert!((112.0..=128.0).contains(&shape.heartbeats), "120: {shape:?}");
        let clicks = shape.clicks;
        assert_share("direct, 46 %", shape.direct, clicks, 0.46);
        assert_share("without al, 10 %", shape.missing["al"], clicks, 0.10);
        for name in ["gr", "cy", "ll"] {
            assert_share(name, shape.missing[name], clicks, 0.15);
        }
        assert_share("kw, 93", shape.keywords, clicks, 93.0 / 3440.0);
        assert_share(
            "the heaviest pair, 836",
            shape.pairs[0] as f64,
            clicks,
            836.0 / 3440.0,
        );
        assert_share("the fifth pair, 54", shape.pairs[4] as f64, clicks, 54.0 / 3440.0);
        // 1,385. The number of different ones among independent draws has a variance below its mean.
        let bound = 5.0 * 1385.0_f64.sqrt();
        assert!(
            (shape.pairs.len() as f64 - 1385.0).abs() < bound,
            "{} different pairs",
            shape.pairs.len()
        );
        assert!(shape.escaped && shape.non_ascii > 0, "{shape:?}");
        assert!(
            shape.longest <= 1100,
            "the longest real line has 1,036 bytes: {}",
            shape.longest
        );
        assert!(shape.longest > 600, "{}", shape.longest);
    }
}

/// The real file, where it is: named by `WORKSHOP_DATA`, or in `../shared/data` beside the repository.
pub fn real_clicks() -> Option<PathBuf> {
    let folder = match std::env::var_os("WORKSHOP_DATA") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
    };
    let path = folder.join("1usagov-clicks.jsonl");
    if path.is_file() {
        return Some(path);
    }
    eprintln!(
        "SKIPPED: the real clicks are not at {}; WORKSHOP_DATA names their folder",
        path.display()
    );
    None
}

#[test]
fn the_made_up_clicks_are_like_the_real_ones_line_by_line() {
    let Some(path) = real_clicks() else { return };
    let text = std::fs::read(path).unwrap();
    let real = shape(
        text.split(|&byte| byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(<[u8]>::to_vec),
    );
    let ours = shape(
        Clicks::new(7)
            .messages()
            .take(real.lines as usize)
            .map(|message| message.to_vec()),
    );
    // Both counts vary, so that five standard deviations of their difference are allowed.
    let alike = |what: &str, left: f64, right: f64| {
        let (p, q) = (left / real.clicks, right / ours.clicks);
        let deviation = (p * (1.0 - p) / real.clicks + q * (1.0 - q) / ours.clicks).sqrt();
        assert!((p - q).abs() < 5.0 * deviation, "{what}: {left} and {right}");
    };
    alike("direct", real.direct, ours.direct);
    alike("known clients", real.known, ours.known);
    alike("keywords", real.keywords, ours.keywords);
    alike("the heaviest", real.pairs[0] as f64, ours.pairs[0] as f64);
    for name in ["al", "gr", "cy", "ll"] {
        alike(name, real.missing[name], ours.missing[name]);
    }
    let ratio = |what: &str, left: f64, right: f64| {
        assert!(
            (0.75..1.35).contains(&(right / left)),
            "{what}: {left} and {right}"
        );
    };
    ratio(
        "different pairs",
        real.pairs.len() as f64,
        ours.pairs.len() as f64,
    );
    ratio("different targets", real.targets as f64, ours.targets as f64);
    ratio("bytes", real.lengths / real.clicks, ours.lengths / ours.clicks);
    ratio("heartbeats", real.heartbeats, ours.heartbeats);
}

#[test]
fn a_seed_gives_the_same_bytes_everywhere() {
    let text: Vec<u8> = Clicks::new(42)
        .messages()
        .take(1000)
        .flat_map(|message| [&message[..], b"\n"].concat())
        .collect();
    use sha2::Digest as _;
    let digest: String = sha2::Sha256::digest(&text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    // Whoever changes the stream on purpose writes the new one here; on no machine does it change by itself.
    assert_eq!(
        digest,
        "32ab2b5910a6ba3d44f8002e9146a78f65456ee5fb090e46aef497526110e8e1"
    );
    assert_ne!(
        Clicks::new(43).messages().next(),
        Clicks::new(42).messages().next()
    );
}

#[test]
fn a_line_says_the_edge_that_its_message_carries() {
    let mut heartbeats = 0;
    for line in Clicks::new(3).take(2000) {
        let message: Value = serde_json::from_slice(&line.message).unwrap();
        match line.click {
            Some(click) => {
                assert_eq!(message["r"], click.referrer.as_str());
                assert_eq!(message["u"], click.target.as_str());
            }
            None => {
                heartbeats += 1;
                assert!(message["_heartbeat_"].is_u64() && message.get("u").is_none());
            }
        }
    }
    assert!(heartbeats > 0);
}
