//! Where what is printed goes, and whether anybody reads it.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::fs::MetadataExt as _;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// An error where nobody reads standard output any more: a command that waits writes nothing, and would not find out.
pub fn is_read() -> io::Result<()> {
    let out = io::stdout();
    let mut polled = [PollFd::new(out.as_fd(), PollFlags::empty())];
    poll(&mut polled, PollTimeout::ZERO)?;
    let gone = PollFlags::POLLERR | PollFlags::POLLHUP;
    match polled[0].revents() {
        Some(events) if events.intersects(gone) => Err(io::ErrorKind::BrokenPipe.into()),
        _ => Ok(()),
    }
}

/// The devices and inodes of standard output and standard error: where they are files, we write them ourselves.
pub fn places() -> Vec<(u64, u64)> {
    let place = |output: BorrowedFd| {
        let metadata = File::from(output.try_clone_to_owned().ok()?).metadata().ok()?;
        Some((metadata.dev(), metadata.ino()))
    };
    [place(io::stdout().as_fd()), place(io::stderr().as_fd())]
        .into_iter()
        .flatten()
        .collect()
}
