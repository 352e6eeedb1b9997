//! Programs that read, think, and write lose an update, every time.

use redis::{Value, cmd, pipe};

use super::readers::{TIMES, missing};

fn assert_each_time(missing: &[f64]) {
    assert_eq!(missing.len(), TIMES);
    assert!(
        missing.iter().all(|missing| *missing > 0.0),
        "missing each time: {missing:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn get_and_set() {
    let missing = missing(&["GET", "n"], |mut redis, _| async move {
        let n: Option<u64> = cmd("GET").arg("n").query_async(&mut redis).await?;
        cmd("SET")
            .arg("n")
            .arg(n.unwrap_or(0) + 1)
            .query_async(&mut redis)
            .await
    });
    assert_each_time(&missing.await);
}

/// A hash of four fields: the readers must meet on one of them.
#[tokio::test(flavor = "multi_thread")]
async fn hget_and_hset() {
    let sum = "local n = 0; for _, v in ipairs(redis.call('HVALS', 'h')) do n = n + v end; return n";
    let count = ["EVAL", sum, "0"];
    let missing = missing(&count, |mut redis, message| async move {
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
    assert_each_time(&missing.await);
}

#[tokio::test(flavor = "multi_thread")]
async fn zscore_and_zadd() {
    let missing = missing(&["ZSCORE", "z", "m"], |mut redis, _| async move {
        let n: Option<f64> = cmd("ZSCORE").arg("z").arg("m").query_async(&mut redis).await?;
        let n = n.unwrap_or(0.0) + 1.0;
        cmd("ZADD").arg("z").arg(n).arg("m").query_async(&mut redis).await
    });
    assert_each_time(&missing.await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_without_watch() {
    let missing = missing(&["GET", "n"], |mut redis, _| async move {
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
    assert_each_time(&missing.await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_on_another_key() {
    let missing = missing(&["GET", "n"], |mut redis, _| async move {
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
    assert_each_time(&missing.await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_was_not_done_and_is_not_tried_again() {
    let missing = missing(&["GET", "n"], |mut redis, _| async move {
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
    assert_each_time(&missing.await);
}

/// Who finds the lock free takes it, and so does who found it free at the same time.
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_looked_at_and_then_taken() {
    let missing = missing(&["GET", "n"], |mut redis, _| async move {
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
    assert_each_time(&missing.await);
}
