"""Checks of what a BaseReader is given: a wrong value is told at once, not when the first message comes."""

from __future__ import annotations

import inspect
import math
from typing import Any, Callable, Optional

MAX_SECONDS = 1_000_000
"""The longest time that makes sense anywhere here: some eleven days."""

MAX_MGET_ITEMS = 100_000
"""The largest batch: more than this is a reader that holds the whole queue in its memory."""


def check_tasks(tasks: Any) -> dict[str, Callable[[Any], Any]]:
    """The tasks, copied. Raises ValueError unless it is a dict of name to function, with at least one."""
    if not isinstance(tasks, dict) or not tasks:
        raise ValueError(f"all_tasks must be a dict with a function under each name, such as {{'print': f}}: {tasks!r}")
    for name, task in tasks.items():
        if not isinstance(name, str):
            raise ValueError(f"the name of a task in all_tasks must be text, not {name!r}")
        _check_callable(f"the task {name!r}", task)
    return dict(tasks)


def check_method(name: str, method: Any) -> Optional[Callable[[Any], Any]]:
    """Raises ValueError unless it is None or a function."""
    if method is not None:
        _check_callable(name, method)
    checked: Optional[Callable[[Any], Any]] = method
    return checked


def check_seconds(name: str, value: Any) -> float:
    """Raises ValueError unless it is a number of seconds, 0 or more."""
    if not _is_number(value) or not math.isfinite(value) or not 0 <= value <= MAX_SECONDS:
        raise ValueError(f"{name} must be a number of seconds from 0 to {MAX_SECONDS}, not {value!r}")
    seconds: float = value
    return seconds


def check_count(name: str, value: Any, least: int, most: int) -> int:
    """Raises ValueError unless it is a whole number from ``least`` to ``most``."""
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{name} must be a whole number from {least} to {most}, not {value!r}")
    return value


def check_queuename(value: Any) -> Optional[str]:
    """Raises ValueError unless it is None or can be the name of a folder: failed messages are filed under it."""
    if value is None:
        return None
    if not isinstance(value, str) or value in ("", ".", "..") or any(bad in value for bad in "/\\\0\n"):
        raise ValueError(f"queuename must be a plain name without slashes, or None, not {value!r}")
    return value


def _check_callable(name: str, value: Any) -> None:
    if not callable(value):
        raise ValueError(f"{name} must be a function, not {value!r}: give its name without the parentheses")
    if inspect.iscoroutinefunction(value):
        raise ValueError(f"{name} is an async function, and nothing here would run it: define it with a plain def")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
