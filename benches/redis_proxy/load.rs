//! A client that does nothing but wait: GET and SET in turn, on keys of its own.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// A load.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Connections side by side, each in a thread of its own.
    pub connections: usize,
    /// Commands that a connection sends at once, before it reads their replies.
    pub pipeline: usize,
    /// Commands that a connection sends in all.
    pub commands: usize,
}

impl fmt::Display for Load {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            connections,
            commands,
            ..
        } = self;
        match self.pipeline {
            1 => write!(formatter, "one at a time")?,
            pipeline => write!(formatter, "{pipeline} in a pipeline")?,
        }
        let plural = if *connections == 1 { "" } else { "s" };
        write!(
            formatter,
            ", {connections} connection{plural}, {commands} commands"
        )
    }
}

impl Load {
    /// Sends `commands` on each connection. Returns the time that a round trip took, on average.
    pub fn run(self, address: SocketAddr, commands: usize) -> Duration {
        let round_trips = (commands / self.pipeline).max(1);
        let total: Duration = std::thread::scope(|scope| {
            let connections: Vec<_> = (0..self.connections)
                .map(|number| scope.spawn(move || self.connection(address, number, round_trips)))
                .collect();
            connections.into_iter().map(|one| one.join().unwrap()).sum()
        });
        total / u32::try_from(round_trips * self.connections).unwrap()
    }

    fn connection(self, address: SocketAddr, number: usize, round_trips: usize) -> Duration {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        let key = format!("bench:{number}");
        let set = format!("*3\r\n$3\r\nSET\r\n${}\r\n{key}\r\n$5\r\n12345\r\n", key.len());
        let get = format!("*2\r\n$3\r\nGET\r\n${}\r\n{key}\r\n", key.len());
        let commands = [(set, "+OK\r\n"), (get, "$5\r\n12345\r\n")];
        let mut answer = Vec::new();
        let mut ask = |round: usize| {
            let sent = (0..self.pipeline).map(|position| &commands[(round + position) % 2]);
            let (requests, replies): (String, String) =
                sent.map(|(request, reply)| (request.as_str(), *reply)).unzip();
            answer.resize(replies.len(), 0);
            let begun = Instant::now();
            stream.write_all(requests.as_bytes()).unwrap();
            stream.read_exact(&mut answer).unwrap();
            let took = begun.elapsed();
            assert_eq!(answer, replies.as_bytes());
            took
        };
        // The first sets the key, so that the others know what to expect.
        ask(0);
        (0..round_trips).map(ask).sum()
    }
}
