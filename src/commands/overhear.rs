//! How `workshop run` listens to what a program prints: a process stands between the program and whoever reads it.
//!
//! Where it prints into a pipe, the program itself runs in place of `workshop run`, as it does where nobody listens. So its
//! exit status and every signal that is sent to it are nobody's to pass on, and whoever kills it has killed all there is.
//! Only its output goes through another process, which is nobody's child and in no group of the terminal's: it ends when
//! the last holder of the program's output has let go of it, or when nobody reads any more.
//!
//! A program that prints to a terminal gets a terminal, and prints its lines as soon as they are whole. There `workshop run`
//! stays, passes on what is printed, and ends as the program did: a shell prints its prompt as soon as what it has started
//! is gone, and nothing of the program's may come after that. Both are in one process group, so Ctrl-C and Ctrl-Z reach both.
//!
//! Where its standard error is the same terminal or pipe, both take the same way, so that they stay in order. Output that
//! goes into a file is not overheard: whoever reads the file as soon as the program has ended must find all of it.

use std::convert::Infallible;
use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::{Winsize, openpty};
use nix::sys::signal::Signal;
use nix::sys::termios::{OutputFlags, tcgetattr};
use nix::unistd::Pid;
use tokio::signal::unix::{SignalKind, signal};

use super::Outcome;
use super::exit::Exit;
use crate::cli;
use crate::workspace::EstimateLog;

/// How long what a program has printed may take to reach the terminal once the program is gone.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Has `command` print to where somebody listens: to a process that keeps its estimates in the file `estimates`, or to a
/// terminal, whose other end is returned and is for [`beside`]. Where standard output is none of a terminal, a pipe and a
/// socket, nobody listens.
///
/// # Errors
/// There can be no such process; the command is as it was.
pub fn stand_between(command: &mut Command, estimates: &Path) -> io::Result<Option<OwnedFd>> {
    let (stdout, stderr) = (io::stdout(), io::stderr());
    let place = Place::of(stdout.as_fd())?;
    let (terminal, to_listener) = if stdout.is_terminal() {
        let (listened_to, programs) = terminal_like(stdout.as_fd())?;
        (Some(listened_to), programs)
    } else if place.is_stream {
        (None, listener(estimates)?)
    } else {
        return Ok(None);
    };
    if Place::of(stderr.as_fd()).is_ok_and(|other| other == place) {
        command.stderr(to_listener.try_clone()?);
    }
    command.stdout(to_listener);
    Ok(terminal)
}

/// Starts a process that passes on to standard output what is written into the pipe that is returned.
fn listener(estimates: &Path) -> io::Result<OwnedFd> {
    let (reader, writer) = io::pipe()?;
    let status = Command::new(std::env::current_exe()?)
        .arg("overhear")
        .arg(estimates)
        .stdin(reader)
        .stderr(Stdio::null())
        .status()?;
    if status.success() {
        Ok(writer.into())
    } else {
        Err(io::Error::other("nobody can listen"))
    }
}

/// Runs `command` beside this process, passes on what it prints to `terminal`, and ends as it does.
///
/// # Errors
/// It cannot be run.
pub async fn beside(command: Command, terminal: OwnedFd, estimates: &Path) -> io::Result<Infallible> {
    let (mut interrupt, mut quit) = (signal(SignalKind::interrupt())?, signal(SignalKind::quit())?);
    let (mut terminate, mut hangup) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    let mut command = tokio::process::Command::from(command);
    let mut program = command.spawn()?;
    // It has the program's end of the terminal, which only the program is to hold.
    drop(command);
    let estimates = estimates.to_owned();
    let listening = tokio::task::spawn_blocking(move || listen(File::from(terminal), &estimates));
    let pid = program.id().and_then(|pid| i32::try_from(pid).ok());
    let pass_on = |signal| {
        if let Some(pid) = pid {
            // It may have ended just now.
            let _ = nix::sys::signal::kill(Pid::from_raw(pid), signal);
        }
    };
    let status = loop {
        tokio::select! {
            status = program.wait() => break status?,
            // The terminal has sent these to the program as well.
            _ = interrupt.recv() => {}
            _ = quit.recv() => {}
            _ = terminate.recv() => pass_on(Signal::SIGTERM),
            _ = hangup.recv() => pass_on(Signal::SIGHUP),
        }
    };
    // What it has left behind may hold the terminal for ever.
    let _ = tokio::time::timeout(LAST_WORDS, listening).await;
    match (status.code(), status.signal()) {
        (Some(code), _) => std::process::exit(code),
        (None, Some(signal)) => {
            // A shell is to see what it would have seen.
            let _ = signal_hook::low_level::emulate_default_handler(signal);
            std::process::exit(128 + signal)
        }
        (None, None) => std::process::exit(1),
    }
}

/// Where output goes.
#[derive(PartialEq)]
struct Place {
    /// A pipe, or the socket that some programs use as one: who reads it waits for its end.
    is_stream: bool,
    device: u64,
    inode: u64,
}

impl Place {
    fn of(output: BorrowedFd) -> io::Result<Self> {
        let metadata = File::from(output.try_clone_to_owned()?).metadata()?;
        Ok(Self {
            is_stream: metadata.file_type().is_fifo() || metadata.file_type().is_socket(),
            device: metadata.dev(),
            inode: metadata.ino(),
        })
    }
}

/// A pseudo-terminal for what is to be printed on `terminal`: the end that is read, and the program's. It is as large as
/// the terminal is now, and leaves each byte as it is, since the terminal itself does what there is to do to line ends.
fn terminal_like(terminal: BorrowedFd) -> io::Result<(OwnedFd, OwnedFd)> {
    let size = terminal_size::terminal_size_of(terminal).map(|(columns, rows)| Winsize {
        ws_row: rows.0,
        ws_col: columns.0,
        ws_xpixel: 0,
        ws_ypixel: 0,
    });
    let mut settings = tcgetattr(terminal)?;
    settings.output_flags.remove(OutputFlags::OPOST);
    let pair = openpty(size.as_ref(), Some(&settings))?;
    for end in [&pair.master, &pair.slave] {
        // The program is to have its end as its standard output, and nothing else.
        fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
    }
    Ok((pair.master, pair.slave))
}

/// `workshop overhear`: passes standard input on to standard output.
pub fn overhear(arguments: &cli::Overhear) -> Outcome {
    if arguments.here {
        listen(io::stdin().lock(), &arguments.file);
        return Ok(Exit::Done);
    }
    // Out of reach of Ctrl-C, which is for the program: what it says in the end is to be passed on. It fails only for a
    // process that has a session already, which is as good.
    let _ = nix::unistd::setsid();
    // Whoever waits for this process is rid of it, and the program that takes the place of `run` has no child that it
    // did not start.
    Command::new(std::env::current_exe()?)
        .args(["overhear", "--here"])
        .arg(&arguments.file)
        .current_dir("/")
        .spawn()?;
    Ok(Exit::Done)
}

fn listen(mut program: impl io::Read, file: &Path) {
    let output = io::stdout();
    // Not through the buffer that standard output has: each byte leaves as it comes.
    let Ok(mut output) = output.as_fd().try_clone_to_owned().map(File::from) else {
        return;
    };
    let mut estimates = EstimateLog::begin(file).ok();
    let mut buffer = vec![0; 64 << 10];
    loop {
        let printed = match program.read(&mut buffer) {
            Ok(0) => return,
            Ok(length) => &buffer[..length],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // So ends a pseudo-terminal that nobody holds any more.
            Err(_) => return,
        };
        // Nobody reads it any more: the program learns that when it prints the next time.
        if pass_on(printed, &mut output).is_err() {
            return;
        }
        if let Some(estimates) = &mut estimates {
            estimates.take(printed);
        }
    }
}

fn pass_on(mut printed: &[u8], output: &mut File) -> io::Result<()> {
    while !printed.is_empty() {
        match output.write(printed) {
            Ok(length) => printed = &printed[length..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Another program that has the terminal open may have set it so that it refuses rather than waits.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                let writable = PollFd::new(output.as_fd(), PollFlags::POLLOUT);
                poll(&mut [writable], PollTimeout::NONE)?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
