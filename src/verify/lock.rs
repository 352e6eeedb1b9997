//! Lessons name ports of this machine: two of them at a time are too many.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;

use nix::fcntl::OFlag;

/// Waits until nobody else on this machine types what a lesson says, and keeps others waiting until it is dropped.
/// `waiting` is called first, where there is somebody to wait for.
///
/// # Errors
/// The file cannot be made or locked.
pub fn one_at_a_time(waiting: impl FnOnce()) -> io::Result<File> {
    let name = format!("workshop-verify-{}.lock", nix::unistd::getuid());
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        // Anybody may put something there: a link is not followed, and a pipe is not waited for.
        .custom_flags((OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits())
        .open(std::env::temp_dir().join(name))?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => return Err(error),
    }
    waiting();
    file.lock()?;
    Ok(file)
}
