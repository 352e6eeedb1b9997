//! Who clicks: program, language, place.

use super::super::dice::Dice;
use super::names;

/// Country, region, time zone, latitude and longitude of a place that most visitors come from.
const PLACES: [(&str, &str, &str, i64, i64); 16] = [
    ("US", "MA", "America/New_York", 42_400_000, -71_400_000),
    ("US", "NY", "America/New_York", 42_900_000, -75_500_000),
    ("US", "DC", "America/New_York", 38_900_000, -77_000_000),
    ("US", "GA", "America/New_York", 32_700_000, -83_200_000),
    ("US", "TX", "America/Chicago", 31_100_000, -97_600_000),
    ("US", "IL", "America/Chicago", 40_000_000, -89_200_000),
    ("US", "CO", "America/Denver", 39_000_000, -105_500_000),
    ("US", "CA", "America/Los_Angeles", 37_200_000, -119_600_000),
    ("US", "WA", "America/Los_Angeles", 47_400_000, -120_500_000),
    ("CA", "ON", "America/Toronto", 44_000_000, -79_500_000),
    ("BR", "27", "America/Sao_Paulo", -23_500_000, -46_600_000),
    ("GB", "H9", "Europe/London", 51_500_000, -100_000),
    ("DE", "16", "Europe/Berlin", 52_500_000, 13_400_000),
    ("ES", "29", "Europe/Madrid", 40_400_000, -3_700_000),
    ("JP", "40", "Asia/Tokyo", 35_700_000, 139_700_000),
    ("AU", "02", "Australia/Sydney", -33_900_000, 151_200_000),
];

/// Put before the name of a town abroad: not all of them can be written in ASCII.
const ABROAD: [&str; 8] = [
    "São ", "Bad ", "El ", "Saint-", "Östra ", "Şehir ", "Nová ", "La ",
];

const SYSTEMS: [&str; 8] = [
    "Windows NT 6.1; WOW64",
    "Windows NT 5.1",
    "Macintosh; Intel Mac OS X 10_7_3",
    "X11; Linux x86_64",
    "Linux; U; Android 2.3",
    "iPhone; CPU like Mac OS X",
    "iPad; U; CPU OS 4_3 like Mac OS X",
    "BlackBerry; U",
];

const PROGRAMS: [&str; 8] = [
    "Kestrel", "Heron", "Bluebird", "Waxwing", "Nightjar", "Plover", "Merlin", "Swift",
];

const EXTENSIONS: [&str; 6] = [
    "NestBar 4.1",
    "FeatherNet 2.0.50727",
    "FeatherNet 3.5.30729",
    "Roost Center PC 6.0",
    "FeatherNet4.0C",
    "Perch.3",
];

const LANGUAGES: [&str; 10] = [
    "en-US,en;q=0.8",
    "en-us",
    "en-us,en;q=0.5",
    "en-US",
    "en-gb",
    "pt-br",
    "de-de,de;q=0.8,en-us;q=0.5,en;q=0.3",
    "es-es",
    "ja",
    "fr-FR,fr;q=0.8,en-US;q=0.6,en;q=0.4",
];

/// Where somebody is, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) country: &'static str,
    pub(super) region: &'static str,
    pub(super) time_zone: &'static str,
    pub(super) city: String,
    /// Latitude and longitude in millionths of a degree.
    pub(super) latitude: i64,
    pub(super) longitude: i64,
}

/// A place; `None` for the 15 in 100 of whom nobody knows.
pub(super) fn place(dice: &mut Dice) -> Option<Place> {
    if dice.in_ten_thousand(1500) {
        return None;
    }
    // Three of four are from the United States, which are listed first.
    let places = if dice.in_ten_thousand(7500) {
        &PLACES[..9]
    } else {
        &PLACES[9..]
    };
    let &(country, region, time_zone, latitude, longitude) = dice.pick(places);
    // A region has twenty towns, some of them larger than the others.
    let number = dice.below(20) * dice.below(20) / 20;
    let town = names::town(number * 1000 + latitude.unsigned_abs());
    let abroad = country != "US" && number.is_multiple_of(3);
    Some(Place {
        country,
        region,
        time_zone,
        city: match abroad {
            true => format!("{}{town}", ABROAD[number as usize % ABROAD.len()]),
            false => town,
        },
        latitude: latitude + 37 * number as i64 * 997,
        longitude: longitude - 41 * number as i64 * 991,
    })
}

/// The program that asks, as it names itself.
pub(super) fn agent(dice: &mut Dice) -> String {
    // Programs that fetch for others name themselves in short.
    if dice.in_ten_thousand(1200) {
        return format!("{}Fetcher/{}", dice.pick(&PROGRAMS), 1 + dice.below(4));
    }
    let (system, program) = (*dice.pick(&SYSTEMS), *dice.pick(&PROGRAMS));
    let mut agent = format!("Mozilla/5.0 ({system}");
    for _ in 0..dice.below(4) * dice.below(3) {
        agent.push_str("; ");
        agent.push_str(dice.pick::<&str>(&EXTENSIONS));
    }
    agent.push_str(&format!(
        ") FlightKit/535.{} (like Wren) {program}/{}.0.{}",
        dice.below(12),
        3 + dice.below(15),
        900 + dice.below(80)
    ));
    agent
}

/// The languages that a program asks for; `None` for the 10 in 100 that ask for none.
pub(super) fn languages(dice: &mut Dice) -> Option<&'static str> {
    if dice.in_ten_thousand(1000) {
        return None;
    }
    // Most ask for the first.
    Some(match dice.in_ten_thousand(4500) {
        true => LANGUAGES[0],
        false => dice.pick::<&str>(&LANGUAGES),
    })
}
