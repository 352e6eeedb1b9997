//! The probes that earlier checks published, which the counters of a pubsub hold among the student's own messages.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::workspace::{Workspace, write_atomically};

/// As many pubsubs are remembered.
const MOST: usize = 32;

/// What is known of one pubsub.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    /// What tells its run from the next, where that can be known.
    run: Option<String>,
    /// The messages that it had received after the last probe.
    received: u64,
    /// How many of them were probes.
    probes: u64,
}

/// The probes of earlier checks, by the pubsub that took them.
#[derive(Debug, Default)]
pub struct Probes {
    path: Option<PathBuf>,
    by_address: BTreeMap<String, Known>,
}

impl Probes {
    /// As the workspace remembers them; none where it does not.
    pub fn read(workspace: Option<&Workspace>) -> Self {
        let path = workspace.map(|workspace| workspace.state().join("probes.json"));
        // What cannot be read is counted anew: all it could do is take a probe for a message of the student's.
        let by_address = path
            .as_ref()
            .and_then(|path| std::fs::read(path).ok())
            .and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default();
        Self { path, by_address }
    }

    /// How many of the `received` messages of the pubsub at `address` were probes. One that has received fewer than it
    /// had, or is another run of the live workshop's, has been started anew since, and had none.
    pub fn among(&self, address: &str, run: Option<&str>, received: u64) -> u64 {
        self.by_address
            .get(address)
            .filter(|known| known.run.as_deref() == run && known.received <= received)
            .map_or(0, |known| known.probes)
    }

    /// Notes that the pubsub at `address`, which had received `received` messages with `earlier` probes among them, was
    /// given one more.
    pub fn add(
        &mut self,
        address: &str,
        run: Option<String>,
        received: u64,
        earlier: u64,
    ) -> anyhow::Result<()> {
        if self.by_address.len() >= MOST && !self.by_address.contains_key(address) {
            self.by_address.pop_first();
        }
        let known = Known {
            run,
            received: received + 1,
            probes: earlier + 1,
        };
        self.by_address.insert(address.to_owned(), known);
        let Some(path) = &self.path else { return Ok(()) };
        write_atomically(path, &serde_json::to_vec(&self.by_address)?)
            .with_context(|| format!("cannot write {}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probes_are_told_from_the_students_messages_until_the_pubsub_starts_anew() {
        let mut probes = Probes::default();
        let add = |probes: &mut Probes, received, earlier| {
            probes.add("http://a", None, received, earlier).expect("no file")
        };
        assert_eq!(probes.among("http://a", None, 5), 0);
        add(&mut probes, 0, 0);
        assert_eq!(
            probes.among("http://a", None, 1),
            1,
            "nothing but the probe was published"
        );
        add(&mut probes, 1, 1);
        assert_eq!(probes.among("http://a", None, 3), 2);
        assert_eq!(probes.among("http://b", None, 3), 0);
        assert_eq!(probes.among("http://a", None, 1), 0, "it counts from zero again");
        assert_eq!(probes.among("http://a", Some("another run"), 3), 0);
    }
}
