//! The verdicts of section 2, from made-up records: what happened decides, and nothing else.

use proptest::prelude::*;
use workshop::arena::{Delivered, Ending, Entry, Event, History};
use workshop::checks::{self, Claim, Verdict};

/// A record in the making. Each event comes a millisecond after the one before it.
struct Record {
    scenario: &'static str,
    now_us: u64,
    entries: Vec<Entry>,
    published: Vec<f64>,
}

impl Record {
    fn new(scenario: &'static str) -> Self {
        let mut record = Self {
            scenario,
            now_us: 0,
            entries: Vec::new(),
            published: Vec::new(),
        };
        record.event(1, Event::Started);
        record.event(1, Event::Connected);
        record
    }

    fn event(&mut self, reader: u8, event: Event) {
        self.now_us += 1000;
        self.entries.push(Entry {
            at_us: self.now_us,
            scenario: self.scenario.into(),
            reader,
            event,
        });
    }

    fn later(&mut self, seconds: u64) {
        self.now_us += seconds * 1_000_000;
    }

    fn publish(&mut self, number: f64) {
        let text = message(number);
        let message = self.published.len() as u32;
        self.published.push(number);
        self.event(0, Event::Published { message, text });
    }

    fn publish_junk(&mut self, text: &str) {
        let message = self.published.len() as u32;
        self.published.push(f64::NAN);
        let text = text.to_owned();
        self.event(0, Event::Published { message, text });
    }

    /// Takes the message of that number for the first time.
    fn get(&mut self, reader: u8, number: f64) {
        let place = self.published.iter().position(|published| *published == number);
        let messages = vec![Delivered::Published(place.unwrap() as u32)];
        self.event(reader, Event::Got { messages });
    }

    fn get_again(&mut self, reader: u8, text: String) {
        let messages = vec![Delivered::Other(text)];
        self.event(reader, Event::Got { messages });
    }

    fn put(&mut self, reader: u8, text: String) {
        self.event(reader, Event::Put { text });
    }

    fn print(&mut self, reader: u8, number: f64) {
        let line = format!("{{\"number\": {number}}}");
        self.event(reader, Event::Printed { line });
    }

    /// A number that fails once, in an envelope of `envelope`'s making.
    fn retry(&mut self, reader: u8, number: f64, envelope: fn(f64) -> String) {
        self.get(reader, number);
        self.put(reader, envelope(number));
        self.get_again(reader, envelope(number));
        self.print(reader, number);
    }

    fn end(&mut self, reader: u8, ending: Ending) {
        self.event(reader, Event::Ended { ending });
        self.event(
            reader,
            Event::Exited {
                status: "exit status 0".into(),
                unasked: ending == Ending::Exited,
                stderr_tail: String::new(),
            },
        );
    }

    fn claims(&self) -> Vec<Claim> {
        checks::of_section(2)
            .unwrap()
            .judge(&History::new(self.entries.clone()))
    }

    fn claim(&self, id: &str) -> Claim {
        let claims = self.claims();
        let found = claims.iter().find(|claim| claim.id == id);
        found.unwrap_or_else(|| panic!("no {id}")).clone()
    }

    fn verdict(&self, id: &str) -> Verdict {
        self.claim(id).verdict
    }
}

fn message(number: f64) -> String {
    format!("{{\"time\": 1.5, \"number\": {number}}}")
}

fn enveloped(number: f64) -> String {
    let data = message(number);
    format!(
        "{{\"data\": {data}, \"tries\": 1, \"retry_on\": null, \"started\": 5, \"tasks_left\": [\"handle\"]}}"
    )
}

const PLAIN: [f64; 6] = [0.25, 0.5, 0.1, 0.9999, 0.3021, 0.7];
const LOWS: [f64; 2] = [0.0432, 0.0001];
const NEGATIVE: f64 = -0.2;
const OF_ONE_READER: [&str; 3] = ["every-number", "retries-failures", "gives-up"];

/// What a right reader does, with failures in envelopes of `envelope`'s making.
fn right(envelope: fn(f64) -> String) -> Record {
    let mut record = Record::new("ordinary");
    PLAIN
        .iter()
        .chain(&LOWS)
        .for_each(|number| record.publish(*number));
    record.publish(NEGATIVE);
    for number in PLAIN {
        record.get(1, number);
        record.print(1, number);
    }
    LOWS.iter().for_each(|number| record.retry(1, *number, envelope));
    record.get(1, NEGATIVE);
    record.put(1, envelope(NEGATIVE));
    record.get_again(1, envelope(NEGATIVE));
    record
}

fn settled(mut record: Record) -> Record {
    record.later(1);
    record.end(1, Ending::Settled);
    record
}

#[test]
fn a_right_reader_passes_whatever_its_envelope_looks_like() {
    for envelope in [
        enveloped,
        message,
        |number| format!("{{\"again\": {:?}}}", message(number)),
        |number| format!("again {number}"),
    ] as [fn(f64) -> String; 4]
    {
        let record = settled(right(envelope));
        for id in OF_ONE_READER {
            assert_eq!(
                record.verdict(id),
                Verdict::Pass,
                "{id}: {}",
                record.claim(id).explanation
            );
        }
    }
}

#[test]
fn a_line_more_or_less_fails() {
    let whole = settled(right(enveloped));
    for (index, entry) in whole.entries.iter().enumerate() {
        let Event::Printed { line } = &entry.event else {
            continue;
        };
        let claim = if line.contains("0.0") {
            "retries-failures"
        } else {
            "every-number"
        };
        let mut less = settled(right(enveloped));
        less.entries.remove(index);
        assert_eq!(less.verdict(claim), Verdict::Fail, "without {line}");
        let mut more = settled(right(enveloped));
        more.entries.insert(index, entry.clone());
        assert_eq!(more.verdict("every-number"), Verdict::Fail, "twice {line}");
        let mut other = settled(right(enveloped));
        let line = "{\"number\": 0.8888}".to_owned();
        other.entries[index].event = Event::Printed { line };
        assert_eq!(other.verdict("every-number"), Verdict::Fail);
    }
}

#[test]
fn what_comes_when_the_reader_is_asked_to_end_comes_too_late() {
    let mut record = right(enveloped);
    record.publish(0.6);
    record.get(1, 0.6);
    record.event(1, Event::Ended { ending: Ending::Idle });
    record.print(1, 0.6);
    let claim = record.claim("every-number");
    assert_eq!(claim.verdict, Verdict::Fail);
    assert!(
        claim
            .explanation
            .contains("only when the program was asked to end")
    );
}

#[test]
fn a_failed_claim_tells_the_story_of_the_message() {
    let mut record = right(enveloped);
    record.publish(0.0017);
    record.get(1, 0.0017);
    record.put(1, enveloped(0.0017));
    record.later(10);
    record.end(1, Ending::Idle);
    let claim = record.claim("retries-failures");
    assert_eq!(claim.verdict, Verdict::Fail);
    // Two events before the first message, nine messages, 23 steps of theirs: the tenth is published as the 35th.
    let story = "message 9 (0.0017): published at 0.035 s; got by reader 1 at 0.036 s; put back at 0.037 s (try 1); \
                 never got again";
    assert!(claim.explanation.contains(story), "{}", claim.explanation);
}

#[test]
fn a_low_number_that_is_handled_at_once_has_not_failed() {
    let record = |set_aside: bool| {
        let mut record = Record::new("ordinary");
        PLAIN
            .iter()
            .chain(&LOWS)
            .for_each(|number| record.publish(*number));
        record.publish(0.8);
        let mut order: Vec<f64> = PLAIN.iter().chain(&LOWS).copied().collect();
        order.push(0.8);
        order.iter().for_each(|number| record.get(1, *number));
        if set_aside {
            order.sort_by_key(|number| *number < 0.1);
        }
        order.iter().for_each(|number| record.print(1, *number));
        settled(record)
    };
    assert_eq!(record(false).verdict("retries-failures"), Verdict::Fail);
    assert_eq!(record(false).verdict("every-number"), Verdict::Pass);
    assert_eq!(record(true).verdict("retries-failures"), Verdict::Pass);
}

#[test]
fn a_negative_number_is_not_printed_and_does_not_go_round() {
    let mut printed = right(enveloped);
    printed.print(1, NEGATIVE);
    assert_eq!(settled(printed).verdict("gives-up"), Verdict::Fail);

    let mut in_the_queue = right(enveloped);
    in_the_queue.put(1, enveloped(NEGATIVE));
    in_the_queue.later(10);
    in_the_queue.end(1, Ending::Idle);
    assert_eq!(in_the_queue.verdict("gives-up"), Verdict::Fail);
    assert_eq!(in_the_queue.verdict("retries-failures"), Verdict::Pass);

    let mut round = right(message);
    for _ in 0..1001 {
        round.put(1, message(NEGATIVE));
        round.get_again(1, message(NEGATIVE));
    }
    assert_eq!(settled(round).verdict("gives-up"), Verdict::Fail);

    let mut dropped = Record::new("ordinary");
    dropped.publish(0.25);
    dropped.publish(NEGATIVE);
    dropped.get(1, 0.25);
    dropped.print(1, 0.25);
    dropped.get(1, NEGATIVE);
    assert_eq!(settled(dropped).verdict("gives-up"), Verdict::Pass);

    let mut put_back_at_the_end = right(enveloped);
    put_back_at_the_end.later(1);
    put_back_at_the_end.event(
        1,
        Event::Ended {
            ending: Ending::Settled,
        },
    );
    put_back_at_the_end.put(1, enveloped(NEGATIVE));
    assert_eq!(put_back_at_the_end.verdict("gives-up"), Verdict::Pass);
}

#[test]
fn junk_is_named_where_it_stopped_the_reader() {
    let mut record = Record::new("junk");
    record.publish(0.25);
    record.publish_junk("this is not JSON");
    record.publish(0.5);
    record.get(1, 0.25);
    record.print(1, 0.25);
    let messages = vec![Delivered::Published(1)];
    record.event(1, Event::Got { messages });
    record.end(1, Ending::Exited);
    let claim = record.claim("survives-junk");
    assert_eq!(claim.verdict, Verdict::Fail);
    assert!(
        claim.explanation.contains("this is not JSON"),
        "{}",
        claim.explanation
    );
}

/// Two readers that took turns.
fn shared() -> Record {
    let mut record = Record::new("two-readers");
    record.event(2, Event::Started);
    PLAIN.iter().for_each(|number| record.publish(*number));
    for (index, number) in PLAIN.iter().enumerate() {
        let reader = 1 + (index % 2) as u8;
        record.get(reader, *number);
        record.print(reader, *number);
    }
    record
}

#[test]
fn two_readers_share_and_do_nothing_twice() {
    let ended = |mut record: Record| {
        record.end(1, Ending::Settled);
        record.end(2, Ending::Settled);
        record
    };
    assert_eq!(ended(shared()).verdict("two-readers"), Verdict::Pass);

    let mut twice = shared();
    twice.print(2, PLAIN[0]);
    assert_eq!(ended(twice).verdict("two-readers"), Verdict::Fail);

    let mut alone = shared();
    alone
        .entries
        .iter_mut()
        .for_each(|entry| entry.reader = entry.reader.min(1));
    alone.event(2, Event::Started);
    let claim = ended(alone).claim("two-readers");
    assert_eq!(claim.verdict, Verdict::Fail);
    assert!(claim.explanation.contains("Reader 2"), "{}", claim.explanation);

    let mut stuck = shared();
    stuck.end(1, Ending::Idle);
    stuck.end(2, Ending::Idle);
    assert_eq!(stuck.verdict("two-readers"), Verdict::Fail);
}

#[test]
fn a_killed_reader_costs_what_it_held_and_no_more() {
    let record = |rest: &[f64]| {
        let mut record = Record::new("killed-reader");
        PLAIN.iter().for_each(|number| record.publish(*number));
        record.publish(LOWS[0]);
        record.get(1, PLAIN[0]);
        record.print(1, PLAIN[0]);
        record.get(1, LOWS[0]);
        record.put(1, enveloped(LOWS[0]));
        record.get(1, PLAIN[1]);
        let signal = "SIGKILL".to_owned();
        record.event(1, Event::Signalled { signal });
        record.end(1, Ending::Settled);
        record.event(2, Event::Started);
        for number in rest {
            if *number == LOWS[0] {
                record.get_again(2, enveloped(*number));
            } else {
                record.get(2, *number);
            }
            record.print(2, *number);
        }
        record.end(2, Ending::Settled);
        record
    };
    let all = [&PLAIN[2..], &LOWS[..1]].concat();
    assert_eq!(record(&all).verdict("killed-reader"), Verdict::Pass);
    for missing in 0..all.len() {
        let mut rest = all.clone();
        let number = rest.remove(missing);
        assert_eq!(
            record(&rest).verdict("killed-reader"),
            Verdict::Fail,
            "without {number}"
        );
    }
    let mut twice = all.clone();
    twice.push(PLAIN[0]);
    assert_eq!(record(&twice).verdict("killed-reader"), Verdict::Fail);

    let mut alive = record(&all);
    alive
        .entries
        .retain(|entry| !matches!(entry.event, Event::Signalled { .. }));
    assert_ne!(alive.verdict("killed-reader"), Verdict::Pass);
}

#[test]
fn what_could_not_be_seen_is_not_judged() {
    let mut not_started = Record::new("ordinary");
    let problem = "there is no such program".to_owned();
    not_started.event(1, Event::NotStarted { problem });
    let mut stood_still = right(enveloped);
    stood_still.publish(0.6);
    stood_still.event(1, Event::Standstill);
    stood_still.end(1, Ending::Idle);
    let mut slow = Record::new("ordinary");
    slow.publish(0.6);
    slow.end(1, Ending::OutOfTime);
    for (record, id) in [
        (&not_started, "every-number"),
        (&not_started, "gives-up"),
        (&stood_still, "every-number"),
        (&slow, "every-number"),
        (&slow, "gives-up"),
    ] {
        assert_eq!(record.verdict(id), Verdict::CouldNotTell, "{id}");
    }
    assert!(Record::new("other").claims().is_empty());
}

proptest! {
    /// Whatever became of a record, judging it does not panic; and where a number was not printed, nothing passes.
    #[test]
    fn a_mutilated_record_is_judged_too(length in 0_usize..60, swap in 0_usize..40, with in 0_usize..40) {
        let mut record = settled(right(enveloped));
        let last = record.entries.len() - 1;
        record.entries.swap(swap.min(last), with.min(last));
        record.entries.truncate(length);
        let printed = record.entries.iter().filter(|entry| matches!(entry.event, Event::Printed { .. })).count();
        let published = record.entries.iter().filter(|entry| matches!(entry.event, Event::Published { .. })).count();
        let passed = record
            .claims()
            .iter()
            .filter(|claim| ["every-number", "retries-failures"].contains(&claim.id))
            .all(|claim| claim.verdict == Verdict::Pass);
        if published == PLAIN.len() + LOWS.len() + 1 && printed < PLAIN.len() + LOWS.len() {
            prop_assert!(!passed);
        }
    }
}
