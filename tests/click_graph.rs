//! The verdicts of section 5, from made-up records: what happened decides, and nothing else.

use std::collections::BTreeMap;

use workshop::arena::{Contents, Delivered, Ending, Entry, Event, History, RedisCommand, RedisContents};
use workshop::checks::{self, Claim, Verdict};

/// What was published, as often as it stands here: three clicks on one edge, two on others, and what is no click.
const MESSAGES: [&str; 7] = [
    r#"{"r": "direct", "u": "http:\/\/a.gov\/"}"#,
    r#"{"r": "direct", "u": "http:\/\/a.gov\/"}"#,
    r#"{"r": "direct", "u": "http:\/\/a.gov\/"}"#,
    r#"{"r": "http:\/\/A.gov\/caf\u00e9", "u": "http:\/\/b.gov\/?q=1"}"#,
    r#"{"r": "http:\/\/c.gov\/", "u": "http:\/\/c.gov\/"}"#,
    r#"{"_heartbeat_": 1331923249}"#,
    r#"{"u": "http:\/\/a.gov\/"}"#,
];

/// The graph of these, by hand: from, to, score as Redis writes it.
const GRAPH: [(&str, &str, &str); 3] = [
    ("direct", "http://a.gov/", "3"),
    ("http://A.gov/caf\u{e9}", "http://b.gov/?q=1", "1"),
    ("http://c.gov/", "http://c.gov/", "1"),
];

/// The same with both ends.
const UNDIRECTED: [(&str, &str, &str); 5] = [
    ("direct", "http://a.gov/", "3"),
    ("http://a.gov/", "direct", "3"),
    ("http://A.gov/caf\u{e9}", "http://b.gov/?q=1", "1"),
    ("http://b.gov/?q=1", "http://A.gov/caf\u{e9}", "1"),
    ("http://c.gov/", "http://c.gov/", "1"),
];

const CLAIMS: [(&str, &str); 3] = [
    ("graph-exact", "clicks"),
    ("skips-heartbeats", "heartbeats"),
    ("graph-race-free", "four-readers"),
];

/// One experiment, to be changed by a test.
struct Experiment {
    scenario: &'static str,
    contents: RedisContents,
    ending: Ending,
    /// Before the arena was done, each with its reader.
    before: Vec<(u8, Event)>,
    status: &'static str,
    unasked: bool,
    readers: u8,
}

fn zsets(edges: &[(&str, &str, &str)]) -> RedisContents {
    let mut keys = BTreeMap::new();
    for (from, to, score) in edges {
        let zset = keys
            .entry((*from).to_owned())
            .or_insert_with(|| Contents::Zset(BTreeMap::new()));
        if let Contents::Zset(members) = zset {
            members.insert((*to).to_owned(), (*score).to_owned());
        }
    }
    RedisContents {
        database: 1,
        keys,
        complete: true,
    }
}

impl Experiment {
    /// In which `edges` stand in Redis in the end, and all went well.
    fn with(scenario: &'static str, edges: &[(&str, &str, &str)]) -> Self {
        Self {
            scenario,
            contents: zsets(edges),
            ending: Ending::Settled,
            before: vec![(1, Event::RedisCommand(RedisCommand::default()))],
            status: "killed by signal 15 (SIGTERM)",
            unasked: false,
            readers: if scenario == "four-readers" { 4 } else { 1 },
        }
    }

    fn and(mut self, event: Event) -> Self {
        self.before.push((1, event));
        self
    }

    fn judged(self, id: &str) -> Claim {
        let mut events = Vec::new();
        for reader in 1..=self.readers {
            events.extend([(reader, Event::Started), (reader, Event::Connected)]);
        }
        for (message, text) in (0..).zip(MESSAGES) {
            let text = text.to_owned();
            events.push((0, Event::Published { message, text }));
        }
        for message in 0..MESSAGES.len() as u32 {
            let messages = vec![Delivered::Published(message)];
            events.push((message as u8 % self.readers + 1, Event::Got { messages }));
        }
        events.extend(self.before);
        for reader in 1..=self.readers {
            let ending = self.ending;
            events.push((reader, Event::Ended { ending }));
            events.push((
                reader,
                Event::Exited {
                    status: self.status.into(),
                    unasked: self.unasked,
                    stderr_tail: String::new(),
                },
            ));
        }
        events.push((0, Event::RedisContents(self.contents)));
        let entry = |(index, (reader, event))| Entry {
            at_us: index as u64,
            scenario: self.scenario.into(),
            reader,
            event,
        };
        judged(events.into_iter().enumerate().map(entry).collect(), id)
    }
}

fn judged(entries: Vec<Entry>, id: &str) -> Claim {
    let claims = checks::of_section(5).unwrap().judge(&History::new(entries));
    assert_eq!(claims.len(), 1, "only what was tried is judged: {claims:?}");
    assert_eq!(claims[0].id, id);
    claims.into_iter().next().unwrap()
}

/// The graph with one more edge, or another weight of one that is there.
fn but(
    from: &'static str,
    to: &'static str,
    score: &'static str,
) -> Vec<(&'static str, &'static str, &'static str)> {
    let mut edges = GRAPH.to_vec();
    edges.retain(|edge| (edge.0, edge.1) != (from, to));
    edges.push((from, to, score));
    edges
}

#[test]
fn the_true_graph_passes_and_only_that() {
    for (id, scenario) in CLAIMS {
        let claim = Experiment::with(scenario, &GRAPH).judged(id);
        assert_eq!(claim.verdict, Verdict::Pass, "{claim:?}");
        for edges in [
            vec![],
            GRAPH[1..].to_vec(),
            but("direct", "http://a.gov/", "2"),
            but("direct", "http://a.gov/", "4"),
            but("direct", "http://a.gov/", "3.0000000001"),
            but("direct", "http://a.gov/", "inf"),
            but("direct", "http://b.gov/", "0"),
            but("None", "http://a.gov/", "1"),
        ] {
            let claim = Experiment::with(scenario, &edges).judged(id);
            assert_eq!(claim.verdict, Verdict::Fail, "{edges:?}: {claim:?}");
        }
    }
}

#[test]
fn keys_of_other_types_are_none_of_the_graphs() {
    let mut experiment = Experiment::with("clicks", &GRAPH);
    let other = [
        ("lock", Contents::String("me".into())),
        ("seen", Contents::Hash(BTreeMap::new())),
        ("names", Contents::Set(vec!["a".into()])),
    ];
    experiment
        .contents
        .keys
        .extend(other.map(|(key, value)| (key.to_owned(), value)));
    assert_eq!(experiment.judged("graph-exact").verdict, Verdict::Pass);
}

#[test]
fn undirected_a_page_that_leads_to_itself_counts_once_or_twice() {
    let judged =
        |edges: &[(&str, &str, &str)]| Experiment::with("undirected", edges).judged("undirected").verdict;
    assert_eq!(judged(&UNDIRECTED), Verdict::Pass);
    let mut twice = UNDIRECTED;
    twice[4].2 = "2";
    assert_eq!(judged(&twice), Verdict::Pass);
    twice[4].2 = "3";
    assert_eq!(judged(&twice), Verdict::Fail);
    assert_eq!(judged(&GRAPH), Verdict::Fail);
    assert_eq!(judged(&UNDIRECTED[1..]), Verdict::Fail);
}

#[test]
fn an_explanation_names_the_worst_edge_first_and_the_mistake() {
    let claim = Experiment::with("clicks", &but("direct", "http://a.gov/", "2")).judged("graph-exact");
    let text = &claim.explanation;
    assert!(
        text.starts_with("1 edge is wrong, the worst first:\n  direct -> http://a.gov/\n    yours 2, true 3"),
        "{text}"
    );
    let swapped = GRAPH.map(|(from, to, score)| (to, from, score));
    let text = Experiment::with("clicks", &swapped)
        .judged("graph-exact")
        .explanation;
    assert!(text.contains("every edge turned round"), "{text}");
    let named = but("None", "http://a.gov/", "1");
    let text = Experiment::with("heartbeats", &named)
        .judged("skips-heartbeats")
        .explanation;
    assert!(text.contains("1 edge is there that no click has made"), "{text}");
}

#[test]
fn what_was_put_back_and_never_handled_fails_though_the_graph_is_right() {
    let put = |text: &str| Event::Put { text: text.into() };
    let envelope = r#"{"data": {"_heartbeat_": 1}, "tries": 1, "retry_on": 2, "started": 1}"#;
    let claim = Experiment::with("heartbeats", &GRAPH)
        .and(put(envelope))
        .judged("skips-heartbeats");
    assert_eq!(claim.verdict, Verdict::Fail);
    assert!(
        claim.explanation.starts_with("It failed on a heartbeat"),
        "{}",
        claim.explanation
    );

    let click = r#"{"data": {"r": "direct", "u": "http://a.gov/"}, "tries": 1, "retry_on": 2, "started": 1}"#;
    let experiment = || Experiment::with("clicks", &GRAPH).and(put(click));
    assert_eq!(experiment().judged("graph-exact").verdict, Verdict::Fail);
    // Taken again, it has been handled: a conflict between readers is solved that way too.
    let again = Event::Got {
        messages: vec![Delivered::Other(click.to_owned())],
    };
    assert_eq!(
        experiment().and(again).judged("graph-exact").verdict,
        Verdict::Pass
    );
}

#[test]
fn a_program_that_ends_with_the_queue_fails() {
    let mut experiment = Experiment::with("clicks", &GRAPH);
    (experiment.status, experiment.unasked) = ("exit status 0", true);
    experiment.ending = Ending::Exited;
    let claim = experiment.judged("graph-exact");
    assert_eq!(claim.verdict, Verdict::Fail);
    assert!(
        claim.explanation.contains("A stream goes on"),
        "{}",
        claim.explanation
    );
}

#[test]
fn what_the_machine_may_have_done_is_not_held_against_a_program() {
    let lighter = but("direct", "http://a.gov/", "2");
    let stood_still = Experiment::with("four-readers", &lighter).and(Event::Standstill);
    assert_eq!(
        stood_still.judged("graph-race-free").verdict,
        Verdict::CouldNotTell
    );
    let mut slow = Experiment::with("clicks", &lighter);
    slow.ending = Ending::OutOfTime;
    assert_eq!(slow.judged("graph-exact").verdict, Verdict::CouldNotTell);
    // But no machine makes an edge that is nowhere in the clicks.
    let mut other = Experiment::with("clicks", &but("direct", "http://b.gov/", "1")).and(Event::Standstill);
    other.ending = Ending::OutOfTime;
    assert_eq!(other.judged("graph-exact").verdict, Verdict::Fail);
    // And the right graph is right however long it took.
    let right = Experiment::with("four-readers", &GRAPH).and(Event::Standstill);
    assert_eq!(right.judged("graph-race-free").verdict, Verdict::Pass);
}

#[test]
fn nothing_is_told_without_a_redis_or_without_its_contents() {
    let entry = |event| Entry {
        at_us: 0,
        scenario: "clicks".into(),
        reader: 1,
        event,
    };
    let problem = "No Redis was found.".to_owned();
    let claim = judged(vec![entry(Event::NoRedis { problem })], "graph-exact");
    assert_eq!(
        (claim.verdict, claim.explanation.as_str()),
        (Verdict::CouldNotTell, "No Redis was found.")
    );
    let claim = judged(vec![entry(Event::Started)], "graph-exact");
    assert_eq!(claim.verdict, Verdict::CouldNotTell);
    let mut much = Experiment::with("clicks", &GRAPH[1..]);
    much.contents.complete = false;
    assert_eq!(much.judged("graph-exact").verdict, Verdict::CouldNotTell);
}

#[test]
fn nothing_done_never_passes() {
    for (id, scenario) in CLAIMS {
        let mut idle = Experiment::with(scenario, &[]);
        idle.ending = Ending::Idle;
        assert_eq!(idle.judged(id).verdict, Verdict::Fail);
    }
    // One reader of four did all the work, so that nobody got into anybody's way.
    let mut alone = Experiment::with("four-readers", &GRAPH);
    alone.readers = 1;
    assert_eq!(alone.judged("graph-race-free").verdict, Verdict::CouldNotTell);
}

#[test]
fn an_address_of_redis_that_was_written_by_hand_is_asked_about() {
    let nothing = || {
        let mut nothing = Experiment::with("clicks", &[]);
        nothing.before.clear();
        nothing
    };
    let put_back = |stderr: &str| {
        let text = format!(r#"{{"data": {}, "tries": 1}}"#, MESSAGES[0]);
        nothing().and(Event::Put { text }).and(Event::Exited {
            status: "exit status 0".to_owned(),
            unasked: false,
            stderr_tail: stderr.to_owned(),
        })
    };
    let refused = "Error: connect ECONNREFUSED 127.0.0.1:6379\n";
    for experiment in [nothing(), put_back(refused)] {
        let said = experiment.judged("graph-exact").explanation;
        assert!(
            said.contains("never connected to Redis") && said.contains("Does it read REDIS_URL"),
            "{said}"
        );
    }
    let said = put_back("KeyError: 'r'\n").judged("graph-exact").explanation;
    assert!(said.starts_with("It put a click"), "{said}");
}
