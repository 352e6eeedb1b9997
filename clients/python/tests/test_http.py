import signal
import socket
import threading
import unittest

import support
from pysimplehttp.http import FetchError, http_fetch, pubsub_write, simplequeue_write
from scripted_server import ScriptedServer, close, cut, drip, reply, reply_and_close, reset, silence


class PubsubWriteTest(unittest.TestCase):
    def setUp(self) -> None:
        self.pubsub = support.Pubsub(self)

    def subscribe(self) -> "socket.SocketIO":
        connection = socket.create_connection(("127.0.0.1", self.pubsub.port), timeout=support.DEADLINE)
        self.addCleanup(connection.close)
        connection.sendall(b"GET /sub?multipart=0 HTTP/1.0\r\n\r\n")
        stream = connection.makefile("rb")
        self.addCleanup(stream.close)
        while stream.readline() != b"\r\n":
            pass
        stream.readline()  # a pubsub begins with an empty line
        return stream

    def test_a_dict_is_published_as_json(self) -> None:
        subscriber = self.subscribe()
        self.assertEqual(pubsub_write(self.pubsub.address, {"msg": "H4110!"}), "Published 1 messages to 1 clients.")
        self.assertEqual(subscriber.readline(), b'{"msg": "H4110!"}\n')

    def test_text_is_published_as_it_is_each_line_a_message(self) -> None:
        subscriber = self.subscribe()
        said = pubsub_write(self.pubsub.address + "/", "fünf\nsix")
        self.assertEqual(said, "Published 2 messages to 1 clients.")
        self.assertEqual([subscriber.readline(), subscriber.readline()], ["fünf\n".encode(), b"six\n"])

    def test_the_first_endpoint_that_answers_gets_it(self) -> None:
        said = pubsub_write([support.unused_address(self), self.pubsub.address], b"x")
        self.assertEqual(said, "Published 1 messages to 0 clients.")


class SimplequeueWriteTest(unittest.TestCase):
    def setUp(self) -> None:
        self.queue = support.Simplequeue(self)

    def test_what_is_written_can_be_got(self) -> None:
        for data, stored in [
            ({"a": [1, None]}, b'{"a": [1, null]}'),
            ([1], b"[1]"),
            (0.1, b"0.1"),
            (False, b"false"),
            ("two\nlines & ü=%", "two\nlines & ü=%".encode()),
            (b"\x01\xff", b"\x01\xff"),
        ]:
            with self.subTest(data):
                self.assertIs(simplequeue_write(self.queue.address, data), True)
                self.assertEqual(http_fetch(self.queue.address + "/get"), stored)

    def test_what_cannot_be_a_message(self) -> None:
        endless: list = []
        endless.append(endless)
        for data in ("", b"", float("nan"), {"x": float("inf")}, {1, 2}, {"x": object()}, endless):
            with self.subTest(repr(data)), self.assertRaises(ValueError):
                simplequeue_write(self.queue.address, data)
        self.assertEqual(self.queue.dump(), [])

    def test_the_first_endpoint_that_answers_gets_it(self) -> None:
        other = support.Simplequeue(self)
        simplequeue_write([support.unused_address(self), other.address, self.queue.address], {"n": 1})
        self.assertEqual((other.dump(), self.queue.dump()), ([{"n": 1}], []))


class HttpFetchTest(unittest.TestCase):
    def test_parameters(self) -> None:
        server = ScriptedServer(self, *[reply(b"x")] * 5)
        http_fetch(server.address)
        http_fetch(server.address + "/a?b=1", {"c": "ü &", "d": 2, "none": None, "many": [3, 4]})
        http_fetch(server.address + "/a", {"b": 1}, method="POST")
        http_fetch(server.address + "/a", method="POST", body="ü")
        http_fetch(server.address + "/a", method="POST")
        self.assertEqual(
            server.requests,
            [
                ("GET", "/", b""),
                ("GET", "/a?b=1&c=%C3%BC+%26&d=2&many=3&many=4", b""),
                ("POST", "/a", b"b=1"),
                ("POST", "/a", "ü".encode()),
                ("POST", "/a", b""),
            ],
        )
        with self.assertRaises(ValueError):
            http_fetch(server.address, {"b": 1}, method="POST", body="too much")
        with self.assertRaises(ValueError):
            http_fetch(server.address, timeout=0)

    def test_what_a_server_refuses(self) -> None:
        queue = support.Simplequeue(self)
        with self.assertRaises(FetchError) as raised:
            http_fetch(queue.address + "/mget?items=0")
        self.assertEqual(raised.exception.code, 400)
        self.assertIn("answered 400 Bad Request to GET /mget: number of items must be > 0", str(raised.exception))
        with self.assertRaises(FetchError) as raised:
            http_fetch(queue.address + "/nothing")
        self.assertEqual(raised.exception.code, 404)
        self.assertEqual(http_fetch(queue.address + "/stats", method="HEAD"), b"")
        self.assertIn(b"depth:0\n", http_fetch(queue.address + "/stats"))

    def test_what_goes_wrong_is_one_sentence(self) -> None:
        for action, timeout, sentence in [
            (silence, 0.05, "no answer from {} within 0.05 seconds"),
            (drip, 0.05, "no answer from {} within 0.05 seconds"),
            (close, 5, "{} closed the connection without an answer"),
            (reset, 5, "cannot talk to {}: Connection reset by peer"),
            (cut, 5, "cannot talk to {}: its reply ended 992 bytes too early"),
            (reply(b"elsewhere", "302 Found"), 5, "{} answered 302 Found to GET /x: elsewhere"),
        ]:
            server = ScriptedServer(self, action)
            with self.subTest(sentence), self.assertRaises(FetchError) as raised:
                http_fetch(server.address + "/x", timeout=timeout)
            self.assertEqual(str(raised.exception), sentence.format(server.address))
        nobody = support.unused_address(self)
        with self.assertRaises(FetchError) as raised:
            http_fetch(nobody)
        self.assertEqual(str(raised.exception), f"nothing listens on {nobody}: is the server running?")
        self.assertIsNone(raised.exception.code)

    def test_a_connection_that_the_server_closed_meanwhile(self) -> None:
        server = ScriptedServer(self, reply(b"1"), reply_and_close(b"2"), reply(b"3"), close, reply(b"4"))
        self.assertEqual([http_fetch(server.address) for _ in range(4)], [b"1", b"2", b"3", b"4"])
        # The request that met the closing was sent again, so the server has seen five.
        self.assertEqual(len(server.requests), 5)

    def test_an_answer_interrupted_by_an_exception_is_not_taken_for_the_next_one(self) -> None:
        class Interrupted(Exception):
            pass

        def interrupt(number: int, frame: object) -> None:
            raise Interrupted

        def late(connection: socket.socket) -> bool:
            # The client waits for the answer by now; it gets a signal, then the answer.
            signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)
            noticed.wait(support.DEADLINE)
            return reply(b"late")(connection)

        noticed = threading.Event()
        before = signal.signal(signal.SIGUSR1, interrupt)
        self.addCleanup(signal.signal, signal.SIGUSR1, before)
        server = ScriptedServer(self, late, reply(b"next"))
        with self.assertRaises(Interrupted):
            http_fetch(server.address, timeout=support.DEADLINE)
        noticed.set()
        self.assertEqual(http_fetch(server.address), b"next")

    def test_a_child_process_does_not_use_the_connection_of_its_parent(self) -> None:
        """Each would read replies that are meant for the other."""
        server = ScriptedServer(self, *[reply(b"x")] * 3)
        program = support.reader_process(
            self,
            """
            import os, sys
            from pysimplehttp.http import http_fetch
            http_fetch(sys.argv[1] + "/before")
            child = os.fork()
            if child == 0:
                http_fetch(sys.argv[1] + "/child")
                os._exit(0)
            os.waitpid(child, 0)
            http_fetch(sys.argv[1] + "/after")
            """,
            server.address,
        )
        self.assertEqual(program.exit_status(), 0, program.errors)
        self.assertEqual([path for _, path, _ in server.requests], ["/before", "/child", "/after"])
        self.assertEqual(server.connections, 2)

    def test_a_connection_half_used_is_not_used_again(self) -> None:
        server = ScriptedServer(self, drip, reply(b"next"))
        with self.assertRaises(FetchError):
            http_fetch(server.address, timeout=0.05)
        self.assertEqual(http_fetch(server.address), b"next")
