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

/// Numbers taken, and resident kilobytes then: the reader of `NODE_CONNECTION` on a busy machine, where it grew for longer.
const NODE_BUSY: &[(u64, u64)] = &[
    (2000, 50232),
    (3000, 50296),
    (4000, 50416),
    (5000, 50440),
    (6000, 50456),
    (7000, 50432),
    (8000, 50556),
    (10000, 50680),
    (11000, 50684),
    (12000, 50708),
    (13000, 51356),
    (14000, 50964),
    (15000, 50964),
    (16000, 50980),
    (17000, 51648),
    (18000, 50984),
    (19000, 50992),
    (20000, 51000),
    (21000, 51004),
    (22000, 51008),
    (23000, 51028),
    (24000, 51036),
    (25000, 51076),
    (26000, 51076),
    (27000, 51076),
    (28000, 51080),
    (29000, 51084),
    (30000, 51084),
    (31000, 50972),
    (32000, 50972),
    (33000, 50996),
    (34000, 51464),
    (35000, 51072),
    (36000, 51068),
    (37000, 51068),
    (38000, 51072),
    (39000, 51072),
    (40000, 51024),
    (41000, 52984),
    (42000, 51476),
    (43000, 51480),
    (44000, 51484),
    (45000, 51484),
    (46000, 51556),
    (47000, 51692),
    (48000, 51696),
    (49000, 51568),
    (50000, 52168),
    (51000, 51548),
    (52000, 51552),
    (53000, 51560),
    (54000, 51560),
    (55000, 52232),
    (56000, 51528),
    (57000, 51688),
    (58000, 51688),
    (59000, 51688),
    (60000, 51688),
    (61000, 51980),
    (62000, 51536),
    (63000, 51640),
    (64000, 51664),
    (65000, 51688),
    (66100, 51692),
    (67200, 51696),
    (68300, 51748),
    (69400, 51816),
    (70500, 51816),
    (71700, 51816),
    (72900, 51816),
    (74100, 51820),
    (75300, 51820),
    (76500, 51820),
    (77700, 51892),
    (79000, 51956),
    (80300, 51956),
    (81600, 52360),
    (82900, 52608),
    (84200, 52608),
    (85600, 53484),
    (87000, 54408),
    (88400, 53996),
    (89800, 54092),
    (91300, 54228),
    (92800, 54440),
    (94300, 54468),
    (95800, 54676),
    (97300, 54352),
    (98900, 54352),
    (100600, 54360),
    (102200, 54360),
    (103800, 54360),
    (105500, 54364),
    (107200, 54364),
    (108900, 54668),
    (110800, 54676),
    (112600, 54680),
    (114400, 54684),
    (116200, 54816),
    (118100, 54832),
    (120000, 55920),
    (121900, 54296),
    (123900, 54456),
    (125900, 54464),
    (127900, 54468),
    (129900, 54792),
    (132000, 55064),
    (134100, 55368),
    (136200, 54596),
    (138400, 54596),
    (140600, 54600),
    (142800, 54604),
    (145100, 54608),
    (147400, 54656),
    (149800, 54656),
    (152200, 54960),
    (154600, 54880),
    (157100, 55004),
    (159600, 55460),
    (162100, 55104),
    (164700, 55104),
    (167300, 55112),
    (170000, 55116),
    (172700, 55316),
    (175400, 55320),
    (178200, 55348),
    (181000, 55356),
    (183900, 55360),
    (186800, 55364),
    (189800, 55252),
    (192800, 54964),
    (195900, 55492),
    (199000, 55124),
    (202200, 55128),
    (205400, 55240),
    (208700, 55276),
    (212000, 56028),
    (215400, 55420),
    (218800, 55396),
    (222300, 55400),
    (225800, 55400),
    (229400, 55568),
    (233000, 55576),
];

/// Resident kilobytes after each further 10,000 numbers: Python 3.11 with each number in a set, which leaps when its table
/// becomes larger.
const PYTHON_SET: &[u64] = &[
    21604, 23452, 23768, 24080, 24392, 24708, 25020, 27384, 27696, 28012, 28324, 28636, 28952, 29264, 29580,
    33988, 34304, 34620, 34936, 35248, 35560, 35876, 36188, 36504, 36816, 37132, 37444, 37756, 38072, 38384,
    38700, 47204, 47520, 47832, 48144, 48460, 48772, 49088, 49400, 49716, 50028, 50340, 50656, 50968, 51284,
    51596, 51912, 52224, 52536, 52852, 53164, 53480, 53792, 54108, 54420, 54732, 55048, 55360, 55676, 55988,
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
fn one_that_grows_evenly_for_a_while_is_not_certain_to_keep_its_numbers() {
    let busy: Vec<(u64, u64)> = NODE_BUSY
        .iter()
        .map(|(taken, kilobytes)| (*taken, kilobytes << 10))
        .collect();
    let moments = moments(&busy);
    assert!(moments.iter().any(Growth::is_even), "{moments:#?}");
    assert!(!moments.iter().any(Growth::is_certain), "{moments:#?}");
}

#[test]
fn at_no_moment_do_numbers_kept_look_like_rest() {
    for (step, shape) in [(15_300, NODE_KEEPS), (10_000, PYTHON_SET)] {
        let moments = moments(&measured(step, shape));
        assert!(moments.len() >= 40);
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
    let set = moments(&measured(10_000, PYTHON_SET));
    let first = set
        .iter()
        .find(|growth| growth.is_certain())
        .expect("they are kept");
    assert!(first.taken() == 600_000, "{first:?}");
    let enough = 600;
    for rate in [8, 32, 100, 380, 590] {
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
    let growth = Growth::of(&made_up(600, |n| 2_000 * n)).expect("sampled");
    assert!(!growth.is_even() && !growth.is_flat());
}

#[test]
fn too_few_samples_tell_nothing() {
    assert_eq!(Growth::of(&[]), None);
    assert_eq!(Growth::of(&made_up(7, |_| 0)), None);
    assert_eq!(Growth::of(&[(0, 1)]), None);
    assert!(Growth::of(&made_up(8, |_| 0)).is_some());
}
