"""What becomes of a message: done, tried again, given up, dropped."""

import resource
import time
import unittest
from pathlib import Path

import support
from pysimplehttp.BaseReader import BaseReader, RequeueWithoutBackoff
from pysimplehttp.failed_messages import FailedMessages
from support import PausingReader, run_reader


class Handled(unittest.TestCase):
    def setUp(self) -> None:
        self.queue = support.Simplequeue(self)
        self.handled: list = []

    def until(self, count: int, **options: object) -> BaseReader:
        """A reader that notes what it handles, and stops when it has noted so many."""

        def note(data: object) -> bool:
            self.handled.append(data)
            if len(self.handled) == count:
                reader.stop()
            return True

        reader = BaseReader(self.queue.address, {"note": note}, **options)
        return reader

    def test_every_message_once_and_in_order(self) -> None:
        for mget_items in (0, 1, 7, 100):
            with self.subTest(mget_items):
                self.handled.clear()
                self.queue.put(*({"n": n} for n in range(20)))
                run_reader(self.until(20, mget_items=mget_items))
                self.assertEqual(self.handled, [{"n": n} for n in range(20)])
                self.assertEqual(self.queue.dump(), [])

    def test_junk_stops_nothing(self) -> None:
        junk = ["hello", "{}", "5", "null", "[]", '"text"', '{"n": ', '{"n": NaN}', b"\xff", "[" * 100_000]
        for mget_items in (0, 100):
            with self.subTest(mget_items):
                self.handled.clear()
                directory = support.temporary_directory(self)
                self.queue.put({"n": 1}, *junk, {"n": 2})
                reader = self.until(2, mget_items=mget_items, failed_message_dir=directory)
                with self.assertLogs("pysimplehttp", "WARNING") as logged:
                    run_reader(reader)
                self.assertEqual(self.handled, [{"n": 1}, {"n": 2}])
                self.assertEqual(len(logged.records), len(junk))
                self.assertEqual(reader.failed_count, len(junk))
                kept = {path.read_bytes() for path in Path(directory).iterdir()}
                self.assertEqual(kept, {piece if isinstance(piece, bytes) else piece.encode() for piece in junk})

    def test_all_tasks_get_all_data(self) -> None:
        self.queue.put({"n": 1}, {"n": 2})
        seen = []
        reader = BaseReader(
            self.queue.address,
            {
                "first": lambda data: seen.append(("first", data["n"])) or True,
                "second": lambda data: seen.append(("second", data["n"])) or (data["n"] == 2 and reader.stop()) or True,
            },
        )
        run_reader(reader)
        self.assertEqual(seen, [("first", 1), ("second", 1), ("first", 2), ("second", 2)])

    def test_only_the_task_that_failed_is_tried_again_and_with_the_data_as_published(self) -> None:
        self.queue.put({"list": [1]})
        seen = []

        def spoils(data: dict) -> bool:
            data["list"].append(2)
            return True

        def fails_once(data: dict) -> bool:
            seen.append(list(data["list"]))
            if len(seen) == 1:
                raise RuntimeError("on purpose")
            reader.stop()
            return True

        reader = BaseReader(self.queue.address, {"spoils": spoils, "fails": fails_once}, requeue_delay=0)
        with self.assertLogs("pysimplehttp", "ERROR"):
            run_reader(reader)
        self.assertEqual(seen, [[1, 2], [1]])
        self.assertEqual(self.queue.dump(), [])

    def test_the_envelope(self) -> None:
        """After the first failure the message waits for requeue_delay, after the second twice as long."""
        self.queue.put({"n": 1})
        for tries in (1, 2):
            before = time.time()

            def fails(data: dict) -> bool:
                reader.stop()
                return False

            reader = BaseReader(self.queue.address, {"done": lambda data: True, "fails": fails}, requeue_delay=50)
            run_reader(reader)
            (envelope,) = self.queue.dump()
            after = time.time()
            self.assertEqual(set(envelope), {"data", "tries", "retry_on", "started", "tasks_left"})
            self.assertEqual((envelope["data"], envelope["tries"]), ({"n": 1}, tries))
            self.assertEqual(envelope["tasks_left"], ["fails"])
            self.assertTrue(before + 50 * tries <= envelope["retry_on"] <= after + 50 * tries, envelope)
            self.assertTrue(int(before) - 5 <= envelope["started"] <= after, envelope)
            # Make it due, as the passing of time would.
            support.http_fetch(self.queue.address + "/get")
            self.queue.put({**envelope, "retry_on": time.time() - 1})

    def test_given_up_after_max_tries(self) -> None:
        for max_tries in (1, 3):
            with self.subTest(max_tries):
                self.queue.put({"n": -1})
                tried = []
                given_up = []

                def give_up(envelope: dict) -> None:
                    given_up.append(envelope)
                    reader.stop()

                reader = BaseReader(
                    self.queue.address,
                    {"fails": lambda data: tried.append(data) or False},
                    max_tries=max_tries,
                    requeue_delay=0,
                    requeue_giveup=give_up,
                )
                with self.assertLogs("pysimplehttp", "ERROR"):
                    run_reader(reader)
                self.assertEqual(tried, [{"n": -1}] * max_tries)
                (envelope,) = given_up
                self.assertEqual((envelope["data"], envelope["tries"]), ({"n": -1}, max_tries))
                self.assertEqual(envelope["tasks_left"], ["fails"])
                self.assertEqual(self.queue.dump(), [])

    def test_a_giveup_that_fails_itself_stops_nothing(self) -> None:
        self.queue.put({"n": -1}, {"n": 1})
        directory = support.temporary_directory(self)

        def task(data: dict) -> bool:
            if data["n"] > 0:
                reader.stop()
            return data["n"] > 0

        reader = BaseReader(
            self.queue.address, {"t": task}, max_tries=1, requeue_giveup=lambda m: 1 / 0, failed_message_dir=directory
        )
        with self.assertLogs("pysimplehttp", "ERROR"):
            run_reader(reader)
        self.assertEqual(len(list(Path(directory).iterdir())), 1)

    def test_a_disk_that_takes_no_message_is_logged_with_it_and_keeps_no_half_of_it(self) -> None:
        directory = support.temporary_directory(self)
        failed = FailedMessages(directory, "queue", 0)
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        # Written up to here and no further, as on a disk that fills up.
        resource.setrlimit(resource.RLIMIT_FSIZE, (5, limits[1]))
        try:
            with self.assertLogs("pysimplehttp", "ERROR") as logged:
                failed.add(b'{"n": 12345}')
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        self.assertIn('{"n": 12345}', logged.output[0])
        self.assertEqual(list(Path(directory, "queue").iterdir()), [])
        failed.add(b'{"n": 1}')
        (kept,) = Path(directory, "queue").iterdir()
        self.assertEqual((kept.read_bytes(), failed.count), (b'{"n": 1}', 2))

    def test_what_a_done_task_printed_is_out_before_the_rest_is_put_back(self) -> None:
        self.queue.put({"n": 1})
        reader = support.reader_process(
            self,
            """
            import os, signal, sys
            from pysimplehttp.BaseReader import BaseReader

            reader = BaseReader(
                sys.argv[1], {"done": lambda data: print("done") or True, "left": lambda data: False}, mget_items=1
            )
            put = reader._queues.put

            def put_and_die(messages, source):
                put(messages, source)
                os.kill(os.getpid(), signal.SIGKILL)

            reader._queues.put = put_and_die
            reader.run()
            """,
            self.queue.address,
        )
        self.assertEqual(reader.exit_status(), -9)
        (envelope,) = self.queue.dump()
        self.assertEqual(envelope["tasks_left"], ["left"])
        self.assertEqual([reader.line(), reader.line()], ["done", None])

    def test_a_message_that_is_not_due_is_put_back_untouched(self) -> None:
        later = {"data": {"n": 1}, "tries": 1, "retry_on": time.time() + 1000, "started": 5, "tasks_left": ["note"]}
        for mget_items in (0, 10):
            with self.subTest(mget_items):
                self.handled.clear()
                self.queue.put(later, {"n": 2})
                run_reader(self.until(1, mget_items=mget_items))
                self.assertEqual(self.handled, [{"n": 2}])
                self.assertEqual(self.queue.dump(), [later])
                support.http_fetch(self.queue.address + "/get")

    def test_a_message_is_handled_once_it_is_due(self) -> None:
        self.queue.put({"data": {"n": 1}, "tries": 1, "retry_on": time.time() + 0.2, "started": 5})
        run_reader(self.until(1))
        self.assertEqual(self.handled, [{"n": 1}])

    def test_requeue_without_backoff(self) -> None:
        """Due at once and no pause; the tries are counted all the same."""
        self.queue.put({"n": 1})
        tried = []

        def task(data: dict) -> bool:
            tried.append(data)
            raise RequeueWithoutBackoff

        reader = PausingReader(
            self.queue.address, {"t": task}, max_tries=4, requeue_giveup=lambda m: reader.stop(), pauses=1
        )
        with self.assertLogs("pysimplehttp", "ERROR"):
            run_reader(reader)
        self.assertEqual((len(tried), reader.pauses), (4, []))

    def test_requeue_without_backoff_while_preparing(self) -> None:
        def prepare(data: dict) -> dict:
            reader.stop()
            raise RequeueWithoutBackoff

        for parameter in ("preprocess_method", "validate_method"):
            with self.subTest(parameter):
                self.queue.put({"n": 1})
                reader = BaseReader(self.queue.address, {"t": lambda data: True}, **{parameter: prepare})
                run_reader(reader)
                (envelope,) = self.queue.dump()
                self.assertEqual((envelope["tries"], envelope["retry_on"]), (1, None))
                support.http_fetch(self.queue.address + "/get")

    def test_a_reader_whose_task_fails_backs_off_until_it_succeeds(self) -> None:
        self.queue.put(*({"ok": ok} for ok in [False] * 4 + [True] * 4))
        reader = PausingReader(self.queue.address, {"t": lambda data: data["ok"]}, max_tries=1, pauses=7, mget_items=8)
        with self.assertLogs("pysimplehttp", "ERROR"):
            run_reader(reader)
        # Doubling with each failure, halving with each success; when it is down to 0 there is no pause at all, and
        # the one after that is for the empty queue.
        self.assertEqual(reader.pauses[:6], [0.01, 0.02, 0.04, 0.08, 0.04, 0.02])

    def test_a_task_that_this_reader_does_not_have_is_not_lost(self) -> None:
        self.queue.put({"data": {"n": 1}, "tries": 0, "retry_on": None, "started": 5, "tasks_left": ["note", "other"]})
        with self.assertLogs("pysimplehttp", "WARNING"):
            run_reader(self.until(1))
        (envelope,) = self.queue.dump()
        self.assertEqual((self.handled, envelope["tasks_left"]), ([{"n": 1}], ["other"]))

    def test_a_task_that_forgets_to_return_true_is_told_so_once(self) -> None:
        self.queue.put({"n": 1}, {"n": 2})
        reader = BaseReader(
            self.queue.address, {"t": lambda data: reader.stop() if data["n"] == 2 else None}, requeue_delay=50
        )
        with self.assertLogs("pysimplehttp", "WARNING") as logged:
            run_reader(reader)
        self.assertEqual(len(logged.output), 1)
        self.assertIn("task 't' returned None; it must return True when it is done", logged.output[0])

    def test_sys_exit_in_a_task_loses_nothing(self) -> None:
        for mget_items in (0, 10):
            with self.subTest(mget_items):
                self.queue.put({"n": 1}, {"n": 2})
                reader = BaseReader(self.queue.address, {"t": lambda data: exit(3)}, mget_items=mget_items)
                with self.assertRaises(SystemExit):
                    run_reader(reader)
                self.assertEqual(sorted(data["n"] for data in self.queue.dump()), [1, 2])
                support.http_fetch(self.queue.address + "/mget?items=10")
