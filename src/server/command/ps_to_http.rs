//! The `ps_to_http` command.

use std::collections::HashSet;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use clap::Parser;

use super::{arguments, asked_to_stop, fail, run};
use crate::server::Bridge;
use crate::server::bridge::{Event, Options};
use crate::server::console;

/// Reads a pubsub and hands every message to HTTP destinations.
#[derive(Debug, Parser)]
#[command(
    name = "ps_to_http",
    version,
    after_help = "Example: ps_to_http --pubsub-url=\"http://127.0.0.1:8080/sub?multipart=0\" \\\n           \
                  --destination-get-url=\"http://127.0.0.1:8081/put?data=%s\""
)]
struct Arguments {
    /// Stream to read; several may be given, and the next is tried when one fails.
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:80/sub?multipart=0"
    )]
    pubsub_url: Vec<String>,
    /// Destination for GET; the message replaces its %s, as in "http://127.0.0.1:8081/put?data=%s". May be repeated.
    #[arg(long, value_name = "URL")]
    destination_get_url: Vec<String>,
    /// Destination that gets each message as the body of a POST. May be repeated.
    #[arg(long, value_name = "URL")]
    destination_post_url: Vec<String>,
    /// Give each message to one destination in turn, not to all of them.
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_value_t = false,
          default_missing_value = "true", value_parser = clap::builder::BoolishValueParser::new())]
    round_robin: bool,
    /// Quit after this long without a message; 0 and below: never.
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    max_silence: Option<i64>,
}

impl Arguments {
    fn options(self) -> Options {
        let max_silence = self.max_silence.and_then(|seconds| u64::try_from(seconds).ok());
        Options {
            pubsub_urls: self.pubsub_url,
            destination_get_urls: self.destination_get_url,
            destination_post_urls: self.destination_post_url,
            round_robin: self.round_robin,
            max_silence: max_silence
                .filter(|&seconds| seconds > 0)
                .map(Duration::from_secs),
            ..Options::default()
        }
    }
}

/// The command line, in two lines of a shell, of the bridge from the pubsub at `pubsub` to the queue at `queue`, two
/// base URLs such as `http://127.0.0.1:8080`.
pub fn ps_to_http_line(pubsub: &str, queue: &str) -> [String; 2] {
    [
        format!("ps_to_http --destination-get-url=\"{queue}/put?data=%s\" \\"),
        format!("  --pubsub-url=\"{pubsub}/sub?multipart=0\""),
    ]
}

/// Runs `ps_to_http` with this process's arguments.
pub fn ps_to_http() -> ExitCode {
    let arguments = match arguments::read::<Arguments>("ps_to_http") {
        Ok(arguments) => arguments,
        Err(exit) => return exit,
    };
    let bridge = match Bridge::new(arguments.options()) {
        Ok(bridge) => bridge.on_event(Screen::default().into_listener()),
        Err(error) => return fail("ps_to_http", &error),
    };
    run("ps_to_http", async {
        let stop = asked_to_stop()?;
        bridge.run(stop).await?;
        Ok(())
    })
}

/// What stands on the screen already: a pubsub that is away is tried every few seconds, and said to be away once.
#[derive(Debug, Default)]
struct Screen {
    said: HashSet<String>,
}

impl Screen {
    /// The most sentences that are remembered; an address has few ways not to answer.
    const MOST: usize = 1000;

    fn into_listener(self) -> impl Fn(&Event) + Send + Sync {
        let screen = Mutex::new(self);
        move |event| {
            screen.lock().unwrap_or_else(PoisonError::into_inner).show(event);
        }
    }

    fn show(&mut self, event: &Event) {
        match event {
            Event::Connecting { .. } if self.is_new(event) => console::say(format_args!("{event}")),
            Event::SourceLost {
                was_connected: false, ..
            } if self.is_new(event) => console::warn(format_args!("ps_to_http: {event}")),
            Event::Connecting { .. }
            | Event::SourceLost {
                was_connected: false, ..
            } => {}
            Event::Connected { .. } => {
                // Only the sentence that it is connecting: whoever read that there is no subscription wants to know.
                if self.said.len() > 1 {
                    console::warn(format_args!("ps_to_http: {event}"));
                }
                self.said.clear();
            }
            _ => console::warn(format_args!("ps_to_http: {event}")),
        }
    }

    fn is_new(&mut self, event: &Event) -> bool {
        if self.said.len() >= Self::MOST {
            self.said.clear();
        }
        self.said.insert(event.to_string())
    }
}
