"""The reply of a server: a quick way for what nearly every one is like, and http.client for all others."""

from __future__ import annotations

import io
import re
import socket
from typing import Any, Optional

# A success of HTTP/1.1 whose length is said once, and nothing that changes where it ends or what becomes of the connection.
_PLAIN = re.compile(
    rb"HTTP/1\.1 20[0-3] [^\r\n]*\r\n"
    rb"(?:(?!(?:content-length|transfer-encoding|connection):)[^\r\n:]+:[^\r\n]*\r\n)*"
    rb"content-length: ?([0-9]{1,9})\r\n"
    rb"(?:(?!(?:content-length|transfer-encoding|connection):)[^\r\n:]+:[^\r\n]*\r\n)*"
    rb"\r\n",
    re.IGNORECASE,
)


def plain_reply(begun: bytes) -> Optional[bytes]:
    """The body, where ``begun``, the first bytes of a reply, are a whole one of the usual kind; None where they are not.

    http.client takes longer to read the head of a reply than the queue takes for the whole request.
    """
    head = _PLAIN.match(begun)
    if head is None or len(begun) != head.end() + int(head[1]):
        return None
    return begun[head.end() :]


class RestOfReply:
    """A socket for http.client to read from, of whose reply the first bytes were read already."""

    def __init__(self, begun: bytes, sock: socket.socket) -> None:
        self._begun = begun
        self._sock = sock

    def makefile(self, mode: str) -> io.BufferedReader:
        """The reply from its first byte on. To close it leaves the socket open."""
        return io.BufferedReader(_Rest(self._begun, self._sock))


class _Rest(io.RawIOBase):
    def __init__(self, begun: bytes, sock: socket.socket) -> None:
        # No bytes at all are the end of the connection.
        self._begun: Optional[bytes] = begun
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._begun is None:
            return self._sock.recv_into(buffer)
        size = min(len(buffer), len(self._begun))
        buffer[:size] = self._begun[:size]
        self._begun = self._begun[size:] or None
        return size
