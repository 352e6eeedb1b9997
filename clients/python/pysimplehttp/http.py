"""Write to a pubsub or a simplequeue, or fetch any URL, in one line.

Connections are kept open between calls (one set for each thread), so a loop that publishes is fast.
"""

from __future__ import annotations

import atexit
import json
import os
import threading
from typing import Any, Callable, Mapping, Optional, Sequence, Union
from urllib.parse import urlencode

from pysimplehttp.address import Address, parse_addresses, parse_url
from pysimplehttp.connection import Connection, FetchError

__all__ = ["FetchError", "http_fetch", "pubsub_write", "simplequeue_write"]

# As many servers as one thread keeps a connection to.
_MAX_CONNECTIONS = 8

_Endpoint = Union[str, Sequence[str]]


def http_fetch(
    url: str,
    params: Optional[Mapping[str, Any]] = None,
    headers: Optional[Mapping[str, str]] = None,
    method: str = "GET",
    body: Union[bytes, str, None] = None,
    timeout: float = 5.0,
) -> bytes:
    """Fetch ``url`` and return the body of the reply, as bytes.

    ``params`` are added to the URL of a GET or HEAD; any other method sends them as a form, and then has no ``body``
    of its own. A parameter whose value is None is left out; a list gives the parameter once for each of its items.
    Text in ``body`` is sent as UTF-8. ``timeout`` is in seconds, for everything together. Redirects are not followed.

    Raises :class:`FetchError` where no answer came in time or the answer is not a success (its ``code`` is the HTTP
    status, or None), and ValueError for a URL that cannot be one.
    """
    address, target = parse_url(url)
    sent_headers = dict(headers or {})
    encoded = urlencode({name: value for name, value in (params or {}).items() if value is not None}, doseq=True)
    if encoded and method in ("GET", "HEAD"):
        target += ("&" if "?" in target else "?") + encoded
    elif encoded:
        if body is not None:
            raise ValueError(f"a {method} sends either params or a body: leave one of them out")
        body = encoded
        sent_headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    if isinstance(body, str):
        body = body.encode("utf-8")
    return _connection(address, timeout).request(method, target, body, sent_headers)


def pubsub_write(endpoint: _Endpoint, data: Any, timeout: float = 5.0) -> str:
    """Publish ``data`` to the pubsub at ``endpoint``, such as ``"http://localhost:8080"``.

    A dict, list, number, bool or None is published as JSON. Text and bytes are published as they are, and a pubsub
    takes every line of them as a message. Returns what the pubsub says, such as ``"Published 1 messages to 1
    clients."``. With several endpoints the first one that can be reached gets the data.

    Raises :class:`FetchError` where none could be reached within ``timeout`` seconds each, and ValueError for data
    that is not JSON.
    """
    body = _encode(data)
    return _write(endpoint, "/pub", body, timeout).decode("utf-8", "replace").strip()


def simplequeue_write(endpoint: _Endpoint, data: Any, timeout: float = 5.0) -> bool:
    """Put ``data`` into the simplequeue at ``endpoint``, such as ``"http://localhost:8081"``, as one message.

    A dict, list, number, bool or None is stored as JSON, text and bytes as they are. Returns True. With several
    endpoints the first one that can be reached gets the message.

    Raises :class:`FetchError` where none could be reached within ``timeout`` seconds each, and ValueError for data
    that is not JSON or is empty (a simplequeue does not store empty messages).
    """
    body = _encode(data)
    if not body:
        raise ValueError("the message is empty, and a simplequeue does not store empty messages")
    _write(endpoint, "/put", body, timeout)
    return True


def _encode(data: Any) -> bytes:
    if isinstance(data, (bytes, bytearray)):
        return bytes(data)
    if isinstance(data, str):
        return data.encode("utf-8")
    try:
        # Python would write NaN and Infinity, which other languages do not read.
        return json.dumps(data, allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"this cannot be written as JSON ({error}): {repr(data)[:200]}") from None


def _write(endpoint: _Endpoint, target: str, body: bytes, timeout: float) -> bytes:
    def post(address: Address) -> bytes:
        return _connection(address, timeout).request("POST", target, body)

    return first_success(parse_addresses(endpoint), post)


def first_success(addresses: Sequence[Address], attempt: Callable[[Address], bytes]) -> bytes:
    """What ``attempt`` returns for the first address for which it does not raise FetchError; else raises the last."""
    for address in addresses[:-1]:
        try:
            return attempt(address)
        except FetchError:
            continue
    return attempt(addresses[-1])


class _ThreadConnections(threading.local):
    """The open connections of this thread, and the process that opened them."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.process = os.getpid()
        self.by_address: dict[Address, Connection] = {}

    def close(self) -> None:
        for connection in self.by_address.values():
            connection.close()


_OPEN = _ThreadConnections()
atexit.register(_OPEN.close)


def _connection(address: Address, timeout: float) -> Connection:
    if not timeout > 0:
        raise ValueError(f"the timeout {timeout!r} must be more than 0 seconds")
    if _OPEN.process != os.getpid():
        # After a fork, parent and child hold the same sockets. Talking on both would mix up their replies, and
        # closing here leaves the parent's open.
        _OPEN.forget()
    key = address._replace(path="")
    connection = _OPEN.by_address.pop(key, None)
    if connection is None:
        connection = Connection(key, timeout)
        if len(_OPEN.by_address) >= _MAX_CONNECTIONS:
            # A dict keeps the order of insertion, so the first is the one unused for longest.
            _OPEN.by_address.pop(next(iter(_OPEN.by_address))).close()
    connection.timeout = timeout
    _OPEN.by_address[key] = connection
    return connection
