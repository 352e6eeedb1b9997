"""The address of a server: what a person types, turned into a host, a port and a path."""

from __future__ import annotations

from typing import Any, Iterable, NamedTuple
from urllib.parse import urlsplit

# What the servers themselves answer to. An address that ends in one of these was copied from a curl command.
_ENDPOINTS = frozenset("/" + name for name in "get put mget mput dump stats pub sub clients exit".split())


class Address(NamedTuple):
    """Where a server listens. Made by :func:`parse_address`."""

    host: str
    port: int
    path: str
    """What stands before ``/get`` and the like: empty, or for a server behind a gateway something like ``/queue``."""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}{self.path}"


def parse_address(text: Any) -> Address:
    """Turn ``"http://localhost:8081"`` into an :class:`Address`.

    ``http://`` may be left out, and a slash at the end does not matter. Without a port it is 80, as everywhere on the
    web. Raises ValueError, with a sentence that says what is wrong, for anything that cannot be a server's address.
    """
    url, address = _split(text)
    if url.query or url.fragment:
        raise ValueError(f"the address {text!r} must end before the '?' or '#': give only http://HOST:PORT")
    for endpoint in _ENDPOINTS:
        if address.path.endswith(endpoint):
            raise ValueError(f"the address {text!r} must not end in {endpoint}: that part is added for you")
    return address


def parse_addresses(addresses: Any) -> list[Address]:
    """One address, or a list, tuple or set of them. Raises ValueError as :func:`parse_address` does."""
    if isinstance(addresses, (str, bytes)):
        return [parse_address(addresses)]
    if not isinstance(addresses, Iterable):
        raise ValueError(f"{addresses!r} is no address: give text such as 'http://localhost:8081', or a list of them")
    # The same server named twice would only be asked twice.
    parsed = list(dict.fromkeys(parse_address(address) for address in addresses))
    if not parsed:
        raise ValueError("the list of addresses is empty: give at least one, such as 'http://localhost:8081'")
    return parsed


def parse_url(text: Any) -> tuple[Address, str]:
    """Split a whole URL into the server (with an empty path) and what to ask it for, such as ``/get?x=1``.

    Raises ValueError as :func:`parse_address` does.
    """
    url, address = _split(text)
    target = address.path or "/"
    if url.query:
        target += "?" + url.query
    return address._replace(path=""), target


def _split(text: Any) -> tuple[Any, Address]:
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is no address: give text such as 'http://localhost:8081'")
    # urlsplit() drops some of these without a word, and http.client sends the rest into the request line.
    if not text or any(character <= " " or character >= "\x7f" for character in text):
        raise ValueError(f"the address {text!r} is empty, or has a space or another character that no address can have")
    try:
        url = urlsplit(text if "://" in text else "http://" + text)
        host, port = url.hostname, url.port
    except ValueError as error:
        raise ValueError(f"the address {text!r} cannot be understood: {error}. Try http://localhost:8081") from None
    if url.scheme != "http":
        raise ValueError(f"the address {text!r} begins with {url.scheme}://, but these servers speak http:// only")
    if not host:
        raise ValueError(f"the address {text!r} names no host: try http://localhost:8081")
    if "@" in url.netloc:
        raise ValueError(f"the address {text!r} holds a user name, but these servers know no users: leave it out")
    if port == 0 or url.netloc.endswith(":"):
        raise ValueError(f"the address {text!r} has no usable port: give one from 1 to 65535")
    return url, Address(host, 80 if port is None else port, url.path.rstrip("/"))
