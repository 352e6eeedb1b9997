//! Taking a port, and saying who has it when it is taken.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::net::{TcpListener, TcpSocket};

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

/// The process that holds a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its process id.
    pub pid: u32,
    /// The name the operating system shows for it.
    pub name: String,
}

/// Why an address could not be bound.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another socket listens there.
    #[error("port {} of {} is already in use{}; choose another port or stop what uses it",
            .address.port(), .address.ip(), ByHolder(.holder))]
    InUse {
        /// The address that was asked for.
        address: SocketAddr,
        /// Who listens there, where the operating system tells.
        holder: Option<Holder>,
    },
    /// Anything else: no right to the port, no such address on this machine.
    #[error("cannot listen on {address}: {source}")]
    Refused {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
}

struct ByHolder<'h>(&'h Option<Holder>);

impl fmt::Display for ByHolder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(holder) => write!(f, " by {} (process {})", holder.name, holder.pid),
            None => Ok(()),
        }
    }
}

/// Listens on `address`; port 0 takes a free one. Must be called inside a tokio runtime.
pub fn bind(address: IpAddr, port: u16) -> Result<TcpListener, BindError> {
    let address = SocketAddr::new(address, port);
    listen(address).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => BindError::InUse {
            address,
            holder: holder_of(port),
        },
        _ => BindError::Refused { address, source },
    })
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    }?;
    // A server that was stopped a moment ago must not keep its port from the next one.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

fn holder_of(port: u16) -> Option<Holder> {
    let process = listeners::get_process_by_port(port, listeners::Protocol::TCP).ok()?;
    Some(Holder {
        pid: process.pid,
        name: process.name,
    })
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[tokio::test]
    async fn a_taken_port_is_named_with_its_holder() {
        let first = bind(Ipv4Addr::LOCALHOST.into(), 0).unwrap();
        let port = first.local_addr().unwrap().port();
        let error = bind(Ipv4Addr::LOCALHOST.into(), port).unwrap_err();
        let BindError::InUse { address, holder } = &error else {
            panic!("{error}")
        };
        assert_eq!(address.port(), port);
        assert!(error.to_string().contains(&port.to_string()), "{error}");
        if let Some(holder) = holder {
            assert_eq!(holder.pid, std::process::id());
        }
    }
}
