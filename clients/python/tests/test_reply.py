"""Replies of every kind, and cut wherever a network may cut them."""

from __future__ import annotations

import http.client
import socket
import unittest

from pysimplehttp.http import http_fetch
from pysimplehttp.reply import RestOfReply, plain_reply
from scripted_server import Action, ScriptedServer

PLAIN = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\ndate: today\r\n\r\nhello"


def raw(text: bytes, stays_open: bool) -> Action:
    """Send just this."""

    def act(connection: socket.socket) -> bool:
        connection.sendall(text)
        return stays_open

    return act


class ReplyTest(unittest.TestCase):
    def test_a_usual_reply_is_read_at_once(self) -> None:
        self.assertEqual(plain_reply(PLAIN), b"hello")
        self.assertEqual(plain_reply(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), b"")

    def test_every_other_reply_is_left_to_the_library(self) -> None:
        for other in (
            PLAIN.replace(b"200 OK", b"404 Not Found"),
            PLAIN.replace(b"200 OK", b"204 No Content"),
            PLAIN.replace(b"HTTP/1.1", b"HTTP/1.0"),
            PLAIN.replace(b"date: today", b"Connection: close"),
            PLAIN.replace(b"date: today", b"content-length: 5"),
            PLAIN.replace(b"date: today", b"Transfer-Encoding: chunked"),
            PLAIN.replace(b"content-length: 5", b"content-length: five"),
            PLAIN.replace(b"content-length: 5", b"content-length: -5"),
            PLAIN.replace(b"date: today", b" folded"),
            PLAIN.replace(b"content-length: 5\r\n", b""),
            PLAIN + b"HTTP/1.1 200 OK\r\n",
        ):
            with self.subTest(other):
                self.assertIsNone(plain_reply(other))

    def test_a_reply_cut_anywhere_is_read_whole(self) -> None:
        for place in range(len(PLAIN)):
            begun, rest = PLAIN[:place], PLAIN[place:]
            self.assertIsNone(plain_reply(begun))
            if not begun:
                continue  # Nothing at all is the end of a connection.
            ours, theirs = socket.socketpair()
            with ours, theirs:
                theirs.sendall(rest)
                response = http.client.HTTPResponse(RestOfReply(begun, ours))  # type: ignore[arg-type]
                response.begin()
                self.assertEqual(response.read(), b"hello", place)

    def test_the_next_reply_is_the_next_ones(self) -> None:
        chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nch\r\n4\r\nunks\r\n0\r\n\r\n"
        server = ScriptedServer(
            self,
            raw(PLAIN, True),
            raw(chunked, True),
            raw(b"HTTP/1.1 100 Continue\r\n\r\n" + PLAIN, True),
            raw(PLAIN.replace(b"date: today", b"connection: close"), False),
            raw(b"HTTP/1.0 200 OK\r\n\r\nuntil the end", False),
            raw(PLAIN, True),
        )
        replies = [http_fetch(server.address) for _ in range(6)]
        self.assertEqual(replies, [b"hello", b"chunks", b"hello", b"hello", b"until the end", b"hello"])
        self.assertEqual((len(server.requests), server.connections), (6, 3))
