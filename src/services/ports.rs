//! The ports that the tutorial names where they are free, and the next free ones where they are not.

use std::net::Ipv4Addr;

use anyhow::Context as _;
use tokio::net::TcpListener;

use crate::server::{self, BindError};

/// As many ports after the wanted one are tried.
const TRIED: u16 = 50;

/// Ports that the tutorial has a use for: no other part takes them.
const RESERVED: [u16; 4] = [8080, 8081, 8088, 6379];

/// A port that was taken, and what was done about it.
#[derive(Debug)]
pub struct Bound {
    /// Listens.
    pub listener: TcpListener,
    /// What a student should know, where the wanted port was not to be had.
    pub note: Option<String>,
}

/// Listens on `wanted`, or on the next free port after it.
pub fn bind(part: &str, wanted: u16) -> anyhow::Result<Bound> {
    let taken = match server::bind(Ipv4Addr::LOCALHOST.into(), wanted) {
        Ok(listener) => return Ok(Bound { listener, note: None }),
        Err(taken @ BindError::InUse { .. }) => taken,
        Err(other) => return Err(other.into()),
    };
    let holder = match &taken {
        BindError::InUse {
            holder: Some(holder), ..
        } => format!(" by {} (process {})", holder.name, holder.pid),
        _ => String::new(),
    };
    let next = (1..=TRIED)
        .filter_map(|step| wanted.checked_add(step))
        .filter(|port| !RESERVED.contains(port));
    for port in next {
        match server::bind(Ipv4Addr::LOCALHOST.into(), port) {
            Ok(listener) => {
                let note = format!("port {wanted} is taken{holder}, so {part} listens on {port}");
                return Ok(Bound {
                    listener,
                    note: Some(note),
                });
            }
            Err(BindError::InUse { .. }) => {}
            Err(_) => break,
        }
    }
    Err(taken).with_context(|| {
        format!(
            "{part} found no free port from {wanted} to {}",
            wanted.saturating_add(TRIED)
        )
    })
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use super::*;
    use crate::render::causes;

    #[tokio::test]
    async fn where_no_port_is_free_the_ports_and_who_holds_the_wanted_one_are_named() {
        // No port comes after this one; whoever has it already holds it just as well.
        let held = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, u16::MAX));
        let error = bind("pubsub", u16::MAX).unwrap_err();
        let said = causes(error.as_ref());
        assert!(
            said.starts_with(
                "pubsub found no free port from 65535 to 65535: port 65535 of 127.0.0.1 is already in use"
            ) && said.ends_with("; choose another port or stop what uses it"),
            "{said}"
        );
        if cfg!(target_os = "linux") && held.is_ok() {
            assert!(
                said.contains(&format!("(process {})", std::process::id())),
                "{said}"
            );
        }
    }
}
