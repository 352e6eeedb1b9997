//! Whether anybody reads what is printed.

use std::io;
use std::os::fd::AsFd as _;

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
