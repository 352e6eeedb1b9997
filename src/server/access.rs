//! Who may ask: not a web page that the user happens to have open.
//!
//! A server on this machine can be reached by every page in the user's browser. A page on another origin gives itself
//! away by `Origin` (RFC 6454) or `Sec-Fetch-Site` (W3C Fetch Metadata); one that has pointed a name of its own at this
//! machine (DNS rebinding) by that name in `Host`. Programs that are no browsers send none of these but an honest
//! `Host`.

use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, HOST, HeaderMap,
    HeaderName, HeaderValue, ORIGIN, VARY,
};
use hyper::{Method, Request, Response, StatusCode};

use super::reply::{Whole, sentence, text};

/// Which pages of other origins may use a server.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Origins as a browser writes them, such as `http://localhost:3000`. `*` allows any.
    pub allow_origins: Vec<String>,
    /// The option by which whoever starts the server allows an origin, where there is one. Refusals name it.
    pub option: Option<&'static str>,
}

/// [`Access`] for a listener on a known address.
#[derive(Debug)]
pub(crate) struct Gate {
    /// Whether only this machine can connect, so that only its names can be meant.
    loopback: bool,
    /// What a client here usually has in `Host`: the address and `localhost`, with the port.
    usual_hosts: [String; 2],
    access: Access,
}

/// What a request that may pass needs in its reply.
#[derive(Debug)]
pub(crate) enum Pass {
    Plain,
    /// The page's origin is to be told that it may read the reply.
    Shared(HeaderValue),
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

impl Gate {
    pub fn new(address: SocketAddr, access: Access) -> Gate {
        let usual_hosts = [address.to_string(), format!("localhost:{}", address.port())];
        Gate {
            loopback: address.ip().is_loopback(),
            usual_hosts,
            access,
        }
    }

    /// Whether `request` may be answered; if not, or if it only asks whether it may ask, the reply.
    pub fn check<T, B: From<Whole>>(&self, request: &Request<T>) -> Result<Pass, Box<Response<B>>> {
        let headers = request.headers();
        let host = headers.get(HOST).map(|host| host.to_str().unwrap_or(""));
        if self.loopback && !host.is_none_or(|host| self.is_usual(host) || names_this_machine(host)) {
            let said = host.unwrap_or_default();
            return Err(refuse(format!(
                "this server listens on this machine only, and {said:?} is no name of it; use localhost or 127.0.0.1"
            )));
        }
        let Some(origin) = headers.get(ORIGIN) else {
            return self.without_origin(headers);
        };
        let text = origin.to_str().unwrap_or("");
        if host.is_some_and(|host| is_origin_of(text, host)) {
            return Ok(Pass::Plain);
        }
        if !self.allows(text) {
            return Err(refuse(match self.access.option {
                Some(option) => {
                    format!(
                        "a page of {text} may not use this server; start it with {option}={text} if it should"
                    )
                }
                None => format!("a page of {text} may not use this server, whatever it asks for"),
            }));
        }
        match *request.method() {
            Method::OPTIONS => {
                let mut reply = text_reply(StatusCode::NO_CONTENT);
                let headers = reply.headers_mut();
                headers.insert(
                    ACCESS_CONTROL_ALLOW_METHODS,
                    HeaderValue::from_static("GET, POST, HEAD"),
                );
                headers.insert(
                    ACCESS_CONTROL_ALLOW_HEADERS,
                    HeaderValue::from_static("content-type"),
                );
                share_with(origin.clone(), headers);
                Err(reply)
            }
            _ => Ok(Pass::Shared(origin.clone())),
        }
    }

    /// Browsers leave `Origin` out of requests whose reply the page does not get to see. They still act.
    fn without_origin<B: From<Whole>>(&self, headers: &HeaderMap) -> Result<Pass, Box<Response<B>>> {
        let site = headers.get(SEC_FETCH_SITE).map(HeaderValue::as_bytes);
        match site {
            Some(b"cross-site" | b"same-site") if !self.allows("*") => {
                let or_start = self
                    .access
                    .option
                    .map_or(String::new(), |option| format!(", or start it with {option}"));
                Err(refuse(format!(
                    "a page of another origin may not use this server; open its address by hand{or_start}"
                )))
            }
            _ => Ok(Pass::Plain),
        }
    }

    fn is_usual(&self, host: &str) -> bool {
        self.usual_hosts.iter().any(|usual| usual == host)
    }

    fn allows(&self, origin: &str) -> bool {
        self.access
            .allow_origins
            .iter()
            .any(|allowed| allowed == "*" || allowed.eq_ignore_ascii_case(origin))
    }
}

/// Tells the browser that a page of `origin` may read the reply that has these headers.
pub(crate) fn share_with(origin: HeaderValue, headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.append(VARY, HeaderValue::from_static("Origin"));
}

fn refuse<B: From<Whole>>(why: String) -> Box<Response<B>> {
    Box::new(sentence(StatusCode::FORBIDDEN, why))
}

fn text_reply<B: From<Whole>>(status: StatusCode) -> Box<Response<B>> {
    Box::new(text(status, Bytes::new()))
}

/// Whether `origin` is the one whose pages come from `host`.
fn is_origin_of(origin: &str, host: &str) -> bool {
    origin
        .split_once("://")
        .is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(host))
}

fn names_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    if let Ok(address) = name.parse::<IpAddr>() {
        return address.is_loopback();
    }
    // RFC 6761 keeps `localhost` and all below it for this machine.
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(gate: &Gate, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        gate.check::<_, Whole>(&request.body(()).expect("the headers are well formed"))
            .is_ok()
    }

    fn gate(address: [u8; 4], allowed: &[&str]) -> Gate {
        let allow_origins = allowed.iter().map(|&origin| origin.to_owned()).collect();
        Gate::new(
            SocketAddr::from((address, 8080)),
            Access {
                allow_origins,
                option: None,
            },
        )
    }

    #[test]
    fn on_loopback_only_names_of_this_machine_are_answered() {
        let gate = gate([127, 0, 0, 1], &[]);
        for host in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1:1",
            "127.9.9.9",
            "[::1]:8080",
            "a.localhost",
            "localhost.",
        ] {
            assert!(passes(&gate, &[("host", host)]), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example:80",
            "10.0.0.1",
            "[::2]",
            "notlocalhost",
            "",
        ] {
            assert!(!passes(&gate, &[("host", host)]), "{host}");
        }
        assert!(passes(&gate, &[]), "HTTP/1.0 has no Host");
    }

    #[test]
    fn on_other_addresses_any_name_may_lead_here() {
        assert!(passes(&gate([0, 0, 0, 0], &[]), &[("host", "data.example")]));
    }

    #[test]
    fn pages_of_other_origins_are_refused_unless_named() {
        let closed = gate([127, 0, 0, 1], &[]);
        let host = ("host", "localhost:8080");
        assert!(passes(&closed, &[host, ("origin", "http://localhost:8080")]));
        for origin in [
            "http://localhost:3000",
            "http://evil.example",
            "null",
            "http://localhost:8080.evil.example",
        ] {
            assert!(!passes(&closed, &[host, ("origin", origin)]), "{origin}");
        }
        for site in ["cross-site", "same-site"] {
            assert!(!passes(&closed, &[host, ("sec-fetch-site", site)]), "{site}");
        }
        assert!(passes(&closed, &[host, ("sec-fetch-site", "none")]));

        let open = gate([127, 0, 0, 1], &["http://localhost:3000"]);
        assert!(passes(&open, &[host, ("origin", "http://localhost:3000")]));
        assert!(!passes(&open, &[host, ("origin", "http://localhost:4000")]));
        assert!(passes(
            &gate([127, 0, 0, 1], &["*"]),
            &[host, ("origin", "http://evil.example")]
        ));
    }
}
