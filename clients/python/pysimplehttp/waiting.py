"""Notices when a queue holds nothing but messages that are not due yet."""

from __future__ import annotations

import time

# Past this many different messages in a row, assume that the round is complete. It bounds the memory.
_MAX_ROUND = 10_000


class WaitingRound:
    """Watches the messages that are not due and are put back at the end of the queue.

    To pause for each of them would let them hold up everything behind them; never to pause would have them circle as
    fast as the network allows. So the reader pauses when it meets one for the second time with nothing done in
    between: then it has seen all there is.
    """

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._earliest = float("inf")

    def met(self, raw: bytes, retry_on: float) -> float:
        """A message is not due before ``retry_on`` (seconds since 1970). Returns how long to pause: 0, or where the
        round is complete the seconds until the first of them is due."""
        fingerprint = hash(raw)
        self._earliest = min(self._earliest, retry_on)
        if fingerprint not in self._seen and len(self._seen) < _MAX_ROUND:
            self._seen.add(fingerprint)
            return 0.0
        pause = max(self._earliest - time.time(), 0.0)
        self.broken()
        return pause

    def broken(self) -> None:
        """A message was handled: begin anew."""
        self._seen.clear()
        self._earliest = float("inf")
