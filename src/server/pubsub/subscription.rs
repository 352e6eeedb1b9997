//! The endless reply to `/sub`.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use super::Observer;
use super::hub::{Format, Hub, Next, Subscriber};
use crate::protocol::multipart;
use crate::server::chunks::Chunks;
use crate::server::connection::Control;
use crate::server::reply::Whole;

/// A subscriber's place in the stream. Dropping it ends the subscription.
pub(super) struct Subscription {
    hub: Arc<Hub>,
    subscriber: Arc<Subscriber>,
    observer: Arc<dyn Observer>,
    /// Set when the listener that it came through is closing.
    closing: Arc<AtomicBool>,
    stage: Stage,
}

#[derive(PartialEq, Eq)]
enum Stage {
    Opening,
    Messages,
    Ended,
}

impl Subscription {
    pub fn new(
        hub: Arc<Hub>,
        format: Format,
        control: &Arc<Control>,
        observer: Arc<dyn Observer>,
        closing: Arc<AtomicBool>,
    ) -> Subscription {
        let subscriber = hub.subscribe(format, Arc::clone(control));
        observer.subscribed(control.peer);
        Subscription {
            hub,
            subscriber,
            observer,
            closing,
            stage: Stage::Opening,
        }
    }

    /// The same place in the stream, for a protocol that has an opening of its own.
    pub fn already_open(mut self) -> Subscription {
        self.stage = Stage::Messages;
        self
    }

    /// All that the subscriber is owed, when there is something; `None` when there will be no more.
    pub async fn next(&mut self) -> Option<Chunks> {
        poll_fn(|context| self.poll_next(context)).await
    }

    fn opening(&self) -> &'static [u8] {
        match self.subscriber.format {
            Format::Plain => b"\r\n",
            Format::Multipart => multipart::OPENING,
        }
    }

    /// All that the subscriber is owed now; `None` when there will be no more.
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Chunks>> {
        match self.stage {
            Stage::Opening => {
                self.stage = Stage::Messages;
                return Poll::Ready(Some(Bytes::from_static(self.opening()).into()));
            }
            Stage::Ended => return Poll::Ready(None),
            Stage::Messages => {}
        }
        // Looked at before the log is: what is published after it was set is not owed.
        let closing = self.closing.load(Ordering::Acquire);
        match self
            .hub
            .next(&self.subscriber, (!closing).then(|| context.waker()))
        {
            Next::Data(data) => Poll::Ready(Some(data)),
            Next::Asleep if closing => {
                self.stage = Stage::Ended;
                Poll::Ready(None)
            }
            Next::Asleep => {
                // It may have begun to close between the look at `closing` and falling asleep.
                if self.closing.load(Ordering::Acquire) {
                    context.waker().wake_by_ref();
                }
                Poll::Pending
            }
            Next::Kicked(pending) => {
                self.stage = Stage::Ended;
                let notice = format!("ERROR_TOO_SLOW. kicked for having {pending} pending bytes\n");
                Poll::Ready(Some(Bytes::from(notice).into()))
            }
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.hub.unsubscribe(&self.subscriber);
        self.observer.unsubscribed(self.subscriber.control.peer);
    }
}

/// The body of any reply of a pubsub.
pub(super) enum Reply {
    Whole(Whole),
    /// Of the length of a subscription, for HEAD, which gets none of it.
    Endless,
    Subscription(Subscription),
}

impl From<Whole> for Reply {
    fn from(whole: Whole) -> Reply {
        Reply::Whole(whole)
    }
}

impl Body for Reply {
    type Data = Chunks;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Chunks>, Infallible>>> {
        match &mut *self {
            Reply::Whole(whole) => Pin::new(whole).poll_frame(context),
            Reply::Endless => Poll::Ready(None),
            Reply::Subscription(subscription) => subscription
                .poll_next(context)
                .map(|next| next.map(|data| Ok(Frame::data(data)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Reply::Whole(whole) => whole.is_end_stream(),
            Reply::Endless => false,
            Reply::Subscription(subscription) => subscription.stage == Stage::Ended,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Reply::Whole(whole) => whole.size_hint(),
            Reply::Endless | Reply::Subscription(_) => SizeHint::default(),
        }
    }
}
