"""A file that shows, by its age, that a program is alive."""

from __future__ import annotations

import logging
import pathlib
import time
from typing import Optional

_log = logging.getLogger(__name__)

INTERVAL = 10
"""Seconds between two beats, at least."""


class Heartbeat:
    """Touches a file now and then, so that whatever watches over the program can tell a dead one by the file's age."""

    def __init__(self, path: Optional[str]) -> None:
        """Without a path nothing happens."""
        self._path = None if path is None else pathlib.Path(path)
        self._due = time.monotonic()

    def beat(self) -> None:
        """Touch the file, unless that was done within the last ten seconds. An error is logged and stops nothing."""
        if self._path is None:
            return
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + INTERVAL
        try:
            self._path.touch()
        except OSError as error:
            _log.warning("cannot touch heartbeat_file %s: %s", self._path, error.strerror or error)
