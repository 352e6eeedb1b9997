"""Which messages to let through, by the value of a field."""

from __future__ import annotations

import json
from typing import Any, Iterable


class Filter:
    """Messages that have all of the required values and none of the excluded ones.

    A value is given as ``key=value``. A text in the message is compared as it is, anything else as JSON writes it:
    ``n=5`` matches ``{"n": 5}`` and ``{"n": "5"}``, ``ok=true`` matches ``{"ok": true}``.
    """

    def __init__(self, require: Iterable[str] = (), exclude: Iterable[str] = ()) -> None:
        """Raises ValueError for what is not ``key=value``."""
        self._require = [_pair(text) for text in require]
        self._exclude = [_pair(text) for text in exclude]

    def lets_through(self, message: bytes) -> bool:
        """Without a single condition, everything; with any, only messages that are JSON objects."""
        if not self._require and not self._exclude:
            return True
        try:
            value = json.loads(message)
        except (ValueError, RecursionError):
            return False
        if not isinstance(value, dict):
            return False
        return all(_matches(value, *pair) for pair in self._require) and not any(
            _matches(value, *pair) for pair in self._exclude
        )


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise ValueError(f"a filter must be KEY=VALUE, such as country=US, not {text!r}")
    return key, value


def _matches(message: dict[str, Any], key: str, wanted: str) -> bool:
    if key not in message:
        return False
    value = message[key]
    return (value if isinstance(value, str) else json.dumps(value)) == wanted
