//! `workshop publish`: a stream, to any pubsub or queue of the tutorial's kind.

use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::exit::{Exit, Usage};
use super::{Outcome, run, say};
use crate::cli::{self, Pace as PaceArgument};
use crate::render::untrusted;
use crate::services::publishing::{Destination, DestinationError, Publisher, Trouble};
use crate::source::{
    Capture, Clicks, Distribution, Flow, Integers, Messages, Numbers, Pace, Pacing, counts, edges,
};
use crate::workspace::Workspace;

/// The made-up streams, each with the messages a second that suit a screen.
const STREAMS: [(&str, f64); 5] = [
    ("clicks", 50.0),
    ("numbers", 50.0),
    ("integers", 50.0),
    ("counts", 10.0),
    ("edges", 10.0),
];

/// No sentence shows more of an address, in columns.
const SHOWN: usize = 200;

pub async fn publish(dir: Option<&Path>, arguments: &cli::Publish) -> Outcome {
    // Heard from the start, so that Ctrl-C never ends this without a word.
    let mut signals = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let seed = arguments.seed.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    let mut flow = flow(arguments, seed)?.limited(arguments.limit);
    let destinations = tokio::select! {
        destinations = destinations(dir, &arguments.to) => destinations?,
        signal = interrupted(&mut signals) => return Ok(Exit::Interrupted(signal)),
    };
    let names: Vec<String> = destinations
        .iter()
        .map(|destination| untrusted(&destination.to_string(), SHOWN))
        .collect();
    let bar = progress_bar(arguments.limit);
    bar.set_message(names.join(", "));

    let begun = Instant::now();
    let mut publisher = Publisher::new(destinations);
    let tell = |trouble: Trouble<'_>| bar.suspend(|| eprintln!("{}", sentence(&trouble)));
    let mut published = 0;
    let ended = loop {
        let batch = tokio::select! {
            biased;
            signal = interrupted(&mut signals) => break Ok(Exit::Interrupted(signal)),
            batch = flow.next_batch() => batch,
        };
        let batch = match batch {
            Ok(Some(batch)) => batch,
            Ok(None) => break Ok(Exit::Done),
            Err(error) => break Err(error.into()),
        };
        // What is under way is finished, so that the count is right; whoever asks twice does not wait.
        match finished(publisher.publish(&batch, &tell), &mut signals).await {
            Ok((result, signal)) => {
                if let Err(error) = result {
                    break Err(error.into());
                }
                published += batch.len() as u64;
                bar.set_position(published);
                if let Some(signal) = signal {
                    break Ok(Exit::Interrupted(signal));
                }
            }
            Err(signal) => break Ok(Exit::Interrupted(signal)),
        }
    };
    bar.finish_and_clear();
    say::say(&summary(published, &names, begun.elapsed()))?;
    let twice = publisher.perhaps_twice();
    if twice > 0 {
        say::say(&format!(
            "{twice} of them may have arrived twice: the answer to them was lost, and they were sent again.\n"
        ))?;
    }
    let left_out = flow.left_out();
    if left_out.lines > 0 {
        say::say(&format!("{left_out}.\n"))?;
    }
    if published > 0
        && arguments.seed.is_none()
        && STREAMS
            .iter()
            .any(|(name, _)| *name == arguments.what && *name != "counts")
    {
        say::say(&format!("`--seed {seed}` publishes the same again.\n"))?;
    }
    ended
}

/// What `publish` was asked for, at the pace it was asked for.
fn flow(arguments: &cli::Publish, seed: u64) -> anyhow::Result<Flow> {
    let what = arguments.what.as_str();
    let made = STREAMS.iter().find(|(name, _)| *name == what);
    let pacing = pacing(arguments, made.map(|(_, usual)| *usual))?;
    if made.is_some() {
        if arguments.r#loop {
            return Err(Usage(format!(
                "`{what}` has no end, so that it cannot be begun again; leave --loop out"
            ))
            .into());
        }
        return Ok(Flow::made(messages(arguments, seed)?, pacing)?);
    }
    if let Some(seed) = arguments.seed {
        return Err(Usage(format!(
            "a file is published as it is, so --seed {seed} chooses nothing; leave it out"
        ))
        .into());
    }
    let capture = if what == "-" {
        if arguments.r#loop {
            return Err(Usage("standard input cannot be read a second time; leave --loop out".into()).into());
        }
        // Standard input may be a terminal, and its first line a while away.
        Capture::standard_input
    } else {
        let path = Path::new(what);
        if !path.exists() && !what.contains(['/', '.']) {
            let known: Vec<&str> = STREAMS.iter().map(|(name, _)| *name).collect();
            return Err(Usage(format!(
                "there is no stream and no file called {}; the streams are {}",
                untrusted(what, SHOWN),
                known.join(", ")
            ))
            .into());
        }
        let capture = Capture::open(path, arguments.r#loop).map_err(|error| Usage(error.to_string()))?;
        return Ok(Flow::read(move || Ok(capture), pacing)?);
    };
    Ok(Flow::read(capture, pacing)?)
}

/// The messages of a made-up stream.
fn messages(arguments: &cli::Publish, seed: u64) -> anyhow::Result<Messages> {
    Ok(match arguments.what.as_str() {
        "clicks" => Clicks::new(seed).messages(),
        "numbers" => {
            let (mean, variance) = (arguments.mean, arguments.variance);
            let distribution = Distribution::Normal {
                mean,
                standard_deviation: variance.sqrt(),
            };
            let numbers = Numbers::new(&distribution, seed).map_err(|_| {
                Usage(format!(
                    "there are no normal numbers with --mean {mean} --variance {variance}; a variance is above 0, and \
                     neither may be too large to compute with"
                ))
            })?;
            numbers.messages()
        }
        "integers" => Integers::new(seed).messages(),
        "edges" => edges(seed),
        _ => counts(),
    })
}

/// When messages leave; `usual` messages a second of a made-up stream, and a capture at its own pace.
fn pacing(arguments: &cli::Publish, usual: Option<f64>) -> Result<Pacing, Usage> {
    let pacing = match (arguments.pace, arguments.rate, usual) {
        (_, Some(rate), _) => Pacing::Rate(rate),
        (Some(PaceArgument::Fastest), ..) => Pacing::Fastest,
        (Some(PaceArgument::Recorded), _, Some(_)) => {
            return Err(Usage("only a capture has a recorded pace; give a --rate".into()));
        }
        (_, _, Some(usual)) => Pacing::Rate(usual),
        (_, _, None) => Pacing::Recorded,
    };
    if let Pacing::Rate(rate) = pacing {
        Pace::check(rate).map_err(|error| Usage(error.to_string()))?;
    }
    Ok(pacing)
}

/// Where the messages go: where they were told to, or to the live workshop's pubsub.
async fn destinations(dir: Option<&Path>, urls: &[String]) -> anyhow::Result<Vec<Destination>> {
    let live;
    let urls = if urls.is_empty() {
        let workspace = Workspace::find(dir)
            .map_err(|error| Usage(format!("{error}; or say with --to where the messages are to go")))?;
        live = [format!("http://{}/pub", run::running(&workspace)?.pubsub)];
        &live
    } else {
        urls
    };
    let mut destinations = Vec::new();
    for url in urls {
        destinations.push(match Destination::find(url).await {
            Err(error @ DestinationError::BadUrl(_)) => {
                return Err(Usage(error.to_string()).into());
            }
            found => found?,
        });
    }
    Ok(destinations)
}

type Signals = (Signal, Signal);

/// Waits for a signal to stop, and says which.
async fn interrupted((interrupt, terminate): &mut Signals) -> u8 {
    tokio::select! {
        _ = interrupt.recv() => nix::sys::signal::Signal::SIGINT as u8,
        _ = terminate.recv() => nix::sys::signal::Signal::SIGTERM as u8,
    }
}

/// Finishes `work` in spite of a first signal, which is handed on, but not in spite of a second one.
async fn finished<T>(work: impl Future<Output = T>, signals: &mut Signals) -> Result<(T, Option<u8>), u8> {
    tokio::pin!(work);
    let first = tokio::select! {
        done = &mut work => return Ok((done, None)),
        signal = interrupted(signals) => signal,
    };
    tokio::select! {
        done = &mut work => Ok((done, Some(first))),
        second = interrupted(signals) => Err(second),
    }
}

fn sentence(trouble: &Trouble<'_>) -> String {
    match trouble {
        Trouble::Gone { destination, error } => format!(
            "{} does not answer, and is tried again: {}",
            untrusted(&destination.to_string(), SHOWN),
            untrusted(&error.to_string(), SHOWN)
        ),
        Trouble::Back { destination } => {
            format!("{} answers again", untrusted(&destination.to_string(), SHOWN))
        }
    }
}

fn summary(published: u64, names: &[String], elapsed: Duration) -> String {
    let messages = if published == 1 { "message" } else { "messages" };
    let seconds = elapsed.as_secs_f64();
    let rate = if seconds > 0.0 {
        published as f64 / seconds
    } else {
        0.0
    };
    format!(
        "Published {} {messages} to {} in {seconds:.1} s ({rate:.0} a second).\n",
        HumanCount(published),
        names.join(" and ")
    )
}

/// How far it is, on standard error, where that is a terminal.
fn progress_bar(limit: Option<u64>) -> ProgressBar {
    let target = if io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let (bar, template) = match limit {
        Some(limit) => (
            ProgressBar::with_draw_target(Some(limit), target),
            "{wide_bar} {human_pos} of {human_len} · {per_sec} · {eta} left",
        ),
        None => (
            ProgressBar::with_draw_target(None, target),
            "{spinner} {human_pos} published to {msg} · {per_sec} · Ctrl-C stops",
        ),
    };
    bar.set_style(ProgressStyle::with_template(template).expect("the template is fixed and well-formed"));
    bar
}
