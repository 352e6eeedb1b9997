//! Verdicts, from made-up records: what happened decides, and nothing else.

use proptest::prelude::*;
use workshop::arena::{Delivered, Ending, Entry, Event, History};
use workshop::checks::{self, Claim, Verdict};

/// Ten numbers whose moments are known by hand: mean 7, squared distances 144, so sample variance 16.
const TEN: [f64; 10] = [8.0, 3.0, 12.0, 5.0, 9.0, 1.0, 7.0, 14.0, 4.0, 7.0];

/// The record of a program that was sent the ten numbers ten times over, a batch of ten at a time, in the experiment
/// `scenario`, and printed the lines that `told` gives for n numbers.
fn record(scenario: &'static str, mut told: impl FnMut(usize) -> Vec<String>) -> Vec<Entry> {
    let mut events = vec![Event::Started, Event::Connected];
    let numbers: Vec<f64> = TEN.iter().copied().cycle().take(100).collect();
    for (index, number) in numbers.iter().enumerate() {
        let text = format!("{{\"time\": {index}, \"number\": {number}}}");
        events.push(Event::Published {
            message: index as u32,
            text,
        });
    }
    for batch in 0..10_u32 {
        let messages = (batch * 10..batch * 10 + 10).map(Delivered::Published).collect();
        events.push(Event::Got { messages });
        for n in batch * 10 + 1..=batch * 10 + 10 {
            events.extend(told(n as usize).into_iter().map(|line| Event::Printed { line }));
        }
    }
    events.push(Event::Ended {
        ending: Ending::Settled,
    });
    events.push(Event::Exited {
        status: "exit status 0".into(),
        unasked: false,
        stderr_tail: String::new(),
    });
    let entry = |(index, event)| Entry {
        at_us: index as u64,
        scenario: scenario.into(),
        reader: 1,
        event,
    };
    events.into_iter().enumerate().map(entry).collect()
}

/// The line for the first n numbers, by the definition: two passes.
fn right(n: usize) -> String {
    let numbers: Vec<f64> = TEN.iter().copied().cycle().take(n).collect();
    let mean = numbers.iter().sum::<f64>() / n as f64;
    let squares: f64 = numbers.iter().map(|x| (x - mean).powi(2)).sum();
    let variance = if n > 1 {
        (squares / (n - 1) as f64).to_string()
    } else {
        "null".into()
    };
    format!("{{\"n\": {n}, \"mean\": {mean}, \"variance\": {variance}}}")
}

fn judged(entries: Vec<Entry>) -> Vec<Claim> {
    checks::of_section(3).unwrap().judge(&History::new(entries))
}

fn verdict(claims: &[Claim], id: &str) -> Verdict {
    claims
        .iter()
        .find(|claim| claim.id == id)
        .unwrap_or_else(|| panic!("no {id}"))
        .verdict
}

/// What the claim `id` comes to for a program that printed `told` in the ordinary experiment.
fn ordinary(id: &str, told: impl FnMut(usize) -> Vec<String>) -> Verdict {
    verdict(&judged(record("ordinary", told)), id)
}

const OF_A_STREAM: [&str; 4] = ["reports", "mean", "variance", "every-number"];

#[test]
fn right_lines_pass_however_many_there_are() {
    for every in [1, 10, 50, 100] {
        for id in OF_A_STREAM {
            let told = |n: usize| {
                if n.is_multiple_of(every) {
                    vec![right(n)]
                } else {
                    vec![]
                }
            };
            assert_eq!(ordinary(id, told), Verdict::Pass, "{id}, a line every {every}");
        }
    }
    let noisy = |n| {
        vec![
            "starting".into(),
            "[1, 2]".into(),
            "{\"note\": \"NaN\"}".into(),
            right(n),
            right(n),
        ]
    };
    for id in OF_A_STREAM {
        assert_eq!(ordinary(id, noisy), Verdict::Pass, "{id}, among other lines");
    }
}

#[test]
fn nothing_printed_never_passes() {
    for id in OF_A_STREAM {
        assert_ne!(ordinary(id, |_| vec![]), Verdict::Pass, "{id}");
        assert_ne!(
            ordinary(id, |_| vec!["mean 7 variance 16".into()]),
            Verdict::Pass,
            "{id}"
        );
    }
    assert_eq!(ordinary("reports", |_| vec![]), Verdict::Fail);
}

#[test]
fn a_single_wrong_line_among_right_ones_fails() {
    let with = |at: usize, line: &'static str| {
        move |n| {
            if n == at {
                vec![line.to_owned()]
            } else {
                vec![right(n)]
            }
        }
    };
    assert_eq!(
        ordinary(
            "mean",
            with(40, r#"{"n": 40, "mean": 7.00000002, "variance": 14.76}"#)
        ),
        Verdict::Fail
    );
    assert_eq!(
        ordinary(
            "variance",
            with(10, r#"{"n": 10, "mean": 7, "variance": 16.0000001}"#)
        ),
        Verdict::Fail
    );
    assert_eq!(
        ordinary("variance", with(10, r#"{"n": 10, "mean": 7}"#)),
        Verdict::Fail,
        "no variance"
    );
    assert_eq!(
        ordinary("variance", with(10, r#"{"n": 10, "mean": 7, "variance": "16"}"#)),
        Verdict::Fail,
        "a string"
    );
    assert_eq!(
        ordinary("mean", with(10, r#"{"n": 10, "mean": null, "variance": 16}"#)),
        Verdict::Fail
    );
    assert_eq!(
        ordinary("reports", with(10, r#"{"n": "10", "mean": 7, "variance": 16}"#)),
        Verdict::Fail
    );
    assert_eq!(
        ordinary(
            "every-number",
            with(10, r#"{"n": 11, "mean": 7, "variance": 16}"#)
        ),
        Verdict::Fail,
        "not sent yet"
    );
    assert_eq!(
        ordinary("every-number", with(50, r#"{"n": 3, "mean": 7, "variance": 16}"#)),
        Verdict::Fail,
        "n fell"
    );
}

#[test]
fn sample_or_population_but_one_of_them() {
    let population = |n: usize| {
        let numbers: Vec<f64> = TEN.iter().copied().cycle().take(n).collect();
        let mean = numbers.iter().sum::<f64>() / n as f64;
        let variance = numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64;
        format!("{{\"n\": {n}, \"mean\": {mean}, \"variance\": {variance}}}")
    };
    assert_eq!(ordinary("variance", |n| vec![population(n)]), Verdict::Pass);
    assert_eq!(
        ordinary("variance", |n| vec![if n < 50 {
            right(n)
        } else {
            population(n)
        }]),
        Verdict::Fail
    );
}

#[test]
fn one_number_has_no_sample_variance_and_any_way_to_say_so_will_do() {
    for variance in ["null", "NaN", "0", "0.0", "-0.0"] {
        let line = format!("{{\"n\": 1, \"mean\": 8, \"variance\": {variance}}}");
        let told = |n| vec![if n == 1 { line.clone() } else { right(n) }];
        assert_eq!(ordinary("variance", told), Verdict::Pass, "{variance}");
    }
    let told = |n| {
        vec![if n == 1 {
            r#"{"n": 1, "mean": 8, "variance": 1}"#.to_owned()
        } else {
            right(n)
        }]
    };
    assert_eq!(ordinary("variance", told), Verdict::Fail);
}

#[test]
fn twelve_digits_are_enough_and_six_are_not() {
    let with_digits = |digits: usize| {
        move |n| {
            let line: serde_json::Value = serde_json::from_str(&right(n)).unwrap();
            let number = |key: &str| {
                line[key]
                    .as_f64()
                    .map_or("null".into(), |x| format!("{x:.*e}", digits - 1))
            };
            vec![format!(
                "{{\"n\": {n}, \"mean\": {}, \"variance\": {}}}",
                number("mean"),
                number("variance")
            )]
        }
    };
    for id in ["mean", "variance"] {
        assert_eq!(ordinary(id, with_digits(12)), Verdict::Pass, "{id}");
        assert_eq!(ordinary(id, with_digits(6)), Verdict::Fail, "{id}");
    }
}

#[test]
fn a_program_that_put_a_number_back_has_not_counted_it() {
    let mut entries = record("ordinary", |n| vec![right(n)]);
    let put = Event::Put {
        text: r#"{"data": {"number": 3}, "tries": 1}"#.into(),
    };
    entries.insert(
        entries.len() - 2,
        Entry {
            at_us: 200,
            scenario: "ordinary".into(),
            reader: 1,
            event: put,
        },
    );
    assert_eq!(verdict(&judged(entries), "every-number"), Verdict::Fail);
}

#[test]
fn what_could_not_be_started_could_not_be_told() {
    for scenario in ["ordinary", "first-numbers", "large-offset"] {
        let event = Event::NotStarted {
            problem: "there is no python3".into(),
        };
        let claims = judged(vec![Entry {
            at_us: 0,
            scenario: scenario.into(),
            reader: 1,
            event,
        }]);
        let ids = if scenario == "ordinary" {
            &OF_A_STREAM[..]
        } else {
            &[scenario][..]
        };
        for id in ids {
            assert_eq!(verdict(&claims, id), Verdict::CouldNotTell, "{id}");
        }
    }
}

#[test]
fn a_program_that_was_only_slow_is_not_failed() {
    let mut entries = record("ordinary", |n| if n <= 20 { vec![right(n)] } else { vec![] });
    // Time ran out after the second batch.
    let second_batch_told = entries
        .iter()
        .rposition(|entry| matches!(entry.event, Event::Printed { .. }))
        .unwrap();
    entries.truncate(second_batch_told + 1);
    let ended = Event::Ended {
        ending: Ending::OutOfTime,
    };
    entries.push(Entry {
        at_us: 60_000_000,
        scenario: "ordinary".into(),
        reader: 1,
        event: ended,
    });
    let claims = judged(entries);
    for id in ["mean", "variance", "every-number"] {
        assert_eq!(verdict(&claims, id), Verdict::CouldNotTell, "{id}");
    }
}

#[test]
fn several_connections_are_judged_by_the_line_that_counts_all() {
    // The first two numbers in the other order: right in the end, and not at n = 1.
    let swapped = |n: usize| {
        vec![if n == 1 {
            r#"{"n": 1, "mean": 3, "variance": null}"#.to_owned()
        } else {
            right(n)
        }]
    };
    assert_eq!(
        ordinary("mean", swapped),
        Verdict::Fail,
        "over one connection there is one order"
    );
    let with_several = |told: fn(usize) -> Vec<String>| {
        let mut entries = record("ordinary", told);
        let event = Event::SeveralConnections;
        entries.insert(
            2,
            Entry {
                at_us: 2,
                scenario: "ordinary".into(),
                reader: 1,
                event,
            },
        );
        verdict(&judged(entries), "mean")
    };
    assert_eq!(with_several(swapped), Verdict::Pass);
    assert_eq!(
        with_several(|n| if n < 100 { vec![right(n)] } else { vec![] }),
        Verdict::CouldNotTell
    );
    assert_eq!(
        with_several(|n| vec![right(n).replace("mean\": ", "mean\": 1")]),
        Verdict::Fail
    );
}

#[test]
fn a_program_that_ends_of_itself_has_not_counted_the_stream() {
    let mut entries = record("ordinary", |n| vec![right(n)]);
    let Some(Event::Exited { unasked, .. }) = entries.last_mut().map(|entry| &mut entry.event) else {
        unreachable!()
    };
    *unasked = true;
    assert_eq!(verdict(&judged(entries), "every-number"), Verdict::Fail);
}

#[test]
fn what_happened_while_the_arena_stood_still_is_held_against_nobody() {
    let stood_still = |told: fn(usize) -> Vec<String>| {
        let mut entries = record("ordinary", told);
        let event = Event::Standstill;
        entries.insert(
            50,
            Entry {
                at_us: 50,
                scenario: "ordinary".into(),
                reader: 1,
                event,
            },
        );
        verdict(&judged(entries), "mean")
    };
    assert_eq!(stood_still(|n| vec![right(n)]), Verdict::Pass);
    assert_eq!(
        stood_still(|n| vec![right(n).replace("mean\": ", "mean\": 1")]),
        Verdict::CouldNotTell
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A record that is cut short, has lines twice or out of order, or is mixed up altogether is judged without a
    /// panic, and whatever is left of a silent program never passes.
    #[test]
    fn any_record_is_judged(order in proptest::collection::vec(0..214_usize, 0..300), silent: bool) {
        let whole = record("ordinary", |n| if silent { vec![] } else { vec![right(n)] });
        let mixed: Vec<Entry> = order.iter().filter_map(|index| whole.get(*index).cloned()).collect();
        let claims = judged(mixed);
        if silent {
            for id in OF_A_STREAM {
                prop_assert_ne!(verdict(&claims, id), Verdict::Pass);
            }
        }
    }

    /// Cutting a right program's record off at any place never makes it fail a claim about its numbers.
    #[test]
    fn a_right_record_cut_off_does_not_turn_wrong(length in 0..214_usize) {
        let mut entries = record("ordinary", |n| vec![right(n)]);
        entries.truncate(length);
        let claims = judged(entries);
        prop_assert_ne!(verdict(&claims, "mean"), Verdict::Fail);
        prop_assert_ne!(verdict(&claims, "variance"), Verdict::Fail);
    }
}
