"""The parameters of a BaseReader, and what is said of absurd ones."""

import logging
import os
import time
import unittest
from pathlib import Path

import support
from pysimplehttp.BaseReader import BaseReader
from pysimplehttp.heartbeat import Heartbeat
from scripted_server import ScriptedServer, silence
from support import PausingReader, run_reader


def done(data: object) -> bool:
    return True


async def asynchronous(data: object) -> bool:
    return True


class ParametersTest(unittest.TestCase):
    def setUp(self) -> None:
        self.queue = support.Simplequeue(self)

    def test_the_defaults_are_those_of_the_tutorial(self) -> None:
        reader = BaseReader("http://localhost:8081", {"t": done})
        for name, value in {
            "queuename": None,
            "max_tries": 5,
            "requeue_delay": 90,
            "mget_items": 0,
            "preprocess_method": None,
            "validate_method": None,
            "requeue_giveup": None,
            "sleeptime_failed_queue": 5,
            "sleeptime_queue_empty": 0.5,
            "sleeptime_requeue": 1,
            "failed_count": 0,
            "failed_message_dir": None,
        }.items():
            self.assertEqual(getattr(reader, name), value, name)

    def test_absurd_values_are_refused_at_once(self) -> None:
        infinite, nan = float("inf"), float("nan")
        absurd = {
            "simplequeue_address": ["", None, [], "http://localhost:66062", "ftp://localhost"],
            "all_tasks": [None, {}, done, [done], {"t": None}, {"t": "done"}, {1: done}, {"t": asynchronous}],
            "queuename": ["", "a/b", "..", 5, "a\0b"],
            "max_tries": [0, -1, 1.5, "5", True, None],
            "requeue_delay": [-1, nan, infinite, "90", None, True],
            "mget_items": [-1, 0.5, "10", 10**9, True, None],
            "preprocess_method": [5, "done", asynchronous],
            "validate_method": [5, True],
            "requeue_giveup": [5, {}],
            "sleeptime_failed_queue": [-1, nan, None],
            "sleeptime_queue_empty": [-0.1, infinite],
            "sleeptime_requeue": [-1, "1"],
            "failed_count": [-1, 0.5, None],
            "failed_message_dir": ["/dev/null/x"],
            "timeout": [0, -1, nan, None],
        }
        for name, values in absurd.items():
            for value in values:
                with self.subTest(name, value=value), self.assertRaises(ValueError) as raised:
                    BaseReader(**{"simplequeue_address": "localhost:8081", "all_tasks": {"t": done}, name: value})
                self.assertGreater(len(str(raised.exception)), 20)

    def test_simplequeue_address_in_many_forms(self) -> None:
        bare = self.queue.address.replace("http://", "")
        for address in (bare, bare + "/", self.queue.address + "/", [bare], (bare,), {bare}):
            with self.subTest(address):
                self.queue.put({"n": 1})
                reader = BaseReader(address, {"t": lambda data: reader.stop() or True})
                run_reader(reader)

    def test_mget_items_is_the_size_of_the_batch(self) -> None:
        self.queue.put(*({"n": n} for n in range(10)))
        reader = BaseReader(self.queue.address, {"t": lambda data: reader.stop() or True}, mget_items=4)
        run_reader(reader)
        # It stopped at the first of its four; the other three went back, to the end.
        self.assertEqual([data["n"] for data in self.queue.dump()], [4, 5, 6, 7, 8, 9, 1, 2, 3])

    def test_preprocess_method(self) -> None:
        self.queue.put({"n": 1}, {"n": 2}, {"n": 3}, {"end": True})
        seen = []

        def preprocess(data: dict) -> object:
            if "end" in data:
                reader.stop()
            if data.get("n") == 3:
                raise RuntimeError("on purpose")
            return data["n"] * 10 if data.get("n") == 1 else None

        reader = BaseReader(
            self.queue.address, {"t": lambda data: seen.append(data) or True}, preprocess_method=preprocess
        )
        with self.assertLogs("pysimplehttp", "WARNING") as logged:
            run_reader(reader)
        self.assertEqual(seen, [10])
        self.assertEqual(sum("preprocess_method returned None" in line for line in logged.output), 1)
        # None: finished. The exception: put back, all tasks left, the data as published.
        (envelope,) = self.queue.dump()
        self.assertEqual((envelope["data"], envelope["tries"], envelope["tasks_left"]), ({"n": 3}, 1, ["t"]))

    def test_validate_method(self) -> None:
        self.queue.put({"n": 1}, {"n": 2}, {"n": 3}, {"n": 4})
        seen = []

        def validate(number: int) -> bool:
            if number == 4:
                reader.stop()
            if number == 3:
                raise RuntimeError("on purpose")
            return number == 2

        reader = BaseReader(
            self.queue.address,
            {"t": lambda data: seen.append(data) or True},
            preprocess_method=lambda data: data["n"],
            validate_method=validate,
        )
        with self.assertLogs("pysimplehttp", "ERROR"):
            run_reader(reader)
        self.assertEqual(seen, [2])
        self.assertEqual([envelope["data"] for envelope in self.queue.dump()], [{"n": 3}])

    def test_sleeptime_queue_empty(self) -> None:
        reader = PausingReader(self.queue.address, {"t": done}, sleeptime_queue_empty=12, pauses=2)
        run_reader(reader)
        self.assertEqual(reader.pauses, [12, 12])

    def test_sleeptime_failed_queue(self) -> None:
        reader = PausingReader(support.unused_address(self), {"t": done}, sleeptime_failed_queue=34, pauses=2)
        with self.assertLogs("pysimplehttp", "WARNING") as logged:
            run_reader(reader)
        self.assertEqual(reader.pauses, [34, 34])
        self.assertIn("nothing listens on", logged.output[0])

    def test_sleeptime_requeue(self) -> None:
        """The pause comes when nothing else is in the queue, not with each message, and not past the first due."""
        soon = time.time() + 1000
        for wait, least, most in ((7, 7, 7), (5000, 990, 1000)):
            with self.subTest(wait):
                self.queue.put(*({"data": n, "tries": 1, "retry_on": soon + n, "started": 5} for n in range(3)))
                reader = PausingReader(self.queue.address, {"t": done}, sleeptime_requeue=wait, pauses=1)
                run_reader(reader)
                self.assertTrue(least <= reader.pauses[0] <= most, reader.pauses)
                self.assertEqual(sorted(envelope["data"] for envelope in self.queue.dump()), [0, 1, 2])
                support.http_fetch(self.queue.address + "/mget?items=10")

    def test_timeout(self) -> None:
        silent = ScriptedServer(self, silence)
        reader = PausingReader(silent.address, {"t": done}, timeout=0.05, sleeptime_failed_queue=34, pauses=1)
        with self.assertLogs("pysimplehttp", "WARNING") as logged:
            run_reader(reader)
        self.assertIn(f"no answer from {silent.address} within 0.05 seconds", logged.output[0])
        self.assertEqual(reader.pauses, [34])

    def test_failed_message_dir_failed_count_and_queuename(self) -> None:
        directory = Path(support.temporary_directory(self)) / "made" / "for" / "it"
        self.queue.put({"n": 1}, {"n": 2})
        reader = BaseReader(
            self.queue.address,
            {"t": lambda data: reader.stop() if data["n"] == 2 else False},
            queuename="numbers",
            max_tries=1,
            failed_count=41,
            failed_message_dir=os.fspath(directory),
        )
        with self.assertLogs("pysimplehttp", "INFO") as logged:
            run_reader(reader)
        self.assertIn("reader numbers takes messages from", logged.output[0])
        self.assertEqual(reader.failed_count, 43)
        files = sorted((directory / "numbers").iterdir(), key=lambda path: path.name.split(".")[1])
        self.assertEqual([path.name.split(".")[1:] for path in files], [["42", "json"], ["43", "json"]])
        # What was written can be put into a queue again, and is understood.
        self.assertIn('"data": {"n": 1}', files[0].read_text())
        support.simplequeue_write(self.queue.address, files[0].read_bytes())
        again = []
        reader = BaseReader(self.queue.address, {"t": lambda data: again.append(data) or reader.stop() or True})
        run_reader(reader)
        self.assertEqual(again, [{"n": 1}])

    def test_two_readers_with_one_failed_message_dir_overwrite_nothing(self) -> None:
        directory = Path(support.temporary_directory(self))
        for number in range(20):
            self.queue.put(f"junk {number}", {"end": True})
            reader = BaseReader(
                self.queue.address, {"t": lambda data: reader.stop() or True}, failed_message_dir=os.fspath(directory)
            )
            with self.assertLogs("pysimplehttp", logging.WARNING):
                run_reader(reader)
        self.assertEqual({path.read_text() for path in directory.iterdir()}, {f"junk {number}" for number in range(20)})

    def test_heartbeat_file(self) -> None:
        directory = Path(support.temporary_directory(self))
        path = directory / "alive"
        reader = PausingReader(self.queue.address, {"t": done}, heartbeat_file=os.fspath(path), pauses=1)
        run_reader(reader)
        self.assertTrue(path.exists())
        os.utime(path, (1, 1))
        # Not again within ten seconds; a new reader begins with a beat.
        for heartbeat, touched in ((reader._heartbeat, False), (Heartbeat(os.fspath(path)), True)):
            heartbeat.beat()
            self.assertEqual(path.stat().st_mtime > 1, touched)
        reader = PausingReader(self.queue.address, {"t": done}, heartbeat_file=os.fspath(path / "x"), pauses=1)
        with self.assertLogs("pysimplehttp", "WARNING"):
            run_reader(reader)

    def test_a_reader_on_several_queues_leaves_none_alone(self) -> None:
        """A list of queues is one queue that stands in several places: what is in any of them is read."""
        other = support.Simplequeue(self)
        self.queue.put(*({"n": n} for n in range(5)))
        other.put(*({"n": n} for n in range(5, 10)))
        seen = []

        def task(data: dict) -> bool:
            seen.append(data["n"])
            if len(seen) == 10:
                reader.stop()
            return True

        reader = BaseReader([self.queue.address, other.address], {"t": task})
        run_reader(reader)
        self.assertEqual(seen, [0, 5, 1, 6, 2, 7, 3, 8, 4, 9])
