//! Server-sent events (the WHATWG HTML standard, section 9.2).

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::stream::{self, Stream};
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::feed::Feed;
use crate::server::Whole;
use crate::server::chunks::Chunks;

/// A reply of the page: whole, or events without an end.
pub(super) enum PageBody {
    Whole(Whole),
    Events(Events),
}

/// What one browser is told.
pub(super) struct Events {
    stream: Pin<Box<dyn Stream<Item = Bytes> + Send>>,
    _place: OwnedSemaphorePermit,
}

impl Events {
    /// `greeting`, and then each document of `feed`, until `closing` is true.
    pub fn new(
        greeting: Bytes,
        feed: &Feed,
        closing: watch::Receiver<bool>,
        place: OwnedSemaphorePermit,
    ) -> Self {
        // The feed lives as long as somebody hears it.
        let state = (Some(greeting), feed.clone(), feed.listen(), closing);
        let stream = stream::unfold(state, |(greeting, feed, mut receiver, mut closing)| async move {
            if let Some(greeting) = greeting {
                return Some((greeting, (None, feed, receiver, closing)));
            }
            tokio::select! {
                biased;
                // An error means that the server is gone, which is a closing too.
                _ = closing.wait_for(|closing| *closing) => return None,
                changed = receiver.changed() => changed.ok()?,
            }
            let event = event(&receiver.borrow_and_update());
            Some((event, (None, feed, receiver, closing)))
        });
        Self {
            stream: Box::pin(stream),
            _place: place,
        }
    }
}

/// A document as an event. JSON has no line breaks outside of escapes, so it is one line whatever is in it.
fn event(document: &[u8]) -> Bytes {
    let mut event = BytesMut::with_capacity(document.len() + 8);
    event.put_slice(b"data: ");
    event.put_slice(document);
    event.put_slice(b"\n\n");
    event.freeze()
}

impl From<Whole> for PageBody {
    fn from(whole: Whole) -> Self {
        Self::Whole(whole)
    }
}

impl Body for PageBody {
    type Data = Chunks;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Chunks>, Infallible>>> {
        match &mut *self {
            Self::Whole(whole) => Pin::new(whole).poll_frame(context),
            Self::Events(events) => events
                .stream
                .as_mut()
                .poll_next(context)
                .map(|event| event.map(|event| Ok(Frame::data(event.into())))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(whole) => whole.is_end_stream(),
            Self::Events(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(whole) => whole.size_hint(),
            Self::Events(_) => SizeHint::default(),
        }
    }
}
