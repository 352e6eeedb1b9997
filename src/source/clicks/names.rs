//! Addresses, made up from words. The hosts of the large agencies are real; no path, town or referring site is.

use super::super::dice::{mixed, pick, scale};

const AGENCIES: [&str; 24] = [
    "www.nasa.gov",
    "www.noaa.gov",
    "www.usgs.gov",
    "www.nih.gov",
    "www.cdc.gov",
    "www.loc.gov",
    "www.nps.gov",
    "www.epa.gov",
    "www.fda.gov",
    "www.usda.gov",
    "www.energy.gov",
    "www.census.gov",
    "www.archives.gov",
    "www.nist.gov",
    "www.nsf.gov",
    "www.weather.gov",
    "www.ready.gov",
    "www.ed.gov",
    "www.bls.gov",
    "www.dol.gov",
    "www.dot.gov",
    "www.faa.gov",
    "www.nlm.nih.gov",
    "www.si.edu",
];

const TOPICS: [&str; 16] = [
    "news", "press", "reports", "maps", "missions", "gallery", "research", "data", "permits", "safety",
    "parks", "events", "jobs", "library", "forecast", "budget",
];

const ADJECTIVES: [&str; 24] = [
    "annual", "coastal", "open", "northern", "rural", "solar", "hidden", "early", "federal", "winter",
    "public", "deep", "silent", "second", "urban", "final", "lunar", "new", "joint", "quiet", "regional",
    "atlantic", "digital", "historic",
];

const NOUNS: [&str; 32] = [
    "survey",
    "harbor",
    "orbit",
    "census",
    "river",
    "notice",
    "launch",
    "archive",
    "bridge",
    "forest",
    "hearing",
    "grant",
    "storm",
    "glacier",
    "meadow",
    "record",
    "station",
    "summit",
    "trail",
    "letter",
    "telescope",
    "valley",
    "workforce",
    "vaccine",
    "wetland",
    "eclipse",
    "reactor",
    "railway",
    "festival",
    "budget",
    "canyon",
    "lighthouse",
];

/// Names of people and places in targets and referrers; some cannot be written in ASCII.
const FOREIGN: [&str; 12] = [
    "années",
    "müller",
    "señor",
    "reykjavík",
    "smørrebrød",
    "łódź",
    "naïve",
    "température",
    "東京",
    "київ",
    "αθήνα",
    "voilà",
];

const ENDINGS: [&str; 6] = [".html", "/", ".pdf", ".php", ".aspx", ""];

const SITES: [&str; 20] = [
    "harborlight",
    "quietnews",
    "bluewalnut",
    "dailyorbit",
    "meadowpost",
    "tinytelescope",
    "riverfolk",
    "papercrane",
    "sidewalkforum",
    "northwindblog",
    "gardenwire",
    "steamwhistle",
    "almanack",
    "lanternroom",
    "copperkettle",
    "birdwatchers",
    "thirdcoast",
    "openharvest",
    "maplestreet",
    "skylarks",
];

const TOWNS_FIRST: [&str; 16] = [
    "Maple", "Stone", "River", "Green", "Clear", "Oak", "Silver", "Fair", "Elk", "Cedar", "Ash", "Sunny",
    "Red", "Lake", "Wolf", "Amber",
];

const TOWNS_LAST: [&str; 12] = [
    "ton", "field", "brook", "haven", "dale", "ford", "ridge", "mont", "wood", "port", "vale", "crest",
];

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The words that stand for `number`, one after another.
struct Words(u64);

impl Words {
    fn bits(&mut self) -> u64 {
        self.0 = mixed(self.0);
        self.0
    }

    fn one_of<'w>(&mut self, words: &[&'w str]) -> &'w str {
        pick::<&str>(self.bits(), words)
    }

    fn below(&mut self, end: u64) -> u64 {
        scale(self.bits(), end)
    }

    /// So many letters and digits, as in a short link.
    fn code(&mut self, length: usize) -> String {
        let mut bits = self.bits();
        (0..length)
            .map(|_| {
                let digit = DIGITS[(bits % 62) as usize];
                bits /= 62;
                char::from(digit)
            })
            .collect()
    }
}

/// The long URL of page `number`, as the catalogue counts them.
pub(super) fn target(number: u64) -> String {
    let mut words = Words(mixed(number) ^ 0x7461_7267);
    let host = match words.below(3) {
        0 => {
            let town = town(words.bits()).to_lowercase();
            format!(
                "www.{town}-{}.gov",
                words.one_of(&["ma", "ca", "tx", "ny", "wa", "oh"])
            )
        }
        _ => words.one_of(&AGENCIES).to_owned(),
    };
    let topic = words.one_of(&TOPICS);
    let first = match words.below(40) {
        0 => words.one_of(&FOREIGN),
        _ => words.one_of(&ADJECTIVES),
    };
    let second = words.one_of(&NOUNS);
    let ending = words.one_of(&ENDINGS);
    // The number makes each address another one.
    match words.below(8) {
        0 => format!("http://{host}/{topic}/index{ending}?id={number}&view={first}#{second}"),
        1 => format!(
            "http://{host}/{topic}/20{:02}/{first}-{second}-and-what-it-means-for-the-{}-{}-{number}{ending}",
            words.below(13),
            words.one_of(&ADJECTIVES),
            words.one_of(&NOUNS),
        ),
        _ => format!("http://{host}/{topic}/{first}-{second}-{number}{ending}"),
    }
}

/// The address of referring page `number`.
pub(super) fn referrer(number: u64) -> String {
    let mut words = Words(mixed(number) ^ 0x7265_6665);
    let site = words.one_of(&SITES);
    match words.below(20) {
        0..=7 => format!("http://go.example/{}{number}", words.code(5)),
        8..=12 => format!("http://www.{site}.example/l/{}/1.usa.gov/{number}", words.code(9)),
        13..=15 => format!(
            "http://{site}.example/{}/{}-{}-{number}",
            words.one_of(&TOPICS),
            words.one_of(&ADJECTIVES),
            words.one_of(&NOUNS)
        ),
        16 | 17 => format!(
            "http://search.example/find?q={}+{}+{}&ei={}&n={number}",
            words.one_of(&ADJECTIVES),
            words.one_of(&NOUNS),
            words.one_of(&NOUNS),
            words.code(10)
        ),
        18 => format!(
            "http://mail.{site}.example/read/{number}?Folder=Inbox&Thread={}",
            words.code(10)
        ),
        // What a page in a frame sends along: long, and nobody reads it.
        _ => {
            let mut url = format!("http://{site}.example/frame/{number}?");
            for _ in 0..6 + words.below(14) {
                let (name, value) = (words.one_of(&NOUNS), words.code(9));
                url.push_str(&format!("{name}={value}&"));
            }
            url.push_str(words.one_of(&FOREIGN));
            url
        }
    }
}

/// A town that `bits` stand for.
pub(super) fn town(bits: u64) -> String {
    let mut words = Words(bits);
    let (first, last) = (words.one_of(&TOWNS_FIRST), words.one_of(&TOWNS_LAST));
    format!("{first}{last}")
}

/// The six letters and digits by which page `number` is known in short.
pub(super) fn short_code(number: u64) -> String {
    Words(mixed(number) ^ 0x636f_6465).code(6)
}

/// The login that made the short link of page `number`.
pub(super) fn login(number: u64) -> String {
    let mut words = Words(mixed(number) ^ 0x6c6f_6769);
    let site = words.one_of(&SITES);
    match words.below(4) {
        0 => "workshop".to_owned(),
        1 => format!("{site}{}", words.below(90) + 10),
        _ => site.to_owned(),
    }
}

/// The keyword of page `number`, for the few that were given one.
pub(super) fn keyword(number: u64) -> String {
    let mut words = Words(mixed(number) ^ 0x6b65_7977);
    format!("{}{}", words.one_of(&ADJECTIVES), words.one_of(&NOUNS))
}
