//! A line per request, in the format of the originals:
//! `[I 261123 03:42:13 17] 200 GET /put?data=x 0.123ms`: severity, local time, number of the request, status, method,
//! URI (and, after a `?`, the body of a POST), time taken.

use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use hyper::{Method, Request, StatusCode};

use super::connection::Control;
use crate::server::console;

/// The most of a body that is shown, in bytes.
pub(crate) const SHOWN: usize = 1000;

/// Where the lines go. Clones number their requests together.
#[derive(Clone)]
pub struct RequestLog {
    write: Arc<dyn Fn(&str) + Send + Sync>,
    requests: Arc<AtomicU64>,
}

impl fmt::Debug for RequestLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestLog")
            .field("requests", &self.requests)
            .finish_non_exhaustive()
    }
}

impl RequestLog {
    /// Hands every line, without its newline, to `write`, from within the server's tasks.
    pub fn new(write: impl Fn(&str) + Send + Sync + 'static) -> RequestLog {
        RequestLog {
            write: Arc::new(write),
            requests: Arc::default(),
        }
    }

    /// A log on standard output.
    pub fn to_stdout() -> RequestLog {
        RequestLog::new(|line| console::say(line))
    }

    pub(crate) fn begin<T>(&self, request: &Request<T>) -> Entry {
        Entry {
            log: self.clone(),
            began: Instant::now(),
            number: self.requests.fetch_add(1, Ordering::Relaxed) + 1,
            method: request.method().clone(),
            uri: request.uri().to_string(),
        }
    }
}

/// A request that is being answered.
pub(crate) struct Entry {
    log: RequestLog,
    began: Instant,
    number: u64,
    method: Method,
    uri: String,
}

impl Entry {
    pub fn finish(self, status: StatusCode, control: &Control) {
        let severity = match status.as_u16() {
            500..600 => 'E',
            400..500 => 'W',
            _ => 'I',
        };
        let time = jiff::Zoned::now().strftime("%y%m%d %H:%M:%S").to_string();
        let Entry {
            number, method, uri, ..
        } = &self;
        let mut line = format!("[{severity} {time} {number}] {} {method} {uri}", status.as_u16());
        let body = control.take_noted();
        if self.method == Method::POST {
            line.push('?');
            show(&body, &mut line);
        }
        // Writing into a string cannot fail.
        let _ = write!(line, " {:.3}ms", self.began.elapsed().as_secs_f64() * 1e3);
        (self.log.write)(&line);
    }
}

/// Appends `body` so that it stays on its line and cannot pass for another.
fn show(body: &[u8], line: &mut String) {
    for character in String::from_utf8_lossy(body).chars() {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
}
