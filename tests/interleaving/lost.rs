//! Programs that read, think, and write lose an update, every time.

use redis::{Value, cmd, pipe};

use workshop::arena::Remedy;

use super::readers::{Outcome, TIMES, outcomes};

/// Something is missing each time, and the record shows why.
fn assert_each_time(outcomes: &[Outcome], remedy: &Remedy) {
    assert_eq!(outcomes.len(), TIMES);
    let missing: Vec<f64> = outcomes.iter().map(|outcome| outcome.missing).collect();
    assert!(
        missing.iter().all(|missing| *missing > 0.0),
        "missing each time: {missing:?}"
    );
    for outcome in outcomes {
        let lost = outcome.lost.as_ref().unwrap();
        assert_eq!(lost.remedy, *remedy, "{}", lost.lines(76).join("\n"));
    }
    println!("{}", outcomes[0].lost.as_ref().unwrap().lines(76).join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn get_and_set() {
    let outcomes = outcomes(&["GET", "n"], |mut redis, _| async move {
        let n: Option<u64> = cmd("GET").arg("n").query_async(&mut redis).await?;
        cmd("SET")
            .arg("n")
            .arg(n.unwrap_or(0) + 1)
            .query_async(&mut redis)
            .await
    });
    assert_each_time(&outcomes.await, &Remedy::OneCommand("INCRBY"));
}

/// A hash of four fields: the readers must meet on one of them.
#[tokio::test(flavor = "multi_thread")]
async fn hget_and_hset() {
    let sum = "local n = 0; for _, v in ipairs(redis.call('HVALS', KEYS[1])) do n = n + v end; return n";
    let count = ["EVAL", sum, "1", "h"];
    let outcomes = outcomes(&count, |mut redis, message| async move {
        let field = message % 4;
        let n: Option<u64> = cmd("HGET").arg("h").arg(field).query_async(&mut redis).await?;
        let n = n.unwrap_or(0) + 1;
        cmd("HSET")
            .arg("h")
            .arg(field)
            .arg(n)
            .query_async(&mut redis)
            .await
    });
    assert_each_time(&outcomes.await, &Remedy::OneCommand("HINCRBY"));
}

#[tokio::test(flavor = "multi_thread")]
async fn zscore_and_zadd() {
    let outcomes = outcomes(&["ZSCORE", "z", "m"], |mut redis, _| async move {
        let n: Option<f64> = cmd("ZSCORE").arg("z").arg("m").query_async(&mut redis).await?;
        let n = n.unwrap_or(0.0) + 1.0;
        cmd("ZADD").arg("z").arg(n).arg("m").query_async(&mut redis).await
    });
    assert_each_time(&outcomes.await, &Remedy::OneCommand("ZINCRBY"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_without_watch() {
    let outcomes = outcomes(&["GET", "n"], |mut redis, _| async move {
        let n: Option<u64> = cmd("GET").arg("n").query_async(&mut redis).await?;
        let mut transaction = pipe();
        transaction
            .atomic()
            .cmd("SET")
            .arg("n")
            .arg(n.unwrap_or(0) + 1)
            .ignore();
        transaction.query_async(&mut redis).await
    });
    assert_each_time(&outcomes.await, &Remedy::WatchFirst);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_on_another_key() {
    let outcomes = outcomes(&["GET", "n"], |mut redis, _| async move {
        cmd("WATCH").arg("m").query_async::<()>(&mut redis).await?;
        let n: Option<u64> = cmd("GET").arg("n").query_async(&mut redis).await?;
        let mut transaction = pipe();
        transaction
            .atomic()
            .cmd("SET")
            .arg("n")
            .arg(n.unwrap_or(0) + 1)
            .ignore();
        transaction.query_async::<Value>(&mut redis).await.map(drop)
    });
    assert_each_time(&outcomes.await, &Remedy::WatchThis { key: "n".into() });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_was_not_done_and_is_not_tried_again() {
    let outcomes = outcomes(&["GET", "n"], |mut redis, _| async move {
        cmd("WATCH").arg("n").query_async::<()>(&mut redis).await?;
        let n: Option<u64> = cmd("GET").arg("n").query_async(&mut redis).await?;
        let mut transaction = pipe();
        transaction
            .atomic()
            .cmd("SET")
            .arg("n")
            .arg(n.unwrap_or(0) + 1)
            .ignore();
        transaction.query_async::<Value>(&mut redis).await.map(drop)
    });
    assert_each_time(&outcomes.await, &Remedy::TryAgain);
}

/// Who finds the lock free takes it, and so does who found it free at the same time.
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_looked_at_and_then_taken() {
    let outcomes = outcomes(&["GET", "n"], |mut redis, _| async move {
        while cmd("EXISTS").arg("lock").query_async(&mut redis).await? {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        cmd("SET")
            .arg("lock")
            .arg("1")
            .query_async::<()>(&mut redis)
            .await?;
        let n: Option<u64> = cmd("GET").arg("n").query_async(&mut redis).await?;
        cmd("SET")
            .arg("n")
            .arg(n.unwrap_or(0) + 1)
            .query_async::<()>(&mut redis)
            .await?;
        cmd("DEL").arg("lock").query_async(&mut redis).await
    });
    assert_each_time(&outcomes.await, &Remedy::OneOwner { lock: "lock".into() });
}

/// Each script is one step; both together are two.
#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_reads_and_another_that_writes() {
    let outcomes = outcomes(&["GET", "n"], |mut redis, _| async move {
        let script = |text: &str| cmd("EVAL").arg(text).arg(1).arg("n").to_owned();
        let n: Option<u64> = script("return redis.call('GET', KEYS[1])")
            .query_async(&mut redis)
            .await?;
        let mut write = script("redis.call('SET', KEYS[1], ARGV[1])");
        write.arg(n.unwrap_or(0) + 1).query_async(&mut redis).await
    });
    // What a script does is not in the record, so that it cannot be shown.
    assert!(outcomes.await.iter().all(|outcome| outcome.missing > 0.0));
}
