//! Streams of numbers and the secret.

use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use proptest::prelude::*;
use tokio::time::{Instant, advance, timeout};
use workshop::source::{Distribution, Numbers, Pace, Secret, SecretError, message};

/// One of each family, none at zero with a scale of one, where mistakes hide.
const FAMILIES: [Distribution; 10] = [
    Distribution::Normal {
        mean: 3.0,
        standard_deviation: 0.7,
    },
    Distribution::Uniform { low: -2.0, high: 5.0 },
    Distribution::Exponential {
        location: -4.0,
        scale: 1.5,
    },
    Distribution::Gamma {
        location: 1.0,
        scale: 2.0,
        shape: 3.0,
    },
    Distribution::LogNormal {
        location: -1.0,
        scale: 2.0,
        sigma: 0.4,
    },
    Distribution::Laplace {
        location: 2.0,
        scale: 0.5,
    },
    Distribution::Logistic {
        location: -3.0,
        scale: 1.2,
    },
    Distribution::StudentT {
        location: 10.0,
        scale: 2.0,
        degrees_of_freedom: 9.0,
    },
    Distribution::Gumbel {
        location: 0.5,
        scale: 2.5,
    },
    Distribution::Triangular {
        low: -1.0,
        mode: 0.0,
        high: 4.0,
    },
];

fn mean_and_variance(numbers: &[f64]) -> (f64, f64) {
    let n = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / n;
    (
        mean,
        numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0),
    )
}

#[test]
fn numbers_have_the_moments_that_their_distribution_claims() {
    let n = 200_000;
    for distribution in FAMILIES {
        let numbers: Vec<f64> = Numbers::new(&distribution, 2012).unwrap().take(n).collect();
        let (mean, variance) = mean_and_variance(&numbers);
        let mean_off = (mean - distribution.mean()) / distribution.mean_standard_error(n as u64);
        let variance_off =
            (variance - distribution.variance()) / distribution.variance_standard_error(n as u64);
        // Five standard errors: one seed in 1.7 million goes beyond by chance, and this seed does not change.
        assert!(
            mean_off.abs() < 5.0,
            "mean of the {distribution}: {mean}, {mean_off} standard errors off"
        );
        assert!(
            variance_off.abs() < 5.0,
            "variance of the {distribution}: {variance}, {variance_off} off"
        );
    }
}

#[test]
fn numbers_lie_where_their_distribution_function_puts_them() {
    // The probability of a number at or below a point, from the closed distribution functions where there is one.
    let half_normal = 0.841_344_746_068_542_9; // One standard deviation above the mean.
    let cases = [
        (
            Distribution::Normal {
                mean: 3.0,
                standard_deviation: 0.7,
            },
            3.7,
            half_normal,
        ),
        (Distribution::Uniform { low: -2.0, high: 5.0 }, 0.1, 0.3),
        (
            Distribution::Exponential {
                location: -4.0,
                scale: 1.5,
            },
            -2.5,
            1.0 - (-1f64).exp(),
        ),
        // The sum of three exponential numbers: 1 - e^-z (1 + z + z²/2) at z = 2.
        (
            Distribution::Gamma {
                location: 1.0,
                scale: 2.0,
                shape: 3.0,
            },
            5.0,
            1.0 - 5.0 * (-2f64).exp(),
        ),
        (
            Distribution::LogNormal {
                location: -1.0,
                scale: 2.0,
                sigma: 0.4,
            },
            2.0 * 0.4f64.exp() - 1.0,
            half_normal,
        ),
        (
            Distribution::Laplace {
                location: 2.0,
                scale: 0.5,
            },
            1.5,
            (-1f64).exp() / 2.0,
        ),
        (
            Distribution::Logistic {
                location: -3.0,
                scale: 1.2,
            },
            -1.8,
            1.0 / (1.0 + (-1f64).exp()),
        ),
        (
            Distribution::StudentT {
                location: 10.0,
                scale: 2.0,
                degrees_of_freedom: 9.0,
            },
            10.0,
            0.5,
        ),
        (
            Distribution::Gumbel {
                location: 0.5,
                scale: 2.5,
            },
            0.5,
            (-1f64).exp(),
        ),
        (
            Distribution::Triangular {
                low: -1.0,
                mode: 0.0,
                high: 4.0,
            },
            0.0,
            0.2,
        ),
        (
            Distribution::Triangular {
                low: -1.0,
                mode: 0.0,
                high: 4.0,
            },
            2.0,
            0.8,
        ),
    ];
    let n = 100_000;
    for (distribution, point, probability) in cases {
        let below = Numbers::new(&distribution, 7)
            .unwrap()
            .take(n)
            .filter(|&x| x <= point)
            .count() as f64;
        let expected = probability * n as f64;
        let deviation = (expected * (1.0 - probability)).sqrt();
        assert!(
            (below - expected).abs() < 5.0 * deviation,
            "{distribution}: {below} below {point}, not {expected}"
        );
    }
}

#[test]
fn a_stream_is_its_seed() {
    for distribution in FAMILIES {
        let stream = |seed| {
            Numbers::new(&distribution, seed)
                .unwrap()
                .take(1000)
                .collect::<Vec<f64>>()
        };
        assert_eq!(stream(7), stream(7));
        assert_ne!(stream(7), stream(8));
        let distinct: HashSet<u64> = stream(7).into_iter().map(f64::to_bits).collect();
        assert_eq!(distinct.len(), 1000, "{distribution} repeats itself");
    }
    let wrong = Distribution::Uniform { low: 1.0, high: 1.0 };
    assert!(Numbers::new(&wrong, 7).is_err());
}

#[test]
fn a_message_is_json_with_the_time_and_the_number() {
    assert_eq!(message(1.5, -0.25), r#"{"time": 1.5, "number": -0.25}"#);
    // A whole number stays a fraction, or Python reads an int.
    assert_eq!(message(1e9, 3.0), r#"{"time": 1000000000.0, "number": 3.0}"#);
    assert_eq!(message(0.0, f64::NAN), r#"{"time": 0.0, "number": null}"#);
}

proptest! {
    #[test]
    fn a_number_in_a_message_reads_back_as_the_same(time in any::<f64>(), x in any::<f64>()) {
        prop_assume!(time.is_finite() && x.is_finite());
        let read: serde_json::Value = serde_json::from_slice(&message(time, x)).unwrap();
        prop_assert_eq!(read["time"].as_f64().map(f64::to_bits), Some(time.to_bits()));
        prop_assert_eq!(read["number"].as_f64().map(f64::to_bits), Some(x.to_bits()));
    }

    #[test]
    fn a_distribution_in_a_record_reads_back_as_the_same(mean in -1e9..1e9f64, standard_deviation in 1e-9..1e9f64) {
        let normal = Distribution::Normal { mean, standard_deviation };
        let json = serde_json::to_string(&normal).unwrap();
        prop_assert_eq!(serde_json::from_str::<Distribution>(&json).unwrap(), normal);
    }
}

#[test]
fn a_secret_is_opened_by_its_line_and_by_no_other() {
    let mut families = HashSet::new();
    for _ in 0..200 {
        let secret = Secret::draw().unwrap();
        let line = secret.opening();
        assert!(
            line.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '),
            "{line}"
        );
        assert!(
            !line.contains('\''),
            "the line is quoted with ' in a shell: {line}"
        );
        assert!(Secret::parse(&line).unwrap() == secret, "{line}");
        families.insert(line.split(' ').nth(1).unwrap().to_string());

        for other in [
            line.clone() + " ",
            line.to_uppercase(),
            line.replace("secret-1", "secret-2"),
            line[1..].into(),
        ] {
            assert!(
                matches!(Secret::parse(&other), Err(SecretError::Line(_))),
                "{other}"
            );
        }
    }
    assert!(
        families.len() >= 5,
        "200 draws of 10 families gave only {families:?}"
    );
}

#[test]
fn a_line_that_opens_nothing_says_why_and_shows_nothing() {
    let salt = "salt=00112233445566778899aabbccddeeff";
    let line = |middle: &str| format!("workshop-secret-1 {middle} {salt}");
    assert!(Secret::parse(&line("normal mean=1.5 standard_deviation=2.5")).is_ok());
    for (wrong, reason) in [
        (String::new(), "does not begin"),
        ("workshop-secret-1".into(), "does not end in a salt"),
        (format!("workshop-secret-1 {salt}"), "names no distribution"),
        (
            "workshop-secret-1 normal mean=1.5 standard_deviation=2.5 salt=00".into(),
            "does not end in a salt",
        ),
        (line("binomial mean=1.5"), "not known"),
        (line("normal mean=1.5"), "other parameters"),
        (
            line("normal mean=1.5 standard_deviation=2.5 shape=3.5"),
            "other parameters",
        ),
        (line("normal mean=1.5 standard_deviation=x"), "no number"),
        (line("normal mean=1.5 standard_deviation"), "no parameter"),
        (
            line("normal mean=1.5 standard_deviation=-2.5"),
            "make no distribution",
        ),
        (line("normal mean=NaN standard_deviation=2.5"), "other parameters"),
        (
            line("normal mean=1.50 standard_deviation=2.5"),
            "not written as it was",
        ),
        (
            line("normal standard_deviation=2.5 mean=1.5"),
            "not written as it was",
        ),
        (line(&"normal ".repeat(200)), "too long"),
    ] {
        let error = Secret::parse(&wrong).map(drop).expect_err(&wrong).to_string();
        assert!(error.contains(reason), "{wrong}: {error}");
        assert!(!error.contains("1.5"), "{error}");
    }
}

/// What the first of these tools that is installed makes of `line`: what a student would type.
fn hashed_by_a_tool(line: &str) -> String {
    let tools = [
        &["sha256sum"][..],
        &["shasum", "-a", "256"],
        &["openssl", "dgst", "-sha256", "-r"],
    ];
    for tool in tools {
        let mut command = Command::new(tool[0]);
        command
            .args(&tool[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        if let Ok(mut child) = command.spawn() {
            child.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
            let printed = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
            return printed.split_whitespace().next().unwrap_or_default().to_string();
        }
    }
    panic!("none of {tools:?} is installed, and every Unix has one");
}

#[test]
fn a_commitment_can_be_verified_with_the_systems_own_tools() {
    let secret = Secret::draw().unwrap();
    assert_eq!(secret.commitment(), hashed_by_a_tool(&secret.opening()));
    assert_eq!(secret.commitment().len(), 64);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    secret.save(&path).unwrap();
    assert_eq!(
        secret.commitment(),
        hashed_by_a_tool(&fs::read_to_string(path).unwrap())
    );
}

#[test]
fn debug_output_does_not_give_the_secret_away() {
    let secret = Secret::draw().unwrap();
    assert_eq!(format!("{secret:?}"), "Secret { .. }");
    assert_eq!(format!("{:?}", Some(secret)), "Some(Secret { .. })");
}

#[test]
fn a_kept_secret_is_for_its_owner_alone_and_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let secret = Secret::load_or_draw(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(Secret::load(&path).unwrap() == secret);
    assert!(Secret::load_or_draw(&path).unwrap() == secret);

    let error = Secret::draw().unwrap().save(&path).unwrap_err();
    assert!(matches!(error, SecretError::Exists { .. }), "{error}");
    assert!(Secret::load(&path).unwrap() == secret);
    let names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["secret"], "a temporary file was left behind");

    // An editor's line end does no harm.
    fs::write(&path, secret.opening() + "\n").unwrap();
    assert!(Secret::load(&path).unwrap() == secret);
}

#[test]
fn many_who_draw_at_once_get_the_same_secret() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let commitments = std::thread::scope(|scope| {
        let draw = || Secret::load_or_draw(&path).unwrap().commitment();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(draw)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect::<HashSet<String>>()
    });
    assert_eq!(commitments.len(), 1);
}

#[test]
fn a_secret_that_cannot_be_kept_or_read_is_a_sentence_with_the_path() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("missing/secret");
    let written = Secret::draw().unwrap().save(&nowhere).unwrap_err();
    assert!(
        matches!(&written, SecretError::Write { path, .. } if *path == nowhere),
        "{written}"
    );
    assert!(written.to_string().contains("missing/secret"), "{written}");
    let read = Secret::load(&nowhere).unwrap_err();
    assert!(
        matches!(&read, SecretError::Read { path, .. } if *path == nowhere),
        "{read}"
    );

    // A damaged file is not replaced by a new secret.
    let damaged = folder.path().join("secret");
    fs::write(&damaged, b"workshop-secret-1 normal mean=1.5 \xFF").unwrap();
    let error = Secret::load_or_draw(&damaged).unwrap_err();
    assert!(
        matches!(&error, SecretError::File { path, .. } if *path == damaged),
        "{error}"
    );
    assert!(!error.to_string().contains("1.5"), "{error}");
}

/// What is due within `span`, call by call: how long it was waited, and how many there were.
async fn dues(pace: &mut Pace, span: Duration) -> Vec<(Duration, u64)> {
    let end = Instant::now() + span;
    let mut dues = Vec::new();
    loop {
        let asked = Instant::now();
        match timeout(end - asked, pace.due()).await {
            Ok(due) => dues.push((asked.elapsed(), due)),
            Err(_) => return dues,
        }
    }
}

fn sum(dues: &[(Duration, u64)]) -> u64 {
    dues.iter().map(|(_, due)| due).sum()
}

#[tokio::test(start_paused = true)]
async fn messages_are_due_at_the_rate_evenly() {
    for rate in [1e6, 12_345.6, 300.0, 25.0, 7.5, 1.0, 0.2] {
        let mut pace = Pace::new(rate).unwrap();
        let dues = dues(&mut pace, Duration::from_secs(100)).await;
        // The last tick may lie just past the end.
        let expected = 100.0 * rate;
        let missing = expected - sum(&dues) as f64;
        assert!(
            (0.0..=rate * 0.041 + 1.0).contains(&missing),
            "{rate}: {missing} missing of {expected}"
        );
        let most = (rate * 0.05).ceil() as u64 + 1;
        assert!(
            dues.iter().all(|&(_, due)| due >= 1 && due <= most),
            "{rate}: a burst in {dues:?}"
        );
        if rate >= 300.0 {
            let longest = dues.iter().map(|(waited, _)| *waited).max().unwrap();
            assert!(
                longest <= Duration::from_millis(41),
                "{rate}: nothing for {longest:?}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_catches_up_after_a_pause_but_not_for_ever() {
    let mut pace = Pace::new(300.0).unwrap();
    dues(&mut pace, Duration::from_secs(1)).await;

    // Half a second late: all of it is made up for.
    let before = Instant::now();
    advance(Duration::from_millis(500)).await;
    let first = pace.due().await;
    assert!((150..=165).contains(&first), "{first}");
    let rest = dues(&mut pace, Duration::from_secs(1)).await;
    let since = before.elapsed().as_secs_f64() * 300.0;
    assert!((since - (first + sum(&rest)) as f64).abs() <= 14.0);

    // An hour: one second's worth, and then the rate again.
    advance(Duration::from_secs(3600)).await;
    assert_eq!(pace.due().await, 300);
    let after = sum(&dues(&mut pace, Duration::from_secs(1)).await);
    assert!((286..=300).contains(&after), "{after}");
}

#[tokio::test]
async fn a_rate_that_cannot_be_kept_is_refused_with_the_rate() {
    for rate in [0.0, -0.0, -3.5, f64::NAN, f64::INFINITY, 1e6 + 1.0] {
        let error = Pace::new(rate).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("a rate of {rate} messages")) && error.contains("1000000"),
            "{error}"
        );
    }
    // The lowest ones there are do not overflow the timer.
    assert!(Pace::new(f64::MIN_POSITIVE).is_ok());
}
