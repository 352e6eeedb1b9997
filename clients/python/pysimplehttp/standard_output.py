"""Standard output, and what to do when it is a pipe whose other end is gone, as in ``python3 reader.py | head -2``."""

from __future__ import annotations

import contextlib
import os
import select
import stat
import sys
from typing import Optional, TextIO

NOBODY_READS_STATUS = 141
"""The exit status of a program whose output nobody reads any more: the one that a shell shows for a program that was
ended by SIGPIPE, 128 + 13. Python ignores that signal, so the status has to be given."""

# Of the write end of a pipe that has lost its last reader: Linux says the one, macOS the other.
_READER_GONE = select.POLLERR | select.POLLHUP


def flush() -> None:
    """In a pipe, what is printed stays in a buffer of some thousand bytes; a program that is killed takes it along.

    Raises BrokenPipeError where nobody reads the pipe, and other OSErrors (of a full disk, say).
    """
    if sys.stdout is not None and not sys.stdout.closed:
        sys.stdout.flush()


def is_broken() -> bool:
    """Whether standard output is a pipe, or a socket, that nobody reads any more. Raises nothing."""
    return _is_broken(sys.stdout)


def discard() -> None:
    """Send what is still to be printed, and what is in the buffer, to /dev/null.

    Otherwise the interpreter flushes the buffer at its end, fails again, and says so with a traceback. Standard error
    goes the same way where it is broken too (``2>&1 | head``).
    """
    broken = [sys.stdout] + ([sys.stderr] if _is_broken(sys.stderr) else [])
    # What cannot be redirected (no file, or no descriptor left for /dev/null) stays as it is: that costs a traceback.
    for stream in broken:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            null = os.open(os.devnull, os.O_WRONLY)
            try:
                os.dup2(null, stream.fileno())
            finally:
                os.close(null)


def _is_broken(stream: Optional[TextIO]) -> bool:
    if stream is None:
        return False
    try:
        stream.flush()
        # Without a buffer (python3 -u) there is nothing left to flush, and only the pipe itself can tell.
        descriptor = stream.fileno()
        mode = os.fstat(descriptor).st_mode
        if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
            return False
        poll = select.poll()
        poll.register(descriptor, 0)
        return any(events & _READER_GONE for _, events in poll.poll(0))
    except BrokenPipeError:
        return True
    except (OSError, ValueError, AttributeError):
        # Closed, full, or replaced by an object that is no file: broken perhaps, but not as a pipe is.
        return False
