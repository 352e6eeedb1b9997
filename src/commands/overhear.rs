//! How `workshop run` listens to what a program prints: a process stands between the program and whoever reads it.
//!
//! The program itself runs in place of `workshop run`, as it does where nobody listens. So its exit status, Ctrl-C, Ctrl-Z,
//! and every signal that is sent to it are nobody's to pass on, and whoever kills it has killed all there is. Only its
//! output goes through another process, which is nobody's child and in no group of the terminal's: it ends when
//! the last holder of the program's output has let go of it, or when nobody reads any more.
//!
//! A program that prints to a terminal gets a terminal, and prints its lines as soon as they are whole. Where its standard
//! error is the same terminal or pipe, both take the same way, so that they stay in order. Output that goes into a file
//! is not overheard: whoever reads the file as soon as the program has ended must find all of it.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::Path;
use std::process::{Command, Stdio};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::{Winsize, openpty};
use nix::sys::termios::{OutputFlags, tcgetattr};

use super::Outcome;
use super::exit::Exit;
use crate::cli;
use crate::workspace::EstimateLog;

/// Lets a process listen to what `command` will print, and keep its estimates in the file `estimates`. Where standard
/// output is none of a terminal, a pipe and a socket, nobody listens.
///
/// # Errors
/// There can be no such process; the command is as it was.
pub fn stand_between(command: &mut Command, estimates: &Path) -> io::Result<()> {
    let (stdout, stderr) = (io::stdout(), io::stderr());
    let place = Place::of(stdout.as_fd())?;
    let (from_program, to_listener) = if stdout.is_terminal() {
        terminal_like(stdout.as_fd())?
    } else if place.is_stream {
        let (reader, writer) = io::pipe()?;
        (reader.into(), writer.into())
    } else {
        return Ok(());
    };
    let status = Command::new(std::env::current_exe()?)
        .arg("overhear")
        .arg(estimates)
        .stdin(from_program)
        .stderr(Stdio::null())
        .status()?;
    if !status.success() {
        return Err(io::Error::other("nobody can listen"));
    }
    if Place::of(stderr.as_fd()).is_ok_and(|other| other == place) {
        command.stderr(to_listener.try_clone()?);
    }
    command.stdout(to_listener);
    Ok(())
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
        listen(&arguments.file);
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

fn listen(file: &Path) {
    let (mut program, output) = (io::stdin().lock(), io::stdout());
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
