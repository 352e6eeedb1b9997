"""One connection to one server, kept open from request to request."""

from __future__ import annotations

import http.client
import re
import socket
import time
from typing import Mapping, Optional

from pysimplehttp.address import Address
from pysimplehttp.reply import RestOfReply, plain_reply

MAX_REPLY_BYTES = 256 * 1024 * 1024
"""A reply longer than this is refused, so that a server gone mad cannot fill the memory."""

# Without a limit, read1() sets aside as much memory as it may have to return.
_READ_BYTES = 64 * 1024

# What would end the line of a request too early, or make another one of it.
_FORBIDDEN = re.compile("[\\x00-\\x20\\x7f]")

_NO_HEADERS: Mapping[str, str] = {}


class FetchError(OSError):
    """A request that did not succeed: no connection, no answer in time, or an answer that says no."""

    def __init__(self, sentence: str, address: Address, code: Optional[int] = None) -> None:
        super().__init__(sentence)
        self.address = address
        """The server that was asked."""
        self.code = code
        """The HTTP status, such as 404, or None where no answer came."""


class Connection:
    """Sends requests to one server and waits for each reply. Not for use by two threads at once.

    Opening a connection costs more than the request itself, so it stays open. A server may close an idle connection
    whenever it likes; that is noticed, and the request is sent once more over a new one. The server may already have
    seen the first (nobody can know), so a write can happen twice: at least once, not exactly once.
    """

    def __init__(self, address: Address, timeout: float) -> None:
        """``timeout``: seconds for one request, the connecting and the reading of the reply included."""
        self.address = address
        self.timeout = timeout
        self._http = http.client.HTTPConnection(address.host, address.port, timeout=timeout)

    def request(
        self, method: str, target: str, body: Optional[bytes] = None, headers: Mapping[str, str] = _NO_HEADERS
    ) -> bytes:
        """Ask for ``target`` (such as ``/get``) and return the body of the reply. Raises FetchError."""
        deadline = time.monotonic() + self.timeout
        reused = self._http.sock is not None
        try:
            try:
                return self._exchange(method, target, body, headers, deadline)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                if not reused:
                    raise
                self.close()
                return self._exchange(method, target, body, headers, deadline)
        except FetchError:
            raise
        except socket.timeout:
            self.close()
            raise FetchError(f"no answer from {self.address} within {self.timeout:g} seconds", self.address) from None
        except ConnectionRefusedError:
            self.close()
            raise FetchError(f"nothing listens on {self.address}: is the server running?", self.address) from None
        except http.client.RemoteDisconnected:
            self.close()
            raise FetchError(f"{self.address} closed the connection without an answer", self.address) from None
        except (OSError, http.client.HTTPException) as error:
            self.close()
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise FetchError(f"cannot talk to {self.address}: {reason}", self.address) from error
        except BaseException:
            # A reply half read would be taken for the next one's.
            self.close()
            raise

    def close(self) -> None:
        """Close the connection. The next request opens a new one."""
        self._http.close()

    def _exchange(
        self, method: str, target: str, body: Optional[bytes], headers: Mapping[str, str], deadline: float
    ) -> bytes:
        self._http.timeout = _remaining(deadline)
        if self._http.sock is None:
            self._http.connect()
        sock = self._http.sock
        sock.settimeout(self._http.timeout)
        # Written by hand: what http.client does for each header takes as long as the queue takes for the whole request.
        sock.sendall(_head(method, self.address, target, body, headers) + (body or b""))
        begun = sock.recv(_READ_BYTES)
        plain = plain_reply(begun) if method != "HEAD" else None
        if plain is not None:
            return plain
        response = http.client.HTTPResponse(RestOfReply(begun, sock), method=method)  # type: ignore[arg-type]
        try:
            response.begin()
            reply = b"" if method == "HEAD" else _read(response, sock, deadline, self.address)
        finally:
            # After a failure too: it holds on to the socket.
            response.close()
        if response.will_close:
            self._http.close()
        if not 200 <= response.status < 300:
            said = reply[:200].decode("utf-8", "replace").strip()
            raise FetchError(
                f"{self.address} answered {response.status} {response.reason} to {method} {target.split('?')[0]}"
                + (f": {said}" if said else ""),
                self.address,
                response.status,
            )
        return reply


def _head(
    method: str, address: Address, target: str, body: Optional[bytes], headers: Mapping[str, str]
) -> bytes:
    """The head of a request, with the empty line after it."""
    host = f"[{address.host}]" if ":" in address.host else address.host
    lines = [f"{method} {address.path}{target} HTTP/1.1", f"Host: {host}:{address.port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    if _FORBIDDEN.search(f"{address.path}{target}") or any("\r" in line or "\n" in line for line in lines):
        raise http.client.InvalidURL(f"a request to {address} cannot hold spaces or control characters: {target!r}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _read(response: http.client.HTTPResponse, sock: socket.socket, deadline: float, address: Address) -> bytes:
    """The body of a reply. Each read alone would have the whole timeout: a server that sends one byte now and then
    would hold us for ever. So the time that is left is set anew before each."""
    pieces = []
    size = 0
    while True:
        piece = response.read1(_READ_BYTES)
        if not piece:
            break
        size += len(piece)
        if size > MAX_REPLY_BYTES:
            response.close()
            raise http.client.HTTPException(f"its reply is longer than {MAX_REPLY_BYTES} bytes")
        pieces.append(piece)
        if response.length == 0:
            break
        sock.settimeout(_remaining(deadline))
    if response.length:
        raise http.client.HTTPException(f"its reply ended {response.length} bytes too early")
    return b"".join(pieces)


def _remaining(deadline: float) -> float:
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise socket.timeout
    return remaining
