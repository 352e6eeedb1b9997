"""A server that misbehaves as told."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import unittest
from typing import Callable, Iterator

# An action gets the connection after a request was read in full. It returns whether to read another one from it.
Action = Callable[[socket.socket], bool]


def reply(body: bytes, status: str = "200 OK") -> Action:
    """Answer, and keep the connection open."""

    def act(connection: socket.socket) -> bool:
        connection.sendall(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status.encode(), len(body), body))
        return True

    return act


def reply_and_close(body: bytes) -> Action:
    """Answer as if the connection stayed open, then close it: what a server does with idle connections."""

    def act(connection: socket.socket) -> bool:
        reply(body)(connection)
        return False

    return act


def close(connection: socket.socket) -> bool:
    """Close without an answer."""
    return False


def reset(connection: socket.socket) -> bool:
    """Send half an answer, then a reset: what a crash in the middle of an answer looks like."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def cut(connection: socket.socket) -> bool:
    """Send half an answer, then close."""
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"half":')
    return False


def silence(connection: socket.socket) -> bool:
    """Never answer: wait until the client goes away."""
    connection.recv(1)
    return False


def drip(connection: socket.socket) -> bool:
    """An endless answer, byte by byte: no single read ever waits long. Ends when the client goes away."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
    while True:
        connection.sendall(b"x")


class ScriptedServer:
    """Performs the actions in turn, one a request, on whichever connection it comes; after the last, answers nothing
    found. ``requests`` holds method, path and body of each, ``connections`` how many connections there were."""

    def __init__(self, test: unittest.TestCase, *actions: Action) -> None:
        self.requests: list[tuple[str, str, bytes]] = []
        self.connections = 0
        self._actions: Iterator[Action] = iter(actions)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()
        test.addCleanup(self._listener.close)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream, contextlib.suppress(OSError):
            while True:
                line = stream.readline().decode()
                if not line:
                    return
                length = 0
                for header in iter(stream.readline, b"\r\n"):
                    name, _, value = header.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                method, path, _ = line.split(" ")
                self.requests.append((method, path, stream.read(length)))
                if not next(self._actions, reply(b"", "404 Not Found"))(connection):
                    return
