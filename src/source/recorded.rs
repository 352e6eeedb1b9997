//! When a message of a capture was sent.

use std::time::Duration;

use serde::Deserialize;
use tokio::time::Instant;

/// The longest pause that is kept: a capture with a hole in it, or one wrong time, does not stop for good.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How far a replay that could not keep up catches up at once.
const CATCH_UP: Duration = Duration::from_secs(1);

/// The fields that say when, of a click, a heartbeat, and a number.
#[derive(Deserialize)]
struct Times {
    t: Option<f64>,
    #[serde(rename = "_heartbeat_")]
    heartbeat: Option<f64>,
    time: Option<f64>,
}

/// The time that a message carries, in seconds after the epoch: `t`, `_heartbeat_` or `time`, whichever is there.
/// `None` where it is no JSON object, or has none of them as a finite number.
pub(super) fn time_s(message: &[u8]) -> Option<f64> {
    let times: Times = serde_json::from_slice(message).ok()?;
    times
        .t
        .or(times.heartbeat)
        .or(times.time)
        .filter(|time| time.is_finite())
}

/// The clock of a replay.
///
/// Messages leave as far apart as they were recorded, pauses of more than a minute cut down to one. A message without
/// a time, or with one before that of an earlier message, leaves with the one before it; so does the first of a
/// capture that begins again.
#[derive(Debug, Default)]
pub(super) struct RecordedPace {
    /// The latest time so far, in seconds after the epoch.
    latest_s: Option<f64>,
    /// When the message before was due.
    due: Option<Instant>,
}

impl RecordedPace {
    /// When a message that carries this time is due, seen from `now`.
    pub(super) fn due(&self, time_s: Option<f64>, now: Instant) -> Instant {
        let pause = match (self.latest_s, time_s) {
            // Negative where it is out of order, and too large for a duration where it makes no sense.
            (Some(latest_s), Some(time_s)) => match Duration::try_from_secs_f64(time_s - latest_s) {
                Ok(pause) => pause.min(LONGEST_PAUSE),
                Err(_) if time_s > latest_s => LONGEST_PAUSE,
                Err(_) => Duration::ZERO,
            },
            _ => Duration::ZERO,
        };
        // Whoever could not keep up (a suspended machine, a slow destination) goes on from there, and does not rush.
        let earliest = now.checked_sub(CATCH_UP).unwrap_or(now);
        (self.due.unwrap_or(now) + pause).max(earliest)
    }

    /// The message that was due then leaves.
    pub(super) fn leaves(&mut self, time_s: Option<f64>, due: Instant) {
        self.due = Some(due);
        self.latest_s = match (self.latest_s, time_s) {
            (Some(latest_s), Some(time_s)) => Some(latest_s.max(time_s)),
            (latest_s, time_s) => latest_s.or(time_s),
        };
    }

    /// The capture begins again, and its times with it.
    pub(super) fn begin_again(&mut self) {
        self.latest_s = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_found_in_clicks_heartbeats_and_numbers() {
        assert_eq!(time_s(br#"{ "a": "x", "t": 1331923247 }"#), Some(1_331_923_247.0));
        assert_eq!(time_s(br#"{ "_heartbeat_": 7 }"#), Some(7.0));
        assert_eq!(time_s(br#"{"time": 1.5, "number": 2.0}"#), Some(1.5));
        for none in [&b"{}"[..], b"[1]", b"1", b"not JSON", br#"{"t": "1"}"#, b"\xff"] {
            assert_eq!(time_s(none), None);
        }
    }

    #[test]
    fn messages_are_due_as_far_apart_as_they_were() {
        let mut pace = RecordedPace::default();
        let begin = Instant::now();
        let due: Vec<f64> = [
            "{}",
            r#"{"t": 100}"#,
            r#"{"t": 101.5}"#,
            r#"{"t": 101}"#,
            "junk",
            r#"{"t": 103}"#,
            // A pause of a month is one of a minute.
            r#"{"t": 2678400}"#,
            r#"{"t": 2678401}"#,
        ]
        .iter()
        .map(|message| {
            let time_s = time_s(message.as_bytes());
            let due = pace.due(time_s, begin);
            pace.leaves(time_s, due);
            (due - begin).as_secs_f64()
        })
        .collect();
        assert_eq!(due, [0.0, 0.0, 1.5, 1.5, 1.5, 3.0, 63.0, 64.0]);
    }
}
