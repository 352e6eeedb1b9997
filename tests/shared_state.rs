//! The verdicts of section 4, from made-up records: what happened decides, and nothing else.

use std::collections::BTreeMap;

use workshop::arena::{Contents, Delivered, Ending, Entry, Event, History, RedisCommand, RedisContents};
use workshop::checks::{self, Claim, Verdict};

/// Twelve messages of one distribution, as often as there are numbers below.
const NUMBERS: [i64; 12] = [4, 4, 4, 4, 0, 0, 0, -1, -1, 7, 7, 7];

const REQUIRED: [&str; 4] = [
    "datatype",
    "one-reader",
    "histogram-race-free",
    "counter-race-free",
];

/// One experiment, to be changed by a test.
struct Experiment {
    scenario: &'static str,
    readers: u8,
    keys: BTreeMap<String, Contents>,
    /// Commands, each with its reader.
    commands: Vec<(u8, RedisCommand)>,
    more: Vec<Event>,
    taken: usize,
}

fn map(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    entries.iter().map(owned).collect()
}

impl Experiment {
    /// In which all went well.
    fn exact(scenario: &'static str) -> Self {
        let counts = map(&[("4", "4"), ("0", "3"), ("-1", "2"), ("7", "3")]);
        // By hand: the sum is 35, that of the squares 213.
        let moments = map(&[
            ("n", "12"),
            ("mean", "2.9166666666666665"),
            ("m2", "110.91666666666667"),
        ]);
        Self {
            scenario,
            readers: if scenario.starts_with("four") { 4 } else { 1 },
            keys: BTreeMap::from([
                ("histogram:poisson".to_owned(), Contents::Hash(counts)),
                ("moments:poisson".to_owned(), Contents::Hash(moments)),
                ("messages".to_owned(), Contents::String("12".to_owned())),
            ]),
            commands: Vec::new(),
            more: Vec::new(),
            taken: NUMBERS.len(),
        }
    }

    fn with(mut self, key: &str, contents: Contents) -> Self {
        self.keys.insert(key.to_owned(), contents);
        self
    }

    fn and(mut self, event: Event) -> Self {
        self.more.push(event);
        self
    }

    fn entries(self) -> Vec<Entry> {
        let mut events: Vec<(u8, Event)> = Vec::new();
        for (message, number) in (0..).zip(NUMBERS) {
            let text = format!("{{\"distribution\": \"poisson\", \"number\": {number}}}");
            events.push((0, Event::Published { message, text }));
        }
        for reader in 1..=self.readers {
            events.extend([(reader, Event::Started), (reader, Event::Connected)]);
        }
        for (index, message) in (0..NUMBERS.len() as u32).take(self.taken).enumerate() {
            let messages = vec![Delivered::Published(message)];
            events.push((index as u8 % self.readers + 1, Event::Got { messages }));
        }
        let commands = self.commands.into_iter();
        events.extend(commands.map(|(reader, command)| (reader, Event::RedisCommand(command))));
        events.extend(self.more.into_iter().map(|event| (1, event)));
        for reader in 1..=self.readers {
            let ending = Ending::Settled;
            let (status, stderr_tail) = ("exit status 0".to_owned(), String::new());
            events.push((reader, Event::Ended { ending }));
            events.push((
                reader,
                Event::Exited {
                    status,
                    unasked: false,
                    stderr_tail,
                },
            ));
        }
        let contents = RedisContents {
            database: 1,
            keys: self.keys,
            complete: true,
        };
        events.push((0, Event::RedisContents(contents)));
        let entry = |(at_us, (reader, event))| Entry {
            at_us,
            scenario: self.scenario.into(),
            reader,
            event,
        };
        (0..).zip(events).map(entry).collect()
    }
}

fn judged(experiments: impl IntoIterator<Item = Experiment>) -> Vec<Claim> {
    let entries = experiments.into_iter().flat_map(Experiment::entries).collect();
    checks::of_section(4).unwrap().judge(&History::new(entries))
}

/// Judges `one` and `four`.
fn verdicts(one: Experiment, four: Experiment) -> BTreeMap<&'static str, Verdict> {
    judged([one, four])
        .into_iter()
        .map(|claim| (claim.id, claim.verdict))
        .collect()
}

fn one() -> Experiment {
    Experiment::exact("one-reader")
}

fn four() -> Experiment {
    Experiment::exact("four-readers")
}

fn counts(counts: &[(&str, &str)]) -> Contents {
    Contents::Hash(map(counts))
}

fn read(key: &str) -> RedisCommand {
    RedisCommand {
        reads: vec![key.to_owned()],
        round_trip: 1,
        ..RedisCommand::default()
    }
}

#[test]
fn exact_counts_pass_in_a_hash_and_in_a_zset() {
    for (id, verdict) in verdicts(one(), four()) {
        assert_eq!(verdict, Verdict::Pass, "{id}");
    }
    let zset = Contents::Zset(map(&[("4", "4"), ("0", "3"), ("-1", "2"), ("7", "3")]));
    let found = verdicts(
        one().with("histogram:poisson", zset.clone()),
        four().with("histogram:poisson", zset),
    );
    assert!(REQUIRED.iter().all(|id| found[id] == Verdict::Pass), "{found:?}");
}

#[test]
fn other_keys_do_no_harm() {
    let own = |experiment: Experiment| {
        experiment
            .with("lock", Contents::String("somebody".into()))
            .with("histogram:poisson:partial", counts(&[("4", "1")]))
    };
    let found = verdicts(own(one()), own(four()));
    assert!(REQUIRED.iter().all(|id| found[id] == Verdict::Pass), "{found:?}");
}

#[test]
fn one_update_lost_among_four_fails_that_claim_alone() {
    let short = counts(&[("4", "3"), ("0", "3"), ("-1", "2"), ("7", "3")]);
    let found = verdicts(one(), four().with("histogram:poisson", short));
    assert_eq!(found["histogram-race-free"], Verdict::Fail);
    assert_eq!(found["counter-race-free"], Verdict::Pass);
    let found = verdicts(one(), four().with("messages", Contents::String("11".into())));
    assert_eq!(found["histogram-race-free"], Verdict::Pass);
    assert_eq!(found["counter-race-free"], Verdict::Fail);
}

#[test]
fn a_count_too_many_fails_too() {
    for many in [
        counts(&[("4", "5"), ("0", "3"), ("-1", "2"), ("7", "3")]),
        counts(&[("4", "4"), ("0", "3"), ("-1", "2"), ("7", "3"), ("8", "1")]),
        counts(&[("4", "4"), ("4.0", "4"), ("0", "3"), ("-1", "2"), ("7", "3")]),
        counts(&[("4", "four"), ("0", "3"), ("-1", "2"), ("7", "3")]),
    ] {
        let found = verdicts(
            one().with("histogram:poisson", many.clone()),
            four().with("histogram:poisson", many),
        );
        assert_eq!(found["one-reader"], Verdict::Fail);
        assert_eq!(found["histogram-race-free"], Verdict::Fail);
        assert_eq!(found["datatype"], Verdict::Pass);
    }
}

#[test]
fn another_type_fails_the_type() {
    for other in [
        Contents::List(vec!["4".into()]),
        Contents::String("{}".into()),
        Contents::Set(vec!["4".into()]),
        Contents::Other("stream".into()),
    ] {
        let found = verdicts(one().with("histogram:poisson", other), four());
        assert_eq!(found["datatype"], Verdict::Fail);
        assert_ne!(found["one-reader"], Verdict::Pass);
    }
    let found = verdicts(one().with("messages", counts(&[("count", "12")])), four());
    assert_eq!(found["datatype"], Verdict::Fail);
}

#[test]
fn an_arena_that_stood_still_fails_nobody() {
    let short = counts(&[("4", "3")]);
    let found = verdicts(
        one()
            .with("histogram:poisson", short.clone())
            .and(Event::Standstill),
        four().with("histogram:poisson", short).and(Event::Standstill),
    );
    assert!(
        found.values().all(|verdict| *verdict != Verdict::Fail),
        "{found:?}"
    );
    let found = verdicts(one().and(Event::Standstill), four().and(Event::Standstill));
    assert_eq!(
        found["histogram-race-free"],
        Verdict::Pass,
        "what is exact is exact"
    );
}

#[test]
fn a_second_try_counts_in_the_place_of_the_first() {
    let short = counts(&[("4", "3"), ("0", "3"), ("-1", "2"), ("7", "3")]);
    let still = || four().and(Event::Standstill);
    let again = || Experiment::exact("four-readers-again");
    let found = |first, second| {
        let claims = judged([one(), first, second]);
        let claim = claims.iter().find(|claim| claim.id == "histogram-race-free");
        claim.unwrap().verdict
    };
    let wrong = again().with("histogram:poisson", short.clone());
    assert_eq!(found(still(), wrong), Verdict::Fail);
    assert_eq!(
        found(still().with("histogram:poisson", short), again()),
        Verdict::Pass
    );
}

#[test]
fn without_a_redis_or_a_program_nothing_can_be_told() {
    let reasons = [
        Event::NoRedis {
            problem: "There is none.".into(),
        },
        Event::NotStarted {
            problem: "There is no such program.".into(),
        },
    ];
    for reason in reasons {
        let found = verdicts(one().and(reason.clone()), four().and(reason));
        let told = found.values().any(|verdict| *verdict != Verdict::CouldNotTell);
        assert!(!told, "{found:?}");
    }
}

#[test]
fn a_redis_that_went_away_says_nothing() {
    let lost = |mut entries: Vec<Entry>| {
        entries.retain(|entry| !matches!(entry.event, Event::RedisContents(_)));
        entries
    };
    let entries = [one(), four()].into_iter().map(Experiment::entries);
    let history = History::new(entries.flat_map(lost).collect());
    for claim in checks::of_section(4).unwrap().judge(&history) {
        assert_eq!(claim.verdict, Verdict::CouldNotTell, "{}", claim.id);
    }
}

#[test]
fn messages_that_were_not_taken_fail() {
    let idle = Experiment { taken: 11, ..one() };
    let found = verdicts(idle, Experiment { taken: 11, ..four() });
    assert!(REQUIRED.iter().all(|id| found[id] == Verdict::Fail), "{found:?}");
}

#[test]
fn what_was_put_back_is_a_failure_of_one_reader_and_undecided_among_four() {
    let put = Event::Put {
        text: "{\"data\": {}, \"tries\": 1}".into(),
    };
    let short = counts(&[("4", "3"), ("0", "3"), ("-1", "2"), ("7", "3")]);
    let waiting = |experiment: Experiment| {
        experiment
            .with("histogram:poisson", short.clone())
            .and(put.clone())
    };
    let found = verdicts(waiting(one()), four());
    assert_eq!(found["one-reader"], Verdict::Fail);
    let found = verdicts(one(), waiting(four()));
    assert_eq!(found["histogram-race-free"], Verdict::CouldNotTell);
    // More is missing than waits.
    let shorter = counts(&[("4", "2"), ("0", "3"), ("-1", "2"), ("7", "3")]);
    let found = verdicts(one(), four().with("histogram:poisson", shorter).and(put));
    assert_eq!(found["histogram-race-free"], Verdict::Fail);
}

#[test]
fn readers_that_never_met_have_shown_nothing_if_they_read_before_they_write() {
    let commands = |in_turns: bool| {
        let reader = |index: u8| if in_turns { index % 4 + 1 } else { index / 25 + 1 };
        let command = |index| (reader(index), read("histogram:poisson"));
        let commands = (0..100).map(command).collect();
        Experiment { commands, ..four() }
    };
    let found = verdicts(one(), commands(false));
    assert_eq!(found["histogram-race-free"], Verdict::CouldNotTell);
    assert_eq!(
        found["counter-race-free"],
        Verdict::Pass,
        "nobody has read the counter"
    );
    let found = verdicts(one(), commands(true));
    assert_eq!(found["histogram-race-free"], Verdict::Pass);
}

#[test]
fn a_round_trip_a_message_and_twenty_to_begin_with_are_enough() {
    let taking = |round_trip: u64| {
        let first = RedisCommand {
            connection: 1,
            round_trip,
            ..RedisCommand::default()
        };
        let second = RedisCommand {
            connection: 2,
            round_trip: 2,
            ..RedisCommand::default()
        };
        Experiment {
            commands: vec![(1, first), (1, second)],
            ..one()
        }
    };
    assert_eq!(verdicts(taking(30), four())["round-trips"], Verdict::Pass);
    assert_eq!(verdicts(taking(31), four())["round-trips"], Verdict::Fail);
}

#[test]
fn moments_that_are_off_fail() {
    for wrong in [
        [
            ("n", "11"),
            ("mean", "2.9166666666666665"),
            ("m2", "110.91666666666667"),
        ],
        [("n", "12"), ("mean", "2.91667"), ("m2", "110.91666666666667")],
        [
            ("n", "12"),
            ("mean", "2.9166666666666665"),
            ("m2", "9.243055555555555"),
        ],
    ] {
        let found = verdicts(one(), four().with("moments:poisson", counts(&wrong)));
        assert_eq!(found["moments"], Verdict::Fail, "{wrong:?}");
    }
}

/// What is said of `datatype`.
fn said(one: Experiment) -> String {
    let claims = judged([one]);
    let claim = claims.into_iter().find(|claim| claim.id == "datatype").unwrap();
    assert_eq!(claim.verdict, Verdict::Fail);
    claim.explanation
}

/// With nothing in Redis, and `taken` messages taken by a program that ended and said so.
fn ended(taken: usize, stderr: &str) -> Experiment {
    let mut one = one().and(Event::Exited {
        status: "exit status 1".to_owned(),
        unasked: true,
        stderr_tail: stderr.to_owned(),
    });
    (one.taken, one.keys) = (taken, BTreeMap::new());
    one
}

#[test]
fn an_address_of_redis_that_was_written_by_hand_is_asked_about() {
    let refused =
        "redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused.\n";
    for taken in [0, 5] {
        let said = said(ended(taken, refused));
        assert!(
            said.contains("never connected to Redis") && said.contains("Does it read REDIS_URL"),
            "{said}"
        );
        assert!(
            said.contains(refused.trim()) && !said.contains("SIMPLEQUEUE_URL"),
            "{said}"
        );
    }
    // One that did speak to the Redis of the check, or that ended of something else, has another question.
    let mut connected = ended(5, refused);
    connected.commands.push((1, read("histogram:poisson")));
    for other in [connected, ended(5, "ValueError: 63790\n")] {
        let said = said(other);
        assert!(
            said.contains("did not stay") && !said.contains("REDIS_URL"),
            "{said}"
        );
    }
}

#[test]
fn who_never_came_is_asked_about_the_address_that_was_not_used() {
    let mut silent = one();
    silent.keys.clear();
    let told = said(silent);
    assert!(
        told.contains("never connected to Redis. Does it read REDIS_URL"),
        "{told}"
    );
    let mut slow = one();
    slow.taken = 5;
    assert!(said(slow).contains("never connected to Redis"));
    let mut wrote = one();
    wrote.keys.clear();
    wrote.commands.push((1, read("histogram:poisson")));
    let told = said(wrote);
    assert!(
        told.contains("nothing at all. Do you write to REDIS_URL?"),
        "{told}"
    );
}

#[test]
fn what_was_told_the_whole_server_is_named_where_the_claim_fails() {
    let flush = RedisCommand {
        command: vec!["flushall".to_owned()],
        arguments: 1,
        ..RedisCommand::default()
    };
    let mut emptied = one();
    emptied.keys.clear();
    emptied.commands = vec![(1, flush.clone()), (1, flush.clone())];
    let told = said(emptied);
    assert!(
        told.contains("which all readers share:\n  reader 1: flushall"),
        "{told}"
    );
    assert_eq!(told.matches("flushall").count(), 1, "{told}");
    // Where all is well it is no news.
    let mut well = one();
    well.commands = vec![(1, flush)];
    let claims = judged([well]);
    assert_eq!(claims[0].verdict, Verdict::Pass);
    assert!(!claims[0].explanation.contains("flushall"));
}
