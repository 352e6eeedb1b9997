"""How a reader ends: readers in processes of their own, with standard output a pipe."""

import json
import signal
import unittest

import support

# Handles {"n": n}: says so, waits for a line of standard input, says that it is done.
SLOW_READER = """
import sys
from pysimplehttp.BaseReader import BaseReader

def slow(data):
    print("begin", data["n"])
    sys.stdout.flush()
    sys.stdin.readline()
    print("done", data["n"])
    return True

BaseReader(sys.argv[1], {"slow": slow}, mget_items=int(sys.argv[2])).run()
print("end")
"""


class SignalsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.queue = support.Simplequeue(self)

    def left(self) -> list:
        return sorted(data["n"] for data in self.queue.dump())

    def test_a_signal_lets_the_message_in_hand_be_finished_and_loses_no_other(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            for mget_items in ("0", "3", "100"):
                with self.subTest(number, mget_items=mget_items):
                    self.queue = support.Simplequeue(self)
                    self.queue.put(*({"n": n} for n in range(6)))
                    reader = support.reader_process(self, SLOW_READER, self.queue.address, mget_items)
                    self.assertEqual(reader.line(), "begin 0")
                    reader.send(number)
                    reader.say("go on")
                    self.assertEqual([reader.line(), reader.line(), reader.line()], ["done 0", "end", None])
                    self.assertEqual((reader.exit_status(), reader.errors), (0, []))
                    self.assertEqual(self.left(), [1, 2, 3, 4, 5])

    def test_an_ignored_ctrl_c_stays_ignored(self) -> None:
        self.queue.put({"n": 0}, {"n": 1}, {"n": 2})
        ignoring = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n" + SLOW_READER
        reader = support.reader_process(self, ignoring, self.queue.address, "0")
        self.assertEqual(reader.line(), "begin 0")
        reader.send(signal.SIGINT)
        reader.say("go on")
        self.assertEqual([reader.line(), reader.line()], ["done 0", "begin 1"])
        reader.send(signal.SIGTERM)
        reader.say("go on")
        self.assertEqual(reader.exit_status(), 0)
        self.assertEqual(self.left(), [2])

    def test_a_message_that_fails_under_the_signal_is_put_back(self) -> None:
        self.queue.put({"n": 0}, {"n": 1})
        reader = support.reader_process(
            self, SLOW_READER.replace("return True", "return False"), self.queue.address, "10"
        )
        self.assertEqual(reader.line(), "begin 0")
        reader.send(signal.SIGTERM)
        reader.say("go on")
        self.assertEqual(reader.exit_status(), 0)
        failed, untouched = sorted(self.queue.dump(), key=len, reverse=True)
        self.assertEqual((failed["data"], failed["tries"], untouched), ({"n": 0}, 1, {"n": 1}))

    def test_a_second_signal_ends_it_at_once(self) -> None:
        self.queue.put({"n": 0})
        reader = support.reader_process(
            self,
            """
            import sys
            from pysimplehttp.BaseReader import BaseReader

            def stubborn(data):
                print("begin", flush=True)
                reader._stop.wait(1000)
                print("noticed", flush=True)
                while True:
                    sys.stdin.readline()

            reader = BaseReader(sys.argv[1], {"stubborn": stubborn})
            reader.run()
            """,
            self.queue.address,
        )
        self.assertEqual(reader.line(), "begin")
        reader.send(signal.SIGTERM)
        self.assertEqual(reader.line(), "noticed")
        reader.send(signal.SIGTERM)
        self.assertEqual(reader.exit_status(), -signal.SIGTERM)

    def test_a_signal_ends_every_pause(self) -> None:
        """On an empty queue, on one that is away, and while backing off: the pauses are a thousand seconds long."""
        program = """
        import sys
        from pysimplehttp.BackoffTimer import BackoffTimer
        from pysimplehttp.BaseReader import BaseReader

        class Announcing(BaseReader):
            def _pause(self, seconds):
                if seconds > 900:
                    print("pausing", flush=True)
                super()._pause(seconds)

        reader = Announcing(
            sys.argv[1],
            {"fails": lambda data: False},
            sleeptime_queue_empty=1000,
            sleeptime_failed_queue=1000,
            requeue_delay=0,
        )
        reader._task_backoff["fails"] = BackoffTimer(0, 1000, first_step=1000)
        reader.run()
        """
        busy = support.Simplequeue(self)
        busy.put({"n": 0})
        for what, address in [
            ("empty", self.queue.address),
            ("away", support.unused_address(self)),
            ("failing", busy.address),
        ]:
            with self.subTest(what):
                reader = support.reader_process(self, program, address)
                self.assertEqual(reader.line(), "pausing")
                reader.send(signal.SIGTERM)
                self.assertEqual(reader.exit_status(), 0, reader.errors)
        self.assertEqual([envelope["data"] for envelope in busy.dump()], [{"n": 0}])

    def test_a_killed_reader_costs_at_most_what_it_held(self) -> None:
        for mget_items, lost in (("0", [0]), ("3", [0, 1, 2])):
            with self.subTest(mget_items):
                self.queue = support.Simplequeue(self)
                self.queue.put(*({"n": n} for n in range(6)))
                reader = support.reader_process(self, SLOW_READER, self.queue.address, mget_items)
                self.assertEqual(reader.line(), "begin 0")
                reader.send(signal.SIGKILL)
                self.assertEqual(reader.exit_status(), -signal.SIGKILL)
                self.assertEqual(self.left(), [n for n in range(6) if n not in lost])

    def test_what_a_task_prints_is_seen_without_a_flush_of_its_own(self) -> None:
        self.queue.put({"n": 5})
        reader = support.reader_process(
            self,
            """
            import json, sys
            from pysimplehttp.BaseReader import BaseReader
            BaseReader(sys.argv[1], {"print": lambda data: print(json.dumps(data)) or True}).run()
            """,
            self.queue.address,
        )
        self.assertEqual(json.loads(reader.line()), {"n": 5})

    def test_an_output_that_takes_nothing_ends_the_reader(self) -> None:
        self.queue.put(*({"n": n} for n in range(3)))
        reader = support.reader_process(
            self,
            """
            import os, sys
            from pysimplehttp.BaseReader import BaseReader

            def show(data):
                if data["n"] == 1:
                    os.close(1)
                    os.dup2(os.open("/dev/full", os.O_WRONLY), 1)
                print(data)
                return True

            BaseReader(sys.argv[1], {"show": show}).run()
            """,
            self.queue.address,
        )
        self.assertNotEqual(reader.exit_status(), 0)
        self.assertEqual(self.left(), [2])

    def test_an_output_that_takes_nothing_puts_nothing_back_twice(self) -> None:
        """What is printed fails only when it is flushed: when the message that printed it is back in the queue."""
        self.queue.put(*({"n": n} for n in range(3)))
        reader = support.reader_process(
            self,
            """
            import os, sys
            from pysimplehttp.BaseReader import BaseReader

            os.dup2(os.open("/dev/full", os.O_WRONLY), 1)
            BaseReader(sys.argv[1], {"show": print}, mget_items=3).run()
            """,
            self.queue.address,
        )
        self.assertNotEqual(reader.exit_status(), 0)
        left = self.queue.dump()
        self.assertEqual(sorted(message.get("data", message)["n"] for message in left), [0, 1, 2], left)
        self.assertEqual([message["tries"] for message in left if "tries" in message], [1])
