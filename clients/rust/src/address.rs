//! The address of a queue: what a person types, turned into a host and a port.

use std::fmt;

use crate::Error;

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// A name or an IP address; one of version 6 without its brackets.
    pub host: String,
    pub port: u16,
}

impl Address {
    /// Reads `http://localhost:8081`. `http://` may be left out, and a slash at the end does not matter. Without a port
    /// it is 80, as everywhere on the web.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |problem: &'static str| Error::Address {
            address: text.to_owned(),
            problem,
        };
        let rest = match text.split_once("://") {
            Some(("http", rest)) => rest,
            Some(_) => return Err(wrong("these servers speak http:// only")),
            None => text,
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let odd = |c: char| c <= ' ' || c > '~' || "/?#@".contains(c);
        if rest.contains(odd) {
            return Err(wrong("nothing may stand in it but http://, a host and a port"));
        }
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => {
                let port = port.parse().ok().filter(|port| *port > 0);
                (
                    host,
                    port.ok_or_else(|| wrong("its port must be from 1 to 65535"))?,
                )
            }
            _ => (rest, 80),
        };
        let host = match host.strip_prefix('[') {
            Some(host) => host
                .strip_suffix(']')
                .ok_or_else(|| wrong("it has a [ without a ]"))?,
            None if host.contains(':') => return Err(wrong("an IPv6 address stands in brackets")),
            None => host,
        };
        if host.is_empty() {
            return Err(wrong("it names no host"));
        }
        Ok(Self {
            host: host.to_owned(),
            port,
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(formatter, "http://[{}]:{}", self.host, self.port),
            false => write!(formatter, "http://{}:{}", self.host, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn what_people_type() {
        for (text, shown) in [
            ("http://localhost:8081", "http://localhost:8081"),
            ("http://localhost:8081/", "http://localhost:8081"),
            ("127.0.0.1:8081", "http://127.0.0.1:8081"),
            ("queue", "http://queue:80"),
            ("http://[::1]:8081", "http://[::1]:8081"),
            ("http://[::1]", "http://[::1]:80"),
        ] {
            let address = Address::parse(text).expect(text);
            assert_eq!(address.to_string(), shown);
        }
    }

    #[test]
    fn what_cannot_be_an_address() {
        for (text, part) in [
            ("https://localhost:8081", "http:// only"),
            ("http://localhost:8081/get", "nothing may stand in it"),
            ("http://localhost:8081?items=5", "nothing may stand in it"),
            ("http://me@localhost:8081", "nothing may stand in it"),
            ("http://local host:8081", "nothing may stand in it"),
            ("http://localhost:0", "from 1 to 65535"),
            ("http://localhost:", "from 1 to 65535"),
            ("http://localhost:65536", "from 1 to 65535"),
            ("http://:8081", "names no host"),
            ("", "names no host"),
            ("::1:8081", "in brackets"),
            ("http://[::1:8081", "[ without a ]"),
        ] {
            let error = Address::parse(text).expect_err(text).to_string();
            assert!(error.contains(part) && error.contains(text), "{error}");
        }
    }
}
