//! Answers as replies, with the headers that every one of them has.

use bytes::Bytes;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};

use super::events::PageBody;
use crate::server::{sentence, typed};

/// Only what we serve ourselves is ever loaded, run or asked, and nobody shows the page inside of theirs.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// A page.
pub(super) fn html(status: StatusCode, document: maud::Markup) -> Response<PageBody> {
    typed(status, HTML, Bytes::from(document.into_string()))
}

/// Leads to another address of ours.
pub(super) fn see_other(address: &str) -> Response<PageBody> {
    let mut reply = sentence(StatusCode::SEE_OTHER, format!("see {address}"));
    match HeaderValue::from_str(address) {
        Ok(address) => {
            reply.headers_mut().insert(LOCATION, address);
            reply
        }
        Err(_) => sentence(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("{address:?} is no address"),
        ),
    }
}

/// What every reply says, whatever it is. Another workshop may listen here next, so nothing is kept.
pub(super) fn guard(headers: &mut HeaderMap) {
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Not `no-referrer`: with it a form would post without an origin.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
}
