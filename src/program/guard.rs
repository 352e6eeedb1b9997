//! A helper process that ends students' programs when the command that ran them was killed.
//!
//! A command that gets SIGKILL can end nothing itself. So it starts a guard, which holds the other end of a pipe: when
//! the command is gone, however it went, the pipe closes, and the guard ends the programs it still watches.

use std::collections::{HashMap, HashSet};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::group::Group;
use super::{Limits, Program, Signal, SpawnError, leftovers};

/// The argument with which an executable of ours becomes a guard.
pub const ARGUMENT: &str = "guard";

/// The longest line a guard is told, in bytes; a longer one is no line of ours.
const LINE_BYTES: u64 = 128;

/// The most programs that one guard watches; a check runs a few at a time.
const MOST_WATCHED: usize = 4096;

/// How often it is looked whether programs have ended, which nobody but their parent is told.
const POLL: Duration = Duration::from_millis(10);

/// A running guard, seen from the command that it outlives. Dropping the last clone ends what it still watches, and it.
#[derive(Debug, Clone)]
pub struct Guard(Arc<Running>);

#[derive(Debug)]
struct Running {
    /// Taken only by `drop`, which closes it.
    pipe: Mutex<Option<ChildStdin>>,
    process: Option<Child>,
    /// The programs that it watches, by their numbers.
    programs: Mutex<HashMap<u32, Group>>,
}

impl Guard {
    /// Starts `executable guard`, whose `guard` subcommand must call [`run`] on its standard input.
    ///
    /// It gets a group of its own, so that Ctrl-C at the terminal does not reach it, and holds none of our files open.
    ///
    /// # Errors
    ///
    /// Where the executable cannot be started.
    pub fn start(executable: &Path) -> io::Result<Guard> {
        let mut command = Command::new(std::path::absolute(executable)?);
        command.arg(ARGUMENT).process_group(0).current_dir("/");
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Guard(Arc::new(Running {
            pipe: Mutex::new(process.stdin.take()),
            process: Some(process),
            programs: Mutex::default(),
        })))
    }

    /// Starts a program, on the tokio runtime that the caller is on, which ends when this process does, whenever that is.
    /// (Where the system shows no marks, one that is just being started then stays.)
    ///
    /// # Errors
    ///
    /// Where it cannot be started. Nothing runs then.
    pub fn spawn(&self, command: super::Command, limits: Limits) -> Result<Program, SpawnError> {
        // Held from before the start: whoever stops all programs stops this one too.
        let mut programs = self.programs();
        // A guard that is gone is no reason not to start: it is the net below this process, which is alive.
        let _ = self.tell(&format!("expect {}\n", command.mark.0));
        let program = Program::spawn(command, limits)?;
        let _ = self.note(&mut programs, &program);
        Ok(program)
    }

    /// From now on the program ends when this process does.
    ///
    /// # Errors
    ///
    /// Where the guard is gone.
    pub fn watch(&self, program: &Program) -> io::Result<()> {
        self.note(&mut self.programs(), program)
    }

    fn note(&self, programs: &mut HashMap<u32, Group>, program: &Program) -> io::Result<()> {
        programs.extend(Group::of(program.pid()).map(|group| (program.pid(), group)));
        self.tell(&format!("watch {} {}\n", program.pid(), program.mark()))
    }

    /// The program has ended: its number may be another's soon.
    ///
    /// # Errors
    ///
    /// Where the guard is gone.
    pub fn release(&self, program: &Program) -> io::Result<()> {
        self.programs().remove(&program.pid());
        self.tell(&format!("release {}\n", program.pid()))
    }

    /// Stops the programs that it watches while `meanwhile` runs, and lets them go on. One that stands still already is
    /// left as it is: somebody else has stopped it, and lets it go on when it is time.
    pub fn stop_during(&self, meanwhile: impl FnOnce()) {
        // Held throughout: a program that is released now is no longer ours to signal, and one that is being started
        // waits for its start to be noted.
        let programs = self.programs();
        let moves = |group: &&Group| group.living().iter().any(|member| !member.is_stopped);
        let stopped: Vec<&Group> = programs.values().filter(moves).collect();
        for group in &stopped {
            group.signal(Signal::SIGSTOP);
        }
        meanwhile();
        for group in &stopped {
            group.signal(Signal::SIGCONT);
        }
    }

    fn programs(&self) -> MutexGuard<'_, HashMap<u32, Group>> {
        // What is in it is whole, whoever panicked.
        self.0.programs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, line: &str) -> io::Result<()> {
        let mut pipe = self.0.pipe.lock().unwrap_or_else(PoisonError::into_inner);
        pipe.as_mut()
            .map_or(Ok(()), |pipe| pipe.write_all(line.as_bytes()))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        *self.pipe.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if let Some(mut process) = self.process.take() {
            // It may have programs to end first. Somebody has to collect it, but nobody has to wait for that.
            thread::spawn(move || process.wait());
        }
    }
}

/// What the guard does: listens to `orders` until they end, then ends every program that it still watches: SIGTERM,
/// SIGKILL after the usual grace. Blocks.
pub fn run(orders: impl Read) {
    let mut watched = Watched::default();
    let mut orders = BufReader::new(orders);
    let mut line = Vec::new();
    // An error is as much the end of the orders as their end is.
    while let Ok(1..) = orders.by_ref().take(LINE_BYTES).read_until(b'\n', &mut line) {
        watched.obey(&line);
        line.clear();
    }
    watched.end_all();
}

/// What a guard has been told.
#[derive(Default)]
struct Watched {
    /// Marks of programs that are about to run, or were when they were last heard of.
    expected: HashSet<String>,
    /// Programs that run, with their marks.
    running: HashMap<u32, String>,
}

impl Watched {
    /// Does what one line says. A line cut short by the death of its writer, or not ours, says nothing.
    fn obey(&mut self, line: &[u8]) {
        let line = std::str::from_utf8(line).unwrap_or_default();
        let Some(line) = line.strip_suffix('\n') else {
            return;
        };
        let room = self.expected.len() + self.running.len() < MOST_WATCHED;
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["expect", mark] if leftovers::is_mark(mark) && room => {
                self.expected.insert(mark.to_string());
            }
            ["watch", pid, mark] if leftovers::is_mark(mark) && room => {
                if let Ok(pid) = pid.parse() {
                    self.expected.remove(*mark);
                    self.running.insert(pid, mark.to_string());
                }
            }
            ["release", pid] => {
                if let Ok(pid) = pid.parse() {
                    self.running.remove(&pid);
                }
            }
            _ => {}
        }
    }

    fn end_all(self) {
        let groups = self
            .running
            .into_iter()
            .filter_map(|(pid, mark)| Some((Group::of(pid)?, mark)));
        let mut groups: Vec<(Group, String)> = groups.collect();
        let deadline = Instant::now() + Limits::default().grace;
        for (group, _) in &groups {
            group.ask_to_end();
        }
        for mark in &self.expected {
            leftovers::kill_marked(mark);
        }
        while groups.iter_mut().any(|(group, _)| group.exists()) && Instant::now() < deadline {
            thread::sleep(POLL);
        }
        for (group, mark) in &groups {
            leftovers::kill_all(group, mark);
        }
    }
}
