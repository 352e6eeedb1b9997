//! One of the student's programs, at work in a world: started, watched, ended.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::unistd::Pid;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::connections::Connections;
use super::history::Event;
use super::patience::{Impatience, Patience};
use super::recorder::Recorder;
use super::witness::{Taken, Trap};
use super::world::Door;
use crate::program::{
    Command, Exit, Limits, Output, Program, Reason, Signal, SpawnError, guard::Guard, signal_now,
};
use crate::render::causes;

/// How long a session may take.
#[derive(Debug, Clone, Copy)]
pub struct SessionLimits {
    /// Without any progress.
    pub idle: Duration,
    /// All in all.
    pub whole: Duration,
}

impl Default for SessionLimits {
    /// Ten times what a slow interpreter needs to start, and as long as a student waits for a verdict.
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(10),
            whole: Duration::from_secs(60),
        }
    }
}

/// What has been seen of a program so far.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// What it took from the queue.
    pub taken: Taken,
    /// How many lines it printed.
    pub lines: u64,
    /// The last of them.
    pub last_line: String,
    /// How long it has neither taken a message nor printed a line, on a machine that had time to spare.
    pub still: Duration,
}

impl Seen {
    /// Whether the program is there: it listens to the pubsub, or has found the queue empty. (One that asked for something
    /// else first may be waiting for the queue to fill, and is not kept waiting.) To publish any earlier would leave it
    /// to chance whether its first request finds something.
    pub fn is_there(&self) -> bool {
        self.taken.fruitless > 0
            || self.taken.heard.is_some()
            || (self.taken.connected && self.still >= Duration::from_millis(300))
    }
}

/// Why the arena waits for a program no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// What was waited for has happened.
    Settled,
    /// The program ended of itself.
    Exited,
    /// Nothing happened any more.
    Idle,
    /// The time was up, though things went on happening.
    OutOfTime,
    /// It printed more than we read.
    Flooded,
    /// It held more memory than it may.
    TooMuchMemory,
    /// It had more processes than it may.
    TooManyProcesses,
    /// It had more connections open than it may, or than there was room for.
    TooManyConnections,
}

/// A running program of the student's.
pub struct Session<'a> {
    scenario: &'static str,
    recorder: &'a Recorder,
    guard: &'a Guard,
    reader: u8,
    taken: watch::Receiver<Taken>,
    connections: Arc<Mutex<Connections>>,
    trap: Trap,
    program: Program,
    patience: Patience,
    seen: Seen,
    exit: Option<Exit>,
    record_lines: bool,
    /// Whether it may get on without ever asking a server for anything.
    by_itself: bool,
    /// The program's processes when its memory was last looked at.
    processes: BTreeSet<Pid>,
}

impl<'a> Session<'a> {
    /// Starts `command` behind `door`. That it could not be started is recorded too.
    pub fn start(
        scenario: &'static str,
        recorder: &'a Recorder,
        guard: &'a Guard,
        door: &Door,
        mut command: Command,
        limits: Limits,
        session: SessionLimits,
    ) -> Result<Self, SpawnError> {
        command.environment.extend(door.environment.iter().cloned());
        let input = command
            .input
            .as_deref()
            .map(|input| String::from_utf8_lossy(input).into_owned());
        let program = guard.spawn(command, limits).inspect_err(|error| {
            let problem = causes(error);
            recorder.record(scenario, door.reader, Event::NotStarted { problem });
        })?;
        recorder.record(scenario, door.reader, Event::Started);
        if let Some(text) = input {
            recorder.record(scenario, door.reader, Event::Input { text });
        }
        Ok(Self {
            scenario,
            recorder,
            guard,
            reader: door.reader,
            taken: door.taken.clone(),
            connections: Arc::clone(&door.connections),
            trap: door.trap.clone(),
            program,
            patience: Patience::new(session.idle, session.whole),
            seen: Seen::default(),
            exit: None,
            record_lines: true,
            by_itself: false,
            processes: BTreeSet::new(),
        })
    }

    /// Lets the printed lines be counted, but not recorded.
    pub fn without_lines(mut self) -> Self {
        self.record_lines = false;
        self
    }

    /// Lets each line that is printed count as progress, though the program has asked nobody for anything: it need not.
    pub fn by_itself(mut self) -> Self {
        self.by_itself = true;
        self
    }

    /// What has been seen of the program so far.
    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    /// Resident bytes of the program and its children, where the system tells. Children that were not there when this
    /// was last asked are left out: one that lives for a single request keeps nothing.
    pub fn resident_bytes(&mut self) -> Option<u64> {
        let now = crate::program::resident_bytes(&self.program);
        let before = std::mem::replace(&mut self.processes, now.keys().copied().collect());
        let lasting = now.iter().filter(|(process, _)| before.contains(process));
        lasting.map(|(_, bytes)| *bytes).reduce(|sum, bytes| sum + bytes)
    }

    /// Has the program killed when it is next given messages: at that moment it holds them, and nobody else does.
    pub fn kill_at_next_message(&self) {
        let mut trap = self.trap.lock().unwrap_or_else(PoisonError::into_inner);
        *trap = Some(self.program.killer());
    }

    /// Stops the program where it is, until it is told to [go on](Self::go_on).
    pub fn hold(&self) {
        self.send(Signal::SIGSTOP);
    }

    /// Lets a program that was stopped go on.
    pub fn go_on(&self) {
        self.send(Signal::SIGCONT);
    }

    fn send(&self, signal: Signal) {
        if signal_now(&self.program, signal) {
            let signal = signal.to_string();
            self.record(Event::Signalled { signal });
        }
    }

    /// Waits until `until` holds of what has been seen, or there is nothing left to wait for.
    pub async fn wait_until(&mut self, mut until: impl FnMut(&Seen) -> bool) -> Ending {
        loop {
            self.look();
            if until(&self.seen) {
                return Ending::Settled;
            }
            if self.is_gone() {
                return Ending::Exited;
            }
            if let Some(ending) = self.step().await {
                return ending;
            }
        }
    }

    /// Brings what has been seen up to date.
    pub(super) fn look(&mut self) {
        let before = self.seen.taken;
        self.seen.taken = *self.taken.borrow_and_update();
        let progress = |taken: &Taken| (taken.connected, taken.messages, taken.heard);
        if progress(&self.seen.taken) != progress(&before) {
            self.patience.progress();
        }
        self.seen.still = self.patience.idle();
    }

    /// Whether the program has ended.
    pub(super) fn is_gone(&self) -> bool {
        self.exit.is_some()
    }

    /// Whether nothing has happened for too long.
    pub(super) fn is_idle(&self) -> bool {
        self.patience.is_over()
    }

    /// Waits for one thing to happen, and notes it; says why there is nothing left to wait for, where that is so.
    /// Cancel-safe.
    pub(super) async fn step(&mut self) -> Option<Ending> {
        if self.taken.borrow().crowded {
            return Some(Ending::TooManyConnections);
        }
        self.patience.starved(self.program.starved());
        tokio::select! {
            // A program that never pauses must not keep the clock from its turn.
            biased;
            impatience = self.patience.tick() => match impatience {
                Some(Impatience::Idle) => return Some(Ending::Idle),
                Some(Impatience::Whole) => return Some(Ending::OutOfTime),
                Some(Impatience::Standstill) => self.record(Event::Standstill),
                None => {}
            },
            output = self.program.next() => match output {
                Some(Output::Flood) => {
                    self.record(Event::Flooded);
                    return Some(Ending::Flooded);
                }
                Some(output) => self.note(output),
                None => return Some(Ending::Exited),
            },
            Ok(()) = self.taken.changed() => {}
        }
        None
    }

    /// Ends the program: asks it to, and makes it if it does not. What it still prints is recorded.
    pub async fn end(mut self, ending: Ending) {
        let killed_for = self.exit.as_ref().map(|exit| exit.killed_by_us);
        let (ending, unasked) = match killed_for {
            Some(Some(Reason::Memory)) => (Ending::TooMuchMemory, false),
            Some(Some(Reason::Processes)) => (Ending::TooManyProcesses, false),
            Some(reason) => (ending, reason != Some(Reason::Signalled(Signal::SIGKILL))),
            None => (ending, false),
        };
        let several = self
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .are_several();
        if several {
            self.record(Event::SeveralConnections);
        }
        self.record(Event::Ended { ending });
        let exit = match self.exit.take() {
            Some(exit) => exit,
            None => {
                self.program.ask_to_end();
                while let Some(output) = self.program.next().await {
                    self.note(output);
                }
                self.program.terminate().await
            }
        };
        // Where the guard is gone, it watches nothing.
        let _ = self.guard.release(&self.program);
        if exit.killed_by_us == Some(Reason::IgnoredTermination) {
            self.record(Event::IgnoredTermination);
        }
        if exit.leftover_children {
            self.record(Event::LeftChildren);
        }
        self.record(Event::Exited {
            status: exit.status.to_string(),
            unasked,
            stderr_tail: exit.stderr_tail,
        });
    }

    fn record(&self, event: Event) {
        self.recorder.record(self.scenario, self.reader, event);
    }

    fn note(&mut self, output: Output) {
        match output {
            Output::Line(line) => {
                // A reader that has asked nobody for anything gets nowhere, whatever it says.
                if self.seen.taken.connected || self.by_itself {
                    self.patience.progress();
                }
                self.seen.lines += 1;
                if self.record_lines {
                    let event = Event::Printed { line: line.clone() };
                    self.record(event);
                }
                self.seen.last_line = line;
            }
            Output::Cut { bytes } => {
                self.record(Event::LineCut { bytes });
            }
            Output::Flood => self.record(Event::Flooded),
            Output::Exited(exit) => {
                // Where it was killed at a message, that may just be about to be recorded.
                drop(self.trap.lock().unwrap_or_else(PoisonError::into_inner));
                self.exit = Some(exit);
            }
        }
    }
}
