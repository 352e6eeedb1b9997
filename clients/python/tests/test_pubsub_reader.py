import signal
import subprocess
import threading
import unittest

import support
from pysimplehttp.http import pubsub_write
from pysimplehttp.pubsub_reader import PubsubReader
from scripted_server import ScriptedServer, close, reply, silence


class Collecting(PubsubReader):
    """Collects messages, and closes itself after so many."""

    def __init__(self, url: str, count: int, **options: object) -> None:
        super().__init__(url, **options)
        self.seen: list = []
        self._count = count

    def callback(self, data: bytes) -> None:
        self.seen.append(data)
        if len(self.seen) == self._count:
            self.close()


def subscribers(pubsub: support.Pubsub) -> int:
    return support.http_json(pubsub.address + "/stats?format=json")["current_connections"]


class PubsubReaderTest(unittest.TestCase):
    def start(self, reader: PubsubReader) -> threading.Thread:
        thread = threading.Thread(target=reader.start)
        thread.start()
        self.addCleanup(thread.join, support.DEADLINE)
        self.addCleanup(reader.close)
        return thread

    def test_every_message_in_order(self) -> None:
        pubsub = support.Pubsub(self)
        for url in (pubsub.address, pubsub.address + "/", pubsub.address + "/sub?multipart=0"):
            with self.subTest(url):
                reader = Collecting(url, 4)
                thread = self.start(reader)
                support.wait_until(lambda: subscribers(pubsub) == 1, "the subscription")
                pubsub_write(pubsub.address, {"n": 1})
                pubsub_write(pubsub.address, b"two\n\xff\x00three")
                pubsub_write(pubsub.address, "x" * 1_000_000)
                thread.join(support.DEADLINE)
                self.assertEqual(reader.seen, [b'{"n": 1}', b"two", b"\xff\x00three", b"x" * 1_000_000])
                support.wait_until(lambda: subscribers(pubsub) == 0, "the end of the subscription")

    def test_a_callback_that_fails_stops_nothing(self) -> None:
        pubsub = support.Pubsub(self)

        class Failing(Collecting):
            def callback(self, data: bytes) -> None:
                super().callback(data)
                if data == b"1":
                    raise RuntimeError("on purpose")

        reader = Failing(pubsub.address, 2)
        with self.assertLogs("pysimplehttp", "ERROR"):
            thread = self.start(reader)
            support.wait_until(lambda: subscribers(pubsub) == 1, "the subscription")
            pubsub_write(pubsub.address, "1\n2")
            thread.join(support.DEADLINE)
        self.assertEqual(reader.seen, [b"1", b"2"])

    def test_it_connects_anew(self) -> None:
        pubsub = support.Pubsub(self)
        reader = Collecting(pubsub.address, 2)
        with self.assertLogs("pysimplehttp", "WARNING") as logged:
            thread = self.start(reader)
            support.wait_until(lambda: subscribers(pubsub) == 1, "the subscription")
            pubsub_write(pubsub.address, "1")
            support.wait_until(lambda: reader.seen == [b"1"], "the first message")
            pubsub.stop()
            again = support.Pubsub(self, pubsub.port)
            support.wait_until(lambda: subscribers(again) == 1, "the second subscription")
            pubsub_write(again.address, "2")
            thread.join(support.DEADLINE)
        self.assertEqual(reader.seen, [b"1", b"2"])
        self.assertIn("connecting again in", logged.output[0])

    def test_what_goes_wrong_is_told(self) -> None:
        chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        for action, sentence in [
            (close, "closed the connection without an answer"),
            (silence, "does not answer"),
            (reply(b"", "404 Not Found"), "answered 404 Not Found to a subscriber"),
            (lambda connection: connection.sendall(chunked), "sends chunks"),
            (lambda connection: connection.sendall(b"x" * 1_000_000), "does not answer as a pubsub does"),
        ]:
            server = ScriptedServer(self, action, reply(b"done\n"))
            reader = Collecting(server.address, 1, timeout=0.5)
            with self.subTest(sentence), self.assertLogs("pysimplehttp", "WARNING") as logged:
                self.start(reader).join(support.DEADLINE)
                self.assertEqual(reader.seen, [b"done"])
                self.assertIn(sentence, logged.output[0])

    def test_a_reader_without_a_callback_says_so(self) -> None:
        server = ScriptedServer(self, reply(b"1\n"))
        with self.assertRaises(NotImplementedError):
            PubsubReader(server.address).start()
        for url in ("", None, "http://localhost:0"):
            with self.subTest(url), self.assertRaises(ValueError):
                PubsubReader(url)
        with self.assertRaises(ValueError):
            PubsubReader("localhost:1", timeout=0)

    def test_it_ends_when_nobody_reads_what_it_prints(self) -> None:
        each = "def callback(self, data): print(data.decode(){flush})"
        together = "def batch(self, messages): print(messages[0].decode(){flush})"
        for method in (each, together):
            for flush in (", flush=True", ""):
                with self.subTest(method, flush=flush):
                    pubsub = support.Pubsub(self)
                    program = f"""
                    import sys
                    from pysimplehttp.pubsub_reader import PubsubReader

                    class Printer(PubsubReader):
                        {method.format(flush=flush)}

                    Printer(sys.argv[1]).start()
                    """
                    command, environment = support.reader_command(self, program, pubsub.address)
                    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
                    with subprocess.Popen(command, env=environment, **pipes) as child:
                        watchdog = threading.Timer(support.DEADLINE, child.kill)
                        watchdog.start()
                        self.addCleanup(watchdog.cancel)
                        support.wait_until(lambda: subscribers(pubsub) == 1, "the subscription")
                        pubsub_write(pubsub.address, "1")
                        self.assertEqual(child.stdout.readline(), b"1\n", "it is flushed")
                        child.stdout.close()
                        pubsub_write(pubsub.address, "2\n3")
                        said = child.stderr.read().decode()
                        self.assertEqual(child.wait(), 141, said[:2000])
                    self.assertEqual(said.count("\n"), 1, said[:2000])
                    self.assertIn("nobody reads standard output", said)

    def test_an_output_that_takes_nothing_ends_it(self) -> None:
        pubsub = support.Pubsub(self)
        reader = support.reader_process(
            self,
            """
            import os, sys
            from pysimplehttp.pubsub_reader import PubsubReader

            class Printer(PubsubReader):
                def callback(self, data):
                    print(data)

            os.dup2(os.open("/dev/full", os.O_WRONLY), 1)
            Printer(sys.argv[1]).start()
            """,
            pubsub.address,
        )
        support.wait_until(lambda: subscribers(pubsub) == 1, "the subscription")
        pubsub_write(pubsub.address, "1")
        self.assertNotEqual(reader.exit_status(), 0)
        self.assertIn("No space left", "".join(reader.errors))

    def test_a_signal_ends_it(self) -> None:
        pubsub = support.Pubsub(self)
        reader = support.reader_process(
            self,
            """
            import sys
            from pysimplehttp.pubsub_reader import PubsubReader

            class Printer(PubsubReader):
                def callback(self, data):
                    print(data.decode(), flush=True)

            Printer(sys.argv[1]).start()
            print("end")
            """,
            pubsub.address,
        )
        support.wait_until(lambda: subscribers(pubsub) == 1, "the subscription")
        pubsub_write(pubsub.address, "hello")
        self.assertEqual(reader.line(), "hello")
        reader.send(signal.SIGTERM)
        self.assertEqual((reader.line(), reader.exit_status()), ("end", 0))
