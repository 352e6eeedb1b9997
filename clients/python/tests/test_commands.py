"""ps_to_sq and file_to_simplequeue, as they are typed."""

import gzip
import os
import signal
import sys
import unittest
from pathlib import Path

import support
from pysimplehttp.http import pubsub_write


class CommandsTest(unittest.TestCase):
    def command(self, module: str, *arguments: str) -> support.Process:
        environment = {**os.environ, "PYTHONPATH": str(support.PACKAGE)}
        return support.Process(self, [sys.executable, "-m", f"pysimplehttp.{module}", *arguments], environment)

    def bridge(self, *arguments: str) -> support.Process:
        child = self.command("ps_to_sq", f"--pubsub-url={self.pubsub.address}", *arguments)
        support.wait_until(
            lambda: support.http_json(self.pubsub.address + "/stats?format=json")["current_connections"] == 1,
            "the subscription",
        )
        return child

    def setUp(self) -> None:
        self.queue = support.Simplequeue(self)
        self.pubsub = support.Pubsub(self)

    def test_ps_to_sq_delivers_what_the_filter_lets_through(self) -> None:
        child = self.bridge(
            "--simplequeue_url", self.queue.address, "--filter-require=c=US", "--filter_exclude", "bot=true"
        )
        pubsub_write(self.pubsub.address, '{"c": "US", "n": 1}\n{"c": "DE"}\n{"c": "US", "bot": true}\nhello')
        pubsub_write(self.pubsub.address, {"c": "US", "n": 2})
        support.wait_until(lambda: len(self.queue.dump()) == 2, "two messages")
        child.send(signal.SIGTERM)
        self.assertEqual(child.exit_status(), 0, child.errors)
        self.assertEqual([message["n"] for message in self.queue.dump()], [1, 2])

    def test_ps_to_sq_shares_out_among_queues(self) -> None:
        other = support.Simplequeue(self)
        self.bridge(f"--simplequeue-url={self.queue.address}", f"--simplequeue-url={other.address}")
        for n in range(4):
            pubsub_write(self.pubsub.address, {"n": n})
            support.wait_until(lambda n=n: len(self.queue.dump() + other.dump()) == n + 1, "the message")
        self.assertEqual((len(self.queue.dump()), len(other.dump())), (2, 2))

    def test_ps_to_sq_keeps_what_it_has_read_until_the_queue_is_back(self) -> None:
        child = self.bridge(f"--simplequeue-url={self.queue.address}")
        self.queue.stop()
        pubsub_write(self.pubsub.address, {"n": 1})
        support.wait_until(lambda: any("trying again" in line for line in child.errors), "the warning")
        back = support.Simplequeue(self, self.queue.port)
        support.wait_until(lambda: back.dump() == [{"n": 1}], "the message")

    def test_file_to_simplequeue(self) -> None:
        directory = Path(support.temporary_directory(self))
        text = "".join(f'{{"n": {n}, "even": {str(n % 2 == 0).lower()}}}\r\n\n' for n in range(2000))
        (directory / "plain.json").write_text(text)
        with gzip.open(directory / "packed.json.gz", "wt") as file:
            file.write(text)
        for name in ("plain.json", "packed.json.gz"):
            with self.subTest(name):
                child = self.command(
                    "file_to_simplequeue",
                    f"--input-file={directory / name}",
                    f"--simplequeue-url={self.queue.address}",
                    "--filter-require=even=true",
                )
                self.assertEqual(child.exit_status(), 0, child.errors)
                self.assertEqual([message["n"] for message in self.queue.dump()], list(range(0, 2000, 2)))
                self.assertIn("1000 lines sent, 1000 filtered\n", child.errors)
                support.http_fetch(self.queue.address + "/mget?items=5000")

    def test_file_to_simplequeue_does_not_fill_above_the_depth(self) -> None:
        path = Path(support.temporary_directory(self)) / "numbers"
        path.write_text("".join(f"{n}\n" for n in range(25)))
        child = self.command(
            "file_to_simplequeue",
            *("--input-file", str(path), "--simplequeue-url", self.queue.address),
            *("--max-queue-depth", "10", "--check-simplequeue-interval", "0.01"),
        )
        taken = []
        while len(taken) < 25:
            support.wait_until(lambda: len(self.queue.dump()) == min(10, 25 - len(taken)), "a full queue")
            taken += map(int, support.http_fetch(self.queue.address + "/mget?items=10").split())
        self.assertEqual(taken, list(range(25)))
        self.assertEqual(child.exit_status(), 0, child.errors)

    def test_a_signal_ends_file_to_simplequeue(self) -> None:
        path = Path(support.temporary_directory(self)) / "numbers"
        path.write_text("1\n2\n")
        child = self.command(
            "file_to_simplequeue",
            *("--input-file", str(path), "--simplequeue-url", self.queue.address),
            *("--max-queue-depth", "1", "--check-simplequeue-interval", "1000"),
        )
        support.wait_until(lambda: self.queue.dump() == [1], "the first line")
        child.send(signal.SIGTERM)
        self.assertEqual(child.exit_status(), 0, child.errors)
        self.assertIn("1 lines sent, 0 filtered\n", child.errors)

    def test_wrong_options(self) -> None:
        queue = f"--simplequeue-url={self.queue.address}"
        for module, arguments, status, words in [
            ("ps_to_sq", [], 2, "--simplequeue-url"),
            ("ps_to_sq", [queue, "--nonsense"], 2, "--nonsense"),
            ("ps_to_sq", ["--simplequeue-url=ftp://x"], 1, "http:// only"),
            ("ps_to_sq", [queue, "--pubsub-url=http://localhost:0"], 1, "1 to 65535"),
            ("ps_to_sq", [queue, "--filter-require=x"], 1, "KEY=VALUE"),
            ("file_to_simplequeue", [queue], 2, "--input-file"),
            ("file_to_simplequeue", [queue, "--input-file=/nowhere"], 1, "/nowhere"),
            ("file_to_simplequeue", [queue, "--input-file=/dev/null", "--max-queue-depth=0"], 1, "max_queue_depth"),
        ]:
            with self.subTest(module, arguments=arguments):
                child = self.command(module, *arguments)
                self.assertEqual(child.exit_status(), status)
                self.assertIn(words, child.errors[-1])
