//! The bridge, `ps_to_http`: subscribes to a pubsub and hands every message to HTTP destinations, in order.

mod backoff;
mod delivery;
mod options;
mod source;
mod stats;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinSet;

pub use options::{Options, OptionsError};
pub use stats::{Event, Stats, StatsHandle};

use options::Plan;
use stats::Counters;

/// What a pending message takes besides its bytes.
const OVERHEAD: usize = 64;

/// What a bridge had done when it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Messages read from the pubsub.
    pub received: u64,
    /// Deliveries that succeeded.
    pub delivered: u64,
    /// Messages left out because they are too long for the destination's URL.
    pub dropped: u64,
    /// Attempts to deliver that failed and were tried again.
    pub failed_attempts: u64,
}

/// Why a bridge did not end well.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The destinations did not take what was pending in the time allowed at the end.
    #[error(
        "{undelivered} of the messages that were read could not be delivered within {} s of the end, and are lost",
        .limit.as_secs_f64()
    )]
    Undelivered {
        /// Deliveries that were left.
        undelivered: u64,
        /// The time there was.
        limit: Duration,
    },
}

type Listener = Arc<dyn Fn(&Event) + Send + Sync>;

/// What all parts of a running bridge share.
#[derive(Clone)]
struct Shared {
    options: Arc<Options>,
    counters: Arc<Counters>,
    listener: Listener,
}

impl Shared {
    fn say(&self, event: &Event) {
        (self.listener)(event);
    }
}

/// A bridge that is ready to run.
pub struct Bridge {
    plan: Plan,
    shared: Shared,
}

impl Bridge {
    /// Checks `options`; nothing is connected yet.
    pub fn new(options: Options) -> Result<Bridge, OptionsError> {
        let plan = options.plan()?;
        let shared = Shared {
            options: Arc::new(options),
            counters: Arc::default(),
            listener: Arc::new(|_| ()),
        };
        Ok(Bridge { plan, shared })
    }

    /// Tells `listener` what happens while it runs. It must return at once.
    pub fn on_event(mut self, listener: impl Fn(&Event) + Send + Sync + 'static) -> Bridge {
        self.shared.listener = Arc::new(listener);
        self
    }

    /// A view of what it does, to be kept while it runs.
    pub fn stats(&self) -> StatsHandle {
        StatsHandle(Arc::clone(&self.shared.counters))
    }

    /// Runs until `shutdown`, or until it has been silent for too long; then delivers what it has read, and returns.
    /// Must run inside a tokio runtime. Dropping the future ends everything at once.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) -> Result<Summary, Error> {
        let Bridge { plan, shared } = self;
        let mut deliveries = JoinSet::new();
        let mut queues = Vec::new();
        for target in plan.targets {
            let (sender, receiver) = mpsc::unbounded_channel();
            queues.push(sender);
            deliveries.spawn(delivery::deliver(target, receiver, shared.clone()));
        }
        let intake = Intake::new(queues, shared.clone());
        tokio::select! {
            () = shutdown => {}
            () = source::read(plan.sources, intake, shared.clone()) => {}
        }
        // The intake is gone, so each delivery ends when it has nothing left.
        let limit = shared.options.drain_timeout;
        let drained = async { while deliveries.join_next().await.is_some() {} };
        let in_time = tokio::time::timeout(limit, drained).await.is_ok();
        deliveries.shutdown().await;
        let stats = StatsHandle(shared.counters).now();
        if !in_time && stats.pending > 0 {
            return Err(Error::Undelivered {
                undelivered: stats.pending,
                limit,
            });
        }
        let Stats {
            received,
            delivered,
            dropped,
            failed_attempts,
            ..
        } = stats;
        Ok(Summary {
            received,
            delivered,
            dropped,
            failed_attempts,
        })
    }
}

/// Messages on their way to one destination, with the room they take up.
struct Batch {
    messages: Vec<Bytes>,
    /// Shared by the destinations: there is room again when the last has delivered.
    _room: Arc<OwnedSemaphorePermit>,
}

/// Where messages that were read wait for their destinations.
struct Intake {
    queues: Vec<mpsc::UnboundedSender<Batch>>,
    /// What bounds the queues, in bytes.
    room: Arc<Semaphore>,
    capacity: u32,
    next: usize,
    shared: Shared,
}

impl Intake {
    fn new(queues: Vec<mpsc::UnboundedSender<Batch>>, shared: Shared) -> Intake {
        let capacity = u32::try_from(shared.options.max_pending_bytes)
            .unwrap_or(u32::MAX)
            .max(1);
        let room = Arc::new(Semaphore::new(capacity as usize));
        Intake {
            queues,
            room,
            capacity,
            next: 0,
            shared,
        }
    }

    /// Takes messages in, when there is room for them.
    async fn accept(&mut self, messages: Vec<Bytes>) {
        if messages.is_empty() {
            return;
        }
        let size: usize = messages.iter().map(|message| message.len() + OVERHEAD).sum();
        // More than fits at all goes in when nothing else is there.
        let size = u32::try_from(size).unwrap_or(u32::MAX).min(self.capacity);
        let room = Arc::clone(&self.room).acquire_many_owned(size).await;
        let room = Arc::new(room.expect("the semaphore is never closed"));
        let counters = &self.shared.counters;
        let count = messages.len() as u64;
        let copies = if self.shared.options.round_robin {
            1
        } else {
            self.queues.len() as u64
        };
        counters.owed.fetch_add(count * copies, Ordering::AcqRel);
        counters.received.fetch_add(count, Ordering::AcqRel);
        if self.shared.options.round_robin && self.queues.len() > 1 {
            let mut shares = vec![Vec::new(); self.queues.len()];
            for message in messages {
                shares[self.next].push(message);
                self.next = (self.next + 1) % self.queues.len();
            }
            for (queue, share) in self.queues.iter().zip(shares) {
                send(queue, share, &room);
            }
        } else {
            for queue in &self.queues[1..] {
                send(queue, messages.clone(), &room);
            }
            send(&self.queues[0], messages, &room);
        }
    }
}

fn send(queue: &mpsc::UnboundedSender<Batch>, messages: Vec<Bytes>, room: &Arc<OwnedSemaphorePermit>) {
    if !messages.is_empty() {
        // A delivery ends only after its queue, so this arrives.
        let _ = queue.send(Batch {
            messages,
            _room: Arc::clone(room),
        });
    }
}
