"""A message of the queue, and the envelope in which a message that failed goes back into it.

A queue knows nothing of failures, so all that has to be remembered travels with the message. The envelope, which
readers written with bitly's pysimplehttp understand too, is a JSON object:

======================= ==============================================================================
``data``                the message as it was published
``tries``               how often it has been handled
``retry_on``            not to be handled before this time (seconds since 1970), or null: at once
``started``             when a reader first had it (seconds since 1970)
``tasks_left``          the names of the tasks that still have to be done; without it, all of them
======================= ==============================================================================
"""

from __future__ import annotations

import json
import math
import time
from typing import Any, NoReturn, Optional


class NotAMessage(ValueError):
    """What came from the queue is no message; the text says why not."""


def _refuse_constant(name: str) -> NoReturn:
    raise NotAMessage(f"{name} is not JSON")


# Python reads NaN and Infinity unless it is told not to; a mean that has met a NaN never recovers.
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


class Message:
    """A message and how it has fared so far. Made by :func:`parse_message`."""

    __slots__ = ("raw", "data", "tries", "retry_on", "started", "tasks_left", "_enveloped")

    def __init__(self, raw: bytes, value: dict[str, Any]) -> None:
        self.raw = raw
        """The bytes that came from the queue."""
        self._enveloped = _is_envelope(value)
        if self._enveloped:
            self.data: Any = value["data"]
            self.tries: int = value["tries"]
            self.retry_on: Optional[float] = value["retry_on"]
            self.started: float = value["started"]
            self.tasks_left: Optional[list[str]] = value.get("tasks_left")
        else:
            self.data = value
            self.tries = 0
            self.retry_on = None
            self.started = int(time.time())
            self.tasks_left = None

    def envelope(self, tries: int, retry_on: Optional[float], tasks_left: list[str]) -> dict[str, Any]:
        """The envelope for another try. It is made from the bytes that came: a task may have changed ``data``."""
        value: dict[str, Any] = _DECODER.decode(self.raw.decode("utf-8"))
        if not self._enveloped:
            value = {"data": value, "tries": 0, "retry_on": None, "started": self.started}
        value.update(tries=tries, retry_on=retry_on, tasks_left=tasks_left)
        return value


def parse_message(raw: bytes) -> Message:
    """Read what came from the queue. Raises NotAMessage where it is not JSON, no object, or an empty one."""
    try:
        value = _DECODER.decode(raw.decode("utf-8"))
    except NotAMessage:
        raise
    except UnicodeDecodeError:
        raise NotAMessage("it is not UTF-8 text") from None
    except RecursionError:
        raise NotAMessage("it is nested too deeply") from None
    except ValueError as error:
        raise NotAMessage(f"it is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise NotAMessage("it is JSON, but not an object in braces")
    if not value:
        raise NotAMessage("it is an empty object")
    return Message(raw, value)


def to_json(envelope: dict[str, Any]) -> bytes:
    """The bytes of an envelope, on one line."""
    return json.dumps(envelope).encode("ascii")


def _is_envelope(value: dict[str, Any]) -> bool:
    """Whether this is an envelope, and not by chance a message with a field of the same name."""
    if not ("data" in value and "tries" in value and "started" in value and "retry_on" in value):
        return False
    tries, retry_on, tasks_left = value["tries"], value["retry_on"], value.get("tasks_left")
    return (
        type(tries) is int
        and tries >= 0
        and (retry_on is None or _is_time(retry_on))
        and _is_time(value["started"])
        and (tasks_left is None or (isinstance(tasks_left, list) and all(isinstance(name, str) for name in tasks_left)))
    )


def _is_time(value: Any) -> bool:
    return type(value) is int or (type(value) is float and math.isfinite(value))
