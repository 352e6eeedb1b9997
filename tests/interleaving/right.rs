//! Programs that are right lose nothing, and little time.

use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{RedisResult, Value, cmd, pipe};
use workshop::arena::Remedy;

use super::readers::{Outcome, TIMES, outcomes};

/// What 160 messages may cost, with every hold that leads nowhere; a check has five seconds.
const LONGEST: Duration = Duration::from_secs(4);

/// Nothing is missing, whatever the record looks like, and it took no longer than a check may.
fn assert_none(outcomes: &[Outcome], begun: Instant) {
    let missing: Vec<f64> = outcomes.iter().map(|outcome| outcome.missing).collect();
    assert_eq!(missing, [0.0; TIMES]);
    let each = begun.elapsed() / TIMES as u32;
    println!("{each:?} each");
    let lost = outcomes.iter().find_map(|outcome| outcome.lost.as_ref());
    assert!(
        lost.is_none_or(|lost| lost.remedy == Remedy::TryAgain),
        "{lost:?}"
    );
    assert!(each < LONGEST, "each time took {each:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn atomic_commands_even_after_a_look() {
    let begun = Instant::now();
    let outcomes = outcomes(&["HGET", "h", "f"], |mut redis, _| async move {
        cmd("HGET")
            .arg("h")
            .arg("f")
            .query_async::<Value>(&mut redis)
            .await?;
        cmd("ZINCRBY")
            .arg("z")
            .arg(1)
            .arg("m")
            .query_async::<Value>(&mut redis)
            .await?;
        cmd("HINCRBY")
            .arg("h")
            .arg("f")
            .arg(1)
            .query_async::<Value>(&mut redis)
            .await
            .map(drop)
    });
    assert_none(&outcomes.await, begun);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_of_atomic_commands() {
    let begun = Instant::now();
    let outcomes = outcomes(&["GET", "n"], |mut redis, _| async move {
        let mut transaction = pipe();
        transaction
            .atomic()
            .cmd("INCR")
            .arg("n")
            .cmd("HINCRBY")
            .arg("h")
            .arg("f")
            .arg(1);
        transaction.query_async::<Value>(&mut redis).await.map(drop)
    });
    assert_none(&outcomes.await, begun);
}

#[tokio::test(flavor = "multi_thread")]
async fn watch_and_try_again() {
    let begun = Instant::now();
    let outcomes = outcomes(&["GET", "n"], |mut redis, _| async move {
        loop {
            cmd("WATCH").arg("n").query_async::<()>(&mut redis).await?;
            let n: Option<u64> = cmd("GET").arg("n").query_async(&mut redis).await?;
            let mut transaction = pipe();
            transaction.atomic().cmd("SET").arg("n").arg(n.unwrap_or(0) + 1);
            if transaction.query_async::<Value>(&mut redis).await? != Value::Nil {
                return Ok(());
            }
        }
    });
    assert_none(&outcomes.await, begun);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script() {
    let begun = Instant::now();
    let outcomes = outcomes(&["GET", "n"], |mut redis, _| async move {
        let script = "redis.call('SET', KEYS[1], (redis.call('GET', KEYS[1]) or 0) + 1)";
        cmd("EVAL")
            .arg(script)
            .arg(1)
            .arg("n")
            .query_async(&mut redis)
            .await
    });
    assert_none(&outcomes.await, begun);
}

fn token() -> String {
    rand::random::<u64>().to_string()
}

async fn with_a_lock(
    mut redis: MultiplexedConnection,
    token: String,
    pause: Option<Duration>,
) -> RedisResult<()> {
    loop {
        let mut take = cmd("SET");
        take.arg("lock").arg(&token).arg("NX").arg("PX").arg(5000);
        if take.query_async::<Option<String>>(&mut redis).await?.is_some() {
            break;
        }
        if let Some(pause) = pause {
            tokio::time::sleep(pause).await;
        }
    }
    let n: Option<u64> = cmd("GET").arg("n").query_async(&mut redis).await?;
    cmd("SET")
        .arg("n")
        .arg(n.unwrap_or(0) + 1)
        .query_async::<()>(&mut redis)
        .await?;
    let script = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end";
    cmd("EVAL")
        .arg(script)
        .arg(1)
        .arg("lock")
        .arg(&token)
        .query_async(&mut redis)
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_with_an_owner_and_an_expiry() {
    let begun = Instant::now();
    let outcomes = outcomes(&["GET", "n"], |redis, _| {
        with_a_lock(redis, token(), Some(Duration::from_millis(10)))
    });
    assert_none(&outcomes.await, begun);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_tried_without_a_pause() {
    let begun = Instant::now();
    let outcomes = outcomes(&["GET", "n"], |redis, _| with_a_lock(redis, token(), None));
    assert_none(&outcomes.await, begun);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipeline_without_a_transaction() {
    let begun = Instant::now();
    let outcomes = outcomes(&["GET", "n"], |mut redis, _| async move {
        let mut pipeline = pipe();
        pipeline
            .cmd("GET")
            .arg("n")
            .cmd("INCRBY")
            .arg("n")
            .arg(1)
            .cmd("SET")
            .arg("last")
            .arg("x");
        pipeline.query_async::<Value>(&mut redis).await.map(drop)
    });
    assert_none(&outcomes.await, begun);
}
