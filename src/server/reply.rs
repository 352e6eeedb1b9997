//! Replies whose whole body is known, and reading a request's body within a limit.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};

use super::chunks::Chunks;
use super::connection::{Control, Phase};

/// The body of a reply that is complete from the start.
#[derive(Debug, Default)]
pub(crate) struct Whole(Option<Chunks>);

impl Whole {
    pub fn new(chunks: impl Into<Chunks>) -> Whole {
        let chunks = chunks.into();
        Whole((!chunks.is_empty()).then_some(chunks))
    }
}

impl Body for Whole {
    type Data = Chunks;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Chunks>, Infallible>>> {
        Poll::Ready(self.0.take().map(|chunks| Ok(Frame::data(chunks))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, Chunks::len) as u64)
    }
}

pub(crate) const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A reply of text, or of bytes whose encoding only the sender knows.
pub(crate) fn text<B: From<Whole>>(status: StatusCode, body: impl Into<Chunks>) -> Response<B> {
    typed(status, TEXT, body)
}

pub(crate) fn typed<B: From<Whole>>(
    status: StatusCode,
    content_type: HeaderValue,
    body: impl Into<Chunks>,
) -> Response<B> {
    let mut response = Response::new(B::from(Whole::new(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

/// A reply that is one sentence.
pub(crate) fn sentence<B: From<Whole>>(status: StatusCode, sentence: impl Into<String>) -> Response<B> {
    let mut line = sentence.into();
    line.push('\n');
    text(status, Bytes::from(line))
}

/// Why a body was not read; answered with [`BodyError::reply`].
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the body is longer than the {limit} bytes that --max-body-bytes allows")]
    TooLong { limit: usize },
    #[error("the body could not be read: {0}")]
    Broken(#[from] hyper::Error),
}

impl BodyError {
    /// The connection closes with this reply, since the rest of the body is not going to be read.
    pub fn reply<B: From<Whole>>(&self) -> Response<B> {
        let status = match self {
            BodyError::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            BodyError::Broken(_) => StatusCode::BAD_REQUEST,
        };
        let mut response = sentence(status, self.to_string());
        response
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
        response
    }
}

/// Parts of a body below this many bytes are joined, so that a body in many small ones costs no more than its length.
const SMALL: usize = 4096;

/// Reads a body part by part. Large parts are not copied.
pub(crate) async fn read_body(
    mut body: Incoming,
    limit: usize,
    control: &Control,
) -> Result<Chunks, BodyError> {
    let mut chunks = Chunks::default();
    if body.is_end_stream() {
        return Ok(chunks);
    }
    if body.size_hint().lower() > limit as u64 {
        return Err(BodyError::TooLong { limit });
    }
    control.enter(Phase::Body);
    let mut joined = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        control.note(&data);
        if chunks.len() + joined.len() + data.len() > limit {
            return Err(BodyError::TooLong { limit });
        }
        if data.len() < SMALL && !chunks.is_empty() {
            joined.extend_from_slice(&data);
        } else {
            chunks.push(joined.split().freeze());
            chunks.push(data);
        }
    }
    chunks.push(joined.freeze());
    control.enter(Phase::Reply);
    Ok(chunks)
}
