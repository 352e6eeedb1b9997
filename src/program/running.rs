//! A program that runs: its output, its end, and nothing left behind.

use std::collections::BTreeMap;
use std::future::pending;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use nix::unistd::Pid;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::task::{JoinHandle, spawn_blocking, yield_now};
use tokio::time::{Instant, sleep_until};

use super::excess::Excess;
use super::group::Group;
use super::lines::{Line, Lines};
use super::standard_error::{StandardError, create_log};
use super::{Command, Exit, Killer, Limits, Reason, Signal, SpawnError, Status, executable, leftovers};

/// How much of standard output is read at once, in bytes: what a pipe holds on Linux.
const READ_BYTES: usize = 64 * 1024;

/// As many lines are handed on in a row. Whoever listens to several programs in one task must come to each of them, however
/// much the others print.
const LINES_IN_A_ROW: u32 = 64;

/// How long a killed program may take to be gone. Only one that waits for a disk takes any time.
const KILL_WAIT: Duration = Duration::from_secs(5);

/// How often it is looked whether a group is empty, which no event tells: soon, and then less and less often, since
/// each look is at every process there is.
const FIRST_POLL: Duration = Duration::from_millis(2);
const LAST_POLL: Duration = Duration::from_millis(50);

/// A running program, in a process group of its own. Dropping it kills the group.
#[derive(Debug)]
pub struct Program {
    child: Child,
    group: Group,
    mark: String,
    limits: Limits,
    stdout: Option<ChildStdout>,
    lines: Lines,
    /// What it takes of the machine.
    excess: Excess,
    /// What standard output has brought so far, in bytes.
    received: u64,
    /// How many lines have been handed on: in all, and since something else had its turn.
    printed: u64,
    handed_on: u32,
    stderr: StandardError,
    input: Option<JoinHandle<()>>,
    stage: Stage,
    poll: Duration,
    status: Option<Status>,
    reason: Option<Reason>,
    /// The last signal sent on purpose, 0 for none.
    signalled: Arc<AtomicI32>,
    /// The last look for what it left behind, once that is under way.
    clearing: Option<JoinHandle<bool>>,
    exit: Option<Exit>,
}

/// What a program did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// It printed a line; the end of the line is not part of it, and invalid UTF-8 is replaced.
    Line(String),
    /// It printed a line longer than [`Limits::line_bytes`], of which nothing is kept.
    Cut {
        /// The length of that line, in bytes.
        bytes: u64,
    },
    /// It has printed more than [`Limits::output_bytes`], or more lines than [`Limits::output_lines`]; no more of it is
    /// read, and it is being killed.
    Flood,
    /// It has ended, and with it all that it had started. This comes last.
    Exited(Exit),
}

/// How far a program is on its way to its end. Each stage but the first is over at the time it holds.
#[derive(Debug, Clone, Copy)]
enum Stage {
    Running,
    /// It has been asked to end.
    Ending(Instant),
    /// It has been killed.
    Killed(Instant),
    /// It has ended; its children may still.
    Settling(Instant),
}

impl Program {
    /// Starts a program, on the tokio runtime that the caller is on.
    ///
    /// Besides the variables of the command it gets `WORKSHOP_RUN`, which marks it and its children as of this run.
    ///
    /// # Errors
    ///
    /// Where it cannot be started. Nothing runs then.
    pub fn spawn(command: Command, limits: Limits) -> Result<Program, SpawnError> {
        if let Some(problem) = command.not_built {
            return Err(SpawnError::NotBuilt { problem });
        }
        let Some((what, arguments)) = command.argv.split_first() else {
            return Err(SpawnError::Empty);
        };
        let other = |source| SpawnError::Other {
            what: what.clone(),
            source,
        };
        let directory = std::path::absolute(&command.directory).map_err(other)?;
        if !directory.is_dir() {
            return Err(SpawnError::DirectoryMissing { path: directory });
        }
        let given_path = command.environment.iter().rev().find(|(name, _)| name == "PATH");
        let path = given_path
            .map(|(_, path)| path.clone())
            .or_else(|| std::env::var("PATH").ok());
        let file = executable::find(what, &directory, &path.unwrap_or_default())?;
        let log = create_log(&limits)?;
        let mark = command.mark.0;

        let mut process = tokio::process::Command::new(&file);
        process.args(arguments).current_dir(directory).process_group(0);
        process.envs(command.environment).env(leftovers::VARIABLE, &mark);
        process.stdin(if command.input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        });
        process.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = process.spawn().map_err(|source| match source.raw_os_error() {
            Some(nix::libc::ENOEXEC) => SpawnError::UnknownFormat { path: file },
            _ => other(source),
        })?;

        let group = child
            .id()
            .and_then(Group::of)
            .expect("one that has not been waited for has a number above 1");
        let stderr = child.stderr.take().expect("standard error is piped just above");
        let input = child
            .stdin
            .take()
            .zip(command.input)
            .map(|(stdin, bytes)| tokio::spawn(feed(stdin, bytes)));
        Ok(Program {
            stdout: child.stdout.take(),
            lines: Lines::new(limits.line_bytes),
            excess: Excess::of(group.clone(), &limits),
            received: 0,
            printed: 0,
            handed_on: 0,
            stderr: StandardError::read(stderr, log, &limits),
            child,
            group,
            mark,
            limits,
            input,
            stage: Stage::Running,
            poll: FIRST_POLL,
            status: None,
            reason: None,
            signalled: Arc::default(),
            clearing: None,
            exit: None,
        })
    }

    /// Its process number, which is also its group's.
    pub fn pid(&self) -> u32 {
        self.group.leader().as_raw().unsigned_abs()
    }

    /// What kills it at once, from wherever that is to be done.
    pub fn killer(&self) -> Killer {
        Killer::new(self.group.clone(), Arc::clone(&self.signalled))
    }

    /// The mark that it and its children carry in their environment.
    pub(super) fn mark(&self) -> &str {
        &self.mark
    }

    /// The end of what it has written on standard error so far.
    pub fn stderr_tail(&self) -> String {
        self.stderr.tail()
    }

    /// How long it has waited for a processor so far, beyond the time for which it had one: nearly all the while where a
    /// machine has too much to do. Seen a few times a second as [`next`](Self::next) is called, and only where its
    /// memory or its processes are limited; zero on systems that do not tell.
    pub fn starved(&self) -> Duration {
        self.excess.starved()
    }

    /// What it does next; [`Output::Exited`] comes last, and after that there is nothing. Cancel-safe.
    ///
    /// A program that prints faster than this is called waits, as it would for any reader of a pipe.
    pub async fn next(&mut self) -> Option<Output> {
        while self.exit.is_none() {
            if self.handed_on == LINES_IN_A_ROW {
                self.handed_on = 0;
                yield_now().await;
            }
            if let Some(line) = self.lines.take() {
                self.handed_on += 1;
                self.printed += 1;
                if self.limits.output_lines.is_some_and(|most| self.printed > most) {
                    self.flooded();
                    return Some(Output::Flood);
                }
                return Some(line.into());
            }
            self.handed_on = 0;
            if let Some(clearing) = &mut self.clearing {
                // It fails only where the runtime is going down; dropping the program kills the rest then.
                let leftover_children = clearing.await.unwrap_or(false);
                return Some(Output::Exited(self.ended(leftover_children)));
            }
            // A program that prints without a pause would keep the timer below from its turn.
            if let Stage::Ending(end) | Stage::Killed(end) = self.stage
                && Instant::now() >= end
            {
                self.stage_is_over();
                continue;
            }
            let closed = self.stdout.is_none() && self.stderr.is_closed();
            if self.status.is_some() && closed && !self.group.has_living() {
                self.stage_is_over();
                continue;
            }
            let wake = match self.stage {
                Stage::Running => None,
                Stage::Settling(end) if closed => {
                    self.poll = (2 * self.poll).min(LAST_POLL);
                    Some(end.min(Instant::now() + self.poll))
                }
                Stage::Ending(end) | Stage::Killed(end) | Stage::Settling(end) => Some(end),
            };
            tokio::select! {
                // A program that prints without a pause must not keep the look at its memory from its turn.
                biased;
                reason = self.excess.seen(), if self.status.is_none() && !matches!(self.stage, Stage::Killed(_)) => {
                    self.reason = Some(reason);
                    self.kill();
                }
                // Output comes first: what was printed before the exit, or before a time was up, is handed on.
                read = read(&mut self.stdout, &mut self.lines), if self.stdout.is_some() => {
                    if self.has_flooded(read) {
                        return Some(Output::Flood);
                    }
                }
                () = self.stderr.closed(), if !self.stderr.is_closed() => {}
                status = self.child.wait(), if self.status.is_none() => {
                    self.has_exited(status.map_or(Status::Unknown, Status::from));
                }
                () = wait_until(wake) => {
                    if let Stage::Ending(end) | Stage::Killed(end) | Stage::Settling(end) = self.stage
                        && Instant::now() >= end
                    {
                        self.stage_is_over();
                    }
                }
            }
        }
        None
    }

    /// Asks it to end: SIGTERM now, SIGKILL after [`Limits::grace`], as [`next`](Self::next) goes on being called. What
    /// it prints on the way is still handed on. Asked again, or once it has ended, nothing happens.
    pub fn ask_to_end(&mut self) {
        if let Stage::Running = self.stage {
            match self.child.try_wait() {
                Ok(Some(status)) => self.has_exited(status.into()),
                Ok(None) | Err(_) => {
                    self.group.ask_to_end();
                    self.reason = Some(Reason::Terminated);
                    self.stage = Stage::Ending(Instant::now() + self.limits.grace);
                }
            }
        }
    }

    /// Ends it: SIGTERM, SIGKILL after [`Limits::grace`], and then whatever it has left behind. What it still prints is
    /// read and dropped; use [`ask_to_end`](Self::ask_to_end) to see it.
    pub async fn terminate(&mut self) -> Exit {
        self.ask_to_end();
        while self.next().await.is_some() {}
        self.exit
            .clone()
            .expect("there is nothing more to come only once it has exited")
    }

    /// Takes in the outcome of a read; true where that was too much.
    fn has_flooded(&mut self, read: usize) -> bool {
        self.received += read as u64;
        if self.received > self.limits.output_bytes {
            self.flooded();
            return true;
        }
        if read == 0 {
            self.stdout = None;
            self.lines.finish();
        }
        false
    }

    fn flooded(&mut self) {
        self.reason = Some(Reason::Flood);
        // Before the pipe is closed, or it might end for want of a reader and in another way.
        self.kill();
        self.stdout = None;
        self.lines.clear();
    }

    fn kill(&mut self) {
        self.group.signal(Signal::SIGKILL);
        if self.status.is_none() {
            self.stage = Stage::Killed(Instant::now() + KILL_WAIT);
        }
    }

    fn has_exited(&mut self, status: Status) {
        self.status = Some(status);
        let settled = Instant::now() + self.limits.pipe_wait;
        self.stage = match self.stage {
            // Its children were asked to end with it, and have as long as it had.
            Stage::Ending(end) if self.group.exists() => Stage::Settling(end.max(settled)),
            _ => Stage::Settling(settled),
        };
    }

    fn stage_is_over(&mut self) {
        match self.stage {
            Stage::Running => {}
            Stage::Ending(_) => {
                self.reason = Some(Reason::IgnoredTermination);
                self.kill();
            }
            Stage::Killed(_) => self.has_exited(Status::Unknown),
            Stage::Settling(_) => {
                // A child may still hold these open. A last line without an end is a line.
                self.stdout = None;
                self.lines.finish();
                let (group, mark) = (self.group.clone(), self.mark.clone());
                self.clearing = Some(spawn_blocking(move || leftovers::kill_all(&group, &mark)));
            }
        }
    }

    /// Puts down how it ended.
    fn ended(&mut self, leftover_children: bool) -> Exit {
        let on_purpose = Signal::try_from(self.signalled.load(Ordering::Relaxed))
            .ok()
            .map(Reason::Signalled);
        let exit = Exit {
            status: self.status.unwrap_or(Status::Unknown),
            stderr_tail: self.stderr.tail(),
            killed_by_us: self.reason.or(on_purpose),
            leftover_children,
        };
        self.exit.insert(exit).clone()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(input) = &self.input {
            input.abort();
        }
        if self.exit.is_none() {
            self.group.signal(Signal::SIGKILL);
            leftovers::kill_once(&self.group, &self.mark);
        }
    }
}

impl From<Line> for Output {
    fn from(line: Line) -> Output {
        match line {
            Line::Whole(line) => Output::Line(line),
            Line::TooLong(bytes) => Output::Cut { bytes },
        }
    }
}

/// Sends a signal to the program and all of its group, at once; false where it has ended already.
pub fn signal_now(program: &Program, signal: Signal) -> bool {
    let sent = program.status.is_none() && program.group.signal(signal);
    if sent {
        program.signalled.store(signal as i32, Ordering::Relaxed);
    }
    sent
}

/// The resident memory of each living process of the program's group, in bytes, by process; empty where it has ended.
/// Pages that several processes share count once for each. Takes some milliseconds.
pub fn resident_bytes(program: &Program) -> BTreeMap<Pid, u64> {
    let living = program.group.living();
    living
        .iter()
        .map(|member| (member.pid, member.resident_bytes))
        .collect()
}

/// Reads some of standard output; 0 at its end. Cancel-safe.
async fn read(stdout: &mut Option<ChildStdout>, lines: &mut Lines) -> usize {
    let Some(stdout) = stdout else {
        return pending().await;
    };
    lines.buffer().reserve(READ_BYTES);
    // A read error of a pipe means the same as its end: nothing more will come.
    stdout.read_buf(lines.buffer()).await.unwrap_or(0)
}

async fn wait_until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => pending().await,
    }
}

/// Writes all of standard input and closes it.
async fn feed(mut stdin: ChildStdin, bytes: Vec<u8>) {
    // A program may close its standard input, or end, before it has read everything.
    let _ = stdin.write_all(&bytes).await;
}
