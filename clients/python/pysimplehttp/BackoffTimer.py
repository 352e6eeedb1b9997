"""How long to wait after failures: hardly after one, long after many."""

from __future__ import annotations


class BackoffTimer:
    """An interval that doubles with each failure and halves with each success.

    Something that fails again and again (a database that is down, say) gets worse when it is asked as fast as
    possible. A single failure, on the other hand, is no reason to stop working::

        timer = BackoffTimer(0, 120)
        timer.failure()         # timer.get_interval() is now 0.01 seconds
        timer.failure()         # 0.02, then 0.04, … up to 120
        timer.success()         # 0.01 again
    """

    def __init__(self, min_interval: float, max_interval: float, first_step: float = 0.01) -> None:
        """``min_interval`` is what remains when all goes well, ``max_interval`` what is never passed, ``first_step``
        what the first failure adds; all in seconds."""
        if not 0 <= min_interval <= max_interval:
            raise ValueError(
                f"the shortest interval must be from 0 to the longest, not {min_interval!r} with {max_interval!r}"
            )
        if not first_step > 0:
            raise ValueError(f"the first step must be more than 0 seconds, not {first_step!r}")
        self.min_interval = min_interval
        self.max_interval = max_interval
        self.first_step = first_step
        self._added = 0.0

    def failure(self) -> None:
        """Something went wrong: wait longer."""
        self._added = min(max(2 * self._added, self.first_step), self.max_interval - self.min_interval)

    def success(self) -> None:
        """Something went well: wait less."""
        halved = self._added / 2
        self._added = halved if halved >= self.first_step else 0.0

    def get_interval(self) -> float:
        """The seconds to wait now."""
        return self.min_interval + self._added
