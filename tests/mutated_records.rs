//! Records that were cut, reordered, or lost lines: every judge says something of them, and never more than they show.
//!
//! What holds of a judge, which takes any list of events for a record:
//!
//! * whatever was done to a record, it is judged without a panic;
//! * a record without events, or with nothing but the beginning of the check, is no pass;
//! * a record that lacks its end passes no program that the whole record fails: what was not seen is not held to be right;
//! * where a program is wrong many times over, a few lines dropped, doubled or exchanged do not make it right.
//!
//! What does not hold, and need not: a right program's record without its end may come to anything, and one line taken out
//! of, or added to, a record in which one line is wrong may mend it. So `workshop judge` takes whole records alone.

mod records;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{TestCaseError, TestRunner};
use workshop::arena::Event;
use workshop::checks::Verdict;

use records::{Real, real};

/// Some other cases each time, as many for each record.
fn each_record<S: Strategy>(
    cases: u32,
    strategy: &S,
    test: impl Fn(&Real, S::Value) -> Result<(), TestCaseError>,
) {
    for record in real() {
        let config = ProptestConfig {
            cases,
            failure_persistence: None,
            ..ProptestConfig::default()
        };
        TestRunner::new(config)
            .run(strategy, |value| test(record, value))
            .unwrap_or_else(|error| panic!("section {}, {}: {error}", record.section, record.program));
    }
}

#[test]
fn the_records_are_those_of_right_and_wrong_programs() {
    for record in real() {
        assert_eq!(
            record.judged(record.entries.clone()),
            record.verdict,
            "{}",
            record.program
        );
    }
}

#[test]
fn a_record_without_events_is_no_pass() {
    for record in real() {
        assert_ne!(
            record.judged(Vec::new()),
            Verdict::Pass,
            "section {}",
            record.section
        );
        let first = record.entries[..1].to_vec();
        assert_ne!(record.judged(first), Verdict::Pass, "section {}", record.section);
    }
}

#[test]
fn a_record_without_its_end_passes_no_wrong_program() {
    each_record(20, &any::<Index>(), |record, at| {
        let left = at.index(record.entries.len());
        record.stays_wrong(
            record.entries[..left].to_vec(),
            &format!("the first {left} lines"),
        )
    });
    // The likeliest places: where a program or an experiment has just ended.
    for record in real().iter().filter(|record| record.verdict == Verdict::Fail) {
        let ends = record.entries.iter().enumerate();
        let ends =
            ends.filter(|(_, entry)| matches!(entry.event, Event::Ended { .. } | Event::Exited { .. }));
        for (index, _) in ends {
            let verdict = record.judged(record.entries[..=index].to_vec());
            assert_ne!(
                verdict,
                Verdict::Pass,
                "{}: the first {} lines",
                record.program,
                index + 1
            );
        }
    }
}

#[test]
fn a_few_lines_dropped_doubled_or_exchanged_make_no_wrong_program_right() {
    let lines = prop::collection::vec((any::<Index>(), any::<Index>(), 0..3_u8), 1..4);
    each_record(20, &lines, |record, changes| {
        let mut entries = record.entries.clone();
        for (one, other, change) in &changes {
            let (one, other) = (one.index(entries.len()), other.index(entries.len()));
            match change {
                0 => drop(entries.remove(one)),
                1 => {
                    let entry = entries[one].clone();
                    entries.insert(other, entry);
                }
                _ => entries.swap(one, other),
            }
        }
        record.stays_wrong(entries, &format!("{changes:?}"))
    });
}

#[test]
fn no_order_and_no_choice_of_the_lines_makes_a_judge_panic() {
    let shuffled = any::<(u64, u8)>();
    each_record(12, &shuffled, |record, (seed, kept)| {
        let mut entries = record.entries.clone();
        // An order of its own for each seed, by a linear congruence; and of every so many lines, one is left out.
        let mut state = seed | 1;
        let mut next = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        for last in (1..entries.len()).rev() {
            entries.swap(last, next(last + 1));
        }
        let mut index = 0;
        entries.retain(|_| {
            index += 1;
            index % (usize::from(kept) + 2) != 0
        });
        record.judged(entries);
        Ok(())
    });
}
