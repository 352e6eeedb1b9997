//! Messages as they fall due, a batch at a time, wherever they come from.

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::recorded::{RecordedPace, time_s};
use super::{Capture, CaptureError, LeftOut, Messages, Pace, RateError};

/// The most that leaves at once: small enough for any server's longest body, large enough that requests cost little.
const BATCH_MESSAGES: usize = 1000;
const BATCH_BYTES: usize = 1 << 20;

/// How many lines of a file are read ahead.
const READ_AHEAD: usize = 1024;

/// When messages leave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pacing {
    /// So many a second.
    Rate(f64),
    /// As far apart as the messages' own times say; a message without a time leaves with the one before it.
    Recorded,
    /// As fast as they are taken.
    Fastest,
}

/// A stream of messages at its pace.
pub struct Flow {
    supply: Supply,
    clock: Clock,
    /// Read already, and not handed out yet.
    next: Option<Next>,
    /// How many more may leave.
    left: Option<u64>,
}

struct Next {
    message: Bytes,
    /// The time that it carries, where that matters.
    time_s: Option<f64>,
}

enum Supply {
    Made(Messages),
    Read {
        lines: mpsc::Receiver<Result<Read, CaptureError>>,
        left_out: watch::Receiver<LeftOut>,
    },
}

/// What is read from a file.
enum Read {
    Message(Bytes),
    BeginsAgain,
}

enum Clock {
    Rate {
        pace: Pace,
        /// Due, and not handed out yet.
        due: u64,
    },
    Recorded(RecordedPace),
    Fastest,
}

impl Flow {
    /// The messages of a stream that is made as it goes. Must be called inside a tokio runtime, as must the others.
    ///
    /// # Errors
    ///
    /// Where the rate is none that can be kept.
    pub fn made(messages: Messages, pacing: Pacing) -> Result<Flow, RateError> {
        Flow::new(Supply::Made(messages), pacing)
    }

    /// The messages of the capture that `open` opens. A thread opens and reads it, since a file, and standard input
    /// above all, may take its time.
    ///
    /// # Errors
    ///
    /// Where the rate is none that can be kept.
    pub fn read(
        open: impl FnOnce() -> Result<Capture, CaptureError> + Send + 'static,
        pacing: Pacing,
    ) -> Result<Flow, RateError> {
        let (lines, receiver) = mpsc::channel(READ_AHEAD);
        let (left_out, left_out_receiver) = watch::channel(LeftOut::default());
        // It ends when the capture does, or with the next line after nobody wants one any more; blocked in a read for
        // good, it does not hold up the exit of the process.
        std::thread::spawn(move || {
            let mut capture = match open() {
                Ok(capture) => capture,
                Err(error) => {
                    // Where nobody listens, nobody wants to know.
                    let _ = lines.blocking_send(Err(error));
                    return;
                }
            };
            loop {
                let rounds = capture.rounds();
                let next = capture.next_message();
                left_out.send_replace(capture.left_out());
                if capture.rounds() != rounds && lines.blocking_send(Ok(Read::BeginsAgain)).is_err() {
                    break;
                }
                let (line, is_last) = match next {
                    Ok(Some(message)) => (Ok(Read::Message(message)), false),
                    Ok(None) => break,
                    Err(error) => (Err(error), true),
                };
                if lines.blocking_send(line).is_err() || is_last {
                    break;
                }
            }
        });
        let supply = Supply::Read {
            lines: receiver,
            left_out: left_out_receiver,
        };
        Flow::new(supply, pacing)
    }

    fn new(supply: Supply, pacing: Pacing) -> Result<Flow, RateError> {
        Ok(Flow {
            supply,
            clock: match pacing {
                Pacing::Rate(rate_per_s) => Clock::Rate {
                    pace: Pace::new(rate_per_s)?,
                    due: 0,
                },
                Pacing::Recorded => Clock::Recorded(RecordedPace::default()),
                Pacing::Fastest => Clock::Fastest,
            },
            next: None,
            left: None,
        })
    }

    /// The same, but no more than so many messages.
    pub fn limited(mut self, messages: Option<u64>) -> Flow {
        self.left = messages;
        self
    }

    /// The lines of a file that were left out so far.
    pub fn left_out(&self) -> LeftOut {
        match &self.supply {
            Supply::Made(_) => LeftOut::default(),
            Supply::Read { left_out, .. } => *left_out.borrow(),
        }
    }

    /// Waits until messages are due, and hands out those that are, at most a thousand or a MiB of them (or a single
    /// longer one). `None` at the end. Cancel-safe.
    ///
    /// # Errors
    ///
    /// Where a capture cannot be read any further.
    pub async fn next_batch(&mut self) -> Result<Option<Vec<Bytes>>, CaptureError> {
        let mut most = BATCH_MESSAGES;
        if let Some(left) = self.left {
            most = most.min(usize::try_from(left).unwrap_or(usize::MAX));
        }
        if most == 0 {
            return Ok(None);
        }
        // What is made is made when it is due, since some of it carries the time. For what is read, the end of the
        // file is found without waiting for a message that will not come.
        if matches!(self.supply, Supply::Read { .. }) && !self.fill().await? {
            return Ok(None);
        }
        if let Clock::Rate { pace, due } = &mut self.clock {
            if *due == 0 {
                *due = pace.due().await;
            }
            most = most.min(usize::try_from(*due).unwrap_or(usize::MAX));
        }
        if !self.fill().await? {
            return Ok(None);
        }
        if let (Clock::Recorded(pace), Some(next)) = (&self.clock, &self.next) {
            tokio::time::sleep_until(pace.due(next.time_s, Instant::now())).await;
        }
        // From here on nothing waits, so that a batch is handed out or not begun.
        let batch = self.gather(most)?;
        let handed_out = batch.len() as u64;
        if let Clock::Rate { due, .. } = &mut self.clock {
            *due -= handed_out;
        }
        if let Some(left) = &mut self.left {
            *left -= handed_out;
        }
        Ok(Some(batch))
    }

    /// Up to `most` messages that are there and due; at least one, where there is a next one.
    fn gather(&mut self, most: usize) -> Result<Vec<Bytes>, CaptureError> {
        let now = Instant::now();
        let mut batch = Vec::new();
        let mut bytes = 0;
        while batch.len() < most {
            if self.next.is_none()
                && let Some(read) = self.read_at_once()?
            {
                self.take(read);
                continue;
            }
            let Some(next) = self.next.take() else { break };
            let is_first = batch.is_empty();
            bytes += next.message.len() + 1;
            let due = match &self.clock {
                Clock::Recorded(pace) => pace.due(next.time_s, now),
                _ => now,
            };
            if !is_first && (bytes > BATCH_BYTES || due > now) {
                self.next = Some(next);
                break;
            }
            if let Clock::Recorded(pace) = &mut self.clock {
                pace.leaves(next.time_s, due);
            }
            batch.push(next.message);
        }
        Ok(batch)
    }

    /// Sees to it that there is a next message; false at the end.
    async fn fill(&mut self) -> Result<bool, CaptureError> {
        while self.next.is_none() {
            let read = match &mut self.supply {
                Supply::Made(messages) => messages.next().map(Read::Message),
                Supply::Read { lines, .. } => lines.recv().await.transpose()?,
            };
            match read {
                Some(read) => self.take(read),
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// What can be had without waiting.
    fn read_at_once(&mut self) -> Result<Option<Read>, CaptureError> {
        match &mut self.supply {
            Supply::Made(messages) => Ok(messages.next().map(Read::Message)),
            Supply::Read { lines, .. } => lines.try_recv().ok().transpose(),
        }
    }

    fn take(&mut self, read: Read) {
        match (read, &mut self.clock) {
            (Read::Message(message), Clock::Recorded(_)) => {
                let time_s = time_s(&message);
                self.next = Some(Next { message, time_s });
            }
            (Read::Message(message), _) => {
                self.next = Some(Next {
                    message,
                    time_s: None,
                })
            }
            (Read::BeginsAgain, Clock::Recorded(pace)) => pace.begin_again(),
            (Read::BeginsAgain, _) => {}
        }
    }
}
