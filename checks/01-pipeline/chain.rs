//! Looks at the student's running chain through the HTTP that everyone speaks with it, and takes nothing out of it.

use std::io;
use std::time::Duration;

use bytes::Bytes;

use super::super::Trial;
use super::addresses::{Address, Addresses};
use super::probes::Probes;
use super::stats;
use crate::arena::{ChainEvent, Counters, Event, Found, Impatience, Patience};
use crate::server::client::{self, Bounds};

/// The name of what happens here, as the record has it.
pub const SCENARIO: &str = "chain";

/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(10);

/// The longest queue that is looked through, in bytes.
const LONGEST_QUEUE: usize = 64 << 20;

/// How long a bridge that has just been started may take to subscribe.
const TO_SUBSCRIBE: Duration = Duration::from_secs(2);

/// How long a probe may take to arrive.
const TO_ARRIVE: Duration = Duration::from_secs(10);

/// How long a second copy may take after the first: with one subscriber, whose bridge would send it twice in a row, and
/// with several, which send it one beside the other.
const SECOND_COPY: Duration = Duration::from_millis(500);
const COPY_OF_ANOTHER: Duration = Duration::from_secs(3);

/// How long to look on for a probe when others take messages from the queue: they have most likely taken it.
const AMONG_OTHERS: Duration = Duration::from_secs(3);

/// All in all, whatever happens.
const WHOLE: Duration = Duration::from_secs(60);

/// Follows a message of our own from one end of the chain to the other, and records what is seen.
pub async fn gather(trial: &Trial<'_>) -> anyhow::Result<()> {
    let record = |seen| trial.recorder.record(SCENARIO, 0, Event::Chain(seen));
    let addresses = Addresses::find(trial.workspace)?;
    if let Some(live) = addresses.of_another_section() {
        record(ChainEvent::OfAnotherSection { live });
        return Ok(());
    }
    let ask = async |part: &str, address: &Address| {
        let found = ask(&address.url).await;
        record(ChainEvent::Asked {
            part: part.to_owned(),
            address: address.url.clone(),
            from: address.from.clone(),
            found: found.clone(),
        });
        found
    };
    let pubsub = ask("pubsub", &addresses.pubsub).await;
    let queue = ask("simplequeue", &addresses.queue).await;
    let Found::Pubsub { received, .. } = pubsub else {
        return Ok(());
    };
    let mut probes = Probes::read(trial.workspace);
    let run = addresses.run_of_pubsub();
    let earlier = probes.among(&addresses.pubsub.url, run.as_deref(), received);
    record(ChainEvent::EarlierProbes { count: earlier });
    let Found::Simplequeue(before) = queue else {
        return Ok(());
    };
    let count = match subscribers(&addresses.pubsub.url).await {
        Ok(count) => count,
        Err(problem) => {
            record(ChainEvent::Lost { problem });
            return Ok(());
        }
    };
    record(ChainEvent::Subscribers { count });
    if count == 0 {
        return Ok(());
    }
    // Not made from the seed: a check that is repeated must not find the probe of the first one.
    let probe = format!("workshop-probe-{:016x}", rand::random::<u64>());
    // Noted before it is sent: one that was sent and not noted would be taken for the student's.
    probes.add(&addresses.pubsub.url, run, received, earlier)?;
    let followed = match publish(&addresses.pubsub.url, &probe).await {
        Ok(()) => {
            record(ChainEvent::Probed { probe: probe.clone() });
            follow(trial, &addresses.queue.url, &probe, before, count).await
        }
        Err(problem) => Err(problem),
    };
    record(followed.unwrap_or_else(|problem| ChainEvent::Lost { problem }));
    Ok(())
}

/// What is at `address`.
async fn ask(address: &str) -> Found {
    match get(&format!("{address}/stats"), 1 << 20).await {
        Ok(text) => stats::found(&text),
        Err(error) => {
            let problem = error.to_string();
            match error {
                client::Error::Connect { source, .. } if refused(&source) => Found::Nobody { problem },
                client::Error::BadUrl { .. } => Found::Nobody { problem },
                client::Error::TooLong { .. } => Found::SomethingElse { answer: problem },
                _ => Found::Silent { problem },
            }
        }
    }
}

/// Whether the system has told that nobody listens, and not only that it did not work out.
fn refused(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkUnreachable, TimedOut};
    // A name that leads nowhere has no kind of its own.
    error.raw_os_error().is_none()
        || matches!(
            error.kind(),
            ConnectionRefused | HostUnreachable | NetworkUnreachable | TimedOut
        )
}

/// How many subscribe to the pubsub at `address`; waits a moment where nobody does yet.
async fn subscribers(address: &str) -> Result<u64, String> {
    let mut patience = Patience::new(TO_SUBSCRIBE, WHOLE);
    loop {
        let over = is_over(patience.tick().await);
        match ask(address).await {
            Found::Pubsub { subscribers, .. } if subscribers > 0 || over => return Ok(subscribers),
            Found::Pubsub { .. } => {}
            other => {
                return Err(format!(
                    "The pubsub at {address} answered, and then no longer: {}.",
                    what(&other)
                ));
            }
        }
    }
}

async fn publish(address: &str, probe: &str) -> Result<(), String> {
    let url = format!("{address}/pub");
    let bounds = Bounds {
        time: ANSWER,
        body: 1 << 20,
    };
    match client::post(&url, Bytes::copy_from_slice(probe.as_bytes()), bounds).await {
        Ok(answer) if answer.status.is_success() => Ok(()),
        Ok(answer) => Err(format!(
            "The pubsub did not take the check's own message: a POST to {url} was answered with {}.",
            answer.status
        )),
        Err(error) => Err(format!(
            "The pubsub did not take the check's own message: {error}."
        )),
    }
}

/// Looks into the queue at `address` until the probe is there, and no second one can be expected.
async fn follow(
    trial: &Trial<'_>,
    address: &str,
    probe: &str,
    before: Counters,
    subscribers: u64,
) -> Result<ChainEvent, String> {
    let mut patience = Patience::new(TO_ARRIVE, WHOLE);
    let mut after = before;
    let mut seen = Seen::default();
    // How long patience had waited when the first copy was seen.
    let mut arrived = None;
    loop {
        let impatience = patience.tick().await;
        if impatience == Some(Impatience::Standstill) {
            trial.recorder.record(SCENARIO, 0, Event::Standstill);
        }
        let counters = counters(address).await?;
        if counters.puts != after.puts {
            let latest = look_through(address, probe).await?;
            // Others may have taken one of several meanwhile; that they were there at once is what counts.
            seen.copies = seen.copies.max(latest.copies);
            seen.altered = seen.altered.or(latest.altered);
        }
        after = counters;
        if seen.copies > 0 {
            arrived.get_or_insert(patience.idle());
        }
        let waited = patience.idle();
        let for_a_copy = if subscribers > 1 {
            COPY_OF_ANOTHER
        } else {
            SECOND_COPY
        };
        let settled = arrived.is_some_and(|since| waited.saturating_sub(since) >= for_a_copy);
        let taken = after.puts != before.puts && after.gets != before.gets && waited >= AMONG_OTHERS;
        if seen.copies > 1 || settled || (seen.copies == 0 && taken) || is_over(impatience) {
            return Ok(ChainEvent::Followed {
                copies: seen.copies,
                altered: seen.altered,
                before,
                after,
            });
        }
    }
}

fn is_over(impatience: Option<Impatience>) -> bool {
    matches!(impatience, Some(Impatience::Idle | Impatience::Whole))
}

async fn counters(address: &str) -> Result<Counters, String> {
    match ask(address).await {
        Found::Simplequeue(counters) => Ok(counters),
        other => Err(format!(
            "The queue at {address} answered, and then no longer: {}.",
            what(&other)
        )),
    }
}

fn what(found: &Found) -> String {
    match found {
        Found::Nobody { problem } | Found::Silent { problem } => problem.clone(),
        Found::SomethingElse { answer } => format!("its /stats says {answer:?}"),
        Found::Pubsub { .. } | Found::Simplequeue(_) => "another server took its place".into(),
    }
}

/// What was seen of the probe in the queue.
#[derive(Debug, Default)]
struct Seen {
    copies: u64,
    altered: Option<String>,
}

async fn look_through(address: &str, probe: &str) -> Result<Seen, String> {
    let dump = match get(&format!("{address}/dump"), LONGEST_QUEUE).await {
        Ok(dump) => dump,
        Err(error) => return Err(format!("The queue cannot be looked through: {error}.")),
    };
    let mut seen = Seen::default();
    for line in dump.lines().filter(|line| line.contains(probe)) {
        if line.trim() == probe {
            seen.copies += 1;
        } else {
            seen.altered
                .get_or_insert_with(|| line.chars().take(200).collect());
        }
    }
    Ok(seen)
}

async fn get(url: &str, longest: usize) -> Result<String, client::Error> {
    let bounds = Bounds {
        time: ANSWER,
        body: longest,
    };
    Ok(client::get(url, bounds).await?.text())
}
