"""Where messages go that a reader could not handle."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from typing import Optional

_log = logging.getLogger(__name__)


class FailedMessages:
    """Writes each failed message to a file of its own, so that it can be looked at, repaired and put back."""

    def __init__(self, directory: Optional[str], queuename: Optional[str], count: int) -> None:
        """The files go to ``directory``, in a folder named after the queue where it has a name. Without a directory
        nothing is written. Raises ValueError where the directory cannot be made or written to."""
        self.count = count
        """How many messages have failed."""
        self.directory: Optional[str] = None
        if directory is None:
            return
        self.directory = os.path.join(os.fspath(directory), queuename or "")
        try:
            os.makedirs(self.directory, exist_ok=True)
        except OSError as error:
            raise ValueError(f"failed_message_dir {directory!r} cannot be made: {error.strerror}") from None
        if not os.access(self.directory, os.W_OK | os.X_OK):
            raise ValueError(f"failed_message_dir {directory!r} cannot be written to: check its owner and permissions")

    def add(self, message: bytes) -> None:
        """Count one more failed message, and write it. An error (a full disk, say) is logged; it stops nothing."""
        self.count += 1
        if self.directory is None:
            return
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        while True:
            path = os.path.join(self.directory, f"{stamp}.{self.count}.json")
            try:
                # "x": another reader may write here too, and nothing may be overwritten.
                file = open(path, "xb")
            except FileExistsError:
                self.count += 1
                continue
            except OSError as error:
                _not_written(path, error, message)
                return
            try:
                with file:
                    file.write(message)
            except OSError as error:
                # Half a message would be taken for a whole one.
                with contextlib.suppress(OSError):
                    os.remove(path)
                _not_written(path, error, message)
            return


def _not_written(path: str, error: OSError, message: bytes) -> None:
    _log.error("cannot write the failed message to %s: %s. It was: %r", path, error.strerror, message)
