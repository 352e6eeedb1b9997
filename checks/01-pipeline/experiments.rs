//! The experiments whose outcomes are to be predicted, each with servers of its own.

use std::fmt::Display;

use super::super::Trial;
use super::apparatus::{Apparatus, Subscriber, until};
use super::questions::{
    FIRST_OUT, NO_SUBSCRIBER, PUT_TWICE, READER_DIES, SLOW_READER, SLOW_SUBSCRIBER, TWO_QUEUES, TWO_READERS,
};
use crate::arena::Event;
use crate::render::causes;
use crate::server::{client, pubsub};

/// How many messages most experiments have.
const MANY: u64 = 100;

/// What a pubsub keeps for a subscriber that does not read, in bytes, and the messages that it is shown with. Twelve
/// fit the system's own buffers before the pubsub has to keep anything; some hundreds fit them at the very most.
const KEPT: usize = 128 << 10;
const LONG: usize = 32 << 10;
const MOST_LONG: u64 = 2_000;

/// Runs the experiment `name`, and records what is observed.
pub async fn run(trial: &Trial<'_>, name: &'static str) {
    let observe = |what: &str, value: &dyn Display| {
        let event = Event::Observed {
            what: what.to_owned(),
            value: value.to_string(),
        };
        trial.recorder.record(name, 0, event);
    };
    let carried_through = match name {
        TWO_READERS => two_readers(observe).await,
        TWO_QUEUES => two_queues(observe).await,
        NO_SUBSCRIBER => no_subscriber(observe).await,
        SLOW_SUBSCRIBER => slow_subscriber(observe).await,
        SLOW_READER => slow_reader(observe).await,
        FIRST_OUT => first_out(observe).await,
        PUT_TWICE => put_twice(observe).await,
        READER_DIES => reader_dies(observe).await,
        other => Err(anyhow::anyhow!("no experiment is called {other}")),
    };
    if let Err(error) = carried_through {
        let problem = causes(error.as_ref());
        trial.recorder.record(name, 0, Event::Broken { problem });
    }
}

async fn two_readers(observe: impl Fn(&str, &dyn Display)) -> anyhow::Result<()> {
    let mut apparatus = Apparatus::default();
    let queue = apparatus.queue()?;
    queue.put(&messages(MANY)).await?;
    let (first, second) = (queue.reader().await?, queue.reader().await?);
    let (first, second) = tokio::try_join!(first.get_all(), second.get_all())?;
    observe("reader 1", &first);
    observe("reader 2", &second);
    observe("together", &(first + second));
    Ok(())
}

async fn two_queues(observe: impl Fn(&str, &dyn Display)) -> anyhow::Result<()> {
    let mut apparatus = Apparatus::default();
    let pubsub = apparatus.pubsub(pubsub::Options::default())?;
    let (a, b) = (apparatus.queue()?, apparatus.queue()?);
    let bridges = [
        apparatus.bridge(&pubsub, &a).await?,
        apparatus.bridge(&pubsub, &b).await?,
    ];
    pubsub.publish(&messages(MANY)).await?;
    until("both bridges to deliver", || {
        bridges.iter().all(|bridge| bridge.now().delivered >= MANY)
    })
    .await?;
    observe("queue A", &a.server.depth());
    observe("queue B", &b.server.depth());
    Ok(())
}

async fn no_subscriber(observe: impl Fn(&str, &dyn Display)) -> anyhow::Result<()> {
    const LATER: u64 = 10;
    let mut apparatus = Apparatus::default();
    let (pubsub, queue) = (apparatus.pubsub(pubsub::Options::default())?, apparatus.queue()?);
    pubsub.publish(&messages(MANY)).await?;
    let bridge = apparatus.bridge(&pubsub, &queue).await?;
    pubsub.publish(&messages(LATER)).await?;
    until("the bridge to deliver", || {
        let stats = bridge.now();
        stats.delivered >= LATER && stats.pending == 0
    })
    .await?;
    observe("published before", &MANY);
    observe("published after", &LATER);
    observe("in the queue", &queue.server.depth());
    Ok(())
}

async fn slow_subscriber(observe: impl Fn(&str, &dyn Display)) -> anyhow::Result<()> {
    let mut apparatus = Apparatus::default();
    let pubsub = apparatus.pubsub(pubsub::Options {
        max_pending_bytes: KEPT,
        ..pubsub::Options::default()
    })?;
    // Connected to the end of the experiment, and never read from.
    let _stalled = Subscriber::connect(&pubsub, true).await?;
    let mut other = Subscriber::connect(&pubsub, false).await?;
    let kicked = || pubsub.server.stats().kicked_clients;
    let (mut published, mut answered, mut read) = (0_u64, 0_u64, 0_u64);
    while kicked() == 0 && published < MOST_LONG {
        let name = format!("message {published}.");
        let message = format!("{}{name}", "x".repeat(LONG));
        published += 1;
        match pubsub.publish(&[message]).await {
            Ok(()) => answered += 1,
            Err(error) if timed_out(&error) => break,
            Err(error) => return Err(error),
        }
        // One at a time, so that the one that reads is never behind, whatever else the machine does.
        other.read_past(&name).await?;
        read += 1;
    }
    observe("published", &published);
    observe("answered", &answered);
    observe("read by the other", &read);
    observe("kicked", &kicked());
    Ok(())
}

fn timed_out(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(client::Error::TimedOut { .. }))
}

async fn slow_reader(observe: impl Fn(&str, &dyn Display)) -> anyhow::Result<()> {
    const READ: u64 = 30;
    let mut apparatus = Apparatus::default();
    let (pubsub, queue) = (apparatus.pubsub(pubsub::Options::default())?, apparatus.queue()?);
    let bridge = apparatus.bridge(&pubsub, &queue).await?;
    pubsub.publish(&messages(MANY)).await?;
    until("the bridge to deliver", || bridge.now().delivered >= MANY).await?;
    let mut reader = queue.reader().await?;
    let mut read = 0_u64;
    for _ in 0..READ {
        read += u64::from(reader.get().await?.is_some());
    }
    let bridged = bridge.now();
    observe("published", &MANY);
    observe("read", &read);
    observe("pubsub", &(MANY - bridged.received));
    observe("bridge", &bridged.pending);
    observe("queue", &queue.server.depth());
    Ok(())
}

async fn first_out(observe: impl Fn(&str, &dyn Display)) -> anyhow::Result<()> {
    let mut apparatus = Apparatus::default();
    let queue = apparatus.queue()?;
    queue
        .put(&["first", "second", "third"].map(str::to_owned))
        .await?;
    let fetched = queue.reader().await?.get().await?;
    observe("fetched", &fetched.as_deref().unwrap_or("nothing"));
    observe("left", &queue.server.depth());
    Ok(())
}

async fn put_twice(observe: impl Fn(&str, &dyn Display)) -> anyhow::Result<()> {
    let mut apparatus = Apparatus::default();
    let queue = apparatus.queue()?;
    queue.put(&["the same", "the same"].map(str::to_owned)).await?;
    observe("puts", &queue.server.stats().puts);
    observe("in the queue", &queue.server.depth());
    Ok(())
}

async fn reader_dies(observe: impl Fn(&str, &dyn Display)) -> anyhow::Result<()> {
    const FEW: u64 = 10;
    let mut apparatus = Apparatus::default();
    let queue = apparatus.queue()?;
    queue.put(&messages(FEW)).await?;
    let mut reader = queue.reader().await?;
    let fetched = u64::from(reader.get().await?.is_some());
    // Its connection breaks off with it.
    drop(reader);
    observe("put", &FEW);
    observe("fetched", &fetched);
    observe("handled", &0);
    observe("left in the queue", &queue.server.depth());
    Ok(())
}

fn messages(count: u64) -> Vec<String> {
    (0..count).map(|number| format!("message {number}")).collect()
}
