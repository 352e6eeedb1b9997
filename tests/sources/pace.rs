//! When messages are due.

use std::time::Duration;

use tokio::time::{Instant, advance, timeout};
use workshop::source::Pace;

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
            (0.0..=rate * 0.101 + 1.0).contains(&missing),
            "{rate}: {missing} missing of {expected}"
        );
        let most = (rate * 0.11).ceil() as u64 + 1;
        assert!(
            dues.iter().all(|&(_, due)| due >= 1 && due <= most),
            "{rate}: a burst in {:?}",
            dues.iter().find(|&&(_, due)| due == 0 || due > most)
        );
        if rate >= 300.0 {
            let longest = dues.iter().map(|(waited, _)| *waited).max().unwrap();
            assert!(
                longest <= Duration::from_millis(101),
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
