//! The memory of real programs, as it was measured, and of made-up ones.

use super::*;

/// Resident kilobytes after each further 15,300 numbers: node 20 with the fetch that it brings, keeping nothing.
const NODE_FETCH: &[u64] = &[
    73692, 73920, 82076, 85508, 88420, 95944, 104584, 112172, 112620, 112752, 113340, 114316, 114408, 117148,
    120180, 122996, 126100, 126100, 126296, 126296, 126384, 126396, 126472, 126740, 125460, 125472, 125548,
    125552, 125552, 125824, 125824, 126088, 126088, 127196, 129892, 130556, 132704, 132704, 132704, 132704,
    132812, 132816, 132816, 132816, 132820, 133076, 133080, 133788, 136256, 136256, 136256, 136256, 136256,
    136260, 136300, 136416, 136416, 136672, 136676,
];

/// The same with one connection of node's http module, keeping nothing.
const NODE_CONNECTION: &[u64] = &[
    51072, 51256, 51376, 51728, 52092, 54304, 54972, 54536, 54976, 55492, 55700, 55752, 55540, 54776, 55124,
    54960, 55140, 55236, 55176, 55192, 55208, 55228, 55288, 55460, 55200, 55212, 55228, 55236, 55256, 55268,
    55280, 55288, 55300, 55316, 55328, 55340, 55348, 55360, 55372, 55384, 55400, 55408, 55420, 55432, 55440,
    55452, 55464, 55476, 55492, 55504, 55516, 55528, 55540, 55552, 55560, 55284, 55300,
];

/// The same as the last, with each number put into an array.
const NODE_KEEPS: &[u64] = &[
    51256, 53960, 55128, 55676, 55764, 59284, 62224, 61216, 61492, 61436, 61708, 63764, 63868, 63728, 64900,
    64272, 67128, 67472, 70968, 73732, 73740, 73752, 73772, 73716, 78128, 71836, 71848, 71860, 72048, 72056,
    72056, 72056, 72060, 72060, 72060, 72060, 72064, 74840, 74844, 82648, 82832, 88528, 89164, 89168, 89168,
    89168, 89172, 89172, 89172, 89172, 89172, 89176, 89176, 89176, 89176, 89176, 92572, 92572,
];

/// Resident kilobytes after each further 6,900 numbers: Python 3.11 with each number in a set, which leaps when its table
/// becomes larger.
const PYTHON_SET: &[u64] = &[
    22976, 23192, 24944, 25168, 25388, 25612, 25828, 26048, 26268, 26484, 26704, 28972, 29184, 29408, 29632,
    29852, 30072, 30288, 30508, 30728, 30952, 31168, 35480, 35688, 35900, 36108, 36316, 36524, 36740, 36960,
    37180, 37400, 37616, 37840, 38056, 38272, 38496, 38716, 38928, 39160, 39372, 39596, 39812, 40032, 40248,
    48652, 48860, 49072, 49292, 49504, 49716, 49928, 50140, 50360, 50576, 50796, 51004,
];

/// Samples of resident kilobytes, `step` numbers apart.
fn measured(step: u64, kilobytes: &[u64]) -> Vec<(u64, u64)> {
    (1..)
        .zip(kilobytes)
        .map(|(at, kilobytes)| (at * step, kilobytes << 10))
        .collect()
}

/// A sample each thousand numbers of a process of 20 MB that grows as `bytes_at` says.
fn made_up(thousands: u64, bytes_at: impl Fn(u64) -> u64) -> Vec<(u64, u64)> {
    (1..=thousands)
        .map(|thousand| (thousand * 1000, 20_000_000 + bytes_at(thousand * 1000)))
        .collect()
}

/// How it looked at every moment from the first few samples to the last.
fn moments(samples: &[(u64, u64)]) -> Vec<Growth> {
    (16..=samples.len())
        .filter_map(|end| Growth::of(&samples[..end]))
        .collect()
}

#[test]
fn at_no_moment_does_a_collector_of_garbage_look_like_numbers_kept() {
    for shape in [NODE_FETCH, NODE_CONNECTION] {
        let moments = moments(&measured(15_300, shape));
        assert!(moments.len() > 40);
        assert!(moments.iter().all(|growth| !growth.is_even()), "{moments:#?}");
    }
    assert!(
        moments(&measured(15_300, NODE_CONNECTION))
            .iter()
            .any(Growth::is_flat)
    );
}

#[test]
fn at_no_moment_do_numbers_kept_look_like_rest() {
    for (step, shape) in [(15_300, NODE_KEEPS), (6_900, PYTHON_SET)] {
        let moments = moments(&measured(step, shape));
        assert!(moments.len() > 40);
        assert!(moments.iter().all(|growth| !growth.is_flat()), "{moments:#?}");
    }
    for rate in [8, 32, 100, 380] {
        assert!(
            moments(&made_up(100, |n| rate * n))
                .iter()
                .all(|growth| !growth.is_flat())
        );
    }
}

#[test]
fn numbers_kept_are_certain_after_enough_of_them_and_not_before() {
    let set = moments(&measured(6_900, PYTHON_SET));
    let first = set
        .iter()
        .find(|growth| growth.is_certain())
        .expect("they are kept");
    // As large as that is V8's heap too, before it is warm.
    assert!((300_000..315_000).contains(&first.taken()), "{first:?}");
    for (rate, enough) in [(8, 200), (32, 200), (100, 300), (380, 300), (590, 300)] {
        let certain = |thousands| {
            Growth::of(&made_up(thousands, |n| rate * n))
                .expect("sampled")
                .is_certain()
        };
        assert_eq!(
            (certain(enough - 1), certain(enough)),
            (false, true),
            "{rate} bytes a number"
        );
    }
}

#[test]
fn what_is_kept_no_more_after_a_while_is_no_growth() {
    for kept in [10_000, 20_000] {
        let growth = Growth::of(&made_up(60, |n| 100 * n.min(kept))).expect("sampled");
        assert!(growth.is_flat() && !growth.is_even(), "{growth:?}");
    }
    let late = Growth::of(&made_up(160, |n| 100 * n.min(100_000))).expect("sampled");
    assert!(!late.is_flat() && !late.is_even(), "{late:?}");
}

#[test]
fn too_much_for_numbers_is_garbage() {
    let growth = Growth::of(&made_up(300, |n| 2_000 * n)).expect("sampled");
    assert!(!growth.is_even() && !growth.is_flat());
}

#[test]
fn too_few_samples_tell_nothing() {
    assert_eq!(Growth::of(&[]), None);
    assert_eq!(Growth::of(&made_up(7, |_| 0)), None);
    assert_eq!(Growth::of(&[(0, 1)]), None);
    assert!(Growth::of(&made_up(8, |_| 0)).is_some());
}
