//! The reader itself.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::time::Duration;

use nix::poll::{poll, PollFd, PollFlags, PollTimeout};
use serde_json::Value;

use crate::address::Address;
use crate::backoff::Backoff;
use crate::connection::Connection;
use crate::error::{RequeueWithoutBackoff, TaskError};
use crate::message::{now, Envelope, Message};
use crate::stop::{Listening, Stopper};
use crate::waiting::WaitingRound;
use crate::Error;

/// The longest time that makes sense anywhere here: some eleven days.
const LONGEST: Duration = Duration::from_secs(1_000_000);

/// The largest batch: more than this is a reader that holds the whole queue in its memory.
const MOST_ITEMS: u32 = 100_000;

/// How much of a message a line on standard error shows.
const SHOWN_BYTES: usize = 200;

type Work<'a> = Box<dyn FnMut(&Value) -> Result<(), TaskError> + 'a>;

struct Task<'a> {
    name: String,
    work: Work<'a>,
    backoff: Backoff,
}

/// Takes messages from a simplequeue and gives the data of each to every task.
///
/// **A message** is a JSON object. Anything else (not JSON, a bare number, an empty object) is dropped, with a line on
/// standard error.
///
/// **A task** is a function that is given the data and returns `Ok(())` when it is done. When it returns an error, or
/// panics, the message goes back into the queue with a note of which tasks are left; it is due again after
/// [`requeue_delay`](Self::requeue_delay), after the second failure twice that, and so on. Only the tasks that are left are
/// tried again. After [`max_tries`](Self::max_tries) tries the message is given up.
///
/// **Guarantees.** A queue forgets a message as soon as it hands it out, so what a reader holds is lost when it is killed
/// (SIGKILL, power, `std::process::exit` in a task). What it puts back may, if the connection breaks at that very moment,
/// be stored twice. Ctrl-C and SIGTERM lose nothing: the message in hand is finished, and the rest of a batch put back.
///
/// **Nobody reads.** When standard output is a pipe whose reader is gone (`| head -2`), no task is to blame: the message
/// in hand and the rest of a batch go back as they came, without a try counted, and [`run`](Self::run) returns.
pub struct Reader<'a> {
    address: String,
    tasks: Vec<Task<'a>>,
    max_tries: u32,
    requeue_delay: Duration,
    mget_items: u32,
    preprocess: Option<Box<dyn FnMut(Value) -> Option<Value> + 'a>>,
    validate: Option<Box<dyn FnMut(&Value) -> bool + 'a>>,
    giveup: Option<Box<dyn FnMut(&Envelope) + 'a>>,
    sleeptime_failed_queue: Duration,
    sleeptime_queue_empty: Duration,
    sleeptime_requeue: Duration,
    timeout: Duration,
    stopper: Option<Stopper>,
}

impl<'a> Reader<'a> {
    /// A reader of the queue at `address`, such as `http://localhost:8081`.
    pub fn new(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            tasks: Vec::new(),
            max_tries: 5,
            requeue_delay: Duration::from_secs(90),
            mget_items: 0,
            preprocess: None,
            validate: None,
            giveup: None,
            sleeptime_failed_queue: Duration::from_secs(5),
            sleeptime_queue_empty: Duration::from_millis(500),
            sleeptime_requeue: Duration::from_secs(1),
            timeout: Duration::from_secs(5),
            stopper: None,
        }
    }

    /// Adds a task. Every task is given all data, in the order in which they were added. The name appears on standard
    /// error and in what is put back.
    pub fn task(
        mut self,
        name: impl Into<String>,
        work: impl FnMut(&Value) -> Result<(), TaskError> + 'a,
    ) -> Self {
        self.tasks.push(Task {
            name: name.into(),
            work: Box::new(work),
            backoff: Backoff::default(),
        });
        self
    }

    /// How often a message is tried, the first time included, before it is given up; 5 unless told.
    pub fn max_tries(mut self, tries: u32) -> Self {
        self.max_tries = tries;
        self
    }

    /// How long a message that failed waits for its second try; 90 seconds unless told. It waits twice as long for the
    /// third, and so on.
    pub fn requeue_delay(mut self, delay: Duration) -> Self {
        self.requeue_delay = delay;
        self
    }

    /// How many messages to fetch at once; 0, as it is unless told, means one at a time. A hundred makes a fast reader, but
    /// also one that loses up to a hundred messages when it is killed.
    pub fn mget_items(mut self, items: u32) -> Self {
        self.mget_items = items;
        self
    }

    /// A function that is given the data before any task and returns what the tasks shall have; or `None`, and then the
    /// message is finished without any task.
    pub fn preprocess(mut self, method: impl FnMut(Value) -> Option<Value> + 'a) -> Self {
        self.preprocess = Some(Box::new(method));
        self
    }

    /// A function that is given the (preprocessed) data and says whether this reader wants it. Where it does not, the
    /// message is finished without any task.
    pub fn validate(mut self, method: impl FnMut(&Value) -> bool + 'a) -> Self {
        self.validate = Some(Box::new(method));
        self
    }

    /// A function that is called with each message given up.
    pub fn giveup(mut self, method: impl FnMut(&Envelope) + 'a) -> Self {
        self.giveup = Some(Box::new(method));
        self
    }

    /// How long to wait before asking again when the queue does not answer; 5 seconds unless told.
    pub fn sleeptime_failed_queue(mut self, time: Duration) -> Self {
        self.sleeptime_failed_queue = time;
        self
    }

    /// How long to wait before asking again when there is nothing in the queue; half a second unless told.
    pub fn sleeptime_queue_empty(mut self, time: Duration) -> Self {
        self.sleeptime_queue_empty = time;
        self
    }

    /// How long to wait, at most, when there is nothing in the queue but messages that are not due yet; 1 second unless
    /// told.
    pub fn sleeptime_requeue(mut self, time: Duration) -> Self {
        self.sleeptime_requeue = time;
        self
    }

    /// How long to wait for the answer to one request; 5 seconds unless told.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = time;
        self
    }

    /// Lets `stopper` stop this reader, besides the signals.
    pub fn stopper(mut self, stopper: &Stopper) -> Self {
        self.stopper = Some(stopper.clone());
        self
    }

    /// Handles messages until SIGTERM, Ctrl-C or [`Stopper::stop`]; then finishes the message in hand and returns.
    ///
    /// A second signal ends the program on the spot.
    ///
    /// # Errors
    /// At once for a value that makes no sense, and later where standard output cannot be written any more. A queue that
    /// does not answer is no error: it is asked again until it does.
    pub fn run(self) -> Result<(), Error> {
        self.check()?;
        let address = Address::parse(&self.address)?;
        let stopper = match &self.stopper {
            Some(stopper) => stopper.clone(),
            None => Stopper::new()?,
        };
        let mut running = Running {
            queue: Connection::new(address, self.timeout),
            waiting: WaitingRound::default(),
            preparation_backoff: Backoff::default(),
            _listening: Listening::begin(&stopper)?,
            stopper,
            reader: self,
        };
        while !running.stopper.is_requested() {
            running.get_and_handle()?;
        }
        running.flush()
    }

    fn check(&self) -> Result<(), Error> {
        let wrong = |name, must| Err(Error::Parameter { name, must });
        if self.tasks.is_empty() {
            return wrong(
                "task",
                "called at least once: a reader without a task has nothing to do",
            );
        }
        if self.max_tries == 0 {
            return wrong("max_tries", "1 or more");
        }
        if self.mget_items > MOST_ITEMS {
            return wrong("mget_items", "from 0 to 100000");
        }
        if self.timeout.is_zero() {
            return wrong("timeout", "more than 0 seconds");
        }
        for (name, time) in [
            ("requeue_delay", self.requeue_delay),
            ("sleeptime_failed_queue", self.sleeptime_failed_queue),
            ("sleeptime_queue_empty", self.sleeptime_queue_empty),
            ("sleeptime_requeue", self.sleeptime_requeue),
            ("timeout", self.timeout),
        ] {
            if time > LONGEST {
                return wrong(name, "a million seconds at the most");
            }
        }
        Ok(())
    }
}

/// A reader at work.
struct Running<'a> {
    reader: Reader<'a>,
    queue: Connection,
    waiting: WaitingRound,
    preparation_backoff: Backoff,
    stopper: Stopper,
    /// While this is there, signals ask to stop.
    _listening: Listening,
}

/// What became of a function of the user's.
enum Called<T> {
    Returned(T),
    Panicked,
}

impl Running<'_> {
    fn get_and_handle(&mut self) -> Result<(), Error> {
        self.flush()?;
        match self.queue.get(self.reader.mget_items) {
            Ok(messages) if messages.is_empty() => self.stopper.wait(self.reader.sleeptime_queue_empty),
            Ok(messages) => self.handle_batch(messages.into())?,
            Err(problem) => {
                let pause = self.reader.sleeptime_failed_queue;
                log(format_args!(
                    "{problem}; asking again in {} s",
                    pause.as_secs_f64()
                ));
                self.stopper.wait(pause);
            }
        }
        Ok(())
    }

    /// Handles what one request brought. What was not handled goes back into the queue.
    fn handle_batch(&mut self, mut unhandled: VecDeque<Vec<u8>>) -> Result<(), Error> {
        let mut back = Vec::new();
        let mut pause = Duration::ZERO;
        let mut ended = Ok(());
        while !self.stopper.is_requested() {
            let Some(raw) = unhandled.pop_front() else { break };
            let message = match Message::parse(raw) {
                Ok(message) => message,
                Err((raw, problem)) => {
                    log(format_args!(
                        "dropped what is no message, as {problem}: {}",
                        shown(&raw)
                    ));
                    continue;
                }
            };
            let now = now();
            match message.retry_on {
                Some(retry_on) if retry_on > now => {
                    pause = pause.max(self.waiting.met(&message.raw, retry_on, now));
                    back.push(message.raw);
                }
                _ => {
                    self.waiting.broken();
                    pause = Duration::ZERO;
                    ended = self.handle(&message);
                    if ended.is_err() {
                        back.push(message.raw);
                        break;
                    }
                }
            }
        }
        back.extend(unhandled);
        if !back.is_empty() {
            self.put_back(&back, ended.is_err());
        }
        ended?;
        self.stopper.wait(pause.min(self.reader.sleeptime_requeue));
        Ok(())
    }

    /// One try: gives the message to its tasks, puts it back or gives it up where some are left, backs off.
    fn handle(&mut self, message: &Message) -> Result<(), Error> {
        let names = message.tasks_left.clone().unwrap_or_else(|| {
            let tasks = self.reader.tasks.iter();
            tasks.map(|task| task.name.clone()).collect()
        });
        // Preparing is part of the try: when it fails, no task has been done.
        let (left, delayed) = match self.prepare(message.data.clone())? {
            Called::Returned(None) => return Ok(()),
            Called::Returned(Some(data)) => self.do_tasks(names, &data, message)?,
            Called::Panicked => {
                log(format_args!(
                    "the message could not be prepared: {}",
                    shown(&message.raw)
                ));
                self.preparation_backoff.failure();
                (names, true)
            }
        };
        if !left.is_empty() {
            self.try_again_or_give_up(message, left, delayed)?;
        }
        let pauses = self.reader.tasks.iter().map(|task| task.backoff.pause());
        let pause = pauses.fold(self.preparation_backoff.pause(), Duration::max);
        self.stopper.wait(pause);
        Ok(())
    }

    /// What the tasks are given; `None` where they are not to be given it at all.
    fn prepare(&mut self, data: Value) -> Result<Called<Option<Value>>, Error> {
        let Reader {
            preprocess, validate, ..
        } = &mut self.reader;
        let prepared = catch_unwind(AssertUnwindSafe(|| {
            let data = match preprocess {
                Some(preprocess) => preprocess(data)?,
                None => data,
            };
            let wanted = validate.as_mut().map_or(true, |validate| validate(&data));
            wanted.then_some(data)
        }));
        match prepared {
            Ok(data) => {
                self.preparation_backoff.success();
                Ok(Called::Returned(data))
            }
            Err(_) => self.check_for_reader().map(|()| Called::Panicked),
        }
    }

    /// Runs the tasks. Returns those that are left, and whether the next try has to wait.
    fn do_tasks(
        &mut self,
        names: Vec<String>,
        data: &Value,
        message: &Message,
    ) -> Result<(Vec<String>, bool), Error> {
        let mut left = Vec::new();
        let mut delayed = false;
        for name in names {
            let Some(task) = self.reader.tasks.iter_mut().find(|task| task.name == name) else {
                // A message put back by another program, or by this one before a task was renamed.
                let shown = shown(&message.raw);
                log(format_args!(
                    "this reader has no task {name:?}, which is left to do for {shown}"
                ));
                left.push(name);
                delayed = true;
                continue;
            };
            let problem = match catch_unwind(AssertUnwindSafe(|| (task.work)(data))) {
                Ok(Ok(())) => {
                    task.backoff.success();
                    continue;
                }
                Ok(Err(error)) if error.is::<RequeueWithoutBackoff>() => {
                    left.push(name);
                    continue;
                }
                Ok(Err(error)) => error.to_string(),
                Err(_) => "it panicked".to_owned(),
            };
            task.backoff.failure();
            self.check_for_reader()?;
            let shown = shown(&message.raw);
            log(format_args!(
                "task {name:?} failed ({}) on {shown}",
                problem.escape_debug()
            ));
            left.push(name);
            delayed = true;
        }
        Ok((left, delayed))
    }

    fn try_again_or_give_up(
        &mut self,
        message: &Message,
        left: Vec<String>,
        delayed: bool,
    ) -> Result<(), Error> {
        let tries = message.tries.saturating_add(1);
        if tries >= self.reader.max_tries {
            return self.give_up(message, tries, left);
        }
        // Each wait is longer than the last: what takes long to heal is not asked for over and over.
        let delay = self.reader.requeue_delay.saturating_mul(tries);
        let retry_on = (delayed && !delay.is_zero()).then(|| now() + delay.as_secs_f64());
        self.put_back(&[message.envelope(tries, retry_on, &left)], false);
        Ok(())
    }

    fn give_up(&mut self, message: &Message, tries: u32, tasks_left: Vec<String>) -> Result<(), Error> {
        log(format_args!(
            "given up after {tries} tries: {}",
            shown(&message.raw)
        ));
        let envelope = Envelope {
            data: message.data.clone(),
            tries,
            started: message.started,
            tasks_left,
        };
        if let Some(giveup) = &mut self.reader.giveup {
            if catch_unwind(AssertUnwindSafe(|| giveup(&envelope))).is_err() {
                self.check_for_reader()?;
                log(format_args!("giveup panicked on {}", shown(&message.raw)));
            }
        }
        Ok(())
    }

    /// Puts messages into the queue, waiting until it answers. They are nowhere else, so only the wish to stop, or that the
    /// program is `ending` anyhow, ends the waiting; then they are told on standard error.
    fn put_back(&mut self, messages: &[Vec<u8>], ending: bool) {
        loop {
            // Asked for before the attempt, so that there is always a last one after the wish to stop.
            let last = ending || self.stopper.is_requested();
            let Err(problem) = self.queue.put(messages) else {
                return;
            };
            if last {
                for message in messages {
                    let message = String::from_utf8_lossy(message);
                    let message = message.escape_debug();
                    log(format_args!(
                        "{problem}; this message could not be put back: {message}"
                    ));
                }
                return;
            }
            log(format_args!("{problem}; a message waits to be put back"));
            self.stopper.wait(self.reader.sleeptime_failed_queue);
        }
    }

    /// In a pipe, what is printed without an end of line stays in a buffer; a program that is killed takes it along.
    fn flush(&self) -> Result<(), Error> {
        io::stdout().flush().map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => Error::NobodyReads,
            _ => Error::Output(error),
        })
    }

    /// An error where this is why a function failed: it printed, and nobody reads that any more.
    ///
    /// `println!` panics then, and a panic has no cause that could be looked at; the pipe itself tells.
    fn check_for_reader(&self) -> Result<(), Error> {
        match standard_output_is_broken() {
            true => Err(Error::NobodyReads),
            false => Ok(()),
        }
    }
}

/// Whether standard output is a pipe, or a terminal, whose other end is gone.
fn standard_output_is_broken() -> bool {
    let stdout = io::stdout();
    let mut places = [PollFd::new(stdout.as_fd(), PollFlags::empty())];
    // Linux says the one, macOS the other.
    let gone = PollFlags::POLLERR | PollFlags::POLLHUP;
    poll(&mut places, PollTimeout::ZERO).is_ok()
        && places[0].revents().is_some_and(|events| events.intersects(gone))
}

/// A line on standard error. Where that is gone too, there is nobody left to tell.
fn log(line: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// The beginning of a message, with nothing in it that could command a terminal.
fn shown(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(&raw[..raw.len().min(SHOWN_BYTES)])
        .escape_debug()
        .to_string();
    match raw.len() > SHOWN_BYTES {
        true => text + "…",
        false => text,
    }
}
