//! Prometheus' text format, version 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>): three lines a number.

use std::fmt::Write as _;

use bytes::Bytes;
use hyper::header::HeaderValue;
use hyper::{Response, StatusCode};

use super::reply::{Whole, typed};

const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// One number that a server shows.
pub(crate) struct Metric {
    pub name: &'static str,
    /// `counter` for what only grows (until it is reset), `gauge` for the rest.
    pub kind: &'static str,
    pub help: &'static str,
    pub value: u64,
}

pub(crate) fn counter(name: &'static str, help: &'static str, value: u64) -> Metric {
    Metric {
        name,
        kind: "counter",
        help,
        value,
    }
}

pub(crate) fn gauge(name: &'static str, help: &'static str, value: u64) -> Metric {
    Metric {
        name,
        kind: "gauge",
        help,
        value,
    }
}

pub(crate) fn reply<B: From<Whole>>(metrics: &[Metric]) -> Response<B> {
    let mut text = String::new();
    for Metric {
        name,
        kind,
        help,
        value,
    } in metrics
    {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
    }
    typed(StatusCode::OK, CONTENT_TYPE, Bytes::from(text))
}
