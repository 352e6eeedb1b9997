"""Puts messages into one of several queues, and waits for one that answers."""

from __future__ import annotations

import logging
from typing import Any, Sequence

from pysimplehttp.address import parse_addresses
from pysimplehttp.connection import FetchError
from pysimplehttp.simplequeues import Simplequeues
from pysimplehttp.stop import Stop

_log = logging.getLogger(__name__)

# Seconds, for one request and between two attempts.
_TIMEOUT, _PAUSE = 5, 1


class Sender:
    """Each call of :meth:`send` goes to the next queue in turn."""

    def __init__(self, simplequeue_urls: Any, stop: Stop) -> None:
        """Raises ValueError for what cannot be addresses."""
        self._addresses = parse_addresses(simplequeue_urls)
        self._queues = Simplequeues(self._addresses, _TIMEOUT, _PAUSE)
        self._stop = stop
        self._next = 0
        self.lost = 0
        """Messages that could not be delivered before the end."""

    def send(self, messages: Sequence[bytes]) -> None:
        """Put messages, none of which may contain a newline, into a queue. Waits while none answers: what comes
        meanwhile piles up where it can be seen. Only the wish to stop ends the waiting."""
        if not messages:
            return
        preferred = self._addresses[self._next % len(self._addresses)]
        self._next += 1
        while True:
            # Asked for before the attempt, so that there is always a last one.
            last = self._stop.requested
            try:
                self._queues.put(messages, preferred)
                return
            except FetchError as error:
                if last:
                    self.lost += len(messages)
                    _log.error("%s; %d messages are lost", error, len(messages))
                    return
                _log.warning("%s; trying again in %g seconds", error, _PAUSE)
                self._stop.wait(_PAUSE)

    def close(self) -> None:
        """Close the connections."""
        self._queues.close()
