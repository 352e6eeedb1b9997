//! Where the student's chain is: as the environment says, else as the live workshop has it, else where the tutorial
//! puts it.

use std::net::SocketAddr;

use crate::server::client::Url;
use crate::services::state::{self, LiveState, Presence};
use crate::workspace::Workspace;

/// The section whose chain is the student's own.
const SECTION: u8 = 1;

/// The base URL of a server, and where we have it from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Without a slash at its end.
    pub url: String,
    /// In words.
    pub from: String,
}

/// The two servers.
#[derive(Debug)]
pub struct Addresses {
    /// The pubsub.
    pub pubsub: Address,
    /// The queue.
    pub queue: Address,
    /// The live workshop, where one runs.
    pub live: Option<LiveState>,
}

impl Addresses {
    /// Finds out.
    pub fn find(workspace: Option<&Workspace>) -> anyhow::Result<Self> {
        let live = match workspace.map(state::presence).transpose()? {
            Some(Presence::Running(live)) => Some(*live),
            _ => None,
        };
        let address = |variable: &str, of_live: Option<SocketAddr>, tutorial: &str| {
            let named = std::env::var(variable).ok();
            choose(variable, named, of_live, tutorial)
        };
        let of = |part: fn(&LiveState) -> SocketAddr| live.as_ref().map(part);
        Ok(Self {
            pubsub: address("PUBSUB_URL", of(|live| live.pubsub), "http://localhost:8080"),
            queue: address(
                "SIMPLEQUEUE_URL",
                of(|live| live.simplequeue),
                "http://localhost:8081",
            ),
            live,
        })
    }

    /// The section that the live workshop runs, where its servers are these and the section is another than this one.
    pub fn of_another_section(&self) -> Option<u8> {
        let live = self.live.as_ref().filter(|live| live.section != SECTION)?;
        let own = [(&self.pubsub, live.pubsub), (&self.queue, live.simplequeue)];
        own.iter()
            .any(|(address, listening)| is_at(&address.url, *listening))
            .then_some(live.section)
    }

    /// What tells one run of the pubsub from the next, where it is the live workshop's.
    pub fn run_of_pubsub(&self) -> Option<String> {
        let live = self.live.as_ref()?;
        is_at(&self.pubsub.url, live.pubsub).then(|| format!("{} {}", live.pid, live.since))
    }
}

fn choose(variable: &str, named: Option<String>, live: Option<SocketAddr>, tutorial: &str) -> Address {
    let named = named
        .map(|url| url.trim().trim_end_matches('/').to_owned())
        .filter(|url| !url.is_empty());
    match (named, live) {
        (Some(url), live) => {
            let stale = match live.filter(|listening| !is_at(&url, *listening)) {
                Some(listening) => format!(
                    "; that of the live workshop is http://{listening}, which `eval \"$(workshop env)\"` lets this \
                     terminal know"
                ),
                None => String::new(),
            };
            Address {
                url,
                from: format!("as {variable} says{stale}"),
            }
        }
        (None, Some(listening)) => Address {
            url: format!("http://{listening}"),
            from: "where the live workshop has it".into(),
        },
        (None, None) => Address {
            url: tutorial.into(),
            from: format!(
                "where the tutorial has it; no live workshop runs, and {variable} names no other place. `workshop start \
                 1` brings the servers up"
            ),
        },
    }
}

/// Whether `url` leads to the server that listens at `listening`, on this machine.
fn is_at(url: &str, listening: SocketAddr) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let Some((host, port)) = url.address().rsplit_once(':') else {
        return false;
    };
    let here = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]"].contains(&host);
    here && port.parse() == Ok(listening.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_goes_before_the_live_workshop_and_that_before_the_tutorial() {
        let live = Some(SocketAddr::from(([127, 0, 0, 1], 8082)));
        let url = |named: Option<&str>, live| {
            choose(
                "PUBSUB_URL",
                named.map(str::to_owned),
                live,
                "http://localhost:8080",
            )
        };
        assert_eq!(
            url(Some("http://box:9000/"), live).url,
            "http://box:9000",
            "without the slash"
        );
        assert!(
            url(Some("http://box:9000/"), live)
                .from
                .contains("http://127.0.0.1:8082")
        );
        assert_eq!(
            url(Some("http://localhost:8082"), live).from,
            "as PUBSUB_URL says"
        );
        assert_eq!(url(Some(" "), live).url, "http://127.0.0.1:8082");
        assert_eq!(url(None, None).url, "http://localhost:8080");
    }
}
