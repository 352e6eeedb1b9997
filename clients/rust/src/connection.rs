//! One connection to one queue, kept open from request to request.
//!
//! HTTP by hand, since the small clients open a connection for every request, which costs more than the request, and
//! those that keep it open come with many times the code of this crate.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use crate::address::Address;

/// A reply longer than this is refused, so that a server gone mad cannot fill the memory.
const MOST_REPLY_BYTES: usize = 256 << 20;

/// The same for what stands before the body of a reply.
const MOST_HEAD_BYTES: usize = 64 << 10;

const READ_BYTES: usize = 64 << 10;

/// Sends requests to one queue and waits for each reply.
///
/// A server may close an idle connection whenever it likes; that is noticed, and the request is sent once more over a new
/// one. The server may already have seen the first (nobody can know), so a write can happen twice: at least once, not
/// exactly once.
#[derive(Debug)]
pub(crate) struct Connection {
    address: Address,
    /// For one request, the connecting and the reading of the reply included.
    timeout: Duration,
    stream: Option<TcpStream>,
}

impl Connection {
    pub fn new(address: Address, timeout: Duration) -> Self {
        Self {
            address,
            timeout,
            stream: None,
        }
    }

    /// Up to `items` messages; none where the queue is empty. With 0 items, one message with `/get`.
    pub fn get(&mut self, items: u32) -> Result<Vec<Vec<u8>>, String> {
        let target = match items {
            0 => "/get".to_owned(),
            items => format!("/mget?items={items}"),
        };
        let body = self.request("GET", &target, &[])?;
        Ok(match items {
            _ if body.is_empty() => Vec::new(),
            0 => vec![body],
            _ => {
                let pieces = body.split(|&byte| byte == b'\n');
                pieces
                    .filter(|piece| !piece.is_empty())
                    .map(<[u8]>::to_vec)
                    .collect()
            }
        })
    }

    /// Puts messages into the queue; several go in one `/mput`, for which none of them may contain a newline.
    pub fn put(&mut self, messages: &[Vec<u8>]) -> Result<(), String> {
        let target = if messages.len() == 1 { "/put" } else { "/mput" };
        self.request("POST", target, &messages.join(&b'\n'))?;
        Ok(())
    }

    /// The body of the reply to one request, or what went wrong, as a sentence.
    fn request(&mut self, method: &str, target: &str, body: &[u8]) -> Result<Vec<u8>, String> {
        let deadline = Instant::now() + self.timeout;
        let was_open = self.stream.is_some();
        let mut reply = self.exchange(method, target, body, deadline);
        if was_open && reply.as_ref().is_err_and(is_closed) {
            reply = self.exchange(method, target, body, deadline);
        }
        let address = &self.address;
        let reply = reply.map_err(|error| match error.kind() {
            io::ErrorKind::ConnectionRefused => {
                format!("nothing listens on {address}: is the server running?")
            }
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                format!("no answer from {address} within {} s", self.timeout.as_secs_f64())
            }
            _ => format!("cannot talk to {address}: {error}"),
        })?;
        match reply.status {
            200..=299 => Ok(reply.body),
            status => {
                let said = &reply.body[..reply.body.len().min(200)];
                let said = String::from_utf8_lossy(said);
                let said = said.trim().escape_debug();
                Err(format!(
                    "{address} answered {status} to {method} {target}: {said}"
                ))
            }
        }
    }

    /// One attempt. After an error the connection is closed: a reply half read would be taken for the next one's.
    fn exchange(&mut self, method: &str, target: &str, body: &[u8], deadline: Instant) -> io::Result<Reply> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => connect(&self.address, deadline)?,
        };
        let host = self.address.to_string();
        let host = host.trim_start_matches("http://");
        let length = body.len();
        let head = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n\r\n");
        stream.set_write_timeout(Some(left(deadline)?))?;
        // In one write, or the second piece may wait for the first to be acknowledged.
        stream.write_all(&[head.as_bytes(), body].concat())?;
        let reply = Reply::read(&mut stream, deadline)?;
        if reply.keeps_open {
            self.stream = Some(stream);
        }
        Ok(reply)
    }
}

/// Whether the other end has closed the connection without an answer, as it may while nothing is under way.
fn is_closed(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(
        error.kind(),
        BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof
    )
}

fn connect(address: &Address, deadline: Instant) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name of the host is not known");
    // A name may stand for several addresses, of which the server listens on one.
    for place in (address.host.as_str(), address.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&place, left(deadline)?) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// What the server answered.
struct Reply {
    status: u16,
    body: Vec<u8>,
    /// Whether the connection may be used again.
    keeps_open: bool,
}

impl Reply {
    fn read(stream: &mut TcpStream, deadline: Instant) -> io::Result<Self> {
        let mut bytes = Vec::new();
        let head = loop {
            if let Some(head) = Head::parse(&bytes)? {
                break head;
            }
            if bytes.len() > MOST_HEAD_BYTES {
                return Err(odd("it does not answer as a simplequeue does"));
            }
            if read_more(stream, &mut bytes, deadline)? == 0 {
                return Err(match bytes.is_empty() {
                    true => io::Error::new(
                        io::ErrorKind::UnexpectedEof,
                        "it closed the connection without an answer",
                    ),
                    false => odd("its reply ended too early"),
                });
            }
        };
        bytes.drain(..head.bytes);
        if head.body_bytes.is_some_and(|length| length > MOST_REPLY_BYTES) {
            return Err(odd("its reply is too long"));
        }
        // Without a length, the reply ends with the connection.
        while head.body_bytes.map_or(true, |length| bytes.len() < length) {
            if bytes.len() > MOST_REPLY_BYTES {
                return Err(odd("its reply is too long"));
            }
            if read_more(stream, &mut bytes, deadline)? == 0 {
                if head.body_bytes.is_none() {
                    break;
                }
                return Err(odd("its reply ended too early"));
            }
        }
        // More than was asked for belongs to no request of ours.
        let exact = head.body_bytes == Some(bytes.len());
        Ok(Self {
            status: head.status,
            body: bytes,
            keeps_open: exact && !head.closes,
        })
    }
}

/// What stands before the body.
struct Head {
    bytes: usize,
    status: u16,
    body_bytes: Option<usize>,
    closes: bool,
}

impl Head {
    /// Reads it from the beginning of `bytes`; `None` while some of it is still to come.
    fn parse(bytes: &[u8]) -> io::Result<Option<Self>> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut response = httparse::Response::new(&mut headers);
        let parsed = response
            .parse(bytes)
            .map_err(|error| odd(&format!("its reply is no HTTP ({error})")))?;
        let httparse::Status::Complete(length) = parsed else {
            return Ok(None);
        };
        let header = |name: &str| {
            let mut headers = response.headers.iter();
            let header = headers.find(|header| header.name.eq_ignore_ascii_case(name));
            header.map(|header| String::from_utf8_lossy(header.value).trim().to_ascii_lowercase())
        };
        if header("transfer-encoding").is_some() {
            return Err(odd("it sends its reply in chunks, as no simplequeue does"));
        }
        let body_bytes = match header("content-length") {
            None => None,
            Some(text) => Some(text.parse().map_err(|_| odd("its content-length is no number"))?),
        };
        let closes = match header("connection").as_deref() {
            Some("close") => true,
            Some("keep-alive") => false,
            _ => response.version == Some(0),
        };
        Ok(Some(Self {
            bytes: length,
            status: response.code.unwrap_or_default(),
            body_bytes,
            closes,
        }))
    }
}

fn odd(problem: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem.to_owned())
}

/// Appends what has come; 0 at the end of the connection.
fn read_more(stream: &mut TcpStream, bytes: &mut Vec<u8>, deadline: Instant) -> io::Result<usize> {
    let before = bytes.len();
    bytes.resize(before + READ_BYTES, 0);
    let read = loop {
        // Each read alone would have the whole timeout: a server that sends one byte now and then would hold us for ever.
        let read = left(deadline).and_then(|left| {
            stream.set_read_timeout(Some(left))?;
            stream.read(&mut bytes[before..])
        });
        match read {
            // A signal. What has been asked for is still under way, and has to be kept.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => break read,
        }
    };
    bytes.truncate(before + *read.as_ref().unwrap_or(&0));
    read
}

/// The time that is left.
fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    match left.is_zero() {
        true => Err(io::ErrorKind::TimedOut.into()),
        false => Ok(left),
    }
}
